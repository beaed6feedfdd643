// The language of find_runs: reads a filter, and tells which runs it accepts. It means here what it means in C++, with the
// same words for the same mistakes (detail/find/filter_lexer.hpp, filter_parser.hpp, run_filter.hpp).
//
//   const filter = readFilter("params.lr < 0.01 and not tags.failed");     // throws a FilterFault
//   filter.accepts(facts)     where facts.value(field), facts.has(field, part) and facts.isMissing(field) are of a run

const plainFields = ["status", "experiment", "variant", "run", "time", "duration", "group", "note", "failure", "features", "artifacts"];
const fieldNames = "a field (params.NAME, metrics.NAME, dicts.NAME.KEY, tags.NAME, status, experiment, variant, run, time, duration, " +
  "group, note, failure, features or artifacts)";
const metricPoints = ["first", "last", "min", "max"];

class FilterFault extends Error {
  constructor(fault, text, at) {
    const line = [...text].map((c) => (c < " " || c === "\x7f" ? " " : c)).join("");
    super(`cannot read the filter: ${fault}\n  ${line}\n  ${" ".repeat([...text.slice(0, at)].length)}^`);
  }
}

// ---- values ----

/// A text as a number, if all of it is one; else null.
function numberIn(text) {
  const plain = /^\+[^-]/.test(text) ? text.slice(1) : text;
  if (/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return Number(plain);
  if (/^-?inf(inity)?$/i.test(plain)) return plain[0] === "-" ? -Infinity : Infinity;
  return /^-?nan$/i.test(plain) ? NaN : null;
}

/// An integer that fits 64 bits; else null.
function integerIn(text) {
  if (!/^-?\d+$/.test(text)) return null;
  const integer = BigInt(text);
  return integer >= -(2n ** 63n) && integer < 2n ** 64n ? integer : null;
}

/// `kind`: "text", "number" or "bool".
const filterValue = (text, kind) => ({ text, kind, number: kind === "bool" ? null : numberIn(text), integer: kind === "number" ? integerIn(text) : null });

function booleanOf(value) {
  const lower = value.kind === "number" ? "" : value.text.toLowerCase();
  return lower === "true" || lower === "false" ? lower === "true" : null;
}

const orderedAs = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/// By code points, as UTF-8 sorts.
function compareTexts(a, b) {
  let i = 0;
  while (i < a.length && a[i] === b[i]) ++i;
  const rank = (text) => {
    const code = i < text.length ? text.charCodeAt(i) : -1;
    return code < 0xd800 ? code : code < 0xe000 ? code + 0x2000 : code - 0x800;
  };
  return orderedAs(rank(a), rank(b));
}

/// Less than, more than or 0; "different" for values of two kinds; undefined where one is NaN.
function orderOf(a, b) {
  if (a.kind === "bool" || b.kind === "bool") {
    const x = booleanOf(a), y = booleanOf(b);
    return x === null || y === null ? "different" : x - y;
  }
  if (a.number === null && b.number === null) return compareTexts(a.text, b.text);
  if (a.number === null || b.number === null) return "different";
  if (Number.isNaN(a.number) || Number.isNaN(b.number)) return undefined;
  // Two integers may round to the same double.
  if (a.number === b.number && a.integer !== null && b.integer !== null) return orderedAs(a.integer, b.integer);
  return orderedAs(a.number, b.number);
}

function isTrue(value, field) {
  if (field.kind === "tags" && value.text === "") return true;
  const yes = booleanOf(value);
  if (yes !== null) return yes;
  return value.number === null ? value.text !== "" : value.number !== 0 && !Number.isNaN(value.number);
}

/// Microseconds since 1970 of a time as ERM writes it; else null.
function microsecondsIn(text) {
  const match = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):?(\d\d))?$/.exec(text);
  if (!match) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number), [fraction, sign, hours, minutes] = match.slice(7);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (year < 1 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59 || hours > 23 || minutes > 59) return null;
  const offset = sign ? (sign === "-" ? -1 : 1) * (60 * Number(hours) + Number(minutes)) : 0;
  date.setUTCHours(hour, minute - offset, second);
  if (date.getUTCFullYear() < 1 || date.getUTCFullYear() > 9999) return null;
  return BigInt(date.getTime()) * 1000n + BigInt((fraction || "").padEnd(6, "0").slice(0, 6));
}

// ---- tokens ----

function filterLexer(text) {
  let at = 0;
  const fail = (fault, place) => { throw new FilterFault(fault, text, place); };
  const expected = (what, found, hint) =>
    fail(`expected ${what}, found ${found.kind === "end" ? "the end" : `'${found.shown}'`}${hint ? "; " + hint : ""}`, found.at);
  /// What a sticky pattern matches here.
  const match = (pattern) => {
    pattern.lastIndex = at;
    return (pattern.exec(text) || [""])[0];
  };
  const take = (kind, size, more) => ({ kind, at, shown: text.slice(at, at += size), ...more });

  /// A quote inside the text is written twice, or after a backslash.
  function quoted(quote) {
    const found = match(new RegExp(`Q(?:QQ|\\\\[Q\\\\]|[^Q\\\\]|\\\\(?![Q\\\\]))*Q(?!Q)`.replaceAll("Q", quote), "y"));
    if (!found) fail(`the text that begins here has no end; close it with ${quote}`, at);
    return take("text", found.length, { value: filterValue(found.slice(1, -1).replaceAll(new RegExp(`${quote}${quote}|\\\\([${quote}\\\\])`, "g"), (_, c) => c || quote), "text") });
  }
  function number() {
    // All that could belong to it, for the error.
    const found = take("number", match(/[+-]?(?:[\w.`\u0080-\uffff]|(?<=[eE])[+-])*/y).length), digits = found.shown.replace(/^\+/, "");
    if (numberIn(digits) !== null) return { ...found, value: filterValue(digits, "number") };
    const seconds = { s: 1, m: 60, h: 3600, d: 86400 }[digits.slice(-1)], count = numberIn(digits.slice(0, -1));
    if (seconds && count !== null) return { ...found, kind: "duration", value: filterValue(String(count * seconds), "number") };
    return expected("a number", found, "write it as in 42, 0.01 or 1e-3, and a length of time as in 90s, 5m, 2h or 1d");
  }
  /// A word is split at dots except in backquotes.
  function word() {
    const { length } = match(/(?:[\w./@:%+#\u0080-\uffff-]|`[^`]*`)*/y), parts = [""];
    if (text[at + length] === "`") fail("the name that begins here has no end; close it with `", at + length);
    for (const [piece] of text.slice(at, at + length).matchAll(/`[^`]*`|\.|[^.`]+/g)) {
      if (piece === ".") parts.push("");
      else parts[parts.length - 1] += piece.replaceAll("`", "");
    }
    return take("word", length, { parts });
  }
  function next() {
    at += match(/[ \t\r\n]*/y).length;
    const c = text[at];
    if (c === undefined) return take("end", 0);
    if (c === '"' || c === "'") return quoted(c);
    if (match(/[+-]?\.?\d|[+-]inf/iy)) return number();
    if (match(/[A-Za-z_`\u0080-\uffff]/y)) return word();
    return take("sign", (match(/<=|>=|!=|==|<>|&&|\|\|/y) || c).length);
  }
  return { next, fail, expected, rest: () => text.slice(at) };
}

// ---- fields ----

function fieldOf(parts) {
  const [kind, ...rest] = parts;
  if (rest.length === 0) return plainFields.includes(kind) ? { kind } : null;
  if (rest.every((part) => part === "")) return null;
  if (kind === "params" || kind === "tags") return { kind, name: rest.join(".") };
  if (kind === "dicts") return rest.length < 2 ? null : { kind, name: rest[0], path: rest.slice(1) };
  if (kind !== "metrics") return null;
  const point = rest.length > 1 && metricPoints.includes(rest[rest.length - 1]) ? rest.pop() : "";
  return { kind, name: rest.join("."), point };
}

/// A name alone: the metric, or else the param.
function bareFieldOf([name, point, ...more]) {
  if (name === "" || more.length || (point !== undefined && !metricPoints.includes(point))) return null;
  return { kind: "named", name, point: point || "" };
}

const isList = (field) => field.kind === "features" || field.kind === "artifacts";

// ---- the parser ----

const comparisons = {
  "=": (order) => order === 0, "!=": (order) => order !== 0 && order !== undefined,
  "<": (order) => order < 0, "<=": (order) => order <= 0, ">": (order) => order > 0, ">=": (order) => order >= 0,
};
comparisons["=="] = comparisons["="];
comparisons["<>"] = comparisons["!="];

/// {accepts, fault, fields; isMeant: it can only be a filter, and not words to look for; hasTest: it asks more than whether
/// a field is there}. An unreadable text has a fault, and accepts every run.
function readFilter(text) {
  const { next, fail, expected } = filterLexer(text), filter = { accepts: () => true, fault: null, fields: [], isMeant: false, hasTest: false };
  let token, depth = 0;
  const advance = () => { token = next(); };
  const is = (word) => (token.kind === "word" || token.kind === "sign") && token.shown.toLowerCase() === word;
  const skip = (word) => is(word) && (advance(), true);

  const chain = (word, part, join) => {
    const parts = [part()];
    while (skip(word)) parts.push(part());
    return (facts) => parts[join]((one) => one(facts));
  };
  const either = () => chain("or", both, "some");
  const both = () => chain("and", no, "every");
  function no() {
    if (++depth > 100) fail("'not' and parentheses nest deeper than 100; simplify it", token.at);
    let accepts;
    if (skip("not")) {
      const inner = no();
      accepts = (facts) => !inner(facts);
    } else if (skip("(")) {
      accepts = either();
      if (!skip(")")) expected("'and', 'or' or ')'", token);
    } else {
      accepts = condition();
    }
    --depth;
    return accepts;
  }

  /// A field or a constant: {field or value, token}. `bare` says what a word means that is no field: "name" or "text".
  function operand(bare) {
    const given = { token, field: null, value: token.value || null };
    if (is("true") || is("false")) {
      given.value = filterValue(token.shown.toLowerCase(), "bool");
    } else if (is("nan") || is("inf")) {
      given.value = filterValue(token.shown, "number");
    } else if (token.kind === "word") {
      given.field = fieldOf(token.parts);
      if (given.field && token.parts.length > 1) filter.isMeant = true;
      if (!given.field) readBareWord(given, bare);
      if (!given.field && !given.value) expected(fieldNames, token, token.parts.length === 1 ? "if it is a text, put it in quotes" : "");
    } else if (!given.value) {
      expected("a field, a number or a text in quotes", token, is("!") ? "write 'not'" : "");
    }
    if (given.field) filter.fields.push({ ...given.field, shown: token.shown });
    advance();
    return given;
  }
  function readBareWord(given, bare) {
    const { parts } = token;
    if (["and", "or", "not", "in", "is", "contains"].some(is)) return;
    if (bare === "name") given.field = bareFieldOf(parts);
    else if (parts.length === 1 || !["params", "metrics", "dicts", "tags"].includes(parts[0])) given.value = filterValue(parts.join("."), "text");
  }
  const refuseList = ({ field, token: found }) => {
    if (field && isList(field)) fail(`'${found.shown}' is a list; ask what it 'contains'`, found.at);
  };
  /// Turns a constant into what it is compared with, or throws.
  function fit(left, constant) {
    const { kind } = left.field, isTime = kind === "time", { value } = constant;
    if (constant.field) {
      if (isTime !== (constant.field.kind === "time")) fail("a time can be compared with a time only", (isTime ? constant : left).token.at);
    } else if (isTime) {
      const time = value.kind === "text" ? microsecondsIn(value.text.length === 10 ? value.text + "T00:00:00" : value.text) : null;
      if (time === null) expected("a time", constant.token, 'write it as in "2026-11-23" or "2026-11-23T07:30:21", in UTC');
      constant.value = filterValue(String(time), "number");
    } else if (constant.token.kind === "duration" && kind !== "duration") {
      fail("a length of time can be compared with 'duration' only; if it is a text, put it in quotes", constant.token.at);
    } else if (kind === "status" && !(value.kind === "text" && /^(running|finished|failed|killed)$/.test(value.text))) {
      expected('"running", "finished", "failed" or "killed"', constant.token);
    }
  }
  function comparison(test, left) {
    const right = operand(left.field ? "text" : "name");
    refuseList(left);
    refuseList(right);
    if (!left.field && !right.field) expected("a field on one side of the comparison", left.token);
    if (left.field) fit(left, right);
    else fit(right, left);
    return (facts) => {
      const [a, b] = [left, right].map((one) => (one.field ? facts.value(one.field) : one.value));
      return a !== null && b !== null && test(orderOf(a, b));
    };
  }
  function oneOf(left) {
    refuseList(left);
    if (!skip("(")) expected("'('", token);
    const members = [];
    do {
      const member = operand("text");
      if (member.field) expected("a number or a text in quotes", member.token);
      fit(left, member);
      members.push(member.value);
    } while (skip(","));
    if (!skip(")")) expected("',' or ')'", token);
    return (value) => members.some((member) => orderOf(value, member) === 0);
  }
  function contains({ field, token: found }) {
    const part = operand("text");
    if (part.field || part.value.kind !== "text") expected("a text in quotes", part.token);
    if (field.kind === "time") fail("a time contains no text; compare it", found.at);
    return part.value.text;
  }
  function condition() {
    const left = operand("name"), { field } = left, ofValue = (test) => (facts) => {
      const value = facts.value(field);
      return value !== null && test(value);
    };
    if (token.kind === "sign" && Object.hasOwn(comparisons, token.shown)) {
      const test = comparisons[token.shown];
      filter.isMeant = true;
      advance();
      return comparison(test, left);
    }
    if (!field) expected("=, !=, <, <=, > or >=", token);
    const isAsked = skip("is"), negated = skip("not");
    let accepts;
    if (isAsked && skip("missing")) {
      accepts = (facts) => (isList(field) ? facts.isMissing(field) : facts.value(field) === null);
    } else if (isAsked && skip("nan")) {
      refuseList(left);
      accepts = ofValue((value) => Number.isNaN(value.number));
    } else if (isAsked) {
      expected("'missing' or 'nan'", token);
    } else if (skip("in")) {
      accepts = ofValue(oneOf(left));
    } else if (skip("contains")) {
      const part = contains(left);
      accepts = isList(field) ? (facts) => facts.has(field, part) : ofValue((value) => value.text.includes(part));
    } else if (negated) {
      expected("'in' or 'contains'", token);
    } else if (isList(field) || field.kind === "time" || field.kind === "named") {
      expected(isList(field) ? "'contains'" : "a comparison", token);
    } else {
      return ofValue((value) => isTrue(value, field));
    }
    filter.hasTest = true;
    return negated ? (facts) => !accepts(facts) : accepts;
  }

  try {
    advance();
    if (token.kind === "end") return filter;
    const accepts = either();
    if (token.kind !== "end") expected("'and', 'or' or the end", token, is("&&") || is("&") ? "write 'and'" : is("||") || is("|") ? "write 'or'" : "");
    filter.accepts = accepts;
  } catch (fault) {
    if (!(fault instanceof FilterFault)) throw fault;
    filter.fault = fault;
  }
  return filter;
}
