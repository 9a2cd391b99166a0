// The state of the page (frame, view, example, neuron), and moving from one to another.
import { backward, film, forward, frameNear, isExamined, neuronCount, parametersAt, seedOf } from "./film-data.js";
import { keepAddress, player } from "./transport.js";

export const state = { frame: 0, view: "forward", example: 0, neuron: null };
export const lastFrame = film.steps.length - 1;

const painters = [];
export const onDraw = (painter) => painters.push(painter);

// Draw once for all changes between two screen refreshes.
let waiting = false;
export function draw() {
	if (waiting || lastFrame < 0) return;
	waiting = true;
	requestAnimationFrame(() => {
		waiting = false;
		const seen = examine(state);
		for (const paint of painters) paint(state, seen);
	});
}

// Compute both passes of one example through the network of a frame; null if there is none to show.
export function examine({ frame, example }) {
	if (!isExamined) return null;
	const pass = forward(parametersAt(frame), film.examples[example]);
	return { pass, back: backward(parametersAt(frame), pass, seedOf(frame, example)) };
}

export const playing = player({
	begun() {
		if (state.frame === lastFrame) state.frame = 0;
		draw();
	},
	advance() {
		if (state.frame === lastFrame) return false;
		state.frame++;
		draw();
		return true;
	},
	stopped() {
		keep();
		draw();
	},
});

// While frames follow each other, in play or by hand, draw them coarsely.
let scrubbing = 0;
export const isMoving = () => playing.isPlaying || scrubbing !== 0;
function scrub() {
	clearTimeout(scrubbing);
	scrubbing = setTimeout(() => { scrubbing = 0; draw(); }, 150);
}

// Go to a frame; moving by hand stops playing.
export function go(frame) {
	playing.stop();
	scrub();
	choose({ frame: Math.min(lastFrame, Math.max(0, frame)) });
}

// Choose another frame, view, example or neuron.
export function choose(change) {
	Object.assign(state, change);
	keep();
	draw();
}
export function turn(name, count, by) {
	const now = state[name] ?? (by > 0 ? -1 : count);
	if (count) choose({ [name]: (now + by + count) % count });
}

// Keep the state in the address, to link to it: #step=40&view=backward&example=3&neuron=7.
function keep() {
	if (!playing.isPlaying) keepAddress(() => {
		const parts = [`step=${film.steps[state.frame]}`];
		if (state.view !== "forward") parts.push(`view=${state.view}`);
		if (state.example) parts.push(`example=${state.example}`);
		if (state.neuron !== null) parts.push(`neuron=${state.neuron}`);
		return parts.join("&");
	});
}
export function fromAddress() {
	const asked = new URLSearchParams(location.hash.slice(1));
	const whole = (name, count) => {
		const text = asked.get(name) ?? "";
		return /^\d{1,15}$/.test(text) && count > 0 ? Math.min(Number(text), count - 1) : null;
	};
	const step = whole("step", Infinity);
	playing.stop();
	choose({
		frame: step === null ? state.frame : frameNear(step),
		view: asked.get("view") === "backward" ? "backward" : "forward",
		example: whole("example", film.examples.length) ?? 0,
		neuron: whole("neuron", neuronCount),
	});
}
