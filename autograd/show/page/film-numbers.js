// Show in numbers one example on its way through the network, and one neuron with all its weights.
import { byId, el } from "./dom.js";
import { film, gradientAt, layers, neurons, output, parametersAt, seedOf } from "./film-data.js";
import { gradient } from "./film-scale.js";
import { fixed } from "./numbers.js";

const table = (heads, rows) => el("table", {},
	el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))),
	el("tbody", {}, ...rows.map((cells) => el("tr", {}, ...cells.map((cell) => el("td", {}, cell))))));

export function showNumbers({ frame, example, neuron }, seen) {
	const parts = [];
	if (film.examples.length) parts.push(exampleFacts(frame, example, seen));
	if (neuron === null) parts.push(el("p.quiet", {}, "Choose a neuron, here or in the drawing, to see its numbers."));
	else parts.push(...neuronFacts(frame, example, neurons[neuron], seen));
	byId("numbers").replaceChildren(...parts);
}

function exampleFacts(frame, example, seen) {
	const few = (numbers) => numbers.length > 8 ? [...numbers.slice(0, 7), "…"] : numbers; // a neuron's table shows them all
	const facts = [["inputs", few(film.examples[example].map(fixed))]];
	if (film.targets) facts.push(["target", [film.targets[example]].flat().map((t) => Number.isInteger(t) ? t : fixed(t))]);
	if (seen) {
		facts.push([output.size > 1 ? "outputs" : "output", few([...seen.pass.outs.subarray(output.first)].map(fixed))]);
		facts.push([`∂${film.loss || "output"}/∂output`, few([...seedOf(frame, example)].map(gradient))]);
	}
	return el("dl.facts", {}, ...facts.map(([name, values]) => el("div", {}, el("dt", {}, name), el("dd", {}, values.join(", ")))));
}

function neuronFacts(frame, example, neuron, seen) {
	const { layer, number: n, row } = neuron;
	const weights = parametersAt(frame), gradients = gradientAt(frame);
	const before = layer.index ? seen?.pass.outs.subarray(layers[layer.index - 1].first) : film.examples[example];
	const isDead = film.dead[frame].includes(n), isSilent = film.silent[frame].includes(n);
	const state = isDead ? ", dead: 0 for every example" : isSilent ? ", silent: 0 for every example, but something moves it" : "";
	const incoming = [];
	for (let i = 0; i <= layer.inputs; i++) {
		const name = i === layer.inputs ? "bias" : layer.index ? `neuron ${i}` : `x${i}`;
		incoming.push([name, before && i < layer.inputs ? fixed(before[i]) : "", fixed(weights[row + i]), gradient(gradients[row + i])]);
	}
	const parts = [el("h2", { class: isDead ? "off" : "" }, `Layer ${layer.index}, neuron ${neuron.j}, ${neuron.activation}${state}`)];
	if (seen) {
		parts.push(table(["for this example", "value", `∂${film.loss || "output"}/∂value`], [
			["sum", fixed(seen.pass.sums[n]), gradient(seen.back.sums[n])],
			["activation", fixed(seen.pass.outs[n]), gradient(seen.back.outs[n])],
		]));
	}
	parts.push(table(["from", "activation", "weight", "∂loss/∂weight"], incoming));
	return parts;
}
