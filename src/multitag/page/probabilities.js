// Logits to calibrated probabilities, as multitag/evaluation/calibration has it.

const EDGE = 1e-7;

export const sigmoid = (logit) => Math.fround(1 / (1 + Math.exp(-logit)));

/** Make one row of the probabilities of a text's windows. */
export function pool(rows, how) {
  if (rows.length === 1) return rows[0];
  const column = (label) => rows.map((row) => row[label]);
  return rows[0].map((_, label) => {
    if (how === "max") return Math.max(...column(label));
    return Math.min(1, column(label).reduce((sum, value) => sum + value, 0) / rows.length);
  });
}

/** Calibrate a probability by one entry of calibration.json. */
export function calibrate(probability, entry) {
  if (entry.method === "platt") {
    const clipped = Math.min(1 - EDGE, Math.max(EDGE, probability));
    return sigmoid(entry.slope * (Math.log(clipped) - Math.log1p(-clipped)) + entry.intercept);
  }
  if (entry.method === "isotonic") {
    const { knots, values } = entry;
    const right = knots.findIndex((knot) => knot > probability);
    if (right === 0) return values[0];
    if (right < 0) return values.at(-1);
    const share = (probability - knots[right - 1]) / (knots[right] - knots[right - 1]);
    return Math.fround(values[right - 1] + share * (values[right] - values[right - 1]));
  }
  return probability;
}
