// The tools above the tables, and the keys.

const tools = {};
const option = (value, text) => make("option", { value }, text);
const button = (text, attributes, onclick) => make("button", { type: "button", ...attributes, onclick }, text);
const labelled = (text, control) => make("label", null, make("span", null, text), control);

function addTools() {
  tools.differing = button("Differences only", { "aria-pressed": "false", title: "d" }, () => toggleDiffering());
  tools.show = make("select", { onchange: () => { state.show = tools.show.value; render(); } },
    option("value", "values"), option("difference", "difference to baseline"), option("percent", "percent to baseline"));
  tools.layout = button("Switch rows and columns", {}, () => {
    const current = layoutOf(sections.find((section) => !isOverview(section)));
    state.layout = current === "rows" ? "columns" : "rows";
    render();
  });
  tools.fold = button("Collapse all", {}, () => {
    const parts = findAll(".part > details");
    const open = parts.some((part) => part.open);
    for (const part of parts) part.open = !open;
    tools.fold.textContent = open ? "Open all" : "Collapse all";
  });
  const menu = make("details", { class: "menu" }, make("summary", null, "Export"), make("div", null,
    button("Copy as TSV", {}, () => copy(formats.tsv(), "TSV")),
    button("Copy as Markdown", {}, () => copy(formats.markdown(), "Markdown")),
    button("Copy as LaTeX", {}, () => copy(formats.latex(), "LaTeX")),
    button("Download CSV", {}, () => download(new Blob([formats.csv()], { type: "text/csv" }), "comparison.csv")),
    button("Download JSON", {}, () => download(new Blob([formats.json()], { type: "application/json" }), "comparison.json"))));
  const help = button("?", { "aria-label": "Keyboard help", title: "?" }, showHelp);
  const several = runs.length > 1;
  find("main").before(make("nav", { class: "tools", "aria-label": "Tools" }, addFilterField(), several ? tools.differing : null,
    several ? labelled("Show", tools.show) : null, several ? tools.layout : null, tools.fold, menu, help, filterField.fault));
  document.body.append(status);
}

function showControls() {
  showFilter();
  tools.differing.setAttribute("aria-pressed", String(state.differing));
  tools.show.value = state.show;
}

function toggleDiffering() {
  state.differing = !state.differing;
  render();
  say(state.differing ? "Only rows that differ" : "All rows");
}

function showHelp() {
  let dialog = find("dialog.keys");
  if (!dialog) {
    const keys = [["/", "filter"], ["d", "differences only"], ["n, p", "next and previous row that differs"],
      ["← →", "move the cursor of a chart"], ["+ −", "zoom a chart in and out"], ["Enter", "enlarge a chart"], ["↑ ↓", "on an axis of many runs: move the lower end of the selection, with Shift the upper"], ["← →, Del", "on the title of such an axis: move it, remove it"], ["?", "this help"],
      ["Esc", "close, clear the filter, zoom out, or select all runs"]];
    dialog = make("dialog", { class: "keys", "aria-label": "Keyboard help" }, make("h2", null, "Keys"),
      make("dl", null, keys.flatMap(([key, text]) => [make("dt", null, make("kbd", null, key)), make("dd", null, text)])),
      button("Close", {}, () => dialog.close()));
    document.body.append(dialog);
  }
  if (!dialog.open) dialog.showModal();
}

/// Where a section's plan has a row that differs: the header of its column or line.
function markedHeaders(section) {
  const { plan } = shownOf(section), isByRun = layoutOf(section) === "rows";
  return (isByRun ? plan.columns : plan.lines).flatMap((item, place) => (item.isMarked ? [{ section, place, isByRun }] : []));
}

let atDifference = null;
function goToDifference(forward) {
  const marks = sections.filter((section) => !isOverview(section) && find("details", section.element).open).flatMap(markedHeaders);
  if (marks.length === 0) return say("No row differs");
  const current = atDifference ? marks.findIndex((mark) => mark.section === atDifference.section && mark.place === atDifference.place) : -1;
  const next = current < 0 ? (forward ? 0 : marks.length - 1) : (current + (forward ? 1 : marks.length - 1)) % marks.length;
  for (const mark of findAll(".at")) mark.classList.remove("at");
  const { section, place, isByRun } = atDifference = marks[next];
  if (section.rest) bringIntoView(section, place, isByRun);
  const target = section.rest ? find(isByRun ? `thead [aria-colindex="${place + 2}"]` : `[aria-rowindex="${place + 2}"] > th`, section.table)
    : isByRun ? section.table.tHead.rows[0].cells[place + 1] : section.table.tBodies[0].rows[place].cells[0];
  target.classList.add("at");
  target.tabIndex = -1;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "center", inline: "nearest" });
}

function listenToKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "checkbox" && event.target.type !== "radio";
    if (event.key === "Escape") {
      if (find("dialog[open]")) return;
      if (find(".menu[open]")) find(".menu[open]").open = false;
      else if (state.filter) { state.filter = ""; render(); }
      else if (state.zoom || state.zoomY.size) zoomOut();
      else if (state.brush.size) { state.brush.clear(); render(); }
      if (typing) event.target.blur();
      return;
    }
    if (typing || find("dialog[open]")) return;
    const action = { "/": () => filterField.input.focus(), d: () => runs.length > 1 && toggleDiffering(), n: () => goToDifference(true),
      p: () => goToDifference(false), "?": showHelp }[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  document.addEventListener("click", (event) => {
    const menu = find(".menu[open]");
    if (menu && !menu.contains(event.target)) menu.open = false;
  });
}

/// A run under the pointer is brought forward wherever it is.
function highlightRuns() {
  let current = null;
  const mark = (run) => {
    if (run === current) return;
    for (const element of findAll(".hover")) element.classList.remove("hover");
    current = run;
    document.body.classList.toggle("hovering", run !== null);
    if (run !== null) for (const element of findAll(`[data-run="${run}"]`)) element.classList.add("hover");
  };
  document.addEventListener("pointerover", (event) => {
    const element = event.target.closest ? event.target.closest("[data-run]") : null;
    mark(element ? element.dataset.run : null);
  });
}
