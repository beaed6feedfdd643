// The page as data: all that the script works with is in the tables that were written.

const runs = []; // {name, label, full, status}: the name, the same where there is little room, the whole path
const sections = []; // {element, kind, title, table, rows: [{name, goal, cells, ...}]}

function readCell(cell) {
  const kind = cell.className.split(" ", 1)[0] || "t";
  const plain = kind === "d" ? "t" : kind;
  const first = cell.firstChild;
  const shown = !first ? "" : first.nodeType === Node.TEXT_NODE ? first.data : first.lastChild.textContent; // of a long text
  const text = plain === "m" || plain === "e" ? "" : cell.getAttribute("title") || shown;
  const note = cell.lastChild && cell.lastChild.localName === "small" ? cell.lastChild.textContent : "";
  return { kind: plain, shown, text, number: plain === "n" ? toNumber(text) : NaN, note };
}

/// What tells the best points of a metric's curves from the values logged last.
const pointWords = (point) => (point === "min" || point === "max" ? ` (${point} of curve)` : "");

function readName(header) {
  const goal = find(".goal", header);
  const holder = find(".sort", header) || header;
  const first = holder.firstChild;
  const label = first && first.nodeType === Node.TEXT_NODE ? first.data : "";
  const { point = "" } = header.dataset;
  return {
    label,
    name: label + pointWords(point),
    point,
    goal: goal ? goal.dataset.goal : null,
    goalMark: goal,
    plain: header.classList.contains("u"),
    differs: false,
    cells: [],
  };
}

/// The lines of a table, those of a large one that are in its <noscript> too. They are read as a document of their own, in
/// which nothing runs or loads.
function linesOf(section) {
  const lines = [...section.table.tBodies[0].rows];
  if (!section.rest) return lines;
  const rest = new DOMParser().parseFromString(section.rest.textContent, "text/html");
  return lines.concat([...find("table", rest).tBodies[0].rows]);
}

function readRows(section) {
  const heads = [...section.table.tHead.rows[0].cells];
  const body = linesOf(section);
  let rows;
  if (section.initialLayout === "rows") {
    rows = heads.slice(1).map(readName);
    for (const line of body) {
      let cell = line.firstElementChild;
      const run = Number(cell.dataset.run);
      for (const row of rows) row.cells[run] = readCell(cell = cell.nextElementSibling);
    }
  } else {
    rows = body.map((line) => {
      const row = readName(line.cells[0]);
      row.cells = [...line.cells].slice(1).map(readCell);
      return row;
    });
  }
  for (const row of rows) {
    row.plain = row.plain || section.kind === "runs";
    row.numeric = row.cells.some((cell) => cell.kind === "n");
    row.isLine = Boolean(section.rest);
  }
  return rows;
}

/// What a filter looks into.
const searchText = (row) => row.search || (row.search = [row.name, ...row.cells.map((cell) => cell.text)].join("\n").toLowerCase());

function addSection(element) {
  const table = find(":scope > details > .scroll > table", element);
  if (!table) return;
  let rows = null;
  const section = {
    element,
    table,
    scroll: table.parentNode,
    // The text of the lines that are not in the table as it was written.
    rest: find(":scope > details > noscript", element),
    index: sections.length,
    kind: element.classList[1],
    title: find("h2", element).textContent,
    note: find(".note", element),
    noteText: find(".note", element).textContent,
    corner: table.dataset.layout === "rows" ? "" : table.tHead.rows[0].cells[0].textContent,
    initialLayout: table.dataset.layout,
    folded: new Set(),
    arranged: emptyArrangement(),
    shown: null,
    // Read when first asked for.
    get rows() { return chosenRows(this, rows || (rows = readRows(this))); },
  };
  sections.push(section);
  if (runs.length > 0) return;
  for (const header of section.initialLayout === "rows" ? linesOf(section).map((line) => line.cells[0]) : [...table.tHead.rows[0].cells].slice(1)) {
    const label = [...header.childNodes].find((node) => node.nodeType === Node.TEXT_NODE).data;
    const { run, name = label, status: ending = "" } = header.dataset;
    runs[run] = { name, label, full: header.title, status: ending };
  }
}

const sameCell = (a, b) => {
  if (a.kind !== b.kind) return false;
  if (a.text === b.text) return true;
  if (a.kind !== "n") return false;
  if (Number.isNaN(a.number) || Number.isNaN(b.number)) return Number.isNaN(a.number) && Number.isNaN(b.number);
  return a.number === b.number && (Math.abs(a.number) < 2 ** 53 || !Number.isFinite(a.number));
};
