// A small curve.
const SVG = "http://www.w3.org/2000/svg";

function draw(parent, tag, attributes, text = "") {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  parent.append(element);
  return element;
}

/** The curve through `points` [x, y], a mark at one of them, and a line of a slope through it. */
function plot(points, { mark, slope, label }) {
  const [width, height, left, bottom] = [230, 116, 50, 17];
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ class: "plot", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label })) svg.setAttribute(name, value);
  const finite = points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  if (!finite.length) return svg;
  const [xs, ys] = [0, 1].map((axis) => [Math.min, Math.max].map((best) => best(...finite.map((point) => point[axis]))));
  const roomy = ([from, to]) => [from - ((to - from) * 0.08 || 1), to + ((to - from) * 0.08 || 1)];
  const [[x0, x1], [y0, y1]] = [roomy(xs), roomy(ys)];
  const across = (x) => left + ((x - x0) / (x1 - x0)) * (width - left - 6);
  const up = (y) => height - bottom - ((y - y0) / (y1 - y0)) * (height - bottom - 6);
  const inner = draw(svg, "svg", { x: left, y: 6, width: width - left - 6, height: height - bottom - 6, viewBox: `${left} 6 ${width - left - 6} ${height - bottom - 6}` });
  draw(svg, "path", { class: "frame", d: `M${left} 6V${height - bottom}H${width - 6}` });
  draw(inner, "path", { class: "curve", d: finite.map(([x, y], k) => `${k ? "L" : "M"}${across(x).toFixed(1)} ${up(y).toFixed(1)}`).join("") });
  if (Number.isFinite(slope)) {
    const at = (x) => `${across(x).toFixed(1)} ${up(mark[1] + slope * (x - mark[0])).toFixed(1)}`;
    draw(inner, "path", { class: "slope", d: `M${at(x0)}L${at(x1)}` });
  }
  if (mark?.every(Number.isFinite)) draw(inner, "circle", { cx: across(mark[0]).toFixed(1), cy: up(mark[1]).toFixed(1), r: 4.5 });
  for (const y of new Set(ys)) draw(svg, "text", { x: left - 4, y: up(y) + 4, "text-anchor": "end" }, short(y));
  for (const x of new Set(xs)) draw(svg, "text", { x: across(x), y: height - 3, "text-anchor": "middle" }, short(x).replace(/\.0$/, ""));
  return svg;
}
