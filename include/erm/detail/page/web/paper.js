// The page on paper: wide tables as tables of some of their columns each, the first column in all of them. Of many runs
// the best are on paper, and it says so, as it says what the reader chose.

const paperWidth = 680; // pixels between the margins of an upright page
const manyRuns = 12, mostLines = 300;
const mostOnPaper = { overview: 25, notes: 12, boxes: 6, legend: 25 };

/// The runs that are shown, the best first, and in words what makes them so.
function runsOnPaper() {
  const shown = orderedRuns(visibleRuns()), overview = sections.find(isOverview);
  if (state.sort && state.sort.by === "row") return { order: shown, first: "first", by: ` by ${state.sort.key}` };
  const row = overview && overview.rows.find((one) => one.goal && one.numeric);
  if (!row) return { order: shown, first: "first", by: "" };
  return { order: sorted(shown, (run) => row.cells[run], row.goal === "min" ? "ascending" : "descending"), first: "best", by: ` by ${row.name}` };
}

function choicesInWords() {
  const nameOf = (run) => runs[run].name;
  const hidden = [...state.hidden].sort((a, b) => a - b);
  const words = runs.length > 1 ? [`compared to ${nameOf(state.baseline)}`] : [];
  if (hidden.length) words.push(`${hidden.length} of ${runs.length} runs hidden: ${hidden.slice(0, 8).map(nameOf).join(", ")}${hidden.length > 8 ? " and more" : ""}`);
  for (const name of state.brush.keys()) words.push(`runs selected by ${name}: ${visibleRuns().length} of ${runs.length}`);
  if (state.filter) words.push(`filter “${state.filter}”`);
  if (state.differing) words.push("only rows that differ");
  if (state.show !== "value") words.push(`numbers as ${state.show} to the baseline`);
  if (state.sort) words.push(`sorted by ${state.sort.by === "run" ? nameOf(state.sort.key) : state.sort.by === "name" ? "name" : state.sort.key}, ${state.sort.direction}`);
  for (const section of sections)
    if (section.arranged.hidden.size) words.push(`${section.arranged.hidden.size} rows of ${section.title} hidden`);
  return words.length ? `As shown: ${words.join("; ")}.` : "";
}

const paper = (...parts) => make("div", { class: "paper" }, parts.flat());
const onPaperNote = (count, all, what) => (count < all ? make("p", { class: "none" }, `On paper: the ${what.first} ${count} of ${all} runs${what.by}.`) : null);

/// A copy of a row with only these columns. A header with controls in it is not repeated on each page.
function copyRow(row, columns, width) {
  const copyOf = row.cloneNode(false);
  const isWhole = row.cells.length === width;
  copyOf.append(row.cells[0].cloneNode(true), ...(isWhole ? columns.map((i) => row.cells[i].cloneNode(true)) : [make("td", { colspan: columns.length }, row.cells[1].textContent)]));
  return withoutControls(copyOf);
}
function withoutControls(element) {
  for (const control of findAll("input, .choose, .more", element)) control.remove();
  for (const control of findAll("button", element)) control.replaceWith(...control.childNodes);
  return element;
}

/// The columns that fit a page side by side: [[1, 2, 3], [4, 5], ...].
function columnGroups(table) {
  const widths = [...table.tHead.rows[0].cells].map((cell) => cell.offsetWidth);
  const groups = [];
  let used = Infinity;
  for (let i = 1; i < widths.length; ++i) {
    if (used + widths[i] > paperWidth) { groups.push([]); used = widths[0]; }
    groups[groups.length - 1].push(i);
    used += widths[i];
  }
  return groups;
}
const split = (table, groups) => groups.map((columns) => make("table", { class: table.className || null }, [table.tHead, table.tBodies[0]].map((part) =>
  fill(part.cloneNode(false), null, [...part.rows].map((row) => copyRow(row, columns, table.tHead.rows[0].cells.length))))));

/// The table of a section as it is, or of many runs the best: a line each in the first table, as many columns as fit in the others.
function paperTable(section, best) {
  const { rows, order } = shownOf(section);
  const isMany = best.order.length > manyRuns;
  const most = isMany ? (isOverview(section) ? mostOnPaper.overview : manyRuns) : order.length;
  const written = isMany ? best.order.slice(0, most) : order;
  const isByRun = isMany ? isOverview(section) : layoutOf(section) === "rows";
  const plan = (isByRun ? rowsPlan : columnsPlan)(section, rows, written);
  const left = plan.lines.length - mostLines;
  plan.lines = plan.lines.slice(0, mostLines);
  const table = withoutControls(make("table", { class: isMany && !isByRun ? "narrow" : null }, partsOf(plan)));
  const holder = paper(table);
  section.scroll.after(holder);
  section.scroll.classList.add("split");
  let groups = columnGroups(table);
  if (isMany && !isByRun) groups = groups.slice(0, 1);
  const count = isMany ? (isByRun ? written.length : groups[0].length) : order.length;
  const parts = [onPaperNote(count, best.order.length, best), split(table, groups), left > 0 ? make("p", { class: "none" }, `${left} more rows are not on paper.`) : null];
  holder.replaceChildren(...parts.flat().filter(Boolean));
}

/// Of the boxes, and the names below charts, only those of the best runs.
function leaveOut(best) {
  for (const holder of findAll(".cards, .gallery, .steps, .heats, .logged, .legend")) {
    const most = holder.matches(".legend") ? mostOnPaper.legend : holder.matches(".cards") ? mostOnPaper.notes : mostOnPaper.boxes;
    const boxes = new Map([...holder.children].filter((one) => one.dataset.run !== undefined).map((one) => [Number(one.dataset.run), one]));
    const there = best.order.filter((run) => boxes.has(run));
    if (best.order.length <= manyRuns || there.length <= most) continue;
    for (const run of there.slice(most)) boxes.get(run).classList.add("left-out");
    holder.after(paper(onPaperNote(most, there.length, best)));
  }
}

function splitTables() {
  joinTables();
  document.body.classList.add("printing");
  const best = runsOnPaper();
  find("header").append(paper(make("p", null, choicesInWords())));
  const ofSections = new Set(sections.map((section) => section.scroll));
  for (const section of sections) if (section.scroll.offsetWidth > 0 && shownOf(section).rows.length > 0) paperTable(section, best);
  for (const scroll of findAll(".scroll")) {
    const table = find("table", scroll);
    if (!table || ofSections.has(scroll) || table.offsetWidth === 0) continue;
    const groups = columnGroups(table);
    if (groups.length === 0) continue;
    scroll.after(paper(split(table, groups)));
    scroll.classList.add("split");
  }
  leaveOut(best);
  document.body.classList.remove("printing");
}
function joinTables() {
  for (const copyOf of findAll(".paper")) copyOf.remove();
  for (const scroll of findAll(".split")) scroll.classList.remove("split");
  for (const one of findAll(".left-out")) one.classList.remove("left-out");
}
