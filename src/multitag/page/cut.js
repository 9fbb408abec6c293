// A stricter or looser cut: every threshold moved by as much in log-odds, and what that did on held-out rows.

const REACH = 2.5; // log-odds at either end of the slider: 0.3 becomes 0.84, or 0.034

const logit = (share) => Math.log(share / (1 - share));

/** Return a threshold moved by the slider's position, from -1 (looser) to 1 (stricter). */
export function moved(threshold, position) {
  if (position === 0 || threshold <= 0 || threshold >= 1) return threshold;
  return 1 / (1 + Math.exp(-(logit(threshold) + position * REACH)));
}

/** Return the value of a curve at a threshold, on the straight line between two measured ones; null where undefined. */
export function valueAt(thresholds, values, threshold) {
  let right = thresholds.findIndex((at) => at >= threshold);
  if (right < 0) right = thresholds.length - 1;
  if (right === 0 || thresholds[right] <= threshold) return values[right];
  const [low, high] = [values[right - 1], values[right]];
  if (low === null || high === null) return low ?? high;
  const share = (threshold - thresholds[right - 1]) / (thresholds[right] - thresholds[right - 1]);
  return low + share * (high - low);
}

/** Return precision and recall at the thresholds, each the mean over the labels where it is defined. */
export function expected(curves, thresholds, labels) {
  const means = {};
  for (const figure of ["precision", "recall"]) {
    const values = labels
      .filter((label) => curves[label])
      .map((label) => valueAt(curves[label].thresholds, curves[label][figure], thresholds[label]))
      .filter((value) => value !== null);
    means[figure] = values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
  }
  return means;
}
