// The names and values that the filter field completes.

const inQuotes = (text) => `"${text.replaceAll(/["\\]/g, (c) => "\\" + c)}"`;
/// A name as a filter has it: in backquotes where it has other characters, or would mean something else.
const inBackquotes = (name, isPlain) => (isPlain && /^[\w./@:%+#\u0080-\uffff-]+$/.test(name) ? name : `\`${name}\``);

let fieldTexts = null;
/// Every field that a run of the page has.
function allFields() {
  if (fieldTexts) return fieldTexts;
  const named = (kind) => [...rowsNamed(kind).keys()].map((name) => `${kind}.${inBackquotes(name, kind !== "metrics" || !/\.(first|last|min|max)$/.test(name))}`);
  const points = charts.flatMap(({ name }) => ["min", "max", "first", "last"].map((point) => `metrics.${inBackquotes(name, true)}.${point}`));
  const dicts = sections.filter(({ kind }) => kind === "dict").flatMap(({ title, rows }) => rows.map(({ name }) => `dicts.${inBackquotes(title.slice(6), !title.includes("."))}.${inBackquotes(name, true)}`));
  // A name with a backquote in it cannot be written.
  fieldTexts = [...named("params"), ...named("metrics"), ...points, ...named("tags"), ...plainFields, ...dicts].filter((text) => text.split("`").length % 2 === 1);
  return fieldTexts;
}

/// The values that the runs have of a field.
function suggestedValues({ parts }) {
  const field = parts && (fieldOf(parts) || bareFieldOf(parts));
  if (!field || field.kind === "time") return [];
  if (isList(field)) return (field.kind === "features" ? [...rowsNamed("features").keys()] : findAll(".part.artifacts h3").map((title) => title.textContent)).map(inQuotes);
  const values = runs.map((_, run) => fieldValue(field, run)).filter(Boolean);
  return [...new Set(values.map(({ text, kind }) => (kind !== "text" || /^[A-Za-z_][\w./@:%+#-]*$/.test(text) ? text : inQuotes(text))))];
}

function tokensOf(text) {
  const lexer = filterLexer(text), tokens = [];
  try {
    for (let token = lexer.next(); token.kind !== "end"; token = lexer.next()) tokens.push(token);
  } catch (fault) {
    const shown = lexer.rest(); // a quote without an end
    tokens.push({ kind: "open", shown, at: text.length - shown.length });
  }
  return tokens;
}

/// {from, options}: what could stand in place of the word that `text` ends with.
function completionsOf(text, isAsked) {
  const tokens = tokensOf(text), last = tokens[tokens.length - 1];
  const typed = last && last.kind !== "sign" && last.at + last.shown.length === text.length ? tokens.pop().shown : "";
  const words = tokens.map((token) => token.shown.toLowerCase());
  const at = Math.max(...["in", "contains", ...Object.keys(comparisons)].map((word) => words.lastIndexOf(word))), after = words.slice(at + 1);
  const isValue = at > 0 && (words[at] === "in" ? /^[(,]$/.test(after[after.length - 1]) && !after.includes(")") : after.length === 0);
  if (!typed && !isValue && !isAsked) return { from: text.length, options: [] };
  const all = isValue ? suggestedValues(tokens[at - (words[at - 1] === "not" ? 2 : 1)]) : allFields();
  const wanted = typed.toLowerCase().replaceAll(/["'`]/g, "");
  // Those that begin so, or one of whose parts does, come first.
  const plain = (option) => option.toLowerCase().replaceAll(/["`]/g, "");
  const found = all.filter((option) => option !== typed && plain(option).includes(wanted));
  const begins = (option) => plain(option).split(".").some((part) => part.startsWith(wanted));
  return { from: text.length - typed.length, options: [...found.filter(begins), ...found.filter((option) => !begins(option))].slice(0, 10) };
}
