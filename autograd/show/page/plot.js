// Plot a small curve.
import { svg } from "./dom.js";
import { short } from "./numbers.js";

/** Plot a curve through `points` [x, y], with a mark and a line of the given slope through it. */
export function plot(points, { mark, slope, label }) {
	const [width, height, bottom, character] = [230, 116, 17, 6.7];
	const picture = svg("svg", { class: "plot", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
	const draw = (...shape) => picture.appendChild(svg(...shape));
	const isDrawn = (point) => point.every((x) => Math.abs(x) < 1e300); // so that no difference overflows
	const finite = points.filter(isDrawn);
	if (!finite.length) return picture;
	const [xs, ys] = [0, 1].map((axis) => [Math.min, Math.max].map((best) => best(...finite.map((point) => point[axis]))));
	const [heights, ends] = [[...new Set(ys)].map((y) => [y, short(y)]), [...new Set(xs)].map((x) => [x, short(x).replace(/\.0$/, "")])];
	const left = 8 + character * Math.max(...heights.map(([, text]) => text.length));
	const roomy = ([from, to]) => {
		const room = (to - from) * 0.08 || Math.abs(to) || 1;
		return [from - room, to + room];
	};
	const [[x0, x1], [y0, y1]] = [roomy(xs), roomy(ys)];
	const across = (x) => left + ((x - x0) / (x1 - x0)) * (width - left - 6);
	const up = (y) => height - bottom - ((y - y0) / (y1 - y0)) * (height - bottom - 6);
	const inner = draw("svg", { x: left, y: 6, width: width - left - 6, height: height - bottom - 6, viewBox: `${left} 6 ${width - left - 6} ${height - bottom - 6}` });
	const trace = (...shape) => inner.append(svg(...shape));
	draw("path", { class: "frame", d: `M${left} 6V${height - bottom}H${width - 6}` });
	trace("path", { class: "curve", d: finite.map(([x, y], k) => `${k ? "L" : "M"}${across(x).toFixed(1)} ${up(y).toFixed(1)}`).join("") });
	if (Number.isFinite(slope)) {
		const at = (x) => `${across(x).toFixed(1)} ${up(mark[1] + slope * (x - mark[0])).toFixed(1)}`;
		trace("path", { class: "slope", d: `M${at(x0)}L${at(x1)}` });
	}
	if (mark && isDrawn(mark)) trace("circle", { cx: across(mark[0]).toFixed(1), cy: up(mark[1]).toFixed(1), r: 4.5 });
	for (const [y, text] of heights) draw("text", { x: left - 4, y: up(y) + 4, "text-anchor": "end" }, text);
	ends.forEach(([x, text], k) => {
		const anchor = ends.length < 2 ? "middle" : k ? "end" : "start";
		draw("text", { x: across(x), y: height - 3, "text-anchor": anchor }, text);
	});
	return picture;
}
