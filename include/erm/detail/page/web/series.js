// Series over steps: a slider for each.

/// A slider for each id, which moves all runs together. A run without an entry at a step shows the one before.
function addSliders() {
  const items = new Map();
  for (const holder of findAll(".steps [data-item]")) {
    if (holder.content) { items.set(holder.dataset.item, holder.content); continue; }
    const content = document.createDocumentFragment();
    content.append(...[...holder.childNodes].map((node) => node.cloneNode(true)));
    items.set(holder.dataset.item, content);
  }
  for (const area of findAll(".steps")) {
    const steps = area.dataset.steps.trim().split(" ");
    const id = previousHeading(area).textContent;
    const series = findAll(".artifact", area).filter((figure) => find(".shown", figure)).map((figure) => {
      const shown = find(".shown", figure);
      const run = figure.dataset.run;
      const entries = [...findAll(`template[data-run="${run}"]`, area), shown].map(({ dataset }) =>
        ({ place: Number(dataset.place), step: dataset.step, item: dataset.item || dataset.same }));
      return { figure, shown, run: Number(run), at: find(".when", figure), entries, current: null };
    });
    const move = (place) => {
      for (const one of series) {
        const entry = one.entries.filter((candidate) => candidate.place <= place).pop() || null;
        one.at.textContent = entry ? ` step ${entry.step}` : " nothing yet";
        if (entry && one.current === entry.item) continue;
        one.current = entry ? entry.item : null;
        one.shown.replaceChildren(entry ? items.get(entry.item).cloneNode(true) : make("p", { class: "none" }, "none"));
        for (const image of findAll("img", one.shown)) {
          image.loading = "eager";
          image.decoding = "sync";
          image.alt = `${id} of ${runs[one.run].name}`;
        }
      }
    };
    const last = steps.length - 1;
    move(last);
    if (last < 1) continue;
    const output = make("output", null, steps[last]);
    const range = make("input", { type: "range", min: 0, max: last, step: 1, value: last, "aria-label": `Step of ${id}`, "aria-valuetext": `step ${steps[last]}`, oninput: () => {
      const place = Number(range.value);
      output.textContent = steps[place];
      range.setAttribute("aria-valuetext", `step ${steps[place]}`);
      move(place);
    } });
    area.before(make("div", { class: "controls slider" }, make("label", null, make("span", null, "Step"), range, output)));
  }
}

function previousHeading(element) {
  let before = element.previousElementSibling;
  while (before.tagName !== "H3") before = before.previousElementSibling;
  return before;
}
