// The backend of an exported folder: the model runs in a worker of this browser, and no text leaves it.

/** Open the backend; see backend_http.js for what it has. `progress(done, total)` is told how loading goes. */
export async function openBackend({ progress }) {
  progress(0, 0);
  const answer = await fetch("multitag.json");
  if (!answer.ok) throw new Error("multitag.json is missing: export the folder again.");
  const about = await answer.json();
  const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  const waiting = new Map();
  let last = 0;

  const call = (task, values, signal) =>
    new Promise((resolve, reject) => {
      const number = ++last;
      waiting.set(number, { resolve, reject });
      signal?.addEventListener("abort", () => {
        if (!waiting.delete(number)) return;
        worker.postMessage({ number, task: "stop" });
        reject(new DOMException("stopped", "AbortError"));
      });
      worker.postMessage({ number, task, ...values });
    });

  worker.addEventListener("message", ({ data }) => {
    if (data.progress) {
      progress(...data.progress);
      return;
    }
    const call = waiting.get(data.number);
    if (!call) return;
    waiting.delete(data.number);
    if (data.error) call.reject(new Error(data.error));
    else call.resolve(data.result);
  });
  worker.addEventListener("error", (event) => {
    for (const { reject } of waiting.values()) reject(new Error(event.message || "The model cannot be loaded in this browser."));
    waiting.clear();
  });

  await call("load", { about });
  return {
    model: about.model,
    predict: (texts, { signal } = {}) => call("predict", { texts }, signal),
    explain: (text, label, { signal } = {}) => call("explain", { text, label }, signal),
    download: () => Promise.reject(new Error("There is no bundle to download here.")),
  };
}
