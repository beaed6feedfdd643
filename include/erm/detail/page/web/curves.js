// The curves as lines: smoothed, or a mean for each group of runs.

/// The mean of the values up to each point. A value weighs less by the factor of smoothing for each usual distance of
/// points that it lies back, so that irregular points and runs that log at different rates are smoothed alike. NaN is
/// skipped and stays a gap.
function smoothed({ x, y }, gap) {
  if (!state.smooth) return y;
  let mean = 0, weight = 0, before = -Infinity;
  return y.map((value, i) => {
    if (!Number.isFinite(value)) return NaN;
    weight = 1 + weight * state.smooth ** ((x[i] - before) / gap);
    before = x[i];
    mean = mean * (1 - 1 / weight) + value / weight;
    return mean;
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

/// The lines of the runs that are visible.
function curvesOf(chart) {
  const series = seriesOf(chart);
  const metric = state.point === "best" ? metricNamed(chart.name) : null;
  const gap = Math.min(...series.map((one) => one.gaps[state.x === "step" ? 0 : 1]));
  return series.filter((one) => isVisible(one.run)).map((one) => {
    const { x, y } = pointsAlong(one), points = { x, y: metric && metric.goal ? soFar(y, metric.goal) : y };
    return { key: one.run, run: one.run, name: runs[one.run].label, x: points.x, raw: points.y, y: smoothed(points, gap) };
  });
}

/// How many of a line's points lie before x.
function countBefore(line, x) {
  let low = 0, high = line.x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (line.x[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/// The value of a line at x, between its points; NaN beyond them.
function valueAt(line, x) {
  const after = countBefore(line, x);
  if (line.x[after] === x) return line.y[after];
  if (after === 0 || after === line.x.length) return NaN;
  const part = (x - line.x[after - 1]) / (line.x[after] - line.x[after - 1]);
  return line.y[after - 1] * (1 - part) + line.y[after] * part;
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
    for (const here of x) {
      const present = members.map((line) => valueAt(line, here)).filter(Number.isFinite);
      const mean = present.reduce((sum, number) => sum + number / present.length, 0);
      const deviation = present.length > 1 ? Math.hypot(...present.map((number) => number - mean)) / Math.sqrt(present.length - 1) : 0;
      y.push(present.length ? mean : NaN);
      low.push(present.length ? (state.band === "sd" ? mean - deviation : Math.min(...present)) : NaN);
      high.push(present.length ? (state.band === "sd" ? mean + deviation : Math.max(...present)) : NaN);
      counts.push(present.length);
    }
    const columns = Object.fromEntries(Object.entries({ x, y, raw: y, low, high }).map(([name, column]) => [name, Float64Array.from(column)]));
    return { key: values.indexOf(value), run: null, name: value, ...columns, counts, n: members.length };
  });
}
