// Texts to token ids in windows, as multitag/inference/encoding.py makes them.

const OVERLAP = 4; // neighbouring windows share a quarter of their tokens
const CHARACTERS_PER_TOKEN = 200; // a text is cut to as many for each token that is kept

/** A tokenizer with the length that its model takes. */
export class Encoder {
  constructor(tokenizer, maxLength) {
    this.tokenizer = tokenizer;
    this.maxLength = maxLength;
    // Special tokens stand around a text: what they are shows on one that is encoded with and without them.
    const [bare, whole] = [false, true].map((special) => tokenizer.encode("a", { add_special_tokens: special }).ids);
    let before = whole.findIndex((_, at) => bare.every((id, place) => whole[at + place] === id));
    if (before < 0) before = 0;
    this.before = whole.slice(0, before);
    this.after = whole.slice(before + bare.length);
    this.room = maxLength - this.before.length - this.after.length; // tokens of the text in a window
    this.step = this.room - Math.floor(maxLength / OVERLAP);
  }

  /** Return how many tokens of a text fit into so many windows. */
  capacity(maxWindows) {
    return this.room + (maxWindows - 1) * this.step;
  }

  ids(text, maxWindows) {
    const most = this.maxLength * CHARACTERS_PER_TOKEN * maxWindows;
    const cut = text.length > most ? Array.from(text).slice(0, most).join("") : text;
    return this.tokenizer.encode(cut, { add_special_tokens: false }).ids;
  }

  /** Count the tokens of a text, without special ones. */
  count(text, maxWindows) {
    return this.ids(text, maxWindows).length;
  }

  /** Return the windows of a text, each with its special tokens. */
  windows(text, maxWindows) {
    const ids = this.ids(text, maxWindows);
    const windows = [];
    for (let start = 0; windows.length < maxWindows; start += this.step) {
      windows.push([...this.before, ...ids.slice(start, start + this.room), ...this.after]);
      if (start + this.room >= ids.length) break;
    }
    return windows;
  }

  /** Return how many of the words begin before so many tokens are full. */
  wordsWithin(text, spans, capacity) {
    const fits = (place) => this.tokenizer.encode(text.slice(0, spans[place][0]), { add_special_tokens: false }).ids.length < capacity;
    let [low, high] = [0, spans.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (fits(middle)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
