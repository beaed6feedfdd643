// Scales, their ticks and the texts of those.

function niceStep(span, wanted) {
  const raw = span / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= raw * (1 - 1e-9));
}

function linearTicks(low, high, wanted) {
  const step = niceStep(high - low, wanted);
  const ticks = [];
  if (!(step > 0) || low + step === low) return ticks;
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9 && ticks.length < 50; ++i) ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

/// From values to 0..1 and back: linear, logarithmic, or linear around 0 and logarithmic beyond.
function makeScale(low, high, smallest) {
  if (!state.log) return { to: (v) => (v - low) / (high - low), ticks: linearTicks(low, high, 5) };
  const reach = low > 0 ? 0 : smallest;
  const map = reach === 0 ? Math.log10 : (v) => Math.sign(v) * Math.log10(1 + Math.abs(v) / reach);
  const from = map(low), to = map(high);
  const ticks = [];
  for (let k = Math.floor(Math.log10(reach || low)); k <= Math.ceil(Math.log10(Math.max(Math.abs(low), Math.abs(high)))); ++k)
    for (const value of [10 ** k, -(10 ** k)]) if (value >= low && value <= high) ticks.push(value);
  if (reach !== 0) ticks.push(0);
  const few = ticks.length < 2 ? linearTicks(low, high, 5) : ticks.sort((a, b) => a - b);
  const every = Math.ceil(few.length / 8);
  return { to: (v) => (map(v) - from) / (to - from), ticks: few.filter((_, i) => i % every === 0) };
}

const tickText = (value) => String(Math.abs(value) >= 1e6 || (value !== 0 && Math.abs(value) < 1e-4) ? format(value, true) : Number(value.toPrecision(8)));

function timeText(seconds) {
  if (seconds < 120) return `${Number(seconds.toPrecision(4))} s`;
  return seconds < 7200 ? `${Number((seconds / 60).toPrecision(4))} min` : `${Number((seconds / 3600).toPrecision(4))} h`;
}
const xText = (x) => state.x === "step" ? tickText(x) : state.x === "time" ? timeText(x) : new Date(x * 1000).toISOString().slice(5, 19).replace("T", " ");
