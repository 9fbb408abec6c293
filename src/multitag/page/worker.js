// Computes in the exported folder: tokens, ONNX Runtime, calibration, decisions and explanations, one task after another.

import * as ort from "./vendor/ort.wasm.bundle.min.mjs";
import { Tokenizer } from "./vendor/tokenizers.min.mjs";
import { Encoder } from "./encoder.js";
import { calibrate, pool, sigmoid } from "./probabilities.js";
import { joined, leftOut, wordSpans } from "./words.js";

const BATCH_TOKENS = 512; // padding included, as the classifier in Python has it
const MAX_WORDS = 48; // texts scored for one explanation: here a core does it, without AVX

const stopped = new Set();
let about, encoder, session;

const maxWindows = () => (about.pool ? about.max_windows : 1);

const getJson = async (path) => {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path} is missing: export the folder again.`);
  return answer.json();
};

/** Fetch a large file and tell how much has come. */
async function getBytes(path, size) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path} is missing: export the folder again.`);
  const bytes = new Uint8Array(size);
  let done = 0;
  const reader = answer.body.getReader();
  for (;;) {
    const { value, done: ended } = await reader.read();
    if (ended) break;
    if (done + value.length > size) throw new Error(`${path} is longer than multitag.json says: export the folder again.`);
    bytes.set(value, done);
    done += value.length;
    postMessage({ progress: [done, size] });
  }
  if (done !== size) throw new Error(`${path} did not come whole: load the page again.`);
  return bytes;
}

async function load(task) {
  about = task.about;
  const [tokenizer, settings, wasm] = await Promise.all([
    getJson("tokenizer.json"), getJson("tokenizer_config.json"),
    fetch("vendor/ort-wasm-simd-threaded.wasm").then((answer) => answer.arrayBuffer()),
  ]);
  encoder = new Encoder(new Tokenizer(tokenizer, settings), about.max_length);
  const graph = await getBytes(about.graph.path, about.graph.bytes);
  postMessage({ progress: [0, 0] });
  ort.env.wasm.wasmBinary = wasm;
  ort.env.wasm.numThreads = 1; // more need headers that a plain folder of files does not have
  session = await ort.InferenceSession.create(graph, { executionProviders: ["wasm"] });
}

async function logitsOf(rows) {
  const length = Math.max(...rows.map((row) => row.length));
  const ids = new BigInt64Array(rows.length * length).fill(BigInt(about.pad_id));
  const mask = new BigInt64Array(rows.length * length);
  rows.forEach((row, at) => row.forEach((id, place) => {
    ids[at * length + place] = BigInt(id);
    mask[at * length + place] = 1n;
  }));
  const shape = [rows.length, length];
  const feeds = { input_ids: new ort.Tensor("int64", ids, shape), attention_mask: new ort.Tensor("int64", mask, shape) };
  const { logits } = await session.run(feeds);
  return logits.data; // (rows, labels), flat
}

/** Return the calibrated probabilities of texts, an array of numbers for each. */
async function score(texts, number) {
  const windows = texts.map((text) => encoder.windows(text, maxWindows()));
  const rows = windows.flat();
  const order = rows.map((_, at) => at).sort((one, other) => rows[other].length - rows[one].length);
  const raw = new Array(rows.length);
  const { length: nLabels } = about.model.labels;
  for (let start = 0; start < order.length; ) {
    await new Promise((resolve) => setTimeout(resolve)); // lets a stop come in
    if (stopped.has(number)) throw new DOMException("stopped", "AbortError");
    const places = order.slice(start, start + Math.max(1, Math.floor(BATCH_TOKENS / rows[order[start]].length)));
    const logits = await logitsOf(places.map((place) => rows[place]));
    places.forEach((place, at) => (raw[place] = Array.from(logits.subarray(at * nLabels, (at + 1) * nLabels), sigmoid)));
    start += places.length;
  }
  let at = 0;
  return windows.map((of) => pool(raw.slice(at, (at += of.length)), about.pool).map((p, label) => calibrate(p, about.calibration[label])));
}

async function predict({ texts, number }) {
  const { labels, thresholds } = about.model;
  const scored = await score(texts, number);
  return scored.map((probabilities, at) => ({
    labels: labels
      .map((label, place) => [label, probabilities[place]])
      .filter(([label, p]) => p >= thresholds[label])
      .sort((one, other) => other[1] - one[1])
      .map(([label]) => label),
    probabilities: Object.fromEntries(labels.map((label, place) => [label, probabilities[place]])),
    thresholds,
    truncated: encoder.count(texts[at], maxWindows()) > encoder.capacity(maxWindows()),
  }));
}

/** Occlusion, as explain_text does it in Python; places are counted in characters. */
async function explain({ text, label, number }) {
  const column = about.model.labels.indexOf(label);
  const spans = wordSpans(text);
  const capacity = encoder.capacity(maxWindows());
  const truncated = encoder.count(text, maxWindows()) > capacity;
  const inside = truncated ? spans.slice(0, encoder.wordsWithin(text, spans, capacity)) : spans;
  const needed = truncated ? encoder.wordsWithin(text, spans, 2 * capacity + about.max_length) : spans.length;
  const end = needed < spans.length ? spans[needed][1] : text.length;
  const groups = joined(inside, MAX_WORDS);
  const rows = await score([text, ...groups.map((group) => leftOut(text.slice(0, Math.max(end, group[1])), ...group))], number);
  const whole = rows[0][column];
  const characters = (units) => Array.from(text.slice(0, units)).length;
  const word = ([from, to], effect) => ({ text: text.slice(from, to), start: characters(from), end: characters(to), effect });
  const words = groups.map((group, place) => word(group, whole - rows[place + 1][column]));
  const beyond = spans.slice(inside.length);
  if (beyond.length) words.push(word([beyond[0][0], beyond.at(-1)[1]], 0));
  return { label, probability: whole, words, truncated };
}

const TASKS = { load, predict, explain };
let queue = Promise.resolve();

addEventListener("message", ({ data }) => {
  const { number } = data;
  if (data.task === "stop") {
    stopped.add(number);
    return;
  }
  queue = queue.then(async () => {
    try {
      if (stopped.has(number)) return;
      postMessage({ number, result: await TASKS[data.task](data) });
    } catch (error) {
      postMessage({ number, error: String(error?.message ?? error) });
    } finally {
      stopped.delete(number);
    }
  });
});
