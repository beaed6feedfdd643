// The tables: their rows, folds and headers.

const isOverview = (section) => section.kind === "overview";
const layoutOf = (section) => (isOverview(section) ? "rows" : state.layout || section.initialLayout);

/// Whether a lower-case text has every word.
function filterTest() {
  const words = state.filter.toLowerCase().split(/\s+/);
  return (text) => words.every((word) => text.includes(word));
}

function shownRows(section) {
  const isWanted = filterTest();
  return section.rows.filter((row) => isOverview(section) || section.kind === "runs" ||
    (isWanted(row.search) && (!state.differing || row.differs)));
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
  const isFlat = !canFold(section) || (sort && sort.section === section.index && sort.by !== "row");
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
    const folded = section.folded.has(path) && !state.filter;
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
    make("button", { type: "button", class: "fold", disabled: state.filter !== "", "aria-expanded": String(!item.folded), "data-path": item.path, onclick: () => {
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

function columnsTable(section, rows, order) {
  const head = make("tr", null, make("th", { scope: "col" }));
  if (rows.length > 1) {
    head.firstChild.append(sortButton("name", section, "name", section.corner || "name", section.corner || "Name"));
    const direction = sortDirection("name", section, "name");
    if (direction) head.firstChild.setAttribute("aria-sort", direction);
  } else {
    head.firstChild.append(section.corner);
  }
  head.append(...order.map((run) => runHeader(section, run, "col")));
  const body = make("tbody");
  for (const item of pathTree(section, rows)) {
    if (item.rows) {
      const { header, differing } = foldHeader(section, item, "row");
      body.append(make("tr", { class: item.folded && differing ? "group x" : "group" }, header, order.map((run) => foldCell(item, run))));
      continue;
    }
    const { row, from, depth } = item;
    body.append(make("tr", row.differs && !row.plain ? { class: "x" } : null,
      make("th", { scope: "row", class: deep(depth) || null, "data-point": row.point || null }, nameParts(row, from && row.name.slice(from))), order.map((run) => makeCell(row, run))));
  }
  return [make("thead", null, head), body];
}

function rowsTable(section, rows, order) {
  const items = pathTree(section, rows);
  const head = make("tr", null, make("th", { scope: "col" }, "Run"),
    items.map((item) => (item.rows ? foldHeader(section, item, "col").header : nameHeader(section, item.row, "col"))));
  const body = make("tbody");
  for (const run of order) {
    body.append(make("tr", { class: [isVisible(run) ? "" : "off", ranking.apart[run] ? "apart" : ""].join(" ").trim() || null }, runHeader(section, run, "row"),
      items.map((item) => (item.rows ? foldCell(item, run) : makeCell(item.row, run)))));
  }
  return [make("thead", null, head), body];
}

function renderSection(section, shown) {
  for (const row of section.rows) judge(row, shown);
  const layout = layoutOf(section);
  const order = orderedRuns(isOverview(section) ? runs.map((_, run) => run).filter(inBrush) : shown, layout);
  const rows = orderedRows(section, shownRows(section));
  section.table.dataset.layout = layout;
  section.table.replaceChildren(...(layout === "rows" ? rowsTable(section, rows, order) : columnsTable(section, rows, order)));
  section.shown = { rows, order };
  const isNarrowed = rows.length < section.rows.length;
  section.note.textContent = isNarrowed ? `${rows.length} of ${section.rows.length} rows shown` : section.noteText;
  section.element.classList.toggle("emptied", rows.length === 0 && !isOverview(section));
}

const shownOf = (section) => {
  if (!section.shown) renderSection(section, visibleRuns());
  return section.shown;
};

/// Buttons to sort by in the head of a table that is otherwise as it was written.
function addSortButtons(section) {
  const byRow = section.initialLayout === "rows";
  if (runs.length < 2) return;
  [...section.table.tHead.rows[0].cells].forEach((header, i) => {
    if (byRow && i === 0) return;
    const key = byRow ? readName(header).name : i === 0 ? "name" : i - 1;
    const label = byRow ? key : i === 0 ? section.corner || "name" : runs[i - 1].name;
    const parts = header.childNodes.length ? [...header.childNodes] : ["Name"];
    header.append(sortButton(byRow ? "row" : i === 0 ? "name" : "run", section, key, label, parts));
  });
}

const isLarge = (section) => section.element.classList.contains("big");

/// The paths of a large dict fold from when it comes into view.
const comingIntoView = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    comingIntoView.unobserve(entry.target);
    shownOf(sections.find((section) => section.element === entry.target));
  }
});
