// The paths of lines and bands.

/// A coordinate to a tenth of a pixel. The texts of those on a chart are made once.
const tenths = [];
function pixel(coordinate) {
  if (tenths.length === 0) for (let i = 0; i <= 6400; ++i) tenths.push(String(i / 10));
  const tenth = Math.round(coordinate * 10);
  return tenths[tenth] ?? String(Math.min(1e7, Math.max(-1e7, tenth)) / 10);
}

/// A line through pixels, with at most four points to a column of them: the first, lowest, highest and last. Its pieces
/// between gaps that are too short to be seen are dots, a path of their own.
function pathsOf(px, py) {
  const count = px.length;
  const isPoint = (i) => px[i] - px[i] === 0 && py[i] - py[i] === 0;
  let line = "", dots = "";
  for (let i = 0; i < count; ++i) {
    if (!isPoint(i)) continue;
    const begin = i;
    let path = `M${pixel(px[i])} ${pixel(py[i])}`, top = py[i], bottom = py[i];
    let first = i, low = i, high = i, end = Math.floor(px[i]) + 1;
    const finishColumn = (last) => {
      const a = low < high ? low : high, b = low < high ? high : low;
      if (a > first) path += "L" + pixel(px[a]) + " " + pixel(py[a]);
      if (b > a) path += "L" + pixel(px[b]) + " " + pixel(py[b]);
      if (last > b) path += "L" + pixel(px[last]) + " " + pixel(py[last]);
      if (py[low] < top) top = py[low];
      if (py[high] > bottom) bottom = py[high];
    };
    for (++i; i < count && isPoint(i); ++i) {
      const y = py[i];
      if (px[i] < end) {
        if (y < py[low]) low = i;
        else if (y > py[high]) high = i;
        continue;
      }
      finishColumn(i - 1);
      path += "L" + pixel(px[i]) + " " + pixel(y);
      first = low = high = i;
      end = Math.floor(px[i]) + 1;
    }
    finishColumn(i - 1);
    if (i - begin > 1) line += path;
    if (px[i - 1] - px[begin] < 2 && bottom - top < 2) dots += `M${pixel(px[begin])} ${pixel(py[begin])}h0`;
  }
  return { line, dots };
}

/// The area between two lines.
function bandPath(px, low, high) {
  let path = "", run = [];
  const close = () => {
    if (run.length > 0)
      path += "M" + run.map((i) => `${pixel(px[i])} ${pixel(high[i])}`).join("L") + "L" + run.reverse().map((i) => `${pixel(px[i])} ${pixel(low[i])}`).join("L") + "Z";
    run = [];
  };
  for (let i = 0; i < px.length; ++i) {
    if (Number.isFinite(low[i]) && Number.isFinite(high[i])) run.push(i);
    else close();
  }
  close();
  return path;
}
