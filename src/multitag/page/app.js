// Starts the page: theme, tabs, the key, and the backend that index.html names.

import { announce, byId, counted, recall, remember } from "./dom.js";
import { startModel } from "./model.js";
import { startTable } from "./table.js";
import { startTry } from "./try.js";

const THEMES = ["auto", "light", "dark"];
const TABS = ["try", "table", "model"];

function startTheme() {
  const button = byId("theme");
  const show = (theme) => {
    document.documentElement.dataset.theme = theme;
    button.textContent = { auto: "◐", light: "☀", dark: "☾" }[theme];
    button.title = `Theme: ${theme}`;
    button.setAttribute("aria-label", `Theme: ${theme}. Change it`);
  };
  const kept = recall(() => localStorage, "multitag-theme");
  show(THEMES.includes(kept) ? kept : "auto");
  button.addEventListener("click", () => {
    const theme = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % THEMES.length];
    remember(() => localStorage, "multitag-theme", theme);
    show(theme);
    announce(`Theme: ${theme}`);
  });
}

function startTabs() {
  const choose = (name, focus) => {
    for (const each of TABS) {
      const tab = byId(`tab-${each}`);
      tab.setAttribute("aria-selected", String(each === name));
      tab.tabIndex = each === name ? 0 : -1;
      byId(`panel-${each}`).hidden = each !== name;
      if (focus && each === name) tab.focus();
    }
  };
  TABS.forEach((name, place) => {
    byId(`tab-${name}`).addEventListener("click", () => choose(name));
    byId(`tab-${name}`).addEventListener("keydown", (event) => {
      const to = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: TABS.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      choose(TABS[(to + TABS.length) % TABS.length], true);
    });
  });
  choose("try");
}

/** Show an error in the page; null removes the last one. */
function tell(error) {
  if (error?.name === "AbortError") return;
  byId("error").hidden = !error;
  byId("error-words").textContent = error ? error.message : "";
}

let asking = null;

/** Ask for the service's key; resolves once one is given. Requests that wait share one question. */
function askKey(wasWrong) {
  asking ??= new Promise((resolve) => {
    const dialog = byId("key-dialog");
    byId("key-wrong").hidden = !wasWrong;
    byId("key").value = "";
    dialog.onclose = () => { // only a dialog that is closed can be opened to ask again
      asking = null;
      resolve(byId("key").value.trim());
    };
    dialog.oncancel = (event) => event.preventDefault(); // without a key there is nothing to see
    dialog.showModal();
  });
  return asking;
}

/** Show how much of a model that is loaded into the browser has come. */
function progress(done, total) {
  byId("loading-words").textContent = total
    ? `Loading the model: ${Math.round(done / 1e6)} of ${Math.round(total / 1e6)} MB`
    : "Starting the model …";
  byId("loading-bar").max = total || 1;
  if (total) byId("loading-bar").value = done;
  else byId("loading-bar").removeAttribute("value");
}

async function start() {
  startTheme();
  startTabs();
  byId("close-error").addEventListener("click", () => tell(null));
  for (const kind of ["dragover", "drop"]) window.addEventListener(kind, (event) => event.preventDefault()); // a file dropped beside the zone would replace the page
  const kind = document.querySelector('meta[name="multitag-backend"]').content;
  try {
    const { openBackend } = await (kind === "local" ? import("./backend_local.js") : import("./backend_http.js"));
    const backend = await openBackend({ askKey, progress });
    const { model } = backend;
    document.title = `${model.name} – multitag`;
    byId("name").textContent = model.name;
    byId("subtitle").textContent = `${counted(model.labels.length, "label")}${model.labels.length === 1 ? "" : ", each"} with a probability of its own${kind === "local" ? "; runs in your browser, no text leaves it" : ""}`;
    byId("loading").hidden = true;
    byId("main").hidden = false;
    startTry(backend, tell);
    startTable(backend, tell);
    startModel(backend, tell);
    document.documentElement.dataset.ready = "";
  } catch (error) {
    byId("loading").hidden = true;
    tell(error);
  }
}

start();
