// The curves as data: their points, smoothed, or a mean for each group of runs.

const charts = [];
const box = { width: 640, height: 280, left: 64, right: 14, top: 10, bottom: 34 };

function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; ++i) bytes[i] = text.charCodeAt(i);
  return bytes;
}
function decodeFloats(base64) {
  const view = new DataView(bytesOf(base64).buffer);
  return Float32Array.from({ length: view.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

function seriesOf(chart) {
  if (chart.series) return chart.series;
  chart.series = JSON.parse(find("script", chart.figure).textContent).map((raw) => {
    const y = decodeFloats(raw.y), seconds = decodeFloats(raw.t);
    const offsets = raw.x === undefined ? null : decodeFloats(raw.x);
    const x = Float64Array.from(y, (_, i) => raw.x0 + (offsets ? offsets[i] : i * raw.dx));
    return { run: raw.run, step: x, y, seconds, start: raw.t0 / 1000 };
  });
  return chart.series;
}

/// The name of a chart's x axis while the others have the step: "step", or the metric of define_axis.
const stepName = (chart) => chart.figure.dataset.axis || "step";
const haveOneAxis = (a, b) => state.x !== "step" || stepName(a) === stepName(b);
/// The zoom, if it is one of this chart's axis.
const zoomOf = (chart) => (state.x !== "step" || stepName(chart) === state.zoomAxis) ? state.zoom : null;
const xOf = (series, i) => state.x === "step" ? series.step[i] : state.x === "time" ? series.seconds[i] : series.start + series.seconds[i];

/// The exponential average without its bias towards 0 at the begin; NaN is skipped and stays a gap.
function smoothed(values) {
  if (!state.smooth) return values;
  let last = 0, weight = 1;
  return Float64Array.from(values, (value) => {
    if (!Number.isFinite(value)) return NaN;
    last = state.smooth * last + (1 - state.smooth) * value;
    weight *= state.smooth;
    return last / (1 - weight);
  });
}

/// By what runs can be grouped: their variant, every param that varies, or not at all: seeds of one configuration.
const everyRun = " ";
function groupings() {
  const names = runs.length > 1 ? [everyRun] : [];
  for (const section of sections) {
    if (section.kind !== "runs" && section.kind !== "params") continue;
    for (const row of section.rows)
      if ((section.kind === "params" || /^(variant|experiment|group)$/.test(row.name)) && new Set(row.cells.map((cell) => cell.text)).size > 1)
        names.push(row.name);
  }
  return names;
}

function lineOf(series, chart) {
  const count = series.y.length;
  const x = Float64Array.from({ length: count }, (_, i) => xOf(series, i));
  const metric = state.point === "best" ? metricNamed(chart.name) : null;
  const values = metric && metric.goal ? soFar(series.y, metric.goal) : series.y;
  return { key: series.run, run: series.run, name: runs[series.run].label, x, raw: values, y: smoothed(values) };
}

/// The value of a line at x, between its points; NaN beyond them.
function valueAt(line, x) {
  const last = line.x.length - 1;
  if (last < 0 || x < line.x[0] || x > line.x[last]) return NaN;
  let low = 0, high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (line.x[middle] <= x) low = middle;
    else high = middle;
  }
  if (line.x[high] <= x) return line.y[high];
  if (line.x[low] === x || high === low) return line.y[low];
  const part = (x - line.x[low]) / (line.x[high] - line.x[low]);
  return line.y[low] + part * (line.y[high] - line.y[low]);
}

/// A line a group: the mean at each x of its members, with a band.
function groupLines(lines) {
  const row = sections.flatMap((section) => (section.kind === "params" || section.kind === "runs" ? section.rows : []))
    .find((candidate) => candidate.name === state.group);
  const valueOf = (cell) => (cell.kind === "m" ? "—" : cell.shown);
  const groups = new Map();
  for (const line of lines) {
    const value = row ? `${state.group} = ${valueOf(row.cells[line.run])}` : "all runs";
    if (!groups.has(value)) groups.set(value, []);
    groups.get(value).push(line);
  }
  const values = row ? [...new Set(row.cells.map((cell) => `${state.group} = ${valueOf(cell)}`))] : ["all runs"];
  return [...groups].map(([value, members]) => {
    let x = [...new Set(members.flatMap((line) => [...line.x]))].sort((a, b) => a - b);
    if (x.length > 2000) {
      const every = x.length / 2000;
      x = Array.from({ length: 2000 }, (_, i) => x[Math.floor(i * every)]).concat(x[x.length - 1]);
    }
    const y = [], low = [], high = [], counts = [];
    for (const at of x) {
      const present = members.map((line) => valueAt(line, at)).filter(Number.isFinite);
      const mean = present.reduce((sum, number) => sum + number, 0) / present.length;
      const deviation = present.length > 1 ? Math.sqrt(present.reduce((sum, number) => sum + (number - mean) ** 2, 0) / (present.length - 1)) : 0;
      y.push(present.length ? mean : NaN);
      low.push(present.length ? (state.band === "sd" ? mean - deviation : Math.min(...present)) : NaN);
      high.push(present.length ? (state.band === "sd" ? mean + deviation : Math.max(...present)) : NaN);
      counts.push(present.length);
    }
    return { key: values.indexOf(value), run: null, name: value, x, y, raw: y, low, high, counts, n: members.length };
  });
}
