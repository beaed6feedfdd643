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

class FilterLexer {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }
  fail(fault, at) { throw new FilterFault(fault, this.text, at); }
  expected(what, found, hint) {
    this.fail(`expected ${what}, found ${found.kind === "end" ? "the end" : `'${found.shown}'`}${hint ? "; " + hint : ""}`, found.at);
  }
  /// What `pattern`, which is sticky, matches here.
  match(pattern) {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    return match ? match[0] : "";
  }
  next() {
    this.at += this.match(/[ \t\r\n]*/y).length;
    const from = this.at, c = this.text[from];
    const token = (kind, size, more) => {
      this.at = from + size;
      return { kind, shown: this.text.slice(from, this.at), at: from, ...more };
    };
    if (c === undefined) return token("end", 0);
    if (c === '"' || c === "'") return this.quoted(c, token);
    if (this.match(/[+-]?\.?\d|[+-]inf/iy)) return this.number(token);
    if (this.match(/[A-Za-z_`\u0080-\uffff]/y)) return this.word(token);
    return token("sign", (this.match(/<=|>=|!=|==|<>|&&|\|\|/y) || c).length);
  }
  /// A quote inside the text is written twice, or after a backslash.
  quoted(quote, token) {
    let end = this.at + 1, value = "";
    for (;; ++end) {
      const c = this.text[end], after = this.text[end + 1];
      if (c === undefined) this.fail(`the text that begins here has no end; close it with ${quote}`, this.at);
      if (c === quote) {
        if (after !== quote) break;
        ++end;
      } else if (c === "\\" && (after === quote || after === "\\")) {
        ++end;
      }
      value += this.text[end];
    }
    return token("text", end + 1 - this.at, { value: filterValue(value, "text") });
  }
  number(token) {
    // All that could belong to it, for the error.
    const found = token("number", this.match(/[+-]?(?:[\w.`\u0080-\uffff]|(?<=[eE])[+-])*/y).length);
    const digits = found.shown.replace(/^\+/, "");
    if (numberIn(digits) !== null) return { ...found, value: filterValue(digits, "number") };
    const seconds = { s: 1, m: 60, h: 3600, d: 86400 }[digits.slice(-1)], count = numberIn(digits.slice(0, -1));
    if (seconds && count !== null) return { ...found, kind: "duration", value: filterValue(String(count * seconds), "number") };
    return this.expected("a number", found, "write it as in 42, 0.01 or 1e-3, and a length of time as in 90s, 5m, 2h or 1d");
  }
  /// A word is split at dots except in backquotes.
  word(token) {
    const parts = [""];
    let end = this.at;
    for (; /[\w`./@:%+#\u0080-\uffff-]/.test(this.text[end] || " "); ++end) {
      const c = this.text[end];
      if (c === "`") {
        const close = this.text.indexOf("`", end + 1);
        if (close < 0) this.fail("the name that begins here has no end; close it with `", end);
        parts[parts.length - 1] += this.text.slice(end + 1, close);
        end = close;
      } else if (c === ".") {
        parts.push("");
      } else {
        parts[parts.length - 1] += c;
      }
    }
    return token("word", end - this.at, { parts });
  }
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

class FilterParser {
  constructor(text) {
    this.lexer = new FilterLexer(text);
    this.depth = 0;
    this.fields = [];
    this.isMeant = false; // whether it can only be a filter, and not words to look for
    this.token = { kind: "end" };
  }
  advance() { this.token = this.lexer.next(); }
  is(word) { return (this.token.kind === "word" || this.token.kind === "sign") && this.token.shown.toLowerCase() === word; }
  skip(word) {
    const found = this.is(word);
    if (found) this.advance();
    return found;
  }
  read() {
    this.advance();
    if (this.token.kind === "end") return () => true;
    const accepts = this.either();
    if (this.token.kind !== "end")
      this.lexer.expected("'and', 'or' or the end", this.token, this.is("&&") || this.is("&") ? "write 'and'" : this.is("||") || this.is("|") ? "write 'or'" : "");
    return accepts;
  }
  either() {
    const parts = [this.both()];
    while (this.skip("or")) parts.push(this.both());
    return (facts) => parts.some((part) => part(facts));
  }
  both() {
    const parts = [this.no()];
    while (this.skip("and")) parts.push(this.no());
    return (facts) => parts.every((part) => part(facts));
  }
  no() {
    if (++this.depth > 100) this.lexer.fail("'not' and parentheses nest deeper than 100; simplify it", this.token.at);
    let accepts;
    if (this.skip("not")) {
      const inner = this.no();
      accepts = (facts) => !inner(facts);
    } else if (this.skip("(")) {
      accepts = this.either();
      if (!this.skip(")")) this.lexer.expected("'and', 'or' or ')'", this.token);
    } else {
      accepts = this.condition();
    }
    --this.depth;
    return accepts;
  }
  /// A field or a constant: {field or value, token}. `bare` says what a word means that is no field: "name" or "text".
  operand(bare) {
    const { token } = this, given = { token, field: null, value: null };
    if (token.value) {
      given.value = token.value;
    } else if (this.is("true") || this.is("false")) {
      given.value = filterValue(token.shown.toLowerCase(), "bool");
    } else if (this.is("nan") || this.is("inf")) {
      given.value = filterValue(token.shown, "number");
    } else if (token.kind === "word") {
      given.field = fieldOf(token.parts);
      if (given.field && token.parts.length > 1) this.isMeant = true;
      if (!given.field && !this.readBareWord(given, bare))
        this.lexer.expected(fieldNames, token, token.parts.length === 1 ? "if it is a text, put it in quotes" : "");
      if (given.field) this.fields.push({ ...given.field, shown: token.shown });
    } else {
      this.lexer.expected("a field, a number or a text in quotes", token, this.is("!") ? "write 'not'" : "");
    }
    this.advance();
    return given;
  }
  readBareWord(given, bare) {
    const { parts } = given.token;
    if (["and", "or", "not", "in", "is", "contains"].some((word) => this.is(word))) return false;
    if (bare === "name") given.field = bareFieldOf(parts);
    else if (parts.length === 1 || !["params", "metrics", "dicts", "tags"].includes(parts[0])) given.value = filterValue(parts.join("."), "text");
    return given.field !== null || given.value !== null;
  }
  refuseList({ field, token }) {
    if (field && isList(field)) this.lexer.fail(`'${token.shown}' is a list; ask what it 'contains'`, token.at);
  }
  /// Turns a constant into what it is compared with, or throws.
  fit({ field, token }, constant) {
    const isTime = field.kind === "time";
    if (constant.field) {
      if (isTime !== (constant.field.kind === "time")) this.lexer.fail("a time can be compared with a time only", (isTime ? constant : { token }).token.at);
    } else if (isTime) {
      const { text, kind } = constant.value;
      const time = kind === "text" ? microsecondsIn(text.length === 10 ? text + "T00:00:00" : text) : null;
      if (time === null) this.lexer.expected("a time", constant.token, 'write it as in "2026-11-23" or "2026-11-23T07:30:21", in UTC');
      constant.value = filterValue(String(time), "number");
    } else if (constant.token.kind === "duration" && field.kind !== "duration") {
      this.lexer.fail("a length of time can be compared with 'duration' only; if it is a text, put it in quotes", constant.token.at);
    } else if (field.kind === "status" && !(constant.value.kind === "text" && /^(running|finished|failed|killed)$/.test(constant.value.text))) {
      this.lexer.expected('"running", "finished", "failed" or "killed"', constant.token);
    }
  }
  comparison(test, left) {
    const right = this.operand(left.field ? "text" : "name");
    this.refuseList(left);
    this.refuseList(right);
    if (left.field) this.fit(left, right);
    else if (right.field) this.fit(right, left);
    else this.lexer.expected("a field on one side of the comparison", left.token);
    return (facts) => {
      const a = left.field ? facts.value(left.field) : left.value, b = a && (right.field ? facts.value(right.field) : right.value);
      return Boolean(a && b) && test(orderOf(a, b));
    };
  }
  oneOf(left) {
    this.refuseList(left);
    if (!this.skip("(")) this.lexer.expected("'('", this.token);
    const members = [];
    do {
      const member = this.operand("text");
      if (member.field) this.lexer.expected("a number or a text in quotes", member.token);
      this.fit(left, member);
      members.push(member.value);
    } while (this.skip(","));
    if (!this.skip(")")) this.lexer.expected("',' or ')'", this.token);
    return (facts) => {
      const value = facts.value(left.field);
      return value !== null && members.some((member) => orderOf(value, member) === 0);
    };
  }
  contains({ field, token }) {
    const part = this.operand("text");
    if (part.field || part.value.kind !== "text") this.lexer.expected("a text in quotes", part.token);
    if (field.kind === "time") this.lexer.fail("a time contains no text; compare it", token.at);
    return (facts) => {
      if (isList(field)) return facts.has(field, part.value.text);
      const value = facts.value(field);
      return value !== null && value.text.includes(part.value.text);
    };
  }
  condition() {
    const left = this.operand("name"), { field } = left;
    if (this.token.kind === "sign" && Object.hasOwn(comparisons, this.token.shown)) {
      const test = comparisons[this.token.shown];
      this.isMeant = true;
      this.advance();
      return this.comparison(test, left);
    }
    if (!field) this.lexer.expected("=, !=, <, <=, > or >=", this.token);
    const is = this.skip("is"), negated = this.skip("not");
    let accepts = null;
    if (is && this.skip("missing")) {
      accepts = (facts) => (isList(field) ? facts.isMissing(field) : facts.value(field) === null);
    } else if (is && this.skip("nan")) {
      this.refuseList(left);
      accepts = (facts) => Number.isNaN((facts.value(field) || left).number);
    } else if (is) {
      this.lexer.expected("'missing' or 'nan'", this.token);
    } else if (this.skip("in")) {
      accepts = this.oneOf(left);
    } else if (this.skip("contains")) {
      accepts = this.contains(left);
    } else if (negated) {
      this.lexer.expected("'in' or 'contains'", this.token);
    } else if (isList(field) || field.kind === "time" || field.kind === "named") {
      this.lexer.expected(isList(field) ? "'contains'" : "a comparison", this.token);
    } else {
      return (facts) => {
        const value = facts.value(field);
        return value !== null && isTrue(value, field);
      };
    }
    this.hasTest = true;
    return negated ? (facts) => !accepts(facts) : accepts;
  }
}

/// {accepts, isMeant, hasTest, fields, fault}: an unreadable text has a fault and accepts every run.
function readFilter(text) {
  const parser = new FilterParser(text);
  try {
    return { accepts: parser.read(), isMeant: parser.isMeant, hasTest: Boolean(parser.hasTest), fields: parser.fields, fault: null };
  } catch (fault) {
    if (!(fault instanceof FilterFault)) throw fault;
    return { accepts: () => true, isMeant: parser.isMeant, hasTest: false, fields: parser.fields, fault };
  }
}
