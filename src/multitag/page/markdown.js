// A model card's Markdown to elements: headings, paragraphs, lists, tables, code, links to https. Never HTML.

import { el } from "./dom.js";

const INLINE = /(`+)(.+?)\1|\*\*(.+?)\*\*|\*(.+?)\*|\[([^\]]+)\]\(([^)\s]+)\)|\\([\\`*_{}[\]()#+\-.!|<>])/s;

function inline(text) {
  const nodes = [];
  for (let rest = text; rest; ) {
    const match = INLINE.exec(rest);
    if (!match) {
      nodes.push(rest);
      break;
    }
    if (match.index) nodes.push(rest.slice(0, match.index));
    const [whole, , code, strong, emphasis, words, address, escaped] = match;
    if (code !== undefined) nodes.push(el("code", {}, code.trim()));
    else if (strong !== undefined) nodes.push(el("strong", {}, inline(strong)));
    else if (emphasis !== undefined) nodes.push(el("em", {}, inline(emphasis)));
    else if (escaped !== undefined) nodes.push(escaped);
    else if (/^https:\/\//i.test(address)) nodes.push(el("a", { href: address, rel: "noreferrer" }, inline(words)));
    else nodes.push(...inline(words));
    rest = rest.slice(match.index + whole.length);
  }
  return nodes;
}

/** Divide a table's line at the bars that are not escaped. */
const cells = (line) =>
  line.trim().replace(/^\||(?<!\\)\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim());

function table(lines, number) {
  const sides = cells(lines[1]).map((rule) => (rule.endsWith(":") && !rule.startsWith(":") ? "number" : null));
  const rows = lines.slice(2).map((line) => el("tr", {}, cells(line).map((cell, at) => el("td", { class: sides[at] }, inline(cell)))));
  const head = cells(lines[0]).map((cell, at) => el("th", { scope: "col", class: sides[at] }, inline(cell)));
  return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `Table ${number}` },
    el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows)));
}

const BLOCK = /^(#{1,6} |```|\s*[-*] |\s*\d+\. |\||> )/;

/** Return the elements of a document; headings begin at the level given. */
export function render(text, level = 2) {
  const lines = text.replace(/^---\r?\n[\s\S]*?\n---\r?\n/, "").split(/\r?\n/);
  const nodes = [];
  let tables = 0;
  for (let at = 0; at < lines.length; ) {
    const take = (fits) => {
      const start = at;
      while (at < lines.length && fits(lines[at], at === start)) at++;
      return lines.slice(start, at);
    };
    const line = lines[at];
    const heading = /^(#{1,6}) (.*)/.exec(line);
    if (!line.trim()) at++;
    else if (heading) {
      nodes.push(el(`h${Math.min(6, heading[1].length + level - 1)}`, {}, inline(heading[2])));
      at++;
    } else if (line.startsWith("```")) {
      at++;
      const code = take((each) => !each.startsWith("```"));
      at++;
      nodes.push(el("pre", { tabindex: 0 }, el("code", {}, code.join("\n"))));
    } else if (line.startsWith("|") && /^\|?[\s:|-]+$/.test(lines[at + 1] ?? "")) {
      nodes.push(table(take((each) => each.startsWith("|")), ++tables));
    } else if (/^\s*([-*]|\d+\.) /.test(line)) {
      const items = take((each, first) => first || /^\s*([-*]|\d+\.) |^\s{2,}\S/.test(each));
      const joined = items.reduce((list, each) => {
        if (/^\s*([-*]|\d+\.) /.test(each)) list.push(each.replace(/^\s*([-*]|\d+\.) /, ""));
        else list[list.length - 1] += ` ${each.trim()}`;
        return list;
      }, []);
      nodes.push(el(/^\s*\d/.test(line) ? "ol" : "ul", {}, joined.map((item) => el("li", {}, inline(item)))));
    } else {
      const quote = line.startsWith("> ");
      const words = take((each, first) => first || (each.trim() && !BLOCK.test(each)) || (quote && each.startsWith("> ")));
      const content = words.map((each) => (quote ? each.replace(/^> ?/, "") : each)).join("\n");
      nodes.push(quote ? el("blockquote", {}, inline(content)) : el("p", {}, inline(content)));
    }
  }
  return nodes;
}
