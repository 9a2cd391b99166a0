// The numbers of the run, and both passes of the network, for every part of the page.
import { ACTIVATIONS } from "./activations.js";
import { byId } from "./dom.js";

export const film = JSON.parse(byId("film").textContent);
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
const doubles = (text) => new Float64Array(bytes(text));

// Decode the upper halves of doubles.
function halves(text) {
	const upper = new Uint32Array(bytes(text));
	const words = new Uint32Array(2 * upper.length);
	upper.forEach((word, index) => { words[2 * index + 1] = word; });
	return new Float64Array(words.buffer);
}

export const losses = doubles(film.losses);
export const curve = { steps: film.curve.steps, losses: doubles(film.curve.losses) };
export const allParameters = doubles(film.parameters);
export const allGradients = halves(film.gradients);
const seeds = film.seeds ? halves(film.seeds) : null;

export const frameNear = (step) => film.steps.reduce((best, each, frame) => Math.abs(each - step) < Math.abs(film.steps[best] - step) ? frame : best, 0);

// Layers with the offsets of their parameters and neurons: parameters are ordered by neuron, weights before the bias.
export let parameterCount = 0;
export let neuronCount = 0;
export const layers = film.layers.map(({ inputs, activations }, index) => {
	const layer = { index, inputs, activations, size: activations.length, at: parameterCount, first: neuronCount };
	parameterCount += layer.size * (inputs + 1);
	neuronCount += layer.size;
	return layer;
});
export const inputCount = layers[0].inputs;
export const output = layers.at(-1);
export const neurons = layers.flatMap((layer) => layer.activations.map((activation, j) => ({
	layer, j, activation, number: layer.first + j, row: layer.at + j * (layer.inputs + 1), ...ACTIVATIONS[activation],
})));
export const computes = !film.unknown;
export const isExamined = computes && film.examples.length > 0;
export const nameOf = ({ layer, j }) => `layer ${layer.index}, neuron ${j}`;

export const parametersAt = (frame) => allParameters.subarray(frame * parameterCount, (frame + 1) * parameterCount);
export const gradientAt = (frame) => allGradients.subarray(frame * parameterCount, (frame + 1) * parameterCount);

// Compute each neuron's sum and output for the input x, adding in the engine's order.
export function forward(parameters, x, pass = { sums: new Float64Array(neuronCount), outs: new Float64Array(neuronCount) }) {
	const { sums, outs } = pass;
	let from = x, start = 0;
	for (const layer of layers) {
		let place = layer.at;
		for (let j = 0; j < layer.size; j++) {
			const neuron = neurons[layer.first + j];
			let sum = parameters[place] * from[start];
			for (let i = 1; i < layer.inputs; i++) sum += parameters[place + i] * from[start + i];
			sum += parameters[place + layer.inputs];
			place += layer.inputs + 1;
			sums[neuron.number] = sum;
			outs[neuron.number] = neuron.value(sum);
		}
		from = outs;
		start = layer.first;
	}
	return { inputs: x, sums, outs };
}

// Compute the gradients of sums, outputs and inputs from those of the network's outputs: upstream times local.
export function backward(parameters, pass, seed) {
	const outs = new Float64Array(neuronCount), sums = new Float64Array(neuronCount);
	const inputs = new Float64Array(inputCount);
	seed.forEach((gradient, j) => { outs[output.first + j] = gradient; });
	for (const layer of [...layers].reverse()) {
		const into = layer.index ? outs : inputs;
		const start = layer.index ? layers[layer.index - 1].first : 0;
		for (let j = 0; j < layer.size; j++) {
			const neuron = neurons[layer.first + j], n = neuron.number;
			sums[n] = outs[n] * neuron.slope(pass.outs[n], pass.sums[n]);
			for (let i = 0; i < layer.inputs; i++) into[start + i] += sums[n] * parameters[neuron.row + i];
		}
	}
	return { inputs, sums, outs };
}

// The gradient where an example's backward pass begins: that of its own loss, or 1 if the film has no loss.
export function seedOf(frame, example) {
	if (!seeds) return new Float64Array(output.size).fill(1);
	const start = (frame * film.examples.length + example) * output.size;
	return seeds.subarray(start, start + output.size);
}

// The norm of a layer's gradient, without overflowing squares; NaN if there is none.
function norm(frame, layer) {
	const known = gradientAt(frame).subarray(layer.at, layer.at + layer.size * (layer.inputs + 1)).filter((g) => !Number.isNaN(g));
	if (!known.length) return NaN;
	const largest = known.reduce((most, g) => Math.max(most, Math.abs(g)), 0);
	if (!largest || largest === Infinity) return largest;
	return largest * Math.sqrt(known.reduce((sum, g) => sum + (g / largest) ** 2, 0));
}
export const norms = film.steps.map((_, frame) => layers.map((layer) => norm(frame, layer)));

// The side of the level that an output is on, or the index of the largest of several; -1 if one is NaN.
export function classOf(outs, start) {
	let best = 0;
	for (let k = 0; k < output.size; k++) {
		if (Number.isNaN(outs[start + k])) return -1;
		if (outs[start + k] > outs[start + best]) best = k;
	}
	return output.size > 1 ? best : Number(outs[start] > film.level);
}
export const targetClass = (target) => {
	if (Array.isArray(target)) return target.indexOf(Math.max(...target));
	return output.size > 1 ? target : Number(target > film.level);
};
// Whether the targets are classes: two different targets, or class indices.
export const classifies = Boolean(film.targets?.length) && (output.size > 1
	? film.targets.every((t) => Array.isArray(t) ? t.every((n) => n === 0 || n === 1) : Number.isInteger(t) && t >= 0 && t < output.size)
	: new Set(film.targets).size === 2);
