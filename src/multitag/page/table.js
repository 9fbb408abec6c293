// The second tab: a CSV file, predicted in batches, shown, counted and given back.

import { announce, byId, el, percent, save } from "./dom.js";
import { decode, headerOf, parse, textColumn, write } from "./csv.js";

const BATCH = 32;
const BATCH_CHARACTERS = 100_000; // of texts sent at once, far below any service's limit of a body
const MAX_BYTES = 100 * 2 ** 20;
const SHOWN_ROWS = 100;
const SHOWN_LABELS = 30;

/** Divide texts into batches by their number and length; yields places of texts. */
export function* batches(texts, most) {
  let batch = [];
  let characters = 0;
  for (const [place, text] of texts.entries()) {
    if (!text.trim()) continue; // nothing to read
    if (batch.length && (batch.length === most || characters + text.length > BATCH_CHARACTERS)) {
      yield batch;
      [batch, characters] = [[], 0];
    }
    batch.push(place);
    characters += text.length;
  }
  if (batch.length) yield batch;
}

/** Return the names of the columns added, none of them one of the file's. */
export function addedColumns(header, labels) {
  const free = (name) => {
    while (header.includes(name)) name += "_predicted";
    return name;
  };
  return [free("labels"), ...labels.map((label) => free(`probability_${label}`))];
}

/** Set up the tab for a backend. */
export function startTable(backend, tell) {
  const { model } = backend;
  const longest = model.limits?.max_characters ?? 100_000;
  const batchSize = Math.min(BATCH, model.limits?.max_texts ?? BATCH);
  const state = { name: "", header: [], rows: [], predictions: [], running: null };

  async function open(file) {
    state.running?.abort();
    tell(null);
    byId("table-setup").hidden = byId("table-result").hidden = byId("table-progress").hidden = true;
    if (file.size > MAX_BYTES) {
      tell(new Error(`${file.name} has ${Math.round(file.size / 2 ** 20)} MB; here up to 100 MB fit. Use: multitag predict BUNDLE --input FILE --output FILE`));
      return;
    }
    const [first, ...rows] = parse(decode(await file.arrayBuffer()));
    if (!first || !rows.length) {
      tell(new Error(`${file.name}: no rows. Expected a CSV file whose first line names the columns.`));
      return;
    }
    Object.assign(state, { name: file.name, header: headerOf(first), rows, predictions: [] });
    byId("table-name").textContent = `${file.name}: ${rows.length.toLocaleString("en")} row${rows.length === 1 ? "" : "s"}`;
    byId("column").replaceChildren(...state.header.map((name, column) => el("option", { value: column }, name)));
    byId("column").value = String(textColumn([first, ...rows]));
    byId("table-setup").hidden = false;
    preview();
    announce(`${file.name} read, ${rows.length} rows. Choose the column of the text.`);
    byId("column").focus();
  }

  function preview() {
    const column = Number(byId("column").value);
    const row = state.rows.find((each) => each[column]?.trim());
    byId("preview").textContent = row ? row[column].slice(0, 200) : "This column is empty.";
    byId("run-table").disabled = !row;
  }

  async function run() {
    const column = Number(byId("column").value);
    const texts = state.rows.map((row) => row[column] ?? "");
    const cut = texts.filter((text) => text.length > longest).length;
    const running = (state.running = new AbortController());
    state.predictions = new Array(texts.length).fill(null);
    byId("table-result").hidden = true;
    byId("table-progress").hidden = false;
    byId("run-table").disabled = true;
    let done = 0;
    const show = () => {
      byId("bar").max = texts.length;
      byId("bar").value = done;
      byId("bar-words").textContent = `${done.toLocaleString("en")} of ${texts.length.toLocaleString("en")} rows`;
    };
    show();
    announce("Predicting");
    try {
      for (const batch of batches(texts, batchSize)) {
        const options = { signal: running.signal, patient: true };
        const answers = await backend.predict(batch.map((place) => texts[place].slice(0, longest)), options);
        batch.forEach((place, at) => (state.predictions[place] = answers[at]));
        done = batch.at(-1) + 1;
        show();
      }
      finish(texts, cut);
    } catch (error) {
      if (error.name !== "AbortError") tell(error);
      else if (state.running === running) announce("Stopped");
    } finally {
      if (state.running === running) {
        byId("table-progress").hidden = true;
        byId("run-table").disabled = false;
      }
    }
  }

  function finish(texts, cut) {
    const counts = new Map(model.labels.map((label) => [label, 0]));
    for (const prediction of state.predictions) prediction?.labels.forEach((label) => counts.set(label, counts.get(label) + 1));
    const empty = state.predictions.filter((prediction) => prediction === null).length;
    const none = state.predictions.filter((prediction) => prediction?.labels.length === 0).length;
    const notes = [
      empty ? `${empty} without a text` : null,
      none ? `${none} without a label` : null,
      cut ? `${cut} cut to ${longest.toLocaleString("en")} characters` : null,
    ].filter(Boolean);
    byId("table-summary").textContent = `${texts.length.toLocaleString("en")} rows predicted${notes.length ? `: ${notes.join(", ")}` : ""}.`;
    drawCounts([...counts].sort((one, other) => other[1] - one[1]), texts.length);
    const rows = state.predictions.slice(0, SHOWN_ROWS).map((prediction, place) => el("tr", {},
      el("td", { class: "number" }, String(place + 1)),
      el("td", { class: "text" }, texts[place].length > 160 ? `${texts[place].slice(0, 160)}…` : texts[place]),
      el("td", { class: "chips" }, (prediction?.labels ?? []).map((label) =>
        el("span", { class: "chip" }, label, " ", el("span", { class: "share" }, percent(prediction.probabilities[label])))))));
    byId("table-rows").replaceChildren(...rows);
    byId("table-more").textContent = texts.length > SHOWN_ROWS ? `The first ${SHOWN_ROWS} rows are shown; the download has all.` : "";
    byId("table-result").hidden = false;
    announce(`Done: ${byId("table-summary").textContent}`);
    byId("table-heading").focus();
  }

  function drawCounts(counts, total) {
    const largest = Math.max(1, counts[0]?.[1] ?? 0);
    byId("counts").replaceChildren(...counts.slice(0, SHOWN_LABELS).map(([label, count]) => {
      const fill = el("span", { class: "fill" });
      fill.style.inlineSize = `${(count / largest) * 100}%`;
      return el("li", {}, el("span", { class: "name" }, label), el("span", { class: "track", "aria-hidden": "true" }, fill),
        el("span", { class: "share" }, `${count.toLocaleString("en")} `, el("span", { class: "quiet" }, percent(count / total))));
    }));
    byId("counts-more").textContent = counts.length > SHOWN_LABELS ? `The ${SHOWN_LABELS} most frequent of ${counts.length} labels.` : "";
  }

  function download() {
    const { header, rows, predictions } = state;
    const cells = predictions.map((prediction) => prediction
      ? [prediction.labels.length && prediction.labels.some((label) => label.includes(",")) ? JSON.stringify(prediction.labels) : prediction.labels.join(","),
        ...model.labels.map((label) => prediction.probabilities[label].toFixed(6))]
      : new Array(model.labels.length + 1).fill(""));
    const whole = rows.map((row, place) => [...header.map((_, column) => row[column] ?? ""), ...cells[place]]);
    const name = state.name.replace(/\.[^.]*$/, "");
    save(`${name}-labelled.csv`, write([[...header, ...addedColumns(header, model.labels)], ...whole]), "text/csv;charset=utf-8");
  }

  const zone = byId("drop");
  const input = byId("file");
  input.addEventListener("change", () => {
    if (input.files[0]) open(input.files[0]).catch(tell);
    input.value = ""; // the same file may be chosen again
  });
  for (const kind of ["dragover", "dragenter"]) {
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    if (event.dataTransfer.files[0]) open(event.dataTransfer.files[0]).catch(tell);
  });
  byId("column").addEventListener("change", preview);
  byId("run-table").addEventListener("click", () => {
    tell(null);
    run();
  });
  byId("stop-table").addEventListener("click", () => state.running?.abort());
  byId("download-table").addEventListener("click", download);
}
