// Draw the network layer by layer: weights as lines, neurons as discs, with the bars below.
import { svg } from "./dom.js";
import { barsOf } from "./film-bars.js";
import { allGradients, allParameters, backward, computes, film, forward, gradientAt, inputCount, layers, neurons, norms, parametersAt, seedOf } from "./film-data.js";
import { legendOf, opacityOf, widthOf } from "./film-legend.js";
import { draw } from "./film-moving.js";
import { brief, kindOf, sample, scaleFor, unit } from "./film-scale.js";

export function networkIn(drawing) {
	const picture = svg("svg", { class: "network", role: "img" });
	const lines = svg("g", { class: "lines" }), dots = svg("g"), words = svg("g"), bars = svg("g", { class: "bars" });
	picture.append(bars, lines, dots, words);
	drawing.append(picture);
	const edges = [], nodes = [], ends = []; // ends: the inputs
	let scales = null, place = null;

	for (const neuron of neurons) {
		for (let i = 0; i < neuron.layer.inputs; i++) {
			const path = svg("path", { "data-edge": neuron.row + i, "data-into": neuron.number });
			lines.append(path);
			edges.push({ path, neuron, i, at: neuron.row + i, drawn: "" });
		}
		const node = svg("g", { "data-neuron": neuron.number, class: "neuron" });
		node.append(svg("circle", { class: "paper" }), svg("path", { class: "fill", "data-part": "left" }), svg("path", { class: "fill", "data-part": "right" }), svg("path", { class: "cross" }), svg("text", { class: "inside" }));
		dots.append(node);
		nodes.push(node);
	}
	for (let i = 0; i < inputCount; i++) {
		const node = svg("g", { class: "input", "data-input": i });
		node.append(svg("circle", { class: "paper" }), svg("path", { class: "fill", "data-part": "whole" }), svg("text", { class: "inside" }), svg("text", { class: "name" }));
		dots.append(node);
		ends.push(node);
	}
	const heads = [inputCount, ...layers.map((layer) => layer.size)].map(() => {
		const head = [svg("text", { class: "head" }), svg("text", { class: "head off" })];
		words.append(...head);
		return head;
	});

	// Find scales for the whole film, so that a width means the same number in every frame.
	function measure() {
		const weights = sample(allParameters, 50_000);
		const outs = [], grads = [];
		const moments = film.steps.map((_, frame) => frame).filter((frame) => frame % Math.ceil(film.steps.length / 20) === 0);
		const chosen = computes ? sample(film.examples, 8).map((x) => film.examples.indexOf(x)) : [];
		for (const frame of [...moments, film.steps.length - 1]) {
			for (const example of chosen) {
				const pass = forward(parametersAt(frame), film.examples[example]);
				const back = backward(parametersAt(frame), pass, seedOf(frame, example));
				outs.push(...pass.sums, ...pass.outs, ...pass.inputs);
				grads.push(...back.sums, ...back.outs, ...back.inputs);
			}
		}
		return {
			forward: { edge: scaleFor(weights, false), node: scaleFor(outs, false) },
			backward: { edge: scaleFor(sample(allGradients, 50_000), true), node: scaleFor(grads, true) },
			norms: scaleFor(norms.flat(), true, 1e40),
		};
	}

	// Place everything in the room available.
	function arrange() {
		const width = drawing.clientWidth, height = drawing.clientHeight;
		if (!width || !height) return;
		picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
		const columns = [inputCount, ...layers.map((layer) => layer.size)];
		const u = unit();
		const left = (width < 560 ? 46 : 74) * u, right = (width < 560 ? 40 : 74) * u;
		const gap = (width - left - right) / (columns.length - 1);
		const room = Math.min(150 * u, Math.max(92 * u, height * 0.3)); // for the bars
		const wide = 112 * u; // between columns: room for the numbers of neurons and of dead ones
		const top = (gap < wide ? 36 : 24) * u, bottom = height - room;
		const radius = Math.max(2, Math.min(16 * u, (bottom - top) / Math.max(...columns) * 0.42, gap * 0.28));
		const pitch = (count) => Math.min((bottom - top) / count, Math.max(radius * 4.2, 40));
		const x = (column) => left + column * gap;
		const y = (column, row) => (top + bottom) / 2 + (row - (columns[column] - 1) / 2) * pitch(columns[column]);
		place = { width, left, right, gap, radius, x, u, wide, bars: { top: bottom + 36 * u, bottom: height - 17 * u } };
		ends.forEach((node, i) => {
			settle(node, x(0), y(0, i), radius);
			node.querySelector(".name").textContent = pitch(inputCount) < 13 * u ? "" : `x${i}`; // too little room for names
		});
		nodes.forEach((node, n) => settle(node, x(neurons[n].layer.index + 1), y(neurons[n].layer.index + 1, neurons[n].j), radius));
		for (const edge of edges) {
			const column = edge.neuron.layer.index;
			const [x1, y1, x2, y2] = [x(column) + radius, y(column, edge.i), x(column + 1) - radius, y(column + 1, edge.neuron.j)];
			const bend = (x2 - x1) * 0.45;
			edge.path.setAttribute("d", `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`);
		}
		let free = -Infinity; // where the last heading ended; a heading that would overlap it is left out
		heads.forEach(([what, off], column) => {
			const kinds = column ? [...new Set(layers[column - 1].activations)] : [inputCount === 1 ? "input" : "inputs"];
			const kind = kinds.length === 1 ? kinds[0] : "mixed";
			what.textContent = gap < wide ? kind : `${columns[column]} ${kind}`;
			for (const [text, line] of [[what, 13 * u], [off, (gap < wide ? 27 : 13) * u]]) {
				text.setAttribute("x", x(column));
				text.setAttribute("y", line);
			}
			const half = what.getComputedTextLength() / 2;
			if (x(column) - half < free) what.textContent = "";
			else free = x(column) + half + 8 * u;
		});
	}
	function settle(node, x, y, radius) {
		node.setAttribute("transform", `translate(${x} ${y})`);
		node.querySelector("circle").setAttribute("r", radius);
		const arc = (sweep, end) => `A${radius} ${radius} 0 0 ${sweep} 0 ${end}`;
		const shapes = { left: arc(0, radius), right: arc(1, radius), whole: arc(0, radius) + arc(0, -radius) };
		for (const part of node.querySelectorAll(".fill")) part.setAttribute("d", `M0 ${-radius}${shapes[part.dataset.part]}z`);
		const arm = radius * 0.6;
		node.querySelector(".cross")?.setAttribute("d", `M${-arm} ${-arm}L${arm} ${arm}M${arm} ${-arm}L${-arm} ${arm}`);
		node.querySelector(".inside").setAttribute("y", radius * 0.24);
		node.querySelector(".name")?.setAttribute("x", -radius - 7);
		node.querySelector(".name")?.setAttribute("y", 4);
	}

	// The left half shows the neuron's sum, the right half its output; an input fills the whole disc.
	function fill(node, sum, out, scale) {
		for (const part of node.querySelectorAll(".fill")) {
			const x = part.dataset.part === "left" ? sum : out;
			const kind = x === null ? "zero" : kindOf(x);
			part.setAttribute("class", `fill ${kind}`);
			part.setAttribute("fill-opacity", kind === "zero" ? 0 : kind === "nan" ? 1 : (0.1 + 0.9 * scale.strength(x)).toFixed(3));
		}
		const text = node.querySelector(".inside");
		const number = place.radius < 13 || out === null ? "" : brief(out).replace(/^(-?)0\./, "$1.");
		text.textContent = number;
		text.style.fontSize = `${place.radius * Math.min(0.66, 3 / number.length)}px`; // a digit is 0.6 of the font size wide, a disc 2 radii
		text.classList.toggle("strong", [sum, out].every((x) => x !== null && (kindOf(x) === "nan" || x !== 0 && scale.strength(x) > 0.55)));
	}

	// Show one frame. ``pass`` has the sums and outputs of the neurons, or their gradients.
	function show({ frame, view, pass, chosen }) {
		scales ??= measure();
		if (!place) arrange();
		if (!place) return;
		const { edge: edgeScale, node: nodeScale } = scales[view];
		const numbers = view === "forward" ? parametersAt(frame) : gradientAt(frame);
		const widest = Math.max(1.6, Math.min(7, place.radius * 0.62));
		for (const edge of edges) {
			const x = numbers[edge.at];
			const kind = view === "backward" && Number.isNaN(x) ? "zero" : kindOf(x);
			const strength = kind === "nan" ? 1 : kind === "zero" ? 0 : edgeScale.strength(x);
			const drawn = `${kind} ${strength.toFixed(3)} ${widest}`;
			if (edge.drawn === drawn) continue; // most of the cost of a frame is the browser redrawing changes
			edge.drawn = drawn;
			edge.path.setAttribute("class", kind);
			edge.path.setAttribute("stroke-width", widthOf(strength, widest).toFixed(2));
			edge.path.setAttribute("stroke-opacity", kind === "zero" ? 0.5 : opacityOf(strength).toFixed(3));
		}
		const dead = new Set(film.dead[frame]), silent = new Set(film.silent[frame]);
		nodes.forEach((node, n) => {
			fill(node, pass && pass.sums[n], pass && pass.outs[n], nodeScale);
			node.setAttribute("class", `neuron${dead.has(n) ? " dead" : silent.has(n) ? " silent" : ""}${n === chosen ? " chosen" : ""}`);
		});
		ends.forEach((node, i) => fill(node, pass && pass.inputs[i], pass && pass.inputs[i], nodeScale));
		picture.classList.toggle("choosing", chosen !== null);
		for (const edge of edges) edge.path.classList.toggle("own", edge.neuron.number === chosen);
		layers.forEach((layer) => {
			const count = [...dead].filter((n) => neurons[n].layer === layer).length;
			const [what, off] = heads[layer.index + 1];
			off.textContent = count ? `${count} dead` : "";
			if (place.gap >= place.wide) off.setAttribute("x", place.x(layer.index + 1) + (count ? what.getComputedTextLength() / 2 + 28 * place.u : 0));
		});
		bars.replaceChildren(...barsOf(frame, place, scales.norms));
	}

	const legend = (view) => legendOf(scales ??= measure(), view);

	new ResizeObserver(() => { arrange(); draw(); }).observe(drawing);
	return { show, legend, picture };
}
