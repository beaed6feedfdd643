// What the reader chose, kept in the address.

const state = {
  baseline: 0, hidden: new Set(), filter: "", differing: false, show: "value", layout: "", sort: null, closed: new Set(),
  x: "step", smooth: 0, log: false, outliers: false, group: "", band: "sd", zoom: null, zoomAxis: "step",
  logX: false, zoomY: new Map(), charts: "", panels: new Set(), brush: new Map(), color: "", axes: null, scatter: null,
  main: "", point: "",
};
let defaultBaseline = 0;

function addressOfState() {
  const parts = new URLSearchParams();
  if (state.baseline !== defaultBaseline) parts.set("baseline", state.baseline);
  if (state.hidden.size) parts.set("hide", [...state.hidden].sort((a, b) => a - b).join("."));
  if (state.filter) parts.set("filter", state.filter);
  if (state.differing) parts.set("differing", "1");
  if (state.show !== "value") parts.set("show", state.show);
  if (state.layout) parts.set("layout", state.layout);
  const columns = addressOfColumns();
  if (columns) parts.set("columns", columns);
  if (state.sort) parts.set("sort", JSON.stringify(state.sort));
  if (state.closed.size) parts.set("closed", [...state.closed].join("."));
  const folded = sections.flatMap((section) => [...section.folded].map((path) => [section.index, path]));
  if (folded.length) parts.set("folded", JSON.stringify(folded));
  for (const [name, usual] of [["x", "step"], ["group", ""], ["band", "sd"], ["color", plots.usualColor || ""], ["main", ""], ["point", ""]]) if (state[name] !== usual) parts.set(name, state[name]);
  if (state.smooth) parts.set("smooth", state.smooth);
  if (state.log) parts.set("log", "1");
  if (state.outliers) parts.set("outliers", "1");
  if (state.zoom) parts.set("zoom", state.zoom.join("_"));
  if (state.zoom && state.zoomAxis !== "step") parts.set("zoomaxis", state.zoomAxis);
  if (state.logX) parts.set("logx", "1");
  if (state.zoomY.size) parts.set("zoomy", JSON.stringify([...state.zoomY]));
  if (state.charts) parts.set("charts", state.charts);
  if (state.panels.size) parts.set("panels", JSON.stringify([...state.panels]));
  for (const name of ["axes", "scatter"]) if (state[name]) parts.set(name, JSON.stringify(state[name]));
  if (state.brush.size) parts.set("brush", JSON.stringify([...state.brush]));
  return parts.toString();
}

function saveState() {
  try {
    // In a sandboxed frame this throws; the page works without.
    const address = addressOfState();
    history.replaceState(null, "", address ? "#" + address : location.pathname + location.search);
  } catch (error) {
    return;
  }
}

function loadState() {
  const parts = new URLSearchParams(location.hash.slice(1));
  const isRun = (number) => Number.isInteger(number) && number >= 0 && number < runs.length;
  const baseline = Number(parts.get("baseline") || defaultBaseline);
  state.baseline = isRun(baseline) ? baseline : defaultBaseline;
  state.hidden = new Set((parts.get("hide") || "").split(".").filter(Boolean).map(Number).filter(isRun));
  state.filter = parts.get("filter") || "";
  state.differing = parts.get("differing") === "1";
  state.main = /^(min|max):/.test(parts.get("main")) && metricNamed(parts.get("main").slice(4)) ? parts.get("main") : "";
  state.point = points.has(parts.get("point")) ? parts.get("point") : "";
  state.show = ["difference", "percent"].includes(parts.get("show")) ? parts.get("show") : "value";
  state.layout = ["rows", "columns"].includes(parts.get("layout")) ? parts.get("layout") : "";
  state.closed = new Set((parts.get("closed") || "").split(".").filter(Boolean).map(Number));
  const folded = parsed(parts.get("folded"));
  for (const section of sections)
    section.folded = new Set((Array.isArray(folded) ? folded : []).filter((entry) => Array.isArray(entry) && entry[0] === section.index).map((entry) => entry[1]));
  loadColumns(parts.get("columns"));
  state.x = ["time", "clock"].includes(parts.get("x")) ? parts.get("x") : "step";
  state.smooth = Math.min(0.99, Math.max(0, Number(parts.get("smooth")) || 0));
  state.log = parts.get("log") === "1";
  state.outliers = parts.get("outliers") === "1";
  state.group = parts.get("group") && groupings().includes(parts.get("group")) ? parts.get("group") : "";
  state.band = parts.get("band") === "range" ? "range" : "sd";
  const zoom = (parts.get("zoom") || "").split("_").map(Number);
  state.zoom = zoom.length === 2 && zoom.every(Number.isFinite) && zoom[0] < zoom[1] ? zoom : null;
  state.zoomAxis = parts.get("zoomaxis") || "step";
  state.logX = parts.get("logx") === "1";
  state.zoomY = new Map(asList(parsed(parts.get("zoomy"))).filter((entry) => Array.isArray(entry) && Array.isArray(entry[1]) &&
    entry[1].length === 2 && entry[1].every(Number.isFinite) && entry[1][0] < entry[1][1]));
  state.charts = parts.get("charts") || "";
  state.panels = new Set(asList(parsed(parts.get("panels"))));
  const sort = parsed(parts.get("sort"));
  state.sort = sort && Number.isInteger(sort.section) && sections[sort.section] && (/^(row|name)$/.test(sort.by) || (sort.by === "run" && isRun(sort.key))) ? sort : null;
  const isAxis = (key) => axisChoices !== null && axisChoices.has(key);
  state.color = parts.get("color") === "" || isAxis(parts.get("color")) ? parts.get("color") : plots.usualColor || "";
  const [shownAxes, scattered] = ["axes", "scatter"].map((name) => asList(parsed(parts.get(name))).filter(isAxis));
  state.axes = shownAxes.length ? [...new Set([...shownAxes, plots.objective].filter(Boolean))] : null;
  state.scatter = scattered.length === 2 ? scattered : null;
  state.brush = new Map(asList(parsed(parts.get("brush"))).filter((entry) => Array.isArray(entry) && isAxis(entry[0]) &&
    Array.isArray(entry[1]) && entry[1].length === 2 && entry[1].every(Number.isFinite)));
}

const asList = (value) => (Array.isArray(value) ? value : []);

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    return null;
  }
}

const plots = {};
const inBrush = (run) => [...state.brush].every(([name, [low, high]]) => {
  const place = axisNamed(name).place(run);
  return place >= low - 1e-9 && place <= high + 1e-9;
});
/// Whether neither the filter nor a selection in the plots leaves a run out.
const isChosen = (run) => passesFilter(run) && inBrush(run);
const isVisible = (run) => !state.hidden.has(run) && isChosen(run);
const visibleRuns = () => runs.map((_, run) => run).filter(isVisible);
