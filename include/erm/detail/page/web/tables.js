// The tables: their rows, folds and headers.

const isOverview = (section) => section.kind === "overview";
const layoutOf = (section) => (isOverview(section) ? "rows" : state.layout || section.initialLayout);

/// Whether a lower-case text has every word.
function filterTest() {
  const words = rowWords().toLowerCase().split(/\s+/);
  return (text) => words.every((word) => text.includes(word));
}

function shownRows(section) {
  const isWanted = filterTest();
  return section.rows.filter((row) => isOverview(section) || section.kind === "runs" ||
    (isWanted(searchText(row)) && (!state.differing || row.differs))).filter((row) => !section.arranged.hidden.has(row.name));
}

function runHeader(section, run, scope) {
  const header = make("th", { scope, title: runs[run].full, "data-run": run });
  if (isOverview(section)) {
    header.append(
      make("input", { type: "checkbox", "aria-label": `Show ${runs[run].name}`, onchange: (event) => {
        if (event.target.checked) state.hidden.delete(run);
        else state.hidden.add(run);
        render();
        focusAgain(section, `input[type=checkbox][aria-label="${CSS.escape(`Show ${runs[run].name}`)}"]`);
      } }),
      make("input", { type: "radio", name: "baseline", "aria-label": `Compare to ${runs[run].name}`, title: "Baseline", onchange: () => {
        state.baseline = run;
        render();
        say(`Compared to ${runs[run].name}`);
        focusAgain(section, `th[data-run="${run}"] input[type=radio]`);
      } }));
    header.children[0].checked = !state.hidden.has(run);
    header.children[1].checked = state.baseline === run;
  }
  const parts = [runKey(run), runs[run].label];
  if (run === state.baseline && runs.length > 1) parts.push(make("small", null, " baseline"));
  if (scope === "row" && apartWords[ranking.apart[run]]) parts.push(make("small", null, ` ${apartWords[ranking.apart[run]]}`));
  if (scope === "col" && section.rows.length > 1) header.append(sortButton("run", section, run, runs[run].name, parts));
  else header.append(...parts);
  const direction = scope === "col" ? sortDirection("run", section, run) : null;
  if (direction) header.setAttribute("aria-sort", direction);
  return header;
}

function focusAgain(section, selector) {
  const element = find(selector, section.element);
  if (element) element.focus();
}

function nameHeader(section, row, scope) {
  const header = make("th", { scope, "data-point": row.point || null });
  if (row.differs && !row.plain && scope === "col") header.className = "x";
  if (scope === "col" && runs.length > 1) {
    header.append(sortButton("row", section, row.name, row.name, nameParts(row)));
    const direction = sortDirection("row", section, row.name);
    if (direction) header.setAttribute("aria-sort", direction);
  } else {
    header.append(...nameParts(row));
  }
  return header;
}

const canFold = (section) => /dict|provenance/.test(section.kind);

/// The rows, those of a dict below the paths that they have in common: {row, from, depth}, `from` where its own part of
/// the path begins, or {rows, path, from, depth, folded}.
function pathTree(section, rows, from = 0, depth = 0, into = []) {
  const sort = state.sort;
  const isFlat = !canFold(section) || section.arranged.pinned.length + section.arranged.moves.length > 0 || (sort && sort.section === section.index && sort.by !== "row");
  for (let i = 0, end; i < rows.length; i = end) {
    const name = rows[i].name;
    let dot = isFlat ? -1 : name.indexOf(".", from + 1);
    end = i + 1;
    if (dot > 0) while (end < rows.length && rows[end].name.startsWith(name.slice(0, dot + 1))) ++end;
    if (end - i < 2) {
      into.push({ row: rows[i], from, depth });
      continue;
    }
    const inside = rows.slice(i, end);
    // Keys that follow each other in all of them are one step.
    for (let next = dot; next > 0 && inside.every((row) => row.name.startsWith(name.slice(0, next + 1))); next = name.indexOf(".", dot + 1)) dot = next;
    const path = name.slice(0, dot);
    const folded = section.folded.has(path) && !rowWords();
    into.push({ rows: inside, path, from, depth, folded });
    if (!folded) pathTree(section, inside, dot, depth + 1, into);
  }
  return into;
}

const deep = (depth) => ["", "deep", "deep deep2", "deep deep3"][Math.min(3, depth)];
const differ = (count) => `${count} differ${count === 1 ? "s" : ""}`;

function foldHeader(section, item, scope) {
  const differing = item.rows.filter((row) => row.differs).length;
  const header = make("th", { scope, class: (scope === "row" ? deep(item.depth) : item.folded && differing ? "x" : "") || null },
    make("button", { type: "button", class: "fold", disabled: rowWords() !== "", "aria-expanded": String(!item.folded), "data-path": item.path, onclick: () => {
      if (!section.folded.delete(item.path)) section.folded.add(item.path);
      renderSection(section, visibleRuns());
      saveState();
      focusAgain(section, `.fold[data-path="${CSS.escape(item.path)}"]`);
    } }, (item.folded ? "▸ " : "▾ ") + (scope === "row" ? item.path.slice(item.from) : item.path)),
    make("small", null, ` ${item.rows.length} entries, ${differ(differing)}`));
  return { header, differing };
}

/// Of what is folded away, how many entries of a run are not the baseline's.
function foldCell(item, run) {
  const count = item.folded ? item.rows.filter((row) => !row.plain && row.cells[run].differs).length : 0;
  return make("td", { class: count ? "f d" : "f" }, count ? differ(count) : "");
}

/// What a table holds, whose cells are made when they are asked for: its corner, a header for each column, and its lines.
function columnsPlan(section, rows, order) {
  const corner = make("th", { scope: "col" });
  if (rows.length > 1) {
    corner.append(sortButton("name", section, "name", section.corner || "name", section.corner || "Name"));
    const direction = sortDirection("name", section, "name");
    if (direction) corner.setAttribute("aria-sort", direction);
  } else {
    corner.append(section.corner);
  }
  const planLine = (item) => {
    if (!item.rows) {
      const { row, from, depth } = item;
      const isMarked = row.differs && !row.plain;
      return { key: row, isMarked, class: isMarked ? "x" : null, cell: (column) => makeCell(row, order[column]),
        header: () => make("th", { scope: "row", class: deep(depth) || null, "data-point": row.point || null }, nameParts(row, from && row.name.slice(from))) };
    }
    const { header, differing } = foldHeader(section, item, "row");
    const isMarked = item.folded && differing > 0;
    return { isMarked, class: isMarked ? "group x" : "group", header: () => header, cell: (column) => foldCell(item, order[column]) };
  };
  return { corner, columns: order.map((run) => ({ key: run, name: run, header: () => runHeader(section, run, "col") })), lines: pathTree(section, rows).map(planLine) };
}

function rowsPlan(section, rows, order) {
  const items = pathTree(section, rows);
  return {
    corner: make("th", { scope: "col" }, "Run"),
    columns: items.map((item) => ({ key: item.row, name: item.row && item.row.name,
      isMarked: item.rows ? item.folded && item.rows.some((row) => row.differs) : item.row.differs && !item.row.plain,
      header: () => (item.rows ? foldHeader(section, item, "col").header : nameHeader(section, item.row, "col")) })),
    lines: order.map((run) => ({ key: run, class: [isVisible(run) ? "" : "off", ranking.apart[run] ? "apart" : ""].join(" ").trim() || null, header: () => runHeader(section, run, "row"),
      cell: (column) => (items[column].rows ? foldCell(items[column], run) : makeCell(items[column].row, run)) })),
  };
}
function planOf(section, rows, order) {
  const isByRun = layoutOf(section) === "rows";
  const plan = (isByRun ? rowsPlan : columnsPlan)(section, rows, order);
  const { pinned } = isByRun ? section.arranged : state.runColumns;
  plan.pinned = plan.columns.filter((column) => pinned.includes(column.name)).length;
  if (columnChoice(section).keys.length > 1) plan.corner.append(columnsButton(section));
  return plan;
}

/// The header of a column, which can be dragged.
function columnHeader(column) {
  const header = column.header();
  header.column = column.name;
  return header;
}

/// The head and the body of a whole table.
function partsOf(plan) {
  const places = plan.columns.map((_, column) => column);
  return [make("thead", null, make("tr", null, plan.corner, plan.columns.map(columnHeader))),
    make("tbody", null, plan.lines.map((line) => make("tr", { class: line.class }, line.header(), places.map(line.cell))))];
}

function renderSection(section, shown) {
  for (const row of section.rows) judge(row, shown);
  const order = arranged(orderedRuns(isOverview(section) ? runs.map((_, run) => run).filter(isChosen) : shown, layoutOf(section)), Number, state.runColumns);
  const rows = arranged(orderedRows(section, shownRows(section)), (row) => row.name, section.arranged);
  section.table.dataset.layout = layoutOf(section);
  const plan = planOf(section, rows, order);
  section.shown = { rows, order, plan };
  if (section.rest) {
    drawInView(section, plan);
  } else {
    section.table.replaceChildren(...partsOf(plan));
    if (plan.pinned) pinColumns(section, plan);
  }
  const isNarrowed = rows.length < section.rows.length;
  section.note.textContent = isNarrowed ? `${rows.length} of ${section.rows.length} rows shown` : section.noteText;
  section.element.classList.toggle("emptied", rows.length === 0 && !isOverview(section));
}

const shownOf = (section) => {
  if (!section.shown) renderSection(section, visibleRuns());
  return section.shown;
};

/// A large table is as it was written until it comes into view.
const comingIntoView = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    comingIntoView.unobserve(entry.target);
    shownOf(sections.find((section) => section.element === entry.target));
  }
});
