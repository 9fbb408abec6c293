// The third tab: the model's card, its figures, and the bundle to download.

import { byId, counted, el, save } from "./dom.js";
import { render } from "./markdown.js";

const TITLES = {
  macro_f1: "Macro F1", micro_f1: "Micro F1", weighted_f1: "Weighted F1", samples_f1: "Samples F1",
  macro_roc_auc: "Macro ROC-AUC", micro_roc_auc: "Micro ROC-AUC", macro_average_precision: "Macro average precision",
  hamming_loss: "Hamming loss (lower is better)", subset_accuracy: "Subset accuracy",
  label_ranking_average_precision: "Label ranking average precision",
};
const SIDES = { out_of_fold: "out-of-fold", test: "test", validation: "validation" };
const LABEL_COLUMNS = [
  ["support", "Texts"], ["threshold", "Threshold"], ["precision", "Precision"], ["recall", "Recall"], ["f1", "F1"],
  ["roc_auc", "ROC-AUC"], ["average_precision", "Avg. precision"],
];

const figure = (value) =>
  typeof value !== "number" ? "–" : Number.isInteger(value) && value > 1 ? value.toLocaleString("en") : value.toFixed(3);

function table(caption, head, rows) {
  return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    el("table", {}, el("caption", {}, caption),
      el("thead", {}, el("tr", {}, head.map((words, at) => el("th", { scope: "col", class: at ? "number" : null }, words)))),
      el("tbody", {}, rows.map((cells) => el("tr", {}, cells.map((cell, at) =>
        at ? el("td", { class: "number" }, cell) : el("th", { scope: "row" }, cell)))))));
}

function metricsTables(sides, policy) {
  const side = Object.keys(SIDES).find((name) => sides[name]);
  if (!side) return [el("p", { class: "quiet" }, "No texts were held out, so nothing was measured.")];
  const { fixed, tuned } = sides[side];
  const best = tuned ?? fixed;
  const kinds = tuned ? [["Tuned", tuned], ["Fixed", fixed]] : [["Fixed", fixed]];
  const overall = Object.keys(TITLES).filter((name) => name in best.values).map((name) => [TITLES[name], ...kinds.map(([, kind]) => figure(kind.values[name]))]);
  const ofLabels = (policy === "fixed" ? fixed : best).per_label.map((entry) => [entry.label, ...LABEL_COLUMNS.map(([key]) => figure(entry[key]))]);
  return [
    table(`Measured on ${counted(best.n_rows, `${SIDES[side]} text`)}`, ["Metric, by threshold", ...kinds.map(([words]) => words)], overall),
    table(`Each label at its ${tuned && policy !== "fixed" ? "tuned" : "fixed"} threshold`, ["Label", ...LABEL_COLUMNS.map(([, words]) => words)], ofLabels),
  ];
}

/** Return the elements of the card, without the figures that stand above it already. */
function cardOf(text, hasFigures) {
  const repeated = (node) => hasFigures && node.matches(".scroll") && node.querySelector("th").textContent === "Metric";
  return render(text, 3).map((node) => (repeated(node) ? el("p", { class: "quiet" }, "The figures stand above.") : node));
}

/** Set up the tab for a backend. */
export function startModel(backend, tell) {
  const { model } = backend;
  const facts = [
    ["Labels", String(model.labels.length)],
    ["Reads at most", model.max_length ? `${model.max_length} tokens of a text` : "–"],
    ["Fingerprint", model.fingerprint ? String(model.fingerprint).slice(0, 16) : "–"],
  ];
  byId("facts").replaceChildren(...facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
  const applies = Boolean(model.guarantee) && model.guarantee_applies !== false;
  byId("guarantee").hidden = !applies;
  byId("guarantee").textContent = applies ? (model.guarantee.promise ?? "") : "";
  byId("metrics").replaceChildren(...metricsTables(model.splits ?? {}, model.policy));
  byId("card").replaceChildren(...cardOf(model.card ?? "", Boolean(byId("metrics").querySelector("table"))));
  const button = byId("download-bundle");
  button.hidden = !model.allow_download;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      save(`${model.name || "bundle"}.zip`, await backend.download(), "application/zip");
    } catch (error) {
      tell(error);
    } finally {
      button.disabled = false;
    }
  });
}
