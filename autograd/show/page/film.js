// The film's page: connect state, keys and all parts of the page.
import { byId, el, setText } from "./dom.js";
import { chartIn } from "./film-charts.js";
import { film, forward, gradientAt, inputCount, layers, losses, nameOf, neuronCount, neurons, norms, output, parameterCount, parametersAt } from "./film-data.js";
import { choose, draw, examine, fromAddress, go, lastFrame, onDraw, playing, state, turn } from "./film-moving.js";
import { networkIn } from "./film-network.js";
import { showNumbers } from "./film-numbers.js";
import { planeIn } from "./film-plane.js";
import { brief, gradient } from "./film-scale.js";
import { DASH, fixed } from "./numbers.js";
import { isOurs, press } from "./transport.js";

const network = networkIn(byId("drawing"));
onDraw(showView);
onDraw((now, seen) => network.show({ ...now, chosen: now.neuron, pass: seen && (now.view === "backward" ? seen.back : seen.pass) }));
onDraw(planeIn(byId("picture")).show);
onDraw(chartIn(byId("curve")).show);
onDraw(showTransport);
onDraw(showNumbers);
onDraw(describe);

function showView({ view, example, neuron }) {
	byId("example").value = example;
	byId("which").value = neuron ?? "";
	if (document.documentElement.dataset.view === view) return;
	const isBack = view === "backward";
	document.documentElement.dataset.view = view;
	byId("forward").setAttribute("aria-pressed", !isBack);
	byId("backward").setAttribute("aria-pressed", isBack);
	setText(byId("meaning"), isBack ? "← Gradients of weights and activations" : "Weights and activations →");
	byId("legend").replaceChildren(...network.legend(view));
}

function showTransport({ frame }) {
	const step = film.steps[frame].toLocaleString("en"), last = film.steps[lastFrame].toLocaleString("en");
	setText(byId("loss"), fixed(losses[frame]));
	setText(byId("count"), `step ${step} of ${last}`);
	byId("scrubber").value = frame;
	byId("scrubber").style.setProperty("--at", `${lastFrame ? 100 * frame / lastFrame : 100}%`);
	byId("scrubber").setAttribute("aria-valuetext", `step ${step} of ${last}, loss ${fixed(losses[frame])}`);
	byId("first").disabled = byId("back").disabled = frame === 0;
	byId("next").disabled = byId("last").disabled = frame === lastFrame;
}

// Describe the network in words: its dead neurons, and the picture for screen readers.
function describe({ frame, view }) {
	const relus = neurons.filter((each) => each.activation === "relu").length;
	const dead = film.dead[frame].length, silent = film.silent[frame].length;
	const counted = relus && film.examples.length ? `${dead} of ${relus} relus dead${silent ? `, ${silent} silent` : ""}` : "";
	setText(byId("dead"), counted);
	byId("dead").classList.toggle("some", dead > 0);
	const sizes = norms[frame].map((size) => Number.isNaN(size) ? DASH : brief(size)).join(", ");
	network.picture.setAttribute("aria-label", `The network at step ${film.steps[frame]}, ${view}. Norm of each layer's gradient: ${sizes}. ${counted}`);
	if (!playing.isPlaying) setText(byId("spoken"), `Step ${film.steps[frame]}, loss ${fixed(losses[frame])}. ${counted}`);
}

// Show the numbers of what is under the pointer.
function point(event) {
	const tip = byId("tip"), at = event.target.closest("[data-neuron], [data-edge]");
	tip.hidden = !at;
	if (!at) return;
	if (at.dataset.edge) {
		const place = Number(at.dataset.edge), neuron = neurons[Number(at.dataset.into)], i = place - neuron.row;
		const source = neuron.layer.index ? nameOf(neurons[layers[neuron.layer.index - 1].first + i]) : `x${i}`;
		tip.textContent = `${source} → ${nameOf(neuron)}: weight ${fixed(parametersAt(state.frame)[place])}, gradient ${gradient(gradientAt(state.frame)[place])}`;
	} else {
		const neuron = neurons[Number(at.dataset.neuron)], seen = examine(state);
		const numbers = seen ? `: activation ${fixed(seen.pass.outs[neuron.number])}, gradient ${gradient(seen.back.outs[neuron.number])}` : "";
		tip.textContent = `${nameOf(neuron)}, ${neuron.activation}${numbers}`;
	}
	tip.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8))}px`;
	tip.style.top = `${event.clientY + (event.clientY > innerHeight - 80 ? -40 : 18)}px`;
}

function begin() {
	const kinds = [...new Set(neurons.map((each) => each.activation))].join(", ");
	const sizes = [inputCount, ...layers.map((layer) => layer.size)].join("-");
	const steps = `${film.recorded.toLocaleString("en")} ${film.recorded === 1 ? "step" : "steps"}`;
	setText(byId("about"), `${sizes}, ${kinds} · ${parameterCount.toLocaleString("en")} parameters · ${steps}`);
	setText(byId("notices"), film.notices.join(" "));
	byId("notices").hidden = !film.notices.length;
	byId("scrubber").max = lastFrame;
	byId("play").disabled = byId("scrubber").disabled = lastFrame < 1;
	byId("example").append(...film.examples.map((_, index) => el("option", { value: `${index}` }, `${index + 1} of ${film.examples.length}`)));
	byId("example").parentElement.hidden = !film.examples.length;
	byId("which").append(el("option", { value: "" }, "none"), ...neurons.map((each) => el("option", { value: `${each.number}` }, nameOf(each))));
	network.picture.addEventListener("click", (event) => {
		const at = event.target.closest("[data-neuron], [data-into]");
		const chosen = at ? Number(at.dataset.neuron ?? at.dataset.into) : null;
		choose({ neuron: chosen === state.neuron ? null : chosen });
	});
	network.picture.addEventListener("pointermove", point);
	network.picture.addEventListener("pointerleave", () => { byId("tip").hidden = true; });
}

const clicks = press({
	first: () => go(0), back: () => go(state.frame - 1), next: () => go(state.frame + 1), last: () => go(lastFrame),
	play: () => { if (lastFrame > 0) playing.toggle(); },
	forward: () => choose({ view: "forward" }), backward: () => choose({ view: "backward" }),
});
byId("large").addEventListener("click", () => {
	document.documentElement.dataset.view = ""; // so that the legend is redrawn
	draw();
});
const keys = {
	ArrowLeft: clicks.back, ArrowRight: clicks.next, Home: clicks.first, End: clicks.last, " ": clicks.play,
	f: clicks.forward, b: clicks.backward, "?": clicks.help, Escape: () => choose({ neuron: null }),
	e: (by) => turn("example", film.examples.length, by), n: (by) => turn("neuron", neuronCount, by),
};

function listen() {
	byId("scrubber").addEventListener("input", () => go(Number(byId("scrubber").value)));
	byId("example").addEventListener("change", () => choose({ example: Number(byId("example").value) }));
	byId("which").addEventListener("change", () => choose({ neuron: byId("which").value === "" ? null : Number(byId("which").value) }));
	addEventListener("hashchange", fromAddress);
	document.addEventListener("keydown", (event) => {
		const { target, key } = event;
		if (!isOurs(event) || target.tagName === "SELECT") return;
		if (target.matches?.("button") && (key === " " || key === "Enter")) return;
		const act = keys[key] ?? keys[key.toLowerCase()];
		if (!act) return;
		event.preventDefault();
		act(event.shiftKey ? -1 : 1);
	});
}

document.querySelector("h1").textContent = film.title;
byId("note").querySelector("p").textContent = film.note;
byId("note").hidden = !film.note;
if (lastFrame < 0) {
	document.querySelector("main").hidden = true;
	byId("empty").hidden = false;
} else {
	begin();
	listen();
	fromAddress();
}

// For tests and lectures.
window.stepgrad = {
	total: lastFrame, state, go, choose,
	outputs: (frame, x) => [...forward(parametersAt(frame), x).outs.subarray(output.first)],
	gradients: (frame, example) => [...examine({ frame, example }).back.outs],
};
