// What a filter or an axis asks of a run, found in the tables and charts of the page.

const runFacts = parsed(find("#facts") && find("#facts").textContent) || [];
const rowMaps = new Map();

/// The rows of a kind, of a dict by its title, by name.
function rowsNamed(kind, title) {
  const key = title || kind;
  if (!rowMaps.has(key)) {
    const section = sections.find((one) => one.kind === kind && (!title || one.title === title));
    rowMaps.set(key, new Map((section ? section.rows : []).filter((row) => !pointWords(row.point)).map((row) => [row.name, row])));
  }
  return rowMaps.get(key);
}

function valueOfCell(row, run) {
  const cell = row && row.cells[run];
  if (!cell || cell.kind === "m") return null;
  if (cell.kind === "z") return filterValue("null", "text");
  return filterValue(cell.text, { n: "number", b: "bool" }[cell.kind] || "text");
}

const chartOf = (metric) => charts.find((chart) => chart.name === metric);

/// The first, last, min or max of a metric's history; undefined where the run has none.
function pointOf(metric, point, run) {
  const chart = chartOf(metric);
  if (!chart) return undefined;
  if (!chart.summary) chart.summary = new Map(summaryOf(chart).map((line) => [Number(line.cells[0].dataset.run), line]));
  const line = chart.summary.get(run);
  if (!line) return undefined;
  const text = point === "first" ? line.dataset.first : line.cells[{ last: 2, min: 4, max: 6 }[point]].title;
  return filterValue(text || "nan", "number"); // no least number where all are NaN
}

function metricOf(name, point, run) {
  const found = point ? pointOf(name, point, run) : undefined;
  return found === undefined ? valueOfCell(rowsNamed("metrics").get(name), run) : found;
}

/// A value of a dict: a row, an element of a list, or all that is below a path.
function entryOf(dict, path, run) {
  const rows = rowsNamed("dict", `Dict: ${dict}`);
  const whole = valueOfCell(rows.get(path.join(".")), run);
  if (whole) return whole;
  for (let depth = path.length - 1; depth > 0; --depth) {
    const list = valueOfCell(rows.get(path.slice(0, depth).join(".")), run);
    if (!list) continue;
    let at = list.text[0] === "[" ? parsed(list.text) : null;
    for (const key of path.slice(depth)) {
      const index = Array.isArray(at) ? numberIn(key) : key;
      at = index === null || at === null || typeof at !== "object" ? undefined : at[Array.isArray(at) ? Math.trunc(index) : index];
    }
    return at === undefined ? null : filterValue(typeof at === "object" ? JSON.stringify(at) : String(at), { number: "number", boolean: "bool" }[typeof at] || "text");
  }
  const below = [...rows.values()].filter((row) => row.name.startsWith(path.join(".") + ".") && valueOfCell(row, run));
  return below.length ? filterValue(below.map((row) => `${row.name}: ${row.cells[run].text}`).join(", "), "text") : null;
}

let artifactRuns = null;
function hasArtifact(run, id) {
  if (!artifactRuns) {
    artifactRuns = new Map(findAll(".part.artifacts h3").map((title) =>
      [title.textContent, new Set(findAll("figure[data-run]", title.nextElementSibling).map((figure) => Number(figure.dataset.run)))]));
  }
  if (id !== undefined) return artifactRuns.has(id) && artifactRuns.get(id).has(run);
  return [...artifactRuns.values()].some((those) => those.has(run));
}

/// A value of a run as run_filter.js has it; null where the run has none.
function fieldValue({ kind, name, point, path }, run) {
  const { duration, note } = runFacts[run] || {};
  switch (kind) {
    case "params": return valueOfCell(rowsNamed(kind).get(name), run);
    case "metrics": return metricOf(name, point, run);
    case "named": return metricOf(name, point, run) || valueOfCell(rowsNamed("params").get(name), run);
    case "dicts": return entryOf(name, path, run);
    case "tags": {
      const value = valueOfCell(rowsNamed(kind).get(name), run);
      return value && value.kind === "bool" ? filterValue("", "text") : value; // shown as "yes"
    }
    case "duration": return duration === undefined ? null : filterValue(String(duration), "number");
    case "note": return note === undefined ? null : filterValue(note, "text");
    case "time": return filterValue(String(microsecondsIn(rowsNamed("runs").get("time (UTC)").cells[run].text)), "number");
    default: return valueOfCell(rowsNamed("runs").get(kind), run);
  }
}

const hasFeature = (run, name) => (name === undefined ? [...rowsNamed("features").values()] : [rowsNamed("features").get(name)])
  .some((row) => row && row.cells[run].kind === "b");
const hasIn = { features: hasFeature, artifacts: hasArtifact };
const factsOf = (run) => ({
  value: (field) => fieldValue(field, run),
  has: (field, part) => hasIn[field.kind](run, part),
  isMissing: (field) => !hasIn[field.kind](run),
});
