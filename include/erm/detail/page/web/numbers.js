// Numbers and their texts.

const toNumber = (text) => {
  const lower = text.toLowerCase().replace(/^[+]/, "");
  if (/^-?inf/.test(lower)) return lower[0] === "-" ? -Infinity : Infinity;
  return Number(lower);
};

/// Six significant digits, as the page's own numbers.
function format(value, scientific) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value < 0 ? "-∞" : "∞";
  const size = Math.abs(value);
  if (value !== 0 && (scientific || size < 1e-4 || (size >= 1e6 && !Number.isInteger(value)) || size >= 1e15))
    return value.toExponential(5).replace(/\.?0+e/, "e").replace("e+", "e");
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
}
const signed = (value, text) => (value > 0 ? "+" : "") + text;
