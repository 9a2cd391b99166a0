// A pad to draw a digit on, and the network that reads it, with its trained weights in this page.
import { activations } from "./activations.js";

const byId = (id) => document.getElementById(id);
const given = JSON.parse(byId("pad-network").textContent);

const floats = (text) => {
	const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
	return new Float32Array(bytes.buffer);
};
// Every layer: weight (nout, nin) row by row, bias (nout,), and the activation after it, null after the last.
const layers = given.layers.map(({ weight, bias }, k) => (
	{ weight: floats(weight), bias: floats(bias), activation: activations[k] }
));
const samples = given.samples.map(({ pixels, digit }) => (
	{ digit, pixels: Float32Array.from(atob(pixels), (each) => each.charCodeAt(0) / 255) }
));
const SIDE = given.side;

// Run the pixels forward through every layer, and keep the inputs of each activation.
function forward(pixels) {
	const steps = [];
	let x = pixels;
	for (const { weight, bias, activation } of layers) {
		const sums = Float64Array.from(bias, (offset, unit) => {
			let sum = offset;
			for (let i = 0, at = unit * x.length; i < x.length; i++) sum += weight[at + i] * x[i];
			return sum;
		});
		const out = activation ? sums.map((sum) => activation.value(sum)) : sums;
		steps.push({ sums, out, size: x.length });
		x = out;
	}
	return steps;
}

// Walk backward for the gradient of one logit with respect to every pixel.
function pixelGradient(steps, answer) {
	let upstream = new Float64Array(steps.at(-1).out.length);
	upstream[answer] = 1;
	for (let k = layers.length - 1; k >= 0; k--) {
		const { weight, activation } = layers[k], { sums, out, size } = steps[k];
		const g = activation ? upstream.map((each, i) => each * activation.slope(out[i], sums[i])) : upstream;
		const next = new Float64Array(size);
		g.forEach((each, unit) => {
			if (each) for (let i = 0, at = unit * size; i < size; i++) next[i] += each * weight[at + i];
		});
		upstream = next;
	}
	return upstream;
}

function softmax(logits) {
	const largest = Math.max(...logits), shares = logits.map((each) => Math.exp(each - largest));
	const sum = shares.reduce((a, b) => a + b, 0);
	return shares.map((each) => each / sum);
}

// Prepare the drawing like MNIST's images: scale the ink's bounding box to fit 20 of 28 pixels, and move its
// centre of mass to the middle.
function prepared(canvas) {
	const { width, height } = canvas;
	const ink = canvas.getContext("2d").getImageData(0, 0, width, height).data;
	let left = width, right = -1, top = height, bottom = -1;
	for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
		if (ink[4 * (y * width + x) + 3] < 20) continue;
		[left, right] = [Math.min(left, x), Math.max(right, x)];
		[top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
	}
	if (right < 0) return null;
	const wide = right - left + 1, high = bottom - top + 1, scale = SIDE * 20 / 28 / Math.max(wide, high);
	const small = scaled(canvas, left, top, wide, high, scale, 0, 0);
	let mass = 0, x0 = 0, y0 = 0;
	small.forEach((each, i) => {
		mass += each;
		x0 += each * (i % SIDE + 0.5);
		y0 += each * (Math.floor(i / SIDE) + 0.5);
	});
	if (!mass) return small;
	return scaled(canvas, left, top, wide, high, scale, Math.round(SIDE / 2 - x0 / mass), Math.round(SIDE / 2 - y0 / mass));
}

// Halve the image until it is less than twice as large: a browser that shrinks it in one step skips pixels.
function scaled(canvas, left, top, wide, high, scale, dx, dy) {
	let from = canvas, box = [left, top, wide, high];
	while (scale < 0.5) {
		const half = new OffscreenCanvas(Math.max(1, Math.ceil(box[2] / 2)), Math.max(1, Math.ceil(box[3] / 2)));
		half.getContext("2d").drawImage(from, ...box, 0, 0, box[2] / 2, box[3] / 2);
		[from, box] = [half, [0, 0, box[2] / 2, box[3] / 2]];
		scale *= 2;
	}
	const small = new OffscreenCanvas(SIDE, SIDE), context = small.getContext("2d");
	const w = box[2] * scale, h = box[3] * scale, edge = SIDE * 4 / 28;
	context.drawImage(from, ...box, edge + dx, edge + dy, w, h);
	const data = context.getImageData(0, 0, SIDE, SIDE).data;
	return Float32Array.from({ length: SIDE * SIDE }, (_, i) => data[4 * i + 3] / 255);
}

// The display.
for (const id of ["pad-given", "pad-gradient", "pad-mattered"]) byId(id).width = byId(id).height = SIDE;
layers.at(-1).bias.forEach((_, digit) => {
	const row = byId("pad-answers").insertRow();
	const [button, bar] = [document.createElement("button"), document.createElement("div")];
	Object.assign(button, { type: "button", title: "the gradient of its logit", textContent: digit });
	bar.className = "bar";
	bar.append(document.createElement("i"));
	for (const content of [button, bar, ""]) row.insertCell().append(content);
});
const canvas = byId("pad-ink"), context = canvas.getContext("2d", { willReadFrequently: true });
let drawn = false, chosen = null; // whether the user has drawn, and the sample that was picked
// The gradient is that of the logit of the asked class, or of the answer if none was asked for.
const state = { pixels: null, probabilities: null, gradient: null, answer: null, asked: null };

function look(pixels) {
	Object.assign(state, { pixels, probabilities: null, gradient: null, answer: null });
	if (pixels) {
		const steps = forward(pixels);
		state.probabilities = softmax(steps.at(-1).out);
		state.answer = state.probabilities.indexOf(Math.max(...state.probabilities));
		state.gradient = pixelGradient(steps, state.asked ?? state.answer);
	}
	paint();
}

function paint() {
	const { pixels, probabilities, gradient, answer, asked } = state;
	byId("pad-says").textContent = answer === null ? "Draw a digit, or pick one of the images."
		: `It says ${answer}, with a probability of ${(100 * probabilities[answer]).toFixed(probabilities[answer] > 0.9995 ? 2 : 1)} %.`;
	document.querySelectorAll("#pad-answers tr").forEach((row, digit) => {
		const share = probabilities ? probabilities[digit] : 0;
		row.classList.toggle("best", digit === answer);
		row.querySelector(".bar i").style.width = `${100 * share}%`;
		row.lastElementChild.textContent = probabilities ? `${(100 * share).toFixed(1)} %` : "–";
		row.querySelector("button").setAttribute("aria-pressed", String(digit === (asked ?? answer)));
	});
	for (const each of document.querySelectorAll(".logit")) each.textContent = asked ?? answer ?? "a digit";
	const ink = colour("--ink"), paper = colour("--card"), blue = colour("--positive"), orange = colour("--negative");
	const signed = (numbers, below) => {
		const most = Math.max(...numbers.map(Math.abs)) || 1;
		return (i) => mix(below(i), numbers[i] > 0 ? blue : orange, Math.sqrt(Math.abs(numbers[i]) / most));
	};
	const shown = pixels ?? new Float32Array(SIDE * SIDE), slope = gradient ?? shown;
	tiles(byId("pad-given"), (i) => mix(paper, ink, shown[i]));
	tiles(byId("pad-gradient"), signed(slope, () => paper));
	tiles(byId("pad-mattered"), signed(slope.map((each, i) => each * shown[i]), (i) => mix(paper, ink, 0.16 * shown[i])));
}

// Return a colour of the page as red, green and blue.
function colour(name) {
	canvas.style.color = `var(${name})`; // it has no text
	return getComputedStyle(canvas).color.match(/\d+/g).map(Number);
}
const mix = (from, to, part) => from.map((each, i) => each + (to[i] - each) * part);
function tiles(target, colourOf) {
	const picture = target.getContext("2d"), image = picture.createImageData(SIDE, SIDE);
	for (let i = 0; i < SIDE * SIDE; i++) image.data.set([...colourOf(i), 255], 4 * i);
	picture.putImageData(image, 0, 0);
}

function clear() {
	context.clearRect(0, 0, canvas.width, canvas.height);
	[drawn, chosen] = [false, null];
	document.querySelectorAll("#pad-samples button").forEach((each) => each.setAttribute("aria-pressed", "false"));
	look(null);
}

function stroke(from, to) {
	if (!drawn) clear();
	drawn = true;
	context.strokeStyle = `rgb(${colour("--ink")})`;
	context.lineWidth = canvas.width / 13;
	context.lineCap = context.lineJoin = "round";
	context.beginPath();
	context.moveTo(...from);
	context.lineTo(to[0] + 0.1, to[1]); // a line of zero length leaves no dot
	context.stroke();
	look(prepared(canvas));
}

let last = null, pen = null; // last position and id of the one pointer that draws; a resting hand does not
const at = (event) => {
	const box = canvas.getBoundingClientRect(), scale = canvas.width / box.width;
	return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
};
canvas.addEventListener("pointerdown", (event) => {
	if (pen !== null || event.button) return;
	pen = event.pointerId;
	canvas.setPointerCapture(event.pointerId);
	last = at(event);
	stroke(last, last);
	event.preventDefault();
});
canvas.addEventListener("pointermove", (event) => {
	if (event.pointerId === pen) stroke(last, last = at(event));
});
for (const end of ["pointerup", "pointercancel"]) {
	canvas.addEventListener(end, (event) => { if (event.pointerId === pen) pen = null; });
}
byId("pad-clear").addEventListener("click", clear);
document.querySelectorAll("#pad-answers button").forEach((button, digit) => button.addEventListener("click", () => {
	state.asked = state.asked === digit ? null : digit;
	look(state.pixels);
}));

for (const sample of samples) {
	const button = document.createElement("button"), picture = document.createElement("canvas");
	picture.width = picture.height = SIDE;
	button.type = "button";
	button.append(picture);
	button.setAttribute("aria-label", `an image of a ${sample.digit}`);
	button.addEventListener("click", () => {
		clear();
		button.setAttribute("aria-pressed", "true");
		chosen = sample;
		copy();
		look(sample.pixels);
	});
	sample.picture = picture;
	byId("pad-samples").append(button);
}
function repaint() {
	const ink = colour("--ink"), paper = colour("--card");
	for (const { picture, pixels } of samples) tiles(picture, (i) => mix(paper, ink, pixels[i]));
	if (drawn) recolour(`rgb(${ink})`);
	if (chosen) copy();
	paint();
}
function copy() {
	context.imageSmoothingEnabled = false;
	context.drawImage(chosen.picture, 0, 0, canvas.width, canvas.height);
}
function recolour(ink) {
	context.globalCompositeOperation = "source-in";
	context.fillStyle = ink;
	context.fillRect(0, 0, canvas.width, canvas.height);
	context.globalCompositeOperation = "source-over";
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
clear();
repaint();

// For tests, and for lectures built around the page.
window.pad = { look, state };
