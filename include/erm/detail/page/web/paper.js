// Tables as they go on paper.

/// Tables as they go on paper: wide ones as tables of some of their columns each, the first column in all of them.
const paperWidth = 680;  // pixels between the margins of an upright page
function splitTables() {
  joinTables();
  document.body.classList.add("printing");
  for (const scroll of findAll(".scroll")) {
    const table = find("table", scroll);
    if (!table || table.offsetWidth === 0) continue;
    const widths = [...table.tHead.rows[0].cells].map((cell) => cell.offsetWidth);
    const groups = [];
    let used = Infinity;
    for (let i = 1; i < widths.length; ++i) {
      if (used + widths[i] > paperWidth) { groups.push([]); used = widths[0]; }
      groups[groups.length - 1].push(i);
      used += widths[i];
    }
    if (groups.length === 0) continue;
    const copyRow = (row, columns) => {
      const copyOf = row.cloneNode(false);
      const isWhole = row.cells.length === widths.length;
      copyOf.append(row.cells[0].cloneNode(true), ...(isWhole ? columns.map((i) => row.cells[i].cloneNode(true)) : [make("td", { colspan: columns.length }, row.cells[1].textContent)]));
      // A header with controls in it is not repeated on each page.
      for (const input of findAll("input", copyOf)) input.remove();
      for (const control of findAll("button", copyOf)) control.replaceWith(...control.childNodes);
      return copyOf;
    };
    scroll.after(make("div", { class: "paper" }, groups.map((columns) => make("table", null,
      [table.tHead, table.tBodies[0]].map((part) => fill(part.cloneNode(false), null, [...part.rows].map((row) => copyRow(row, columns))))))));
    scroll.classList.add("split");
  }
  document.body.classList.remove("printing");
}
function joinTables() {
  for (const copyOf of findAll(".paper")) copyOf.remove();
  for (const scroll of findAll(".split")) scroll.classList.remove("split");
}
