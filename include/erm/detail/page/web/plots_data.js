// The axes of the plots: each a param or a metric, or the last, least or greatest value of a metric, as places from 0 to 1.

let axisChoices = null;  // {key, label, kind, name, point} by key, which is what a filter calls it
const axes = new Map();  // the axes that were asked for, by key

const namesOf = (section) => (section.initialLayout === "rows" ? [...section.table.tHead.rows[0].cells].slice(1) : [...section.table.tBodies[0].rows].map((line) => line.cells[0]))
  .map(readName).filter(({ point }) => !pointWords(point)).map(({ name }) => name);

/// All that can be an axis. The tables' cells are not read for it.
function findAxisChoices() {
  axisChoices = new Map();
  const add = (kind, name, point, label = name) => {
    const key = kind === "params" && axisChoices.has(name) ? `params.${name}` : label === name ? name : `${name}.${point}`;
    axisChoices.set(key, { key, label, kind, name, point });
  };
  for (const kind of ["metrics", "params"])
    for (const section of sections.filter((one) => one.kind === kind)) for (const name of namesOf(section)) add(kind, name, "");
  for (const { name } of charts) for (const point of ["last", "min", "max"]) add("metrics", name, point, `${name} (${point})`);
}

/// The row of a choice: that of the overview, which is read anyway, rather than that of a table of hundreds.
function rowOfChoice({ kind, name }) {
  const isBoth = axisChoices.has(`params.${name}`);
  const row = isBoth ? null : sections.find(isOverview).rows.find((one) => one.name === name);
  return row || rowsNamed(kind).get(name);
}

function axisNamed(key) {
  if (!axes.has(key)) axes.set(key, makeAxis(axisChoices.get(key)));
  return axes.get(key);
}

/// An axis: numbers by what they are worth, or by their logarithm; other values side by side.
function makeAxis(choice) {
  const row = rowOfChoice(choice);
  const values = runs.map((_, run) => (choice.point ? metricOf(choice.name, choice.point, run) : valueOfCell(row, run)));
  const axis = { ...choice, goal: row ? row.goal : null, text: (run) => (values[run] ? values[run].text : "—") };
  return Object.assign(axis, values.every((value) => !value || value.number !== null) && values.some((value) => value && Number.isFinite(value.number)) ? numericAxis(axis, values) : axisOfTexts(values));
}

/// The numbers of a sorted list without those of runs that diverged: those that, as `map` sees them, lie more than three
/// quartile distances beyond its quartiles, if the others would have less than two fifths of an axis beside them.
function withinFences(ordered, map) {
  const [first, third] = [0.25, 0.75].map((part) => map(quantile(ordered, part))), room = 3 * (third - first) || Infinity;
  const kept = ordered.filter((number) => map(number) >= first - room && map(number) <= third + room);
  const spanOf = (numbers) => map(numbers[numbers.length - 1]) - map(numbers[0]);
  return spanOf(kept) < 0.4 * spanOf(ordered) ? kept : ordered;
}

/// From numbers to places from 0 to 1 and back, logarithmic over orders of magnitude, as learning rates are chosen and
/// losses fall. A few runs that diverged leave the scale to the others: they share a place at its end.
function numericScale(numbers, goal) {
  const ordered = numbers.filter(Number.isFinite).sort((a, b) => a - b), isSpread = ([low, ...more]) => more.length > 0 && more[more.length - 1] >= 100 * low;
  const onLog = ordered[0] > 0 && goal !== "max" ? withinFences(ordered, Math.log10) : [], isLog = isSpread(onLog), map = isLog ? Math.log10 : Number;
  const kept = isLog ? onLog : withinFences(ordered, Number), low = kept[0], high = kept[kept.length - 1];
  const isCutBelow = low > ordered[0] || numbers.includes(-Infinity), isCutAbove = high < ordered[ordered.length - 1] || numbers.includes(Infinity);
  const begin = isCutBelow ? 0.1 : 0, size = 1 - begin - (isCutAbove ? 0.1 : 0), from = map(low), span = map(high) - from || 1;
  return { isLog, low, high, isCutBelow, isCutAbove,
    to: (number) => (number < low ? 0 : number > high ? 1 : begin + (size * (map(number) - from)) / span),
    at: (place) => { const value = from + ((place - begin) / size) * span; return isLog ? 10 ** value : value; } };
}

function numericAxis({ label, goal }, values) {
  const numbers = values.map((value) => (value ? value.number : NaN)), scale = numericScale(numbers, goal), { isLog, low, high } = scale;
  const few = [...new Set(numbers.filter((number) => number >= low && number <= high))].sort((a, b) => a - b);
  let marks = few, last = -1;
  if (few.length > 6 && isLog) marks = Array.from({ length: Math.floor(Math.log10(high)) - Math.ceil(Math.log10(low)) + 1 }, (_, i) => 10 ** (i + Math.ceil(Math.log10(low))));
  else if (few.length > 6) marks = [4, 8].map((wanted) => linearTicks(low, high, wanted)).find((ticks, i) => ticks.length > 2 || i === 1);
  const ticks = marks.map((value) => [scale.to(value), tickText(value)]);
  if (scale.isCutBelow) ticks.unshift([0, `< ${rounded(low)}`]);
  if (scale.isCutAbove) ticks.push([1, `> ${rounded(high)}`]);
  const end = (place) => (scale.isCutBelow && place < 0.1 ? "-∞" : scale.isCutAbove && place > 0.9 ? "∞" : format(scale.at(place)));
  return { isNumeric: few.length > 0, title: label + (isLog ? " (log)" : ""), numbers, scale, place: (run) => scale.to(numbers[run]),
    ticks: ticks.filter(([place]) => place >= last + 0.06 && (last = place, true)), range: (from, to) => `${end(from)} to ${end(to)}` };
}

const rounded = (number) => tickText(Number(number.toPrecision(3)));

function axisOfTexts(values) {
  const textOf = (value) => (value ? value.text : "—");
  const texts = [...new Set(values.map(textOf))].sort();
  const places = new Map(texts.map((text, i) => [text, texts.length > 1 ? i / (texts.length - 1) : 0.5]));
  return { title: null, place: (run) => places.get(textOf(values[run])), ticks: texts.filter((_, i) => i % Math.ceil(texts.length / 12) === 0).map((text) => [places.get(text), text]),
    range: (from, to) => texts.filter((text) => places.get(text) >= from && places.get(text) <= to).join(", ") };
}

// ---- texts that fit ----

const widthOf = (text, fontWeight = 400) => textWidth(text, { fontWeight, fontSize: "11.5px", fontFamily: getComputedStyle(document.body).fontFamily });

/// The text, or its beginning and its end where it is wider than `room`.
function fitted(text, room, weight) {
  if (widthOf(text, weight) <= room) return text;
  const letters = [...text];
  let kept = Math.min(letters.length - 1, Math.ceil((letters.length * room) / widthOf(text, weight)) + 1);
  const shortened = () => letters.slice(0, Math.ceil(kept / 2)).join("") + "…" + letters.slice(letters.length - Math.floor(kept / 2)).join("");
  while (kept > 1 && widthOf(shortened(), weight) > room) --kept;
  return shortened();
}
