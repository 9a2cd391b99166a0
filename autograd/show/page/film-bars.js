// Draw one bar per layer, below its weights, on a log axis; a pale bar behind it is the range over the film.
import { svg } from "./dom.js";
import { layers, norms } from "./film-data.js";
import { fitting } from "./film-scale.js";
import { DASH } from "./numbers.js";

export function barsOf(frame, place, scale) {
	const { bars: { top, bottom }, x, gap, left, width, right, u } = place;
	const height = (size) => bottom - (bottom - top) * scale.strength(size);
	const parts = [svg("text", { class: "title", x: 0, y: top - 20 * u }, `Gradient norm of each layer, ${scale.kind}`)];
	const every = Math.ceil(scale.marks.length / Math.max(2, Math.floor((bottom - top) / 16 / u)));
	scale.marks.forEach(({ size, text }, index) => {
		if (index % every) return;
		parts.push(svg("path", { class: "grid", d: `M${left - 4} ${height(size)}H${width - right + 4}` }));
		parts.push(svg("text", { class: "mark", x: left - 9, y: height(size) + 4 * u }, text));
	});
	const wide = Math.min(46, gap * 0.6);
	layers.forEach((layer) => {
		const size = norms[frame][layer.index], middle = x(layer.index) + gap / 2;
		const all = norms.map((each) => each[layer.index]).filter((each) => each > 0 && each < Infinity);
		if (all.length) {
			const [low, high] = [Math.min(...all), Math.max(...all)];
			parts.push(svg("rect", { class: "range", x: middle - wide / 2, y: height(high), width: wide, height: Math.max(1, height(low) - height(high)), rx: 2 }));
		}
		const known = size > 0;
		const tip = known ? (size === Infinity ? top : height(size)) : bottom;
		if (known) {
			const kind = size === Infinity ? "bar broken" : "bar";
			parts.push(svg("rect", { class: kind, x: middle - wide / 2, y: Math.min(tip, bottom - 1.5), width: wide, height: Math.max(1.5, bottom - tip), rx: 2 }));
		}
		parts.push(svg("text", { class: "layer", x: middle, y: bottom + 13 * u }, gap < 52 * u ? layer.index : `layer ${layer.index}`));
		parts.push(svg("text", { class: "size", x: middle, y: tip - 5, "data-layer": layer.index }, Number.isNaN(size) ? DASH : fitting(size, gap / 7 / u)));
	});
	return parts;
}
