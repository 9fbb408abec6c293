// Clicking a heading sorts by it: figures from the largest, words from A, what is undefined last either way.
// Without this, a plain table.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    const cellOf = row => row.cells[column];
    const isUndefined = cell => cell.classList.contains("undefined");
    const figures = [...body.rows].some(row => "key" in cellOf(row).dataset);
    const compare = figures
      ? (one, other) => one.dataset.key - other.dataset.key
      : (one, other) => one.textContent.localeCompare(other.textContent);
    button.addEventListener("click", () => {
      const first = figures ? "descending" : "ascending", second = figures ? "ascending" : "descending";
      const order = head.getAttribute("aria-sort") === first ? second : first;
      heads.forEach(each => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      body.append(...[...body.rows].sort((one, other) => {
        const a = cellOf(one), b = cellOf(other);
        return isUndefined(a) - isUndefined(b) || sign * compare(a, b) || 0;
      }));
    });
  });
}
