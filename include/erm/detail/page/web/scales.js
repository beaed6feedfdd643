// Scales, their ticks and the texts of those. chart_axes.hpp draws the same axes.

/// About so many multiples of 1, 2 or 5 times a power of ten, all different.
function linearTicks(low, high, wanted) {
  const raw = high / wanted - low / wanted;
  if (!(raw > 0)) return [low, high];
  let power = Math.floor(Math.log10(raw));
  let factor = [1, 2, 5].find((one) => one * 10 ** power >= raw * (1 - 1e-9));
  if (!factor) { factor = 1; ++power; }
  const step = factor * 10 ** power;
  const first = Math.ceil(low / step - 1e-9), last = Math.floor(high / step + 1e-9);
  if (!(Math.abs(first) < 9e15 && Math.abs(last) < 9e15)) return [low, high];
  const ticks = new Set();
  // A quotient of whole numbers is the very decimal.
  for (let i = first; i <= last && ticks.size < 50; ++i) ticks.add(power < 0 && power > -300 ? (i * factor) / 10 ** -power : i * step);
  return [...ticks].filter(Number.isFinite);
}

function logTicks(low, high, reach) {
  const ticks = [];
  for (let k = Math.floor(Math.log10(reach || low)); k <= Math.ceil(Math.log10(Math.max(Math.abs(low), Math.abs(high)))); ++k)
    for (const value of [10 ** k, -(10 ** k)]) if (value >= low && value <= high) ticks.push(value);
  if (reach !== 0) ticks.push(0);
  const few = ticks.length < 2 ? linearTicks(low, high, 5) : ticks.sort((a, b) => a - b);
  const every = Math.ceil(few.length / 8);
  return few.filter((_, i) => i % every === 0);
}

/// Seconds that people count by.
function timeTicks(low, high, wanted) {
  const raw = (high - low) / wanted, day = 86400;
  const step = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, day].find((one) => one >= raw);
  if (raw < 0.5) return linearTicks(low, high, Math.min(wanted, (high - low) * 1000));  // to the millisecond
  if (!step) return linearTicks(low / day, high / day, wanted).map((days) => days * day);
  return Array.from({ length: Math.floor(high / step) - Math.ceil(low / step) + 1 }, (_, i) => (Math.ceil(low / step) + i) * step);
}

/// From values to pixels and back: linear, logarithmic, or linear around 0 and logarithmic beyond.
function makeScale([low, high], smallest, isLog, begin, size) {
  const reach = !isLog || low > 0 ? 0 : Math.min(1e290, smallest);  // added to the greatest double it gives that
  const zero = Math.log10(reach);
  const map = !isLog ? Number : reach === 0 ? Math.log10 : (v) => Math.sign(v) * (Math.log10(reach + Math.abs(v)) - zero);
  const unmap = !isLog ? Number : reach === 0 ? (v) => 10 ** v : (v) => Math.sign(v) * (10 ** (Math.abs(v) + zero) - reach);
  const from = map(low), to = map(high);
  // The difference of two doubles may be too great for a double, the quotient of two small ones too.
  const factor = to / 2 - from / 2 > 1e300 ? 0.25 : to - from < 1e-290 ? 2 ** 200 : 1;
  const origin = from * factor, pixels = size / (to * factor - origin);
  return {
    to: (value) => begin + (map(value) * factor - origin) * pixels,
    back: (place) => unmap(((place - begin) / pixels + origin) / factor),
    places: (values) => {
      const out = new Float64Array(values.length);
      if (isLog) for (let i = 0; i < out.length; ++i) out[i] = begin + (map(values[i]) - origin) * pixels;
      else for (let i = 0; i < out.length; ++i) out[i] = begin + (values[i] * factor - origin) * pixels;
      return out;
    },
    ticks: (wanted) => isLog ? logTicks(low, high, reach) : linearTicks(low, high, wanted),
  };
}

/// A number with all its digits.
const exactText = (value) => Number.isFinite(value) ? String(value).replace("e+", "e") : format(value);
const isLong = (value) => value !== 0 && !(Math.abs(value) >= 1e-4 && Math.abs(value) < 1e6);
const scientific = (value) => value === 0 ? "0" : value.toExponential().replace("e+", "e");
const longestOf = (texts) => Math.max(0, ...texts.map((text) => text.length));

/// The texts of ticks, all different: in the shorter notation, or each in its own on a logarithmic axis.
function tickTexts(ticks, isLog) {
  if (isLog) return ticks.map((tick) => isLong(tick) ? scientific(tick) : exactText(tick));
  const plain = ticks.map(exactText), short = ticks.map(scientific);
  return ticks.some(isLong) && longestOf(short) < longestOf(plain) ? short : plain;
}
const tickText = (value) => String(isLong(value) ? format(value, true) : Number(value.toPrecision(8)));

function durationText(seconds) {
  let rest = Math.round(Math.abs(seconds) * 1000) / 1000;
  const parts = [];
  for (const [unit, size] of [["d", 86400], ["h", 3600], ["min", 60]]) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${count} ${unit}`);
    rest -= count * size;
  }
  if (rest > 0 || parts.length === 0) parts.push(`${Number(rest.toFixed(3))} s`);
  return (seconds < 0 ? "-" : "") + parts.join(" ");
}
function clockText(seconds) {
  const date = new Date(Math.round(seconds * 1000));
  return Number.isNaN(date.getTime()) ? exactText(seconds) : date.toISOString().replace("T", " ").replace(/(\.000)?Z$/, "");
}
/// Times without what all of them have: the year, seconds or hours that are 0.
function clockTexts(ticks) {
  const texts = ticks.map(clockText);
  const end = texts.every((text) => text.endsWith(" 00:00:00")) ? -9 : texts.every((text) => text.endsWith(":00")) ? -3 : undefined;
  return texts.map((text) => text.slice(texts.every((other) => other.slice(0, 5) === texts[0].slice(0, 5)) ? 5 : 0, end));
}
const xText = (x) => state.x === "step" ? exactText(x) : state.x === "time" ? durationText(x) : clockText(x);

/// As many ticks of the x axis as have room beside each other, and their texts.
function xTicks(scale, [low, high], letter) {
  for (const wanted of [7, 5, 4, 3, 2, 1]) {
    const isTime = state.x !== "step" && !state.logX;
    const ticks = isTime ? timeTicks(low, high, wanted) : scale.ticks(wanted);
    const texts = state.x === "step" ? tickTexts(ticks, state.logX) : state.x === "time" ? ticks.map(durationText) : clockTexts(ticks);
    const places = ticks.map(scale.to), width = letter * longestOf(texts);
    const last = wanted === 1, every = last && state.logX ? Math.ceil(ticks.length / 4) : 1;
    if (last || places.every((place, i) => i === 0 || place - places[i - 1] > width + 10))
      return ticks.map((_, i) => ({ place: places[i], text: texts[i], width })).filter((_, i) => i % every === 0);
  }
}
