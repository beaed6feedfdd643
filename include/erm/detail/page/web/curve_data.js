// The points of the curves, from the numbers that curve_numbers.hpp wrote.

const charts = [];

function bytesOf(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; ++i) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/// [size, base64], [scale, first, step] or [scale, first, size, base64], as append_numbers() explains them.
function decodeNumbers(written, count) {
  if (written.length === 2) {
    const { buffer } = bytesOf(written[1]);
    return written[0] === 8 ? new Float64Array(buffer) : Float64Array.from(new Float32Array(buffer));
  }
  const [scale, first, step, base64] = written;
  const numbers = new Float64Array(count);
  if (base64 === undefined) {
    for (let i = 0; i < count; ++i) numbers[i] = (first + i * step) / scale;
    return numbers;
  }
  const steps = new { 1: Int8Array, 2: Int16Array, 4: Int32Array }[step](bytesOf(base64).buffer);
  for (let i = 0, sum = first; i < count; sum += steps[i++]) numbers[i] = sum / scale;
  return numbers;
}

function seriesOf(chart) {
  chart.series ??= JSON.parse(find("script", chart.figure).textContent).map((written) =>
    ({ run: written.run, gaps: written.gaps, start: written.t0 / 1000, written, y: decodeNumbers(written.y, written.n), along: {} }));
  return chart.series;
}

/// Both arrays in the order of x.
function inOrder(x, y) {
  if (x.every((one, i) => i === 0 || x[i - 1] <= one)) return { x, y };
  const order = Uint32Array.from(x, (_, i) => i).sort((a, b) => x[a] - x[b] || a - b);
  return { x: Float64Array.from(order, (i) => x[i]), y: Float64Array.from(order, (i) => y[i]) };
}

/// A run's points along the x axis that the reader chose. A run that went on from a checkpoint logged later steps first.
function pointsAlong(series) {
  const { written, start, along, y } = series;
  if (!along[state.x]) {
    const x = decodeNumbers(state.x === "step" ? written.x : written.t, written.n);
    along[state.x] = inOrder(state.x === "clock" ? x.map((second) => start + second) : x, y);
  }
  return along[state.x];
}

/// The name of a chart's x axis while the others have the step: "step", or the metric of define_axis.
const stepName = (chart) => chart.figure.dataset.axis || "step";
const haveOneAxis = (a, b) => state.x !== "step" || stepName(a) === stepName(b);
/// The zoom, if it is one of this chart's axis.
const zoomOf = (chart) => (state.x !== "step" || stepName(chart) === state.zoomAxis) ? state.zoom : null;
