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
/// The texts of numbers in a table: only those that would look like another one get more digits.
function apartTexts(numbers, scientific, least = 6) {
  const texts = [];
  let left = numbers.map((_, i) => i);
  for (let digits = least; left.length > 0; ++digits) {
    const alike = new Map();
    for (const i of left) {
      texts[i] = format(numbers[i], scientific, digits);
      if (!alike.has(texts[i])) alike.set(texts[i], []);
      alike.get(texts[i]).push(i);
    }
    left = digits === 17 ? [] : [...alike.values()].filter((group) => new Set(group.map((i) => numbers[i])).size > 1).flat();
  }
  return texts;
}
/// Whether a number is shown with an exponent, and with it those of its row.
const needsExponent = (number) => Number.isFinite(number) && number !== 0 && (Math.abs(number) < 1e-4 || (Math.abs(number) >= 1e6 && !Number.isInteger(number)));
const signed = (value, text) => (value > 0 ? "+" : "") + text;
