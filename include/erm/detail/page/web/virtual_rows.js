// Large tables: only the cells in view are there, in lines of one height and columns of known widths, so that the table can
// stand where they belong within a box as large as the whole.

/// How long the longest of some cells is: a number is shown whole, a text at most as far as it is clamped.
const shownLength = (cell) => (cell.kind === "n" ? cell.shown.length : Math.min(lineLength + 4, cell.shown.length));
const longest = (cells) => cells.reduce((most, cell) => Math.max(most, shownLength(cell)), state.show === "value" ? 0 : 14);

const edge = 34; // pixels of a cell beside its text: padding, border, a star
function columnWidths(section, plan, style) {
  const { rows } = section.shown, digit = textWidth("0", style);
  return plan.columns.map(({ key, header }) => {
    const cells = key === undefined ? [] : typeof key === "number" ? rows.map((row) => row.cells[key]) : key.cells;
    const head = header();
    for (const unseen of findAll("i", head)) unseen.remove();
    return Math.ceil(Math.max(76, textWidth(head.textContent, { ...style, fontWeight: 600 }) + (typeof key === "number" ? 72 : 52), edge + digit * longest(cells)));
  });
}

/// The places at which columns begin, and at last the width of all of them.
const placesOf = (widths) => widths.reduce((places, width) => (places.push(places[places.length - 1] + width), places), [0]);

function drawInView(section, plan) {
  const { table, scroll } = section;
  if (!section.sizer) {
    section.sizer = make("div", { class: "sizer" });
    scroll.append(section.sizer);
    table.classList.add("large");
    let isAsked = false;
    const later = () => {
      if (isAsked) return;
      isAsked = true;
      requestAnimationFrame(() => { isAsked = false; showInView(section); });
    };
    scroll.addEventListener("scroll", later, { passive: true });
    // A section may be drawn while it is closed.
    new ResizeObserver(() => {
      if (scroll.clientWidth === section.inView.width) later();
      else drawInView(section, section.inView.plan);
    }).observe(scroll);
  }
  const { fontWeight, fontSize, fontFamily } = getComputedStyle(table), style = { fontWeight, fontSize, fontFamily };
  const places = placesOf(columnWidths(section, plan, style));
  const room = Math.max(96, Math.min(320, scroll.clientWidth * 0.4));
  const names = 40 + plan.lines.reduce((most, { key }) => Math.max(most, key === undefined ? 0 : typeof key === "number"
    ? textWidth(runs[key].name + (key === state.baseline ? " baseline" : ""), style) + (isOverview(section) ? 86 : 32)
    : textWidth(key.name + (key.goal ? " ↓ guessed" : ""), style) + 24), 80);
  const first = Math.ceil(Math.min(names, room));
  // A name that does not fit goes on in the next line; all lines get the room that the longest needs.
  section.inView = { plan, places, first, width: scroll.clientWidth, height: 13 + 21 * Math.min(4, Math.ceil((names - 28) / (first - 28))), lines: new Map(), from: -1 };
  table.style.setProperty("--tall", `${section.inView.height}px`);
  table.setAttribute("aria-rowcount", plan.lines.length + 1);
  table.setAttribute("aria-colcount", plan.columns.length + 1);
  const focused = table.contains(document.activeElement);
  showInView(section);
  if (focused && !table.contains(document.activeElement)) scroll.focus({ preventScroll: true });
}

/// Makes the cells that have come into view, and as many around them; takes away those that are far from it.
function showInView(section) {
  const { table, scroll, sizer, inView } = section;
  const { plan, places, first, height, lines } = inView;
  const top = Math.floor(scroll.scrollTop / height), tall = Math.ceil((scroll.clientHeight || 720) / height);
  const pinned = plan.pinned || 0;
  const left = scroll.scrollLeft, right = left + scroll.clientWidth;
  const columnAt = (x) => {
    let column = pinned;
    while (column < plan.columns.length - 1 && places[column + 1] <= x) ++column;
    return column;
  };
  const begin = columnAt(left + places[pinned]), end = Math.min(plan.columns.length, columnAt(right) + 1);
  if (inView.from >= 0 && top >= inView.from && Math.min(plan.lines.length, top + tall) <= inView.to && begin >= inView.begin && end <= inView.end) return;
  const from = Math.max(0, Math.min(top - tall, plan.lines.length - 3 * tall)), to = Math.min(plan.lines.length, Math.max(top + 2 * tall, from + 3 * tall));
  if (inView.from < 0 || begin < inView.begin || end > inView.end) {
    inView.begin = Math.max(pinned, begin - 4);
    inView.end = Math.min(plan.columns.length, end + 4);
    inView.columns = [...Array(pinned).keys(), ...Array.from({ length: inView.end - inView.begin }, (_, i) => inView.begin + i)];
    lines.clear();
    const head = make("tr", { "aria-rowindex": 1 }, plan.corner, inView.columns.map((column) => fill(columnHeader(plan.columns[column]), { "aria-colindex": column + 2 }, [])));
    const widths = make("colgroup", null, make("col", { width: first }), inView.columns.map((column) => make("col", { width: places[column + 1] - places[column] })));
    table.replaceChildren(widths, make("thead", null, head), make("tbody"));
    table.style.width = `${first + places[inView.end] - places[inView.begin] + places[pinned]}px`;
    table.style.left = `${places[inView.begin] - places[pinned]}px`;
    inView.lefts = pinLefts(first, inView.columns.slice(0, pinned).map((column) => places[column + 1] - places[column]), scroll.clientWidth);
    pinCells(head, inView.lefts);
  }
  inView.from = from;
  inView.to = to;
  const body = table.tBodies[0];
  for (const [index, line] of lines) {
    if (index >= from && index < to) continue;
    if (line.contains(document.activeElement)) scroll.focus({ preventScroll: true });
    line.remove();
    lines.delete(index);
  }
  const before = body.firstChild;
  const kept = [...lines.keys()].reduce((least, index) => Math.min(least, index), Infinity);
  for (let index = from; index < to; ++index) {
    if (lines.has(index)) continue;
    const line = plan.lines[index];
    const element = make("tr", { class: line.class, "aria-rowindex": index + 2 }, line.header(),
      inView.columns.map((column) => fill(line.cell(column), { "aria-colindex": column + 2 }, [])));
    pinCells(element, inView.lefts);
    lines.set(index, element);
    body.insertBefore(element, index < kept ? before : null);
  }
  table.style.top = `${from * height}px`;
  sizer.style.width = `${first + places[plan.columns.length]}px`;
  sizer.style.height = `${table.tHead.offsetHeight + plan.lines.length * height}px`;
}

/// Moves the box so that a column or a line is in it.
function bringIntoView(section, place, isColumn) {
  const { scroll, inView } = section;
  section.element.scrollIntoView({ block: "nearest" });
  if (isColumn) scroll.scrollLeft = inView.places[place] - inView.places[inView.plan.pinned];
  else scroll.scrollTop = (place - 2) * inView.height;
  showInView(section);
}
