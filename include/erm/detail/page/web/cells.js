// The cells of a table: what a value is compared with, shows and is sorted by.

const status = make("p", { class: "unseen", role: "status", "aria-live": "polite" });
const say = (text) => { status.textContent = text; };

/// What follows for a row from the baseline and the runs that are shown.
function judge(row, shown) {
  const compared = row.cells[state.baseline];
  row.differs = !row.plain && shown.some((run) => !sameCell(row.cells[run], row.cells[shown[0]]));
  let best = NaN, count = 0, differing = 0;
  for (const run of shown) {
    const cell = row.cells[run];
    cell.differs = run !== state.baseline && !sameCell(cell, compared);
    differing += cell.differs;
    cell.best = false;
    if (!row.goal || Number.isNaN(cell.number) || apartWords[ranking.apart[run]]) continue;
    ++count;
    if (Number.isNaN(best) || (row.goal === "min" ? cell.number < best : cell.number > best)) best = cell.number;
  }
  // With many runs, a row in which most of them differ needs no tint.
  row.tinted = shown.length <= 10 || 2 * differing <= shown.length;
  row.texts = state.show === "value" ? null : differenceTexts(row, shown);
  if (count > 1) for (const run of shown) row.cells[run].best = row.cells[run].number === best && !apartWords[ranking.apart[run]];
}

/// Whole numbers that a double cannot hold are subtracted as they are written.
function difference(cell, compared) {
  const isLong = (one) => /^[+-]?\d+$/.test(one.text) && !Number.isSafeInteger(one.number);
  if ((isLong(cell) || isLong(compared)) && [cell, compared].every((one) => /^[+-]?\d+$/.test(one.text)))
    return BigInt(cell.text.replace("+", "")) - BigInt(compared.text.replace("+", ""));
  return cell.number - compared.number;
}

/// For each run that has a number how far it is from the baseline's, with as many digits as tell the runs apart.
function differenceTexts(row, shown) {
  const compared = row.cells[state.baseline];
  const texts = new Map();
  if (compared.kind !== "n") return texts;
  const others = shown.filter((run) => run !== state.baseline && row.cells[run].kind === "n");
  const isPercent = state.show === "percent";
  const numbers = others.map((run) => {
    const number = difference(row.cells[run], compared);
    if (!isPercent) return number;
    return compared.number === 0 || !Number.isFinite(compared.number) ? NaN : (100 * Number(number)) / Math.abs(compared.number);
  });
  const shortest = apartTexts(numbers, false, isPercent ? 3 : 6);
  others.forEach((run, i) => texts.set(run, isPercent && Number.isNaN(numbers[i]) ? "n/a" : signed(numbers[i], shortest[i]) + (isPercent ? " %" : "")));
  return texts;
}

/// What a cell shows: its value, or how far it is from the baseline's.
const shownText = (row, run) => (row.texts && row.texts.get(run)) || row.cells[run].shown;

function makeCell(row, run) {
  const cell = row.cells[run];
  const text = shownText(row, run);
  const element = document.createElement("td");
  const marks = (cell.kind === "t" ? "" : cell.kind) + (cell.differs && row.tinted && runs.length > 1 && !row.plain ? " d" : "") + (cell.best ? " w" : "");
  if (marks) element.className = marks.trim();
  const short = cell.kind === "t" ? clamped(text, row.isLine) : text;
  element.append(short);
  if (short !== text) element.append(wholeTextButton(row, run));
  else if (/[nt]/.test(cell.kind) && text !== cell.text) element.title = cell.text;
  if (cell.best) element.append(make("i", null, " best"));
  if (cell.note && !row.brief) element.append(make("small", null, cell.note));
  return element;
}

function nameParts(row, text) {
  const parts = [text || row.label];
  if (row.goalMark) parts.push(row.goalMark.cloneNode(true));
  if (row.differs && !row.plain) parts.push(make("b", { class: "q", title: "differs between the runs" }, "≠", make("i", null, " differs")));
  if (pointNames[row.point]) parts.push(make("small", null, ` ${pointNames[row.point]}`));
  return parts;
}

function sortDirection(by, section, key) {
  const sort = state.sort;
  return sort && sort.by === by && sort.section === section.index && sort.key === key ? sort.direction : null;
}

function sortButton(by, section, key, label, parts) {
  const direction = sortDirection(by, section, key);
  const mark = direction === "ascending" ? " ▲" : direction === "descending" ? " ▼" : "";
  return make("button", { type: "button", class: "sort", title: `Sort by ${label}`, onclick: () => {
    const next = direction === null ? "ascending" : direction === "ascending" ? "descending" : null;
    state.sort = next ? { by, section: section.index, key, direction: next } : null;
    render();
    say(next ? `Sorted by ${label}, ${next}` : "Not sorted");
    const again = findAll(".sort", section.element).find((button) => button.title === `Sort by ${label}`);
    if (again) again.focus();
  } }, parts, make("span", { class: "arrow", "aria-hidden": "true" }, mark));
}

const compareCells = (a, b) => {
  const missing = (cell) => cell.kind === "m" || (cell.kind === "n" && Number.isNaN(cell.number));
  if (missing(a) || missing(b)) return missing(a) - missing(b) || 0;
  if (a.kind === "n" && b.kind === "n") return a.number - b.number;
  if (a.kind === "n" || b.kind === "n") return a.kind === "n" ? -1 : 1;
  return a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
};

/// Missing values stay last, whichever way.
function sorted(items, cellOf, direction) {
  const sign = direction === "descending" ? -1 : 1;
  const last = (cell) => cell.kind === "m" || (cell.kind === "n" && Number.isNaN(cell.number));
  return items.map((item, place) => ({ item, place, cell: cellOf(item) })).sort((a, b) =>
    (last(a.cell) || last(b.cell) ? compareCells(a.cell, b.cell) : sign * compareCells(a.cell, b.cell)) || a.place - b.place)
    .map((entry) => entry.item);
}

/// Without an order that the reader chose, runs that are lines have the order of the ranking.
function orderedRuns(shown, layout) {
  const sort = state.sort;
  if (!sort || sort.by !== "row") return layout === "rows" ? inRank(shown) : shown;
  const row = sections[sort.section].rows.find((candidate) => candidate.name === sort.key);
  return row ? sorted(shown, (run) => row.cells[run], sort.direction) : shown;
}

function orderedRows(section, rows) {
  const sort = state.sort;
  if (!sort || sort.section !== section.index || sort.by === "row") return rows;
  if (sort.by === "name") return sorted(rows, (row) => ({ kind: "t", text: row.name }), sort.direction);
  return sorted(rows, (row) => row.cells[sort.key], sort.direction);
}
