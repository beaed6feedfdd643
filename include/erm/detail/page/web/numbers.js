// Numbers and their texts.

const toNumber = (text) => {
  const lower = text.toLowerCase().replace(/^[+]/, "");
  if (/^-?inf/.test(lower)) return lower[0] === "-" ? -Infinity : Infinity;
  return Number(lower);
};

/// Six significant digits, as the page's own numbers, or as many as are asked for.
function format(value, scientific, digits = 6) {
  if (typeof value === "bigint") return String(value);
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value < 0 ? "-∞" : "∞";
  const size = Math.abs(value);
  if (value !== 0 && (scientific || size < 1e-4 || (size >= 1e6 && !Number.isInteger(value)) || size >= 1e15))
    return value.toExponential(digits - 1).replace(/\.?0+e/, "e").replace("e+", "e");
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(digits)));
}
/// The texts of numbers on an axis: six digits, or for all of them as many more as tell different ones apart.
function distinctTexts(numbers, scientific) {
  const different = new Set(numbers).size;
  for (let digits = 6; ; ++digits) {
    const texts = numbers.map((number) => format(number, scientific, digits));
    if (digits === 17 || new Set(texts).size === different) return texts;
  }
}
/// The texts of numbers in a table: those that look alike get as many more digits as tell all of them apart.
function apartTexts(numbers, scientific, least = 6) {
  const texts = [];
  let left = numbers.map((_, i) => i);
  const group = [];
  for (let digits = least; left.length > 0 && digits <= 17; ++digits) {
    const first = new Map(), alike = new Set();
    for (const i of left) {
      texts[i] = format(numbers[i], scientific, digits);
      if (digits === least) group[i] = texts[i];
      if (!first.has(texts[i])) first.set(texts[i], i);
      const other = first.get(texts[i]);
      if (numbers[other] !== numbers[i] && texts[i] !== "NaN") alike.add(group[i]).add(group[other]);
    }
    left = left.filter((i) => alike.has(group[i]));
  }
  return texts;
}
/// Whether a number is shown with an exponent, and with it those of its row.
const needsExponent = (number) => Number.isFinite(number) && number !== 0 && (Math.abs(number) < 1e-4 || (Math.abs(number) >= 1e6 && !Number.isInteger(number)));
const signed = (value, text) => (value > 0 ? "+" : "") + text;
