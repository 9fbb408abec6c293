// What came of a file: how many rows, how often each label, and the first rows.

import { byId, counted, el, percent } from "./dom.js";

const SHOWN_ROWS = 100;
const SHOWN_LABELS = 30;

const number = (count) => count.toLocaleString("en");

/** Say in one sentence what was predicted, and why what was not. */
export function summary(texts, predictions, { cut, longest, ended }) {
  const predicted = predictions.filter(Boolean).length;
  const empty = texts.filter((text) => !text.trim()).length;
  const none = predictions.filter((prediction) => prediction?.labels.length === 0).length;
  const of = predicted === texts.length ? counted(predicted, "row") : `${number(predicted)} of ${counted(texts.length, "row")}`;
  const notes = [
    empty ? `${number(empty)} without a text` : null,
    ended ? null : `${number(texts.length - predicted - empty)} not reached`,
    none ? `${number(none)} without a label` : null,
    cut ? `${number(cut)} cut to ${number(longest)} characters` : null,
  ].filter(Boolean);
  return `${ended ? "" : "Stopped: "}${[`${of} predicted`, ...notes].join(", ")}.`;
}

function showCounts(predictions, labels) {
  const counts = new Map(labels.map((label) => [label, 0]));
  for (const prediction of predictions) prediction?.labels.forEach((label) => counts.set(label, counts.get(label) + 1));
  const total = predictions.filter(Boolean).length;
  const ordered = [...counts].sort((one, other) => other[1] - one[1]);
  const largest = Math.max(1, ordered[0]?.[1] ?? 0);
  byId("counts").replaceChildren(...ordered.slice(0, SHOWN_LABELS).map(([label, count]) => {
    const fill = el("span", { class: "fill" });
    fill.style.inlineSize = `${(count / largest) * 100}%`;
    return el("li", {}, el("span", { class: "name" }, label), el("span", { class: "track", "aria-hidden": "true" }, fill),
      el("span", { class: "share" }, `${number(count)} `, el("span", { class: "quiet" }, percent(total ? count / total : 0))));
  }));
  byId("counts-more").textContent = ordered.length > SHOWN_LABELS ? `The ${SHOWN_LABELS} most frequent of ${ordered.length} labels.` : "";
}

/** Show the counts and the first rows. */
export function showResult(texts, predictions, labels) {
  showCounts(predictions, labels);
  byId("table-rows").replaceChildren(...predictions.slice(0, SHOWN_ROWS).map((prediction, place) => el("tr", {},
    el("td", { class: "number" }, String(place + 1)),
    el("td", { class: "text" }, texts[place].length > 160 ? `${texts[place].slice(0, 160)}…` : texts[place]),
    el("td", { class: "chips" }, (prediction?.labels ?? []).map((label) =>
      el("span", { class: "chip" }, label, " ", el("span", { class: "share" }, percent(prediction.probabilities[label]))))))));
  byId("table-more").textContent = texts.length > SHOWN_ROWS ? `The first ${SHOWN_ROWS} rows are shown; the download has all.` : "";
}
