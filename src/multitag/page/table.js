// The second tab: a CSV file, predicted in batches, shown, counted and given back.

import { announce, byId, counted, el, save } from "./dom.js";
import { decode, headerOf, parse, textColumn, write } from "./csv.js";
import { labelled } from "./labelled.js";
import { showResult, summary } from "./table_result.js";

const BATCH = 32;
const BATCH_CHARACTERS = 100_000; // of texts sent at once, far below any service's limit of a body
const MAX_BYTES = 100 * 2 ** 20;
const NO_FILE = { name: "", header: [], rows: [], texts: [], predictions: [] };

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

/** Read a file; its records, the header first. An Error says why it is no table. */
async function readTable(file) {
  if (file.size > MAX_BYTES) {
    throw new Error(`${file.name} has ${Math.round(file.size / 2 ** 20)} MB; here up to 100 MB fit. Use: multitag predict BUNDLE --input FILE --output FILE`);
  }
  const bytes = await file.arrayBuffer();
  let records;
  try {
    records = parse(decode(bytes));
  } catch (error) {
    throw new Error(`${file.name}: ${error.message}`);
  }
  if (records.length < 2) throw new Error(`${file.name}: no rows. Expected a CSV file whose first line names the columns.`);
  return records;
}

/** Set up the tab for a backend. */
export function startTable(backend, tell) {
  const { model } = backend;
  const longest = model.limits?.max_characters ?? 100_000;
  const batchSize = Math.min(BATCH, model.limits?.max_texts ?? BATCH);
  const state = { ...NO_FILE, running: null, opening: null };

  function forget() {
    state.running?.abort();
    Object.assign(state, NO_FILE, { running: null });
    byId("table-setup").hidden = byId("table-result").hidden = byId("table-progress").hidden = true;
    byId("table-name").textContent = byId("preview").textContent = "";
    byId("file-name").textContent = "Choose a file";
    byId("column").replaceChildren();
  }

  async function open(file) {
    forget();
    tell(null);
    state.opening = file;
    try {
      const [first, ...rows] = await readTable(file);
      if (state.opening !== file) return; // another was chosen meanwhile
      Object.assign(state, { name: file.name, header: headerOf(first), rows });
      byId("file-name").textContent = `${file.name} – choose another`;
      byId("table-name").textContent = `${file.name}: ${counted(rows.length, "row")}`;
      byId("column").replaceChildren(...state.header.map((name, column) => el("option", { value: column }, name)));
      byId("column").value = String(textColumn([first, ...rows]));
      byId("table-setup").hidden = false;
      preview();
      announce(`${file.name} read, ${counted(rows.length, "row")}. Choose the column of the text.`);
      byId("column").focus();
    } catch (error) {
      if (state.opening !== file) return;
      byId("file").value = "";
      tell(error);
    }
  }

  function preview() {
    const column = Number(byId("column").value);
    const row = state.rows.find((each) => each[column]?.trim());
    byId("preview").textContent = row ? row[column].slice(0, 200) : "This column is empty.";
    byId("run-table").disabled = !row;
  }

  async function run() {
    const column = Number(byId("column").value);
    const texts = (state.texts = state.rows.map((row) => row[column] ?? ""));
    const predictions = (state.predictions = new Array(texts.length).fill(null));
    const running = (state.running = new AbortController());
    byId("table-result").hidden = true;
    byId("table-progress").hidden = false;
    byId("run-table").disabled = true;
    const show = (done) => {
      byId("bar").max = texts.length;
      byId("bar").value = done;
      byId("bar-words").textContent = `${done.toLocaleString("en")} of ${counted(texts.length, "row")}`;
    };
    show(0);
    announce("Predicting");
    let ended = false;
    try {
      for (const batch of batches(texts, batchSize)) {
        const options = { signal: running.signal, patient: true };
        const answers = await backend.predict(batch.map((place) => texts[place].slice(0, longest).toWellFormed()), options);
        batch.forEach((place, at) => (predictions[place] = answers[at]));
        show(batch.at(-1) + 1);
      }
      ended = true;
    } catch (error) {
      if (state.running === running) tell(error);
    }
    if (state.running !== running) return; // of a file that is no longer open
    byId("table-progress").hidden = true;
    byId("run-table").disabled = false;
    if (predictions.some(Boolean)) finish(ended);
    else announce("Stopped");
  }

  /** Show what was predicted; what was before a stop or an error is kept. */
  function finish(ended) {
    const { texts, predictions } = state;
    const cut = texts.filter((text, place) => predictions[place] && text.length > longest).length;
    byId("table-summary").textContent = summary(texts, predictions, { cut, longest, ended });
    showResult(texts, predictions, model.labels);
    byId("table-result").hidden = false;
    announce(byId("table-summary").textContent);
    byId("table-heading").focus();
  }

  function download() {
    const name = state.name.replace(/\.[^.]*$/, "");
    const records = labelled(state.header, state.rows, state.predictions, model.labels);
    save(`${name}-labelled.csv`, write(records), "text/csv;charset=utf-8");
  }

  const zone = byId("drop");
  const input = byId("file");
  input.addEventListener("click", () => (input.value = "")); // the same file may be chosen again
  input.addEventListener("change", () => {
    if (input.files[0]) open(input.files[0]);
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
    if (!event.dataTransfer.files[0]) return;
    input.files = event.dataTransfer.files;
    open(input.files[0]);
  });
  byId("column").addEventListener("change", preview);
  byId("run-table").addEventListener("click", () => {
    tell(null);
    run();
  });
  byId("stop-table").addEventListener("click", () => state.running?.abort());
  byId("download-table").addEventListener("click", download);
}
