// Map sizes to the look of lines, and draw a legend of samples with their numbers.
import { el, svg } from "./dom.js";
import { film, isExamined } from "./film-data.js";
import { unit } from "./film-scale.js";

export const opacityOf = (strength) => 0.12 + 0.83 * strength ** 1.3;
export const widthOf = (strength, widest) => 0.5 + (widest - 0.5) * strength;

export function legendOf(scales, view) {
	const { edge, node } = scales[view], isBack = view === "backward", u = unit();
	const kinds = [[edge, false, isBack ? "∂loss/∂weight" : "weight"]];
	if (isExamined) kinds.push([node, true, isBack ? `∂${film.loss || "output"}/∂(sum ◐ activation)` : "sum ◐ activation"]);
	return kinds.map(([scale, round, caption]) => {
		const picture = svg("svg", { class: "legend", width: (8 + 40 * scale.marks.length) * u, height: 12 + 18 * u, "aria-hidden": true });
		scale.marks.forEach(({ size, text }, index) => {
			const x = (24 + 40 * index) * u, strength = scale.strength(size);
			for (const [kind, shift] of [["negative", -10], ["positive", 10]]) {
				picture.append(round
					? svg("circle", { class: `fill ${kind}`, cx: x + shift * 0.7, cy: 8, r: 6, "fill-opacity": 0.1 + 0.9 * strength })
					: svg("path", { class: kind, d: `M${x + shift - 8} 8h16`, "stroke-width": widthOf(strength, 6), "stroke-opacity": opacityOf(strength) }));
			}
			picture.append(svg("text", { x, y: 12 + 15 * u }, text));
		});
		return el("div", {}, el("span", {}, `${caption}, ${scale.kind}`), picture);
	});
}
