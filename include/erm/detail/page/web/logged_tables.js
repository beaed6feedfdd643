// Logged tables: sorted together, and compared with the baseline.

/// Marks in logged tables what differs from the baseline, by the values of the first column, once another is chosen.
let markedBaseline = null;
function markTables() {
  if (markedBaseline === null) markedBaseline = defaultBaseline;
  if (markedBaseline === state.baseline) return;
  markedBaseline = state.baseline;
  for (const area of findAll(".logged")) {
    const read = findAll(".artifact", area).map((figure) => {
      const table = find("table", figure);
      const lines = table ? [...table.tBodies[0].rows].sort((a, b) => a.place - b.place).map((line) => ({ line, cells: [...line.cells].map(readCell) })) : [];
      const seen = new Map();
      for (const entry of lines) {
        const count = seen.get(entry.cells[0].text) || 0;
        seen.set(entry.cells[0].text, count + 1);
        entry.key = JSON.stringify([entry.cells[0].text, count]);
      }
      return { figure, table, lines, run: Number(figure.dataset.run), names: table ? [...table.tHead.rows[0].cells].map((cell) => cell.dataset.name) : [] };
    });
    const base = read.find((one) => one.run === state.baseline);
    const known = new Map(base.lines.map((entry) => [entry.key, entry]));
    for (const { figure, table, lines, run, names } of read) {
      for (const mark of findAll(".of-baseline, .lacking, tbody .q", figure)) mark.remove();
      if (run === state.baseline) find("figcaption", figure).append(make("small", { class: "of-baseline" }, " baseline"));
      if (!table) continue;
      const isCompared = base.table && run !== state.baseline;
      for (const { line, cells, key } of lines) {
        const match = known.get(key);
        const isNew = isCompared && !match && !("part" in base.table.dataset);
        line.classList.toggle("new", isNew);
        if (isNew) line.cells[0].append(make("b", { class: "q", title: "not in the baseline" }, "+", make("i", null, " not in the baseline")));
        cells.forEach((cell, column) => {
          if (column === 0) return;
          const other = match && match.cells[base.names.indexOf(names[column])];
          line.cells[column].classList.toggle("d", Boolean(isCompared && (isNew || (match && !(other && sameCell(cell, other))))));
        });
      }
      const here = new Set(lines.map((entry) => entry.key));
      const lacking = isCompared && !("part" in table.dataset) ? base.lines.filter((entry) => !here.has(entry.key)) : [];
      if (lacking.length > 0) figure.append(make("p", { class: "note left lacking" }, `${lacking.length} ${lacking.length === 1 ? "row of the baseline is" : "rows of the baseline are"} not here: ` +
        `${lacking.slice(0, 5).map((entry) => entry.cells[0].text).join(", ")}${lacking.length > 5 ? ", ..." : ""}.`));
    }
  }
}

/// A click on a header sorts the tables of all runs by that column.
function addTableSorting() {
  for (const area of findAll(".logged")) {
    const tables = findAll("table", area).map((table) => ({ table, rows: [...table.tBodies[0].rows] }));
    for (const { rows } of tables) rows.forEach((row, place) => { row.place = place; });
    const columnOf = (table, name) => [...table.tHead.rows[0].cells].findIndex((cell) => cell.dataset.name === name);
    const sort = (name, direction) => {
      for (const { table, rows } of tables) {
        const column = columnOf(table, name);
        table.tBodies[0].append(...(direction && column >= 0 ? sorted(rows, (row) => readCell(row.cells[column]), direction) : rows));
        for (const cell of table.tHead.rows[0].cells) {
          const isIt = direction && cell.dataset.name === name;
          find(".arrow", cell).textContent = isIt ? (direction === "ascending" ? " ▲" : " ▼") : "";
          if (isIt) cell.setAttribute("aria-sort", direction);
          else cell.removeAttribute("aria-sort");
        }
      }
      say(direction ? `Sorted by ${name}, ${direction}` : "Not sorted");
    };
    for (const { table } of tables) for (const cell of table.tHead.rows[0].cells) {
      const name = cell.textContent;
      cell.dataset.name = name;
      cell.replaceChildren(make("button", { type: "button", class: "sort", title: `Sort by ${name}`, onclick: () => {
        const now = cell.getAttribute("aria-sort");
        sort(name, now === null ? "ascending" : now === "ascending" ? "descending" : null);
      } }, name, make("span", { class: "arrow", "aria-hidden": "true" })));
    }
  }
}
