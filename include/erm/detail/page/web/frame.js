// In a frame of its own, without rights: takes plotly.js and a figure from the page around it, and draws it.
"use strict";
addEventListener("message", async ({ data, source }) => {
  if (source !== parent) return;
  try {
    await new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.onload = resolve;
      script.onerror = () => reject(new Error("plotly.js does not run in this browser"));
      script.src = URL.createObjectURL(data.code);
      document.head.append(script);
    });
    const figure = JSON.parse(data.figure);
    const layout = { ...figure.layout, autosize: true };
    delete layout.width;
    const plot = document.getElementById("plot");
    await window.Plotly.newPlot(plot, figure.data, layout, { responsive: true, displaylogo: false });
    parent.postMessage({ drawn: plot.querySelectorAll("svg, canvas").length }, "*");
  } catch (error) {
    parent.postMessage({ problem: String(error.message || error) }, "*");
  }
});
