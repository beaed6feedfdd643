// Artifacts: pictures together, texts with their differences, figures by plotly.js.

function zoomTogether(gallery) {
  const images = findAll("img", gallery);
  if (images.length === 0) return null;
  const boxes = images.map((image) => {
    const frame = make("div", { class: "lens", tabindex: 0, role: "region", "aria-label": image.alt });
    image.replaceWith(frame);
    frame.append(image);
    image.loading = "eager";
    return frame;
  });
  let isMoving = false;
  for (const frame of boxes) frame.addEventListener("scroll", () => {
    if (isMoving) return;
    isMoving = true;
    for (const other of boxes) if (other !== frame) other.scrollTo(frame.scrollLeft, frame.scrollTop);
    requestAnimationFrame(() => { isMoving = false; });
  });
  const range = make("input", { type: "range", min: 1, max: 8, step: 0.5, value: 1, oninput: () => {
    for (const image of images) {
      image.style.width = range.value === "1" ? "" : `${100 * Number(range.value)}%`;
      image.style.maxWidth = range.value === "1" ? "" : "none";
      image.style.imageRendering = Number(range.value) > 3 ? "pixelated" : "";
    }
    range.nextElementSibling.textContent = `${range.value}×`;
  } });
  return make("label", null, make("span", null, "Zoom"), range, make("output", null, "1×"));
}

function blendImages(gallery) {
  const figures = findAll(".artifact", gallery).filter((figure) => find("img", figure));
  if (figures.length < 2) return null;
  const range = make("input", { type: "range", min: 0, max: 1, step: 0.05, value: 0, oninput: () => {
    const base = figures.find((figure) => Number(figure.dataset.run) === state.baseline) || figures[0];
    for (const figure of figures) {
      const frame = find(".lens", figure);
      let top = find(".over", frame);
      if (figure === base) { if (top) top.remove(); continue; }
      if (!top) {
        top = find("img", base).cloneNode();
        top.className = "over";
        top.alt = "";
        frame.append(top);
      }
      top.style.opacity = range.value;
    }
  } });
  return labelled("Blend with the baseline", range);
}

/// The lines of two texts side by side in order: kept, removed from the first, added by the second.
function diffLines(before, after) {
  const a = before.split("\n"), b = after.split("\n");
  let start = 0, endA = a.length, endB = b.length;
  while (start < endA && start < endB && a[start] === b[start]) ++start;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) { --endA; --endB; }
  const out = a.slice(0, start).map((line) => [" ", line]);
  const n = endA - start, m = endB - start;
  if (n * m > 4e6) {
    out.push(...a.slice(start, endA).map((line) => ["-", line]), ...b.slice(start, endB).map((line) => ["+", line]));
  } else {
    const width = m + 1, lengths = new Uint32Array((n + 1) * width);
    for (let i = n - 1; i >= 0; --i)
      for (let k = m - 1; k >= 0; --k)
        lengths[i * width + k] = a[start + i] === b[start + k] ? lengths[(i + 1) * width + k + 1] + 1
          : Math.max(lengths[(i + 1) * width + k], lengths[i * width + k + 1]);
    let i = 0, k = 0;
    while (i < n || k < m) {
      if (i < n && k < m && a[start + i] === b[start + k]) { out.push([" ", a[start + i]]); ++i; ++k; }
      else if (i < n && (k === m || lengths[(i + 1) * width + k] >= lengths[i * width + k + 1])) out.push(["-", a[start + i++]]);
      else out.push(["+", b[start + k++]]);
    }
  }
  return out.concat(a.slice(endA).map((line) => [" ", line]));
}

function diffTexts(gallery) {
  const texts = findAll(":scope > .artifact > pre", gallery);
  if (texts.length < 2) return null;
  const originals = new Map(texts.map((pre) => [pre, pre.textContent]));
  const control = make("input", { type: "checkbox", onchange: () => {
    const base = texts.find((pre) => Number(pre.parentNode.dataset.run) === state.baseline) || texts[0];
    for (const pre of texts) {
      if (!control.checked || pre === base) { pre.textContent = originals.get(pre); continue; }
      pre.replaceChildren(...diffLines(originals.get(base), originals.get(pre)).map(([mark, line]) =>
        make(mark === "+" ? "ins" : mark === "-" ? "del" : "span", null, `${mark} ${line}\n`)));
    }
  } });
  return make("label", null, control, make("span", null, "Differences to the baseline"));
}

/// plotly.js, which the page holds as text that is no code to it, as what a frame can run.
let plotlyCode = null;
async function readPlotly(holder) {
  const type = "text/javascript";
  if (holder.dataset.plotly === "plain") return new Blob([JSON.parse(holder.textContent)], { type });
  const stream = new Blob([bytesOf(holder.textContent)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Blob([await new Response(stream).arrayBuffer()], { type });
}

const tooLate = "it does not answer";

/// In pieces: the page's own script must not hold the tag.
const scriptTag = ["scr", "ipt"].join("");

/// Draws one figure in a frame of its own, which has no rights and no way out; what went wrong, or nothing.
const drawWithPlotly = (holder, code, title) => new Promise((resolve) => {
  const frame = make("iframe", { sandbox: "allow-scripts", title, srcdoc: '<!doctype html><meta charset=utf-8><body style="margin:0">' +
    `<div id=plot style="height:100vh"></div><${scriptTag}>${find("script[data-frame]").textContent}</${scriptTag}>` });
  const answered = (answer) => {
    clearTimeout(timer);
    window.removeEventListener("message", listen);
    const notice = find(".notice", holder);
    notice.hidden = !answer.problem;
    if (answer.problem) { frame.remove(); notice.textContent = `plotly.js cannot draw it: ${answer.problem}`; }
    resolve(answer.problem);
  };
  const listen = (event) => { if (event.source === frame.contentWindow) answered(event.data); };
  window.addEventListener("message", listen);
  const timer = setTimeout(() => answered({ problem: tooLate }), 30000);
  const figure = find("pre", holder).textContent;
  frame.addEventListener("load", () => frame.contentWindow.postMessage({ code, figure }, "*"));
  holder.prepend(frame);
});

function plotlyButton(gallery) {
  const holders = findAll(".plotly", gallery);
  if (holders.length === 0) return null;
  const id = gallery.previousElementSibling.textContent;
  const start = button("Draw with plotly.js", { "aria-label": `Draw with plotly.js: ${id}` }, async () => {
    start.hidden = true;
    let isLate = false;
    plotlyCode = plotlyCode || readPlotly(find("script[data-plotly]"));
    try {
      const code = await plotlyCode;
      for (const holder of holders) {
        if (find("iframe", holder)) continue;
        const problem = await drawWithPlotly(holder, code, `${id} of ${runs[holder.closest(".artifact").dataset.run].name}, drawn by plotly.js`);
        isLate = isLate || problem === tooLate;
      }
      start.hidden = !isLate;  // what took too long can be asked for again
      say(isLate ? `plotly.js did not answer for ${id}` : `${id} is drawn`);
    } catch (error) {
      for (const holder of holders) find(".notice", holder).textContent = `plotly.js cannot be read: ${error.message}`;
    }
  });
  return start;
}

function addGalleries() {
  const galleries = findAll(".gallery");
  for (const gallery of galleries) {
    for (const same of findAll(".same", gallery)) {
      const first = find(`.artifact[data-run="${same.dataset.same}"] :is(img, .plot)`, galleries[same.dataset.row]);
      if (!first) continue;
      const copyOf = first.cloneNode(true);
      if (copyOf.alt) copyOf.alt = `${gallery.previousElementSibling.textContent} of ${runs[same.closest(".artifact").dataset.run].name}`;
      same.after(copyOf);
    }
    const controls = [zoomTogether(gallery), blendImages(gallery), diffTexts(gallery), plotlyButton(gallery)].filter(Boolean);
    if (controls.length > 0) gallery.before(make("div", { class: "controls" }, controls));
  }
}
