// Colours that stand for a value, and the bar that says which.

/// The colour of a place between the least and the greatest value.
const shade = (place) => `color-mix(in oklab, var(--r0), var(--r1) ${Math.round(100 * place)}%)`;
function colored(element, place) {
  if (place !== null && Number.isFinite(place)) element.style.setProperty("--c", shade(place));
  return element;
}

/// The place among the colours: what is cut off at an end of the axis has the colour of that end.
const colourOf = ({ low, high, to }, number) => (to(Math.max(low, Math.min(high, number))) - to(low)) / (to(high) - to(low) || 1);

/// The bar: its colours, and the values at its ends and in its middle.
function colourBar({ label, numbers, scale }) {
  const { low, high, to, at, isLog, isCutBelow, isCutAbove } = scale;
  const [first, middle, last] = [(isCutBelow ? "≤ " : "") + rounded(low), rounded(at((to(low) + to(high)) / 2)), (isCutAbove ? "≥ " : "") + rounded(high)];
  const none = numbers.filter(Number.isNaN).length;
  return [draw("svg", { viewBox: "0 0 260 34", role: "img", "aria-label": `Colours: ${label} from ${first} to ${last}${isLog ? ", logarithmic" : ""}` },
    Array.from({ length: 40 }, (_, i) => colored(draw("rect", { class: "shade", x: 6.5 * i - 0.2, width: 6.9, height: 14 }), i / 39)),
    draw("g", { class: "grid" }, [[0, "start", first], [130, "middle", middle], [260, "end", last]].map(([x, anchor, text]) => draw("text", { x, y: 29, "text-anchor": anchor }, text)))),
  make("span", { class: "note" }, `${label}${isLog ? ", logarithmic" : ""}${isCutBelow || isCutAbove ? "; what lies far beyond has the colour of the end" : ""}${none ? `; grey: ${none} without a value` : ""}`)];
}
