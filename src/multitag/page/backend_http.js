// The backend that asks a multitag service.

import { recall, remember } from "./dom.js";

const KEY = "multitag-api-key"; // of sessionStorage: gone with the tab
const MAX_WAITS = 5;
const SENDABLE = /^[\t\x20-\x7e\x80-\xff]*$/; // what a header can carry

/** An answer of the service that is not 200. */
export class ServiceError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const pause = (seconds, signal) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("stopped", "AbortError"));
    });
  });

async function ask(path, { body, signal, patient = false, askKey } = {}) {
  for (let waits = 0; ; waits++) {
    const headers = {};
    const key = recall(() => sessionStorage, KEY);
    if (key && !SENDABLE.test(key)) { // no service can have such a key
      remember(() => sessionStorage, KEY, await askKey(true));
      continue;
    }
    if (key) headers.Authorization = `Bearer ${key}`;
    if (body) headers["Content-Type"] = "application/json";
    const answer = await fetch(path, {
      method: body ? "POST" : "GET", headers, signal, body: body && JSON.stringify(body),
    }).catch((error) => {
      if (error.name === "AbortError") throw error;
      throw new ServiceError(0, "The service does not answer. Is it still running?");
    });
    if (answer.ok) return answer;
    if (answer.status === 401) {
      remember(() => sessionStorage, KEY, await askKey(Boolean(key)));
      continue;
    }
    if ((answer.status === 429 || answer.status === 503) && patient && waits < MAX_WAITS) {
      await pause(Math.min(10, Number(answer.headers.get("Retry-After")) || 1), signal);
      continue;
    }
    const told = await answer.json().then((values) => values.error, () => null);
    throw new ServiceError(answer.status, told || `The service answered ${answer.status}.`);
  }
}

/**
 * Open the backend.
 *
 * A backend has `model` (what GET /v1/model returns), `predict(texts, {signal, patient})`, which resolves to an array of
 * {labels, probabilities, thresholds, truncated}, `explain(text, label, {signal})`, which resolves to {label,
 * probability, words, truncated}, and `download()`, where the bundle may be had.
 */
export async function openBackend({ askKey }) {
  const model = await (await ask("v1/model", { askKey })).json();
  return {
    model,
    async predict(texts, options = {}) {
      return (await (await ask("v1/predict", { body: { texts }, askKey, ...options })).json()).predictions;
    },
    async explain(text, label, options = {}) {
      return (await ask("v1/explain", { body: { text, label }, patient: true, askKey, ...options })).json();
    },
    async download() {
      return (await ask("v1/bundle.zip", { askKey })).blob();
    },
  };
}
