// Elements made from data. Text is always set as text: nothing here parses HTML.

/** Make an element: attributes by name, `on…` functions as listeners, children as nodes or text. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else if (key === "class") element.className = value;
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export const byId = (id) => document.getElementById(id);

/** Show a share as a percentage that never rounds to 0 % or 100 % what is neither. */
export function percent(share) {
  if (share === null || share === undefined || Number.isNaN(share)) return "–";
  if (share > 0 && share < 0.005) return "<1%";
  if (share < 1 && share > 0.995) return ">99%";
  return `${Math.round(share * 100)}%`;
}

/** Write a number and its noun: 1 label, 2 labels. */
export const counted = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

/** Tell a screen reader, once what it was told before has been said. */
let speaking = 0;
export function announce(words) {
  clearTimeout(speaking);
  speaking = setTimeout(() => {
    byId("live").textContent = words;
  }, 400);
}

/** Save bytes or text as a file. */
export function save(name, content, type) {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = el("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Run the last of many calls, once they have paused. */
export function debounced(milliseconds, action) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), milliseconds);
  };
}

const forNow = new Map(); // what a browser that keeps nothing for pages would lose

/** Return what was remembered, or null. The storage is a function: a browser may refuse to hand it out. */
export function recall(storage, key) {
  try {
    return storage().getItem(key);
  } catch {
    return forNow.get(key) ?? null;
  }
}

/** Remember a value in a storage; as long as the page is open, where the browser refuses. */
export function remember(storage, key, value) {
  forNow.set(key, value);
  try {
    storage().setItem(key, value);
  } catch {
    // It is in forNow.
  }
}
