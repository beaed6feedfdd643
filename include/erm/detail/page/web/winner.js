// Who won: which metric ranks the runs, which point of its curves counts, and the words that name the best run.

/// What the reader may choose to count of a curve. "": what the goal of the metric says.
const pointChoices = new Map([["", "best"], ["last", "last"], ["min", "min"], ["max", "max"], ["best", "best so far"]]);
const pointNames = { last: "last", min: "min of curve", max: "max of curve" };
const apartWords = { failed: "failed", killed: "killed", diverged: "diverged" };
const apartOrder = ["", "missing", "diverged", "failed", "killed"];
const isRankedAsWritten = Boolean(find(".winner:not(.unranked)"));
const ranking = { row: null, last: null, goal: null, order: [], apart: [] };

const sectionOf = (kind) => sections.find((section) => section.kind === kind);
const metricRows = () => (sectionOf("metrics") ? sectionOf("metrics").rows.filter((row) => !pointWords(row.point)) : []);
const metricNamed = (name) => metricRows().find((row) => row.name === name);

let extremesRead = null;
/// For each metric with curves [least, its step, greatest, its step] of each run, or 0.
function extremes() {
  if (!extremesRead) {
    const data = find("script.extremes");
    extremesRead = new Map((data ? JSON.parse(data.textContent) : []).map(([name, ...ofRuns]) => [name, ofRuns]));
  }
  return extremesRead;
}

const curveRows = new Map();
/// The row of the least or greatest points of a metric's curves; null where they are the values logged last.
function curveRow(metric, point) {
  const key = `${point}:${metric.name}`;
  if (curveRows.has(key)) return curveRows.get(key);
  const ofRuns = extremes().get(metric.name);
  const at = point === "min" ? 0 : 2;
  let row = null;
  if (ofRuns && ofRuns.some((found, run) => found && Number(String(found[at]).replace("inf", "Infinity")) !== metric.cells[run].number)) {
    const numbers = ofRuns.map((found, run) => (found ? toNumber(String(found[at])) : metric.cells[run].number));
    const texts = apartTexts(numbers, numbers.some(needsExponent));
    row = { ...metric, point, name: metric.label + pointWords(point), numeric: true, search: "",
      cells: metric.cells.map((cell, run) => (ofRuns[run]
        ? { kind: "n", number: numbers[run], text: String(numbers[run]), shown: texts[run], note: ` at ${ofRuns[run][at + 1]}` } : { ...cell, shown: cell.kind === "n" ? texts[run] : cell.shown })) };
  }
  curveRows.set(key, row);
  return row;
}

/// The row that stands for a metric under the reader's choice.
function valuesOf(metric, goal = metric.goal) {
  const point = state.point === "" || state.point === "best" ? goal : state.point;
  return (point !== "last" && point && curveRow(metric, point)) || metric;
}

/// The rows of a section under the reader's choice of a point and of a metric.
function chosenRows(section, rows) {
  if (!/^(metrics|overview)$/.test(section.kind) || (!state.main && /^(best)?$/.test(state.point))) return rows;
  const choice = `${state.point} ${state.main}`;
  if (!section.chosen || section.chosen.choice !== choice) section.chosen = { choice, rows: (section.kind === "metrics" ? chosenMetrics : chosenMains)(rows) };
  return section.chosen.rows;
}

function chosenMetrics(rows) {
  if (/^(best)?$/.test(state.point)) return rows;
  const logged = rows.filter((row) => !pointWords(row.point));
  return state.point === "last" ? logged : logged.flatMap((row) => {
    const best = curveRow(row, state.point);
    return best ? [{ ...row, point: "last" }, best] : [row];
  });
}

function chosenMains(rows) {
  const mains = rows.filter((row) => row.point).map((row) => metricNamed(row.label));
  const metrics = [...new Set([metricNamed(state.main.slice(4)), ...mains].filter(Boolean))];
  const shown = metrics.flatMap((metric, i) => {
    const goal = i === 0 && state.main ? state.main.slice(0, 3) : metric.goal;
    const values = valuesOf(metric, goal);
    return (i === 0 && values !== metric ? [values, metric] : [values]).map((row) => ({ ...row, goal, brief: true, point: pointWords(row.point) ? row.point : i === 0 && values !== metric ? "last" : "value" }));
  });
  return [...shown, ...rows.filter((row) => !row.point)];
}

/// Which metric ranks the runs and in which order: the best first, those apart last.
function rankRuns() {
  const overview = sectionOf("overview");
  const row = overview && (isRankedAsWritten || state.main) ? overview.rows[0] : null;
  const last = row && pointWords(row.point) ? overview.rows[1] : row;
  const goal = state.main ? state.main.slice(0, 3) : row && row.goal;
  const sign = goal === "max" ? -1 : 1;
  const apart = runs.map(({ status: ended }, run) => {
    if (!row) return "";
    const cell = last.cells[run];
    return ended || (cell.kind !== "n" ? "missing" : Number.isFinite(cell.number) ? "" : "diverged");
  });
  const valueOf = (run) => (Number.isNaN(row.cells[run].number) ? Infinity : sign * row.cells[run].number);
  const order = runs.map((_, run) => run);
  if (row) order.sort((a, b) => apartOrder.indexOf(apart[a]) - apartOrder.indexOf(apart[b]) || Math.sign(valueOf(a) - valueOf(b)) || a - b);
  Object.assign(ranking, { row, last, goal, order, apart });
}
const inRank = (shown) => {
  const isShown = new Set(shown);
  return ranking.order.filter((run) => isShown.has(run));
};

const clip = (text) => (text.length > 60 ? text.slice(0, 60) + "…" : text);
const valueText = (row, run) => (row.cells[run].kind === "m" ? "—" : clip(row.cells[run].shown));
const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

function bestWords(ranked) {
  const { row, last } = ranking;
  const best = ranked[0], cell = row.cells[best];
  const parts = [runKey(best), make("b", null, runs[best].name), " ", make("strong", null, valueText(row, best))];
  if (row !== last) {
    const found = extremes().get(row.label)[best], step = found ? `, step ${found[row.point === "min" ? 1 : 3]}` : "";
    const isLast = cell.number === last.cells[best].number;
    parts.push(" ", make("span", null, `${pointNames[row.point]}${isLast ? " and last value" : ""}${step}${isLast ? "" : `; last ${valueText(last, best)}`}`));
  } else if (state.point === "last") {
    parts.push(" ", make("span", null, "last value"));
  }
  const equal = ranked.filter((run) => run !== best && row.cells[run].number === cell.number);
  if (equal.length) parts.push(" ", make("span", null, equal.length === 1 ? `equal: ${runs[equal[0]].label}` : `equal: ${counted(equal.length, "other run")}`));
  return make("p", { class: "best" }, parts);
}

function paramWords(ranked) {
  const best = ranked[0], isFew = runs.length <= 10, section = sectionOf(isFew ? "params" : "overview");
  const other = best !== state.baseline ? state.baseline : ranked.length > 1 ? ranked[1] : ranking.order[ranking.order.length - 1];
  const varying = section ? section.rows.filter((row) => !row.point && row.cells.some((cell) => !sameCell(cell, row.cells[0]))) : [];
  const params = isFew ? varying.filter((row) => !sameCell(row.cells[best], row.cells[other])) : varying;
  if (params.length === 0) return make("p", { class: "did" }, varying.length ? `No param differs from those of ${runs[other].label}.` : "No param varies.");
  const { params: all, telling } = winner.part.dataset;
  const count = isFew ? params.length : Number(all), most = isFew ? 4 : Math.min(4, Number(telling));
  return make("p", { class: "did" }, isFew ? `Unlike ${runs[other].label}: ` : "With ", params.slice(0, most).map((row, i) =>
    [i > 0 ? ", " : "", make("span", null, `${row.name} `, make("b", null, valueText(row, best)), isFew ? ` (${valueText(row, other)})` : "")]).flat(),
  count > most ? [" ", make("span", null, `and ${counted(count - most, "other param")}`)] : null);
}

function apartPart(apart, ranked) {
  if (apart.length === 0) return null;
  const counts = [["failed", "failed"], ["killed", "killed"], ["diverged", "diverged (not a finite number)"], ["missing", "without a value"]]
    .map(([why, words]) => [apart.filter((run) => ranking.apart[run] === why).length, words]).filter(([count]) => count > 0);
  const sign = ranking.goal === "max" ? -1 : 1, valueOf = (run) => sign * ranking.row.cells[run].number;
  const ahead = apart.filter((run) => Number.isFinite(valueOf(run)) && (ranked.length === 0 || valueOf(run) < valueOf(ranked[0])))
    .reduce((best, run) => (best === null || valueOf(run) < valueOf(best) ? run : best), null);
  return make("p", { class: "apart" }, "Not ranked: " + counts.map(([count, words]) => `${count} ${words}`).join(", ") +
    (ahead === null ? "" : `; of these, ${runs[ahead].label} reached ${valueText(ranking.row, ahead)}`));
}

const winner = { part: find(".winner"), written: null, main: null, point: null };

/// The words as they were written, or those that follow from the choices of the reader.
function renderWinner(shown) {
  if (!winner.part) return;
  winner.main.value = state.main;
  if (winner.main.value !== state.main) fillMetrics();
  winner.point.value = state.point;
  const isAsWritten = shown.length === runs.length && !state.main && !state.point && state.baseline === defaultBaseline;
  if (isAsWritten || !ranking.row) return winner.words.replaceChildren(...winner.written);
  const order = inRank(shown);
  const ranked = order.filter((run) => ranking.apart[run] === ""), apart = order.filter((run) => ranking.apart[run] !== "");
  const { row } = ranking;
  const heading = make("h2", { id: "tw" }, ranked.length ? "Best of " : "None of ", counted(shown.length, "run"), ranked.length ? " by " : " has a result: ",
    make("b", null, row.label), row.goalMark ? row.goalMark.cloneNode(true) : ranking.goal === "min" ? " (lowest)" : " (highest)");
  const words = [heading];
  if (ranked.length) words.push(bestWords(ranked), paramWords(ranked));
  if (ranked.length > 1) words.push(make("p", null, "Then " + ranked.slice(1, 4).map((run) => `${runs[run].label} ${valueText(row, run)}`).join(", ")));
  words.push(apartPart(apart, ranked));
  winner.words.replaceChildren(...words.filter(Boolean));
}

/// All metrics in the list, when it is asked for.
function fillMetrics() {
  if (winner.main.options.length > 1) return;
  const arrows = { min: "↓", max: "↑" };
  for (const { name, goal, numeric } of metricRows())
    if (numeric) winner.main.append(...(goal ? [goal] : ["min", "max"]).map((way) => option(`${way}:${name}`, `${name} ${arrows[way]}`)));
  winner.main.value = state.main;
}

function addWinnerControls() {
  if (!winner.part) return;
  winner.written = [...winner.part.childNodes];
  winner.words = make("div", null, winner.written);
  const take = (name) => (event) => { state[name] = event.target.value; axes.clear(); render(); say(find("h2", winner.part).textContent); };
  winner.main = make("select", { onchange: take("main"), onfocus: fillMetrics, onpointerdown: fillMetrics },
    option("", ranking.row ? ranking.row.label : "—"));
  winner.point = make("select", { onchange: take("point") }, [...pointChoices].map(([value, text]) => option(value, text)));
  winner.part.append(winner.words, make("div", { class: "ranked-by" }, labelled("Rank by", winner.main),
    find("script.extremes") ? labelled("Value of a curve", winner.point) : null));
}

/// The best value up to each point of a curve.
function soFar(values, goal) {
  let best = NaN;
  return Float64Array.from(values, (value) => {
    if (Number.isNaN(best) || (goal === "min" ? value < best : value > best)) best = value;
    return best;
  });
}
