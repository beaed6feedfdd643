// Long texts in cells: their beginning in the table, all of it in a dialog, beside the baseline's.

const lineLength = 44; // letters of a text in a table whose lines have one height

/// The beginning of a text that is too long for a cell; a short one as it is.
function clamped(text, isLine) {
  if (isLine) return text.length > lineLength || text.includes("\n") ? text.split("\n", 1)[0].slice(0, lineLength - 4) + "…" : text;
  return text.length > 300 || text.split("\n", 7).length > 6 ? text.split("\n", 1)[0].slice(0, 160) + "…" : text;
}

/// By lines, or by words where there are hardly any lines.
function differenceOf(before, after) {
  const byLine = before.includes("\n") || after.includes("\n");
  const split = (text) => (byLine ? text : text.split(/\s+/).join("\n"));
  return diffLines(split(before), split(after)).map(([mark, part]) =>
    make(mark === "+" ? "ins" : mark === "-" ? "del" : "span", null, byLine ? `${mark} ${part}\n` : mark === " " ? `${part} ` : `${mark}${part} `));
}

function showDialog(title, ...parts) {
  const dialog = make("dialog", { "aria-label": title, class: "whole", onclose: () => dialog.remove() }, make("h2", null, title), parts,
    button("Close", {}, () => dialog.close()));
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

function wholeTextButton(row, run) {
  const title = `${row.name} of ${runs[run].name}`;
  return make("button", { type: "button", class: "more", "aria-label": `Show all of ${title}`, title: "Show all", onclick: () => {
    const { text } = row.cells[run], base = row.cells[state.baseline];
    const whole = make("pre", { tabindex: 0 }, text);
    const choice = make("input", { type: "checkbox", onchange: () => whole.replaceChildren(...(choice.checked ? differenceOf(base.text, text) : [text])) });
    const canDiffer = run !== state.baseline && base.kind === "t" && base.text !== text;
    showDialog(title, canDiffer ? labelled(`Differences to ${runs[state.baseline].name}`, choice) : null, whole);
    if (canDiffer) choice.click();
  } });
}
