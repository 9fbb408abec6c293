// Every label as a bar with the mark of its threshold, the most probable first; a label is chosen for "why".

import { el, percent } from "./dom.js";
import { moved } from "./cut.js";

const SHOWN = 12; // labels shown at first, besides those that are predicted

/** Return the labels of a prediction in order, with what is decided at the slider's position. */
export function decide(prediction, position) {
  const predicted = new Set(prediction.labels);
  return Object.entries(prediction.probabilities)
    .map(([label, probability]) => {
      const threshold = moved(prediction.thresholds[label], position);
      return { label, probability, threshold, chosen: position ? probability >= threshold : predicted.has(label) };
    })
    .sort((one, other) => other.probability - one.probability);
}

function bar(row, isAsked, ask) {
  const fill = el("span", { class: "fill" });
  fill.style.inlineSize = `${row.probability * 100}%`;
  const mark = el("span", { class: "mark" });
  mark.style.insetInlineStart = `${row.threshold * 100}%`;
  const spoken = `, ${row.chosen ? "" : "not "}chosen, threshold ${percent(row.threshold)}. Show why`;
  return el("li", { class: row.chosen ? "label chosen" : "label" },
    el("button", { type: "button", "aria-pressed": String(isAsked), "data-label": row.label, onclick: () => ask(row.label),
      title: `Threshold ${percent(row.threshold)}. Click to see why.` },
      el("span", { class: "tick", "aria-hidden": "true" }, row.chosen ? "✓" : ""),
      el("span", { class: "name" }, row.label),
      el("span", { class: "share" }, percent(row.probability), el("span", { class: "unseen" }, spoken)),
      el("span", { class: "track" }, fill, mark)));
}

/** Show the labels in a list; `asked` is the label explained now, `ask` is called with one that was clicked. */
export function showLabels(list, more, rows, { asked, ask, all, showAll }) {
  const focused = document.activeElement?.dataset?.label;
  const visible = all ? rows : rows.filter((row, place) => place < SHOWN || row.chosen);
  list.replaceChildren(...visible.map((row) => bar(row, row.label === asked, ask)));
  if (focused !== undefined) [...list.querySelectorAll("button")].find((each) => each.dataset.label === focused)?.focus();
  more.hidden = visible.length === rows.length;
  more.textContent = `Show all ${rows.length} labels`;
  more.onclick = showAll;
}
