// Delimited text (RFC 4180, and what spreadsheets make of it) to rows, and rows to CSV.

const DELIMITERS = [",", ";", "\t", "|"];

/** Return the delimiter that divides the first records into the most columns of equal number. */
export function findDelimiter(text) {
  let best = [",", 0];
  for (const delimiter of DELIMITERS) {
    const rows = parse(text.slice(0, 20_000), delimiter, 20).slice(0, 19); // the last may be cut
    const width = rows[0]?.length ?? 0;
    const even = rows.filter((row) => row.length === width).length / (rows.length || 1);
    if (width > 1 && width * even > best[1]) best = [delimiter, width * even];
  }
  return best[0];
}

/**
 * Return the records as arrays of text; quotes may hold delimiters, line breaks and doubled quotes.
 * An Error says where a quotation mark is never closed, as the rows after it would be lost in its cell.
 */
export function parse(text, delimiter = findDelimiter(text), most = Infinity) {
  const rows = [];
  let row = [];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const endRow = () => {
    if (row.length > 1 || row[0] !== "") rows.push(row); // an empty line is no record
    row = [];
  };
  while (at < text.length && rows.length < most) {
    let cell = "";
    if (text[at] === '"') {
      at++;
      for (;;) {
        const close = text.indexOf('"', at);
        if (close < 0) {
          if (most === Infinity) {
            throw new Error(`the quotation mark that opens column ${row.length + 1} of row ${rows.length} is never closed. Close it, or double those that belong to the text.`);
          }
          cell += text.slice(at);
          at = text.length;
          break;
        }
        cell += text.slice(at, close);
        at = close + 1;
        if (text[at] !== '"') break;
        cell += '"';
        at++;
      }
    }
    const start = at; // what follows a closing quote belongs to the cell
    while (at < text.length && text[at] !== delimiter && text[at] !== "\n" && text[at] !== "\r") at++;
    row.push(cell + text.slice(start, at));
    if (text[at] === delimiter) {
      at++;
      if (at === text.length) row.push("");
      continue;
    }
    if (text[at] === "\r" && text[at + 1] === "\n") at++;
    at++;
    endRow();
  }
  if (row.length) endRow();
  return rows;
}

const CONTROLS = /[\x00-\x08\x0e-\x1a\x1c-\x1f]/g; // which text as good as never has
const MOST_CONTROLS = 0.002; // of its characters

/** Decode a file: UTF-8, UTF-16 by its mark, else Windows-1252. An Error says that it is no text. */
export function decode(bytes) {
  const text = decoded(bytes);
  const start = text.slice(0, 1_000_000);
  if (text.includes("\0") || (start.match(CONTROLS)?.length ?? 0) > start.length * MOST_CONTROLS) {
    throw new Error("it holds binary data, not the text of a table. Save it as CSV (UTF-8), for example from a spreadsheet.");
  }
  return text;
}

function decoded(bytes) {
  const [first, second] = new Uint8Array(bytes, 0, Math.min(2, bytes.byteLength));
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

const quoted = (cell) => (/[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** Return rows as CSV, with the mark by which spreadsheets know UTF-8. */
export function write(rows) {
  return `\ufeff${rows.map((row) => row.map((cell) => quoted(String(cell))).join(",")).join("\r\n")}\r\n`;
}

/** Return the names of the columns: those of the first record, told apart where they are equal or empty. */
export function headerOf(row) {
  const taken = new Set();
  return row.map((cell, column) => {
    const base = cell.trim() || `Column ${column + 1}`;
    let name = base;
    for (let copy = 2; taken.has(name); copy++) name = `${base} (${copy})`;
    taken.add(name);
    return name;
  });
}

/** Return the column that is most likely the text: the longest cells with spaces in them. */
export function textColumn(rows) {
  const lengths = rows[0].map((_, column) =>
    rows.slice(1, 101).reduce((sum, row) => sum + (/\s/.test(row[column] ?? "") ? row[column].length : 0), 0),
  );
  return Math.max(0, lengths.indexOf(Math.max(...lengths)));
}
