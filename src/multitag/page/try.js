// The first tab: a text, its labels as it is typed, a stricter or looser cut, and why.

import { announce, byId, counted, debounced, el, percent } from "./dom.js";
import { expected, moved } from "./cut.js";
import { examplesFor } from "./examples.js";
import { decide, showLabels } from "./labels.js";
import { showWhy } from "./why.js";

const PAUSE = 250; // milliseconds without a key before a text is sent
const AS_SET = { tuned: "as tuned", fixed: "at the fixed threshold", guarantee: "as the guarantee asks" };
const BACK = { tuned: "As tuned", fixed: "The fixed threshold", guarantee: "As the guarantee asks" };

/** Return the text that a link carries behind its #, or null. */
export function linkedText() {
  const match = /^#text=(.*)$/s.exec(location.hash);
  if (!match) return null;
  try {
    return decodeURIComponent(match[1]);
  } catch {
    return null; // a damaged link
  }
}

/** Set up the tab for a backend. */
export function startTry(backend, tell) {
  const { model } = backend;
  const input = byId("text");
  const state = { prediction: null, text: "", asked: null, all: false, request: null, explaining: null };
  const most = model.limits?.max_characters ?? 100_000;
  const policy = model.policy in AS_SET ? model.policy : "tuned"; // an older service does not tell

  const typed = () => input.value.toWellFormed(); // half of a surrogate pair is no character, and no backend takes it
  const position = () => Number(byId("cut").value) / 100;

  function draw() {
    const { prediction } = state;
    byId("result").hidden = !prediction;
    byId("empty").hidden = Boolean(prediction);
    if (!prediction) return;
    const rows = decide(prediction, position());
    const chosen = rows.filter((row) => row.chosen);
    byId("summary").textContent = chosen.length
      ? `${chosen.length} of ${counted(rows.length, "label")} chosen`
      : rows.length === 1 ? "The label does not reach its threshold" : `None of ${rows.length} labels reaches its threshold`;
    byId("cut-short").hidden = !prediction.truncated;
    showLabels(byId("labels"), byId("more"), rows, {
      asked: state.asked, ask: why, all: state.all,
      showAll: () => {
        state.all = true;
        draw();
      },
    });
  }

  function say() {
    const chosen = decide(state.prediction, position()).filter((row) => row.chosen);
    const names = chosen.map((row) => `${row.label} ${percent(row.probability)}`).join(", ");
    announce(chosen.length ? `${counted(chosen.length, "label")} chosen: ${names}` : "No label reaches its threshold");
  }

  function forget() {
    state.explaining?.abort();
    state.asked = null;
    byId("why").hidden = true;
    byId("why-body").replaceChildren();
  }

  async function predict() {
    const text = typed();
    state.request?.abort(); // its answer would be stale
    state.request = null;
    if (text !== state.text) forget();
    state.text = text;
    if (!text.trim()) {
      state.prediction = null;
      byId("working").hidden = true;
      tell(null);
      draw();
      return;
    }
    const request = (state.request = new AbortController());
    byId("working").hidden = false;
    try {
      const [prediction] = await backend.predict([text], { signal: request.signal, patient: true });
      if (state.request !== request) return;
      state.prediction = prediction;
      tell(null);
      draw();
      say();
    } catch (error) {
      if (state.request !== request) return;
      state.prediction = null; // labels of another text
      draw();
      tell(error);
    } finally {
      if (state.request === request) byId("working").hidden = true;
    }
  }

  async function why(label) {
    forget();
    if (state.text !== typed()) await predict();
    if (!state.prediction) return;
    const explaining = (state.explaining = new AbortController());
    state.asked = label;
    draw();
    byId("why").hidden = false;
    byId("why-title").textContent = `Why ${label}?`;
    byId("why-body").replaceChildren(
      el("p", { class: "quiet busy" }, "Leaving out each word in turn …"), el("progress", { "aria-label": "Explaining" }));
    byId("why").scrollIntoView({ block: "nearest" });
    announce(`Explaining ${label}`);
    try {
      const explanation = await backend.explain(state.text, label, { signal: explaining.signal });
      if (state.explaining !== explaining || explaining.signal.aborted) return;
      byId("why-body").replaceChildren(...showWhy(state.text, explanation));
      byId("why").scrollIntoView({ block: "nearest" });
      announce(`Shown why ${label}`);
    } catch (error) {
      if (error.name === "AbortError" || state.explaining !== explaining) return;
      forget();
      draw();
      tell(error);
    }
  }

  function showCut() {
    const at = position();
    const words = at === 0 ? AS_SET[policy] : at > 0 ? "stricter" : "looser";
    byId("cut-state").textContent = words;
    byId("cut").setAttribute("aria-valuetext", words);
    byId("reset-cut").hidden = at === 0;
    const figures = byId("cut-figures");
    if (!model.curves) {
      figures.textContent =
        "This bundle holds no figures by threshold, so what to expect of another cut is unknown. A bundle trained with this version has them.";
      return;
    }
    const cuts = Object.fromEntries(model.labels.map((label) => [label, moved(model.thresholds[label], at)]));
    const { precision, recall } = expected(model.curves, cuts, model.labels);
    figures.replaceChildren(
      "On held-out texts, of the labels chosen ", el("strong", {}, percent(precision)), " were right (precision), and ",
      el("strong", {}, percent(recall)), " of the right ones were chosen (recall); means over the labels.",
      at !== 0 && model.guarantee && model.guarantee_applies !== false ? " The guarantee does not hold for another cut." : "");
  }

  const later = debounced(PAUSE, predict);
  const setText = (text) => {
    input.value = text;
    predict();
  };
  byId("reset-cut").textContent = BACK[policy];
  input.maxLength = most;
  input.addEventListener("input", later);
  byId("clear").addEventListener("click", () => {
    setText("");
    input.focus();
  });
  byId("cut").addEventListener("input", () => {
    showCut();
    draw();
    if (state.prediction) say();
  });
  byId("reset-cut").addEventListener("click", () => {
    byId("cut").value = "0";
    byId("cut").dispatchEvent(new Event("input"));
    byId("cut").focus();
  });
  const closeWhy = () => {
    const label = state.asked;
    forget();
    draw();
    [...byId("labels").querySelectorAll("button")].find((each) => each.dataset.label === label)?.focus();
  };
  byId("close-why").addEventListener("click", closeWhy);
  document.addEventListener("keydown", (event) => {
    const seen = !byId("why").hidden && !byId("panel-try").hidden && !byId("key-dialog").open;
    if (event.key === "Escape" && seen) closeWhy();
  });
  byId("link").addEventListener("click", async () => {
    history.replaceState(null, "", `#text=${encodeURIComponent(typed())}`);
    const copied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
    const words = copied ? "Link copied" : "The link is in the address bar";
    byId("link").textContent = words;
    announce(words);
    setTimeout(() => (byId("link").textContent = "Copy link"), 2500);
  });
  window.addEventListener("hashchange", () => {
    const text = linkedText();
    if (text !== null && text !== input.value) setText(text);
  });
  const examples = examplesFor(model, most);
  byId("examples").hidden = byId("examples-title").hidden = !examples.length;
  byId("examples").replaceChildren(...examples.map((example) =>
    el("button", { type: "button", class: "example", onclick: () => setText(example) }, example)));
  showCut();
  draw();
  const text = linkedText();
  if (text !== null) setText(text);
  else if (input.value) predict(); // what the browser kept over a reload
}
