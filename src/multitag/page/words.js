// What "why" leaves out: the words of a text, as multitag/inference/explain.py divides it.

const UNSPACED = String.raw`\u{0e00}-\u{0eff}\u{1000}-\u{109f}\u{1780}-\u{17ff}\u{3040}-\u{30ff}\u{3400}-\u{4dbf}\u{4e00}-\u{9fff}\u{f900}-\u{faff}\u{20000}-\u{3ffff}`;
const WORD = new RegExp(`[${UNSPACED}]|[^\\s${UNSPACED}]+`, "gu");

/** Return where the words stand, as [start, end]. */
export const wordSpans = (text) => Array.from(text.matchAll(WORD), (match) => [match.index, match.index + match[0].length]);

/** Put neighbouring words together, as few as it takes for `most` groups. */
export function joined(spans, most) {
  const size = Math.max(1, Math.ceil(spans.length / most));
  const groups = [];
  for (let at = 0; at < spans.length; at += size) groups.push([spans[at][0], spans[Math.min(at + size, spans.length) - 1][1]]);
  return groups;
}

/** Return the text without a part and without the space that would be left twice. */
export function leftOut(text, start, end) {
  const before = text.slice(0, start);
  let after = text.slice(end);
  if (!before || /\s$/.test(before)) after = after.trimStart();
  return after ? before + after : before.trimEnd();
}
