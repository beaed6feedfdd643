// The tables as text: copied, or in a file.

const oneLine = (text) => text.replace(/[\t\r\n]+/g, " ");
const latex = (text) => oneLine(text).replace(/[\\{}$&#^_%~]/g, (letter) =>
  ({ "\\": "\\textbackslash{}", "^": "\\textasciicircum{}", "~": "\\textasciitilde{}" })[letter] || "\\" + letter);

/// The notes that are shown, by run; their boxes are no table of the page.
function shownNotes() {
  const part = find(".part.notes");
  if (!part || !find("details", part).open) return new Map();
  return new Map(findAll(".artifact", part).filter((box) => !box.hidden).map((box) => [Number(box.dataset.run), runFacts[box.dataset.run].note]));
}

function notesTable() {
  const notes = shownNotes(), order = arranged(orderedRuns(visibleRuns()), Number, state.runColumns);
  if (notes.size === 0) return [];
  return [{ title: "Notes", lines: [["Note", ...order.map((run) => runs[run].name)], ["note", ...order.map((run) => notes.get(run) || "")]], best: [[]] }];
}

/// What the page says of groups, without its drawings.
function groupsTable() {
  const table = find(".part.grouped > details[open] table");
  if (!table) return [];
  const textOf = (cell) => {
    const copyOf = cell.cloneNode(true);
    for (const unseen of findAll("i, svg", copyOf)) unseen.remove();
    return copyOf.textContent;
  };
  const lines = [...table.rows].map((row) => [...row.cells].map(textOf)), width = lines[0].length - 1;
  return [{ title: "Groups", lines: lines.map((line) => Array.from({ length: width }, (_, i) => line[i] || "")), best: lines.slice(1).map(() => []) }];
}
const everythingExported = () => [...exported(), ...groupsTable()];

/// The tables as they are shown, with exact values: [{title, lines}], the first line a header.
function exported() {
  const tables = sections.filter((section) => !isOverview(section) && shownOf(section).rows.length > 0 && find("details", section.element).open)
    .map((section) => ({
      title: section.title,
      lines: [[section.corner || "Name", ...section.shown.order.map((run) => runs[run].name)],
        ...section.shown.rows.map((row) => [row.name, ...section.shown.order.map((run) =>
          state.show === "value" ? row.cells[run].text : shownText(row, run))])],
      best: section.shown.rows.map((row) => section.shown.order.map((run) => row.cells[run].best)),
    }));
  return [...tables, ...notesTable()];
}

function csvOf(lines) {
  // A text that a spreadsheet would take for a formula gets an apostrophe; numbers stay numbers.
  const escape = (text) => {
    const safe = /^[=+@\t\r-]/.test(text) && Number.isNaN(Number(text)) && !/^-\u221e$/.test(text) ? "'" + text : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  };
  return lines.map((line) => line.map(escape).join(",")).join("\r\n") + "\r\n";
}

const formats = {
  tsv: () => everythingExported().map((table) => [table.title, ...table.lines.map((line) => line.map(oneLine).join("\t"))].join("\n")).join("\n\n") + "\n",
  markdown: () => everythingExported().map((table) => {
    const escape = (text) => oneLine(text).replace(/[\\|<>`*_]/g, "\\$&");
    const lines = table.lines.map((line, i) => "| " + line.map((text, k) =>
      i > 0 && k > 0 && table.best[i - 1][k - 1] ? `**${escape(text)}**` : escape(text)).join(" | ") + " |");
    lines.splice(1, 0, "|" + table.lines[0].map((_, i) => (i === 0 ? " --- |" : " ---: |")).join(""));
    return `### ${escape(table.title)}\n\n${lines.join("\n")}`;
  }).join("\n\n") + "\n",
  latex: () => everythingExported().map((table) => {
    const lines = table.lines.map((line, i) => line.map((text, k) =>
      i > 0 && k > 0 && table.best[i - 1][k - 1] ? `\\textbf{${latex(text)}}` : latex(text)).join(" & ") + " \\\\");
    lines.splice(1, 0, "\\hline");
    return `% ${oneLine(table.title)}\n\\begin{tabular}{l${"r".repeat(table.lines[0].length - 1)}}\n${lines.join("\n")}\n\\end{tabular}`;
  }).join("\n\n") + "\n",
  csv: () => {
    const tables = exported();
    if (tables.length === 0) return "";
    return csvOf([["section", ...tables[0].lines[0]], ...tables.flatMap((table) => table.lines.slice(1).map((line) => [table.title, ...line]))]);
  },
  json: () => {
    const value = (cell) => cell.kind === "m" ? undefined : cell.kind === "z" ? null : cell.kind === "b" && /^(true|false)$/.test(cell.text)
      ? cell.text === "true" : cell.kind === "n" && String(cell.number) === cell.text ? cell.number : cell.text;
    const notes = shownNotes();
    return JSON.stringify(visibleRuns().map((run) => ({ run: runs[run].full, ...Object.fromEntries(sections
      .filter((section) => !isOverview(section)).map((section) =>
        [section.title, Object.fromEntries(shownOf(section).rows.map((row) => [row.name, value(row.cells[run])]))])), Note: notes.get(run) })), null, 2) + "\n";
  },
};

async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch (error) {
    const area = make("textarea", { class: "unseen" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  say(`Copied as ${what}`);
}

function download(blob, name) {
  const link = make("a", { download: name, href: URL.createObjectURL(blob) });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  say(`Downloaded ${name}`);
}
