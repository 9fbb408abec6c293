// Why a label: each word shaded by what leaving it out does to the label's probability.

import { el, percent } from "./dom.js";

const LISTED = 5;
const NOTHING = 0.005; // effects below are not shaded

const VISIBLE = /[^\s\p{Cc}\p{Cf}]/u; // controls and what has no width are not read for another reason than length

const signed = (effect) => `${effect < 0 ? "−" : "+"}${(Math.abs(effect) * 100).toFixed(1)}`;

function shade(word, largest) {
  if (Math.abs(word.effect) < NOTHING) return word.text;
  const strength = Math.ceil((Math.abs(word.effect) / largest) * 4); // 1 to 4
  const kind = word.effect > 0 ? "for" : "against";
  return el("mark", { class: `${kind} s${strength}`, title: `${signed(word.effect)} points` }, word.text);
}

function strongest(words, sign, title) {
  const listed = words
    .filter((word) => word.effect * sign >= NOTHING)
    .sort((one, other) => (other.effect - one.effect) * sign)
    .slice(0, LISTED);
  const items = listed.map((word) => el("li", {}, el("span", { class: "word" }, word.text), el("span", { class: "share" }, signed(word.effect))));
  return el("div", {}, el("h3", {}, title), listed.length ? el("ol", {}, items) : el("p", { class: "quiet" }, "No word."));
}

/** Return the elements that show an explanation of a text. */
export function showWhy(text, explanation) {
  const { label, probability, truncated } = explanation;
  const largest = Math.max(NOTHING, ...explanation.words.map((word) => Math.abs(word.effect)));
  const last = explanation.words.at(-1); // without effect where it is what lies beyond the model's length
  const unreadAt = truncated && last?.effect === 0 && VISIBLE.test(last.text) ? explanation.words.length - 1 : -1;
  const characters = Array.from(text); // places are counted in characters, not in UTF-16 units
  const shaded = [];
  let at = 0;
  explanation.words.forEach((word, place) => {
    shaded.push(characters.slice(at, word.start).join(""));
    shaded.push(place === unreadAt ? el("span", { class: "unread", title: "Not read by the model" }, word.text) : shade(word, largest));
    at = word.end;
  });
  shaded.push(characters.slice(at).join(""));
  const lists = el("div", { class: "strongest" },
    strongest(explanation.words, 1, "Speaks for it"), strongest(explanation.words, -1, "Speaks against it"));
  return [
    el("p", {}, "The model gives ", el("strong", {}, label), ` a probability of ${percent(probability)}. `,
      "Each word is shaded by how far the probability changes when it is left out:"),
    el("p", { class: "legend" }, el("mark", { class: "for s3" }, "for the label"), " ",
      el("mark", { class: "against s3" }, "against it"),
      unreadAt < 0 ? null : " ", unreadAt < 0 ? null : el("span", { class: "unread" }, "not read: too long")),
    el("p", { class: "shaded", tabindex: 0, role: "region", "aria-label": `The text, shaded for ${label}` }, shaded),
    lists,
    el("p", { class: "quiet" }, "In percentage points of the probability. Words that only count together show little alone."),
  ];
}
