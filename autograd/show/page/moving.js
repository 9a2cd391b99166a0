// Move by keys, buttons and the scrubber, and play.
import { openQuestion, predict } from "./answers.js";
import { byId, setText } from "./dom.js";
import { closeView, fitGraph, graph, setFollowing } from "./graph.js";
import { last, operations } from "./lesson.js";
import { go, on, page, setPosition } from "./page.js";
import { editHot } from "./pointing.js";
import { field, insist, togglePredict } from "./predict.js";
import { isOurs, keepAddress, player, press } from "./transport.js";
import { openTab } from "./trials.js";
import { viewport } from "./viewport.js";

const scrubber = byId("scrubber");

const playing = player({
	begun: () => { if (page.position === last) setPosition(0); },
	advance: () => {
		const before = page.position;
		next();
		return page.position !== before && page.position !== last;
	},
});
on("stop", () => playing.stop());

function next() {
	if (openQuestion(page.state)) insist();
	else setPosition(page.position + 1);
}

on("paint", ({ position, phase }) => {
	scrubber.value = position;
	scrubber.style.setProperty("--at", `${(100 * position) / last}%`);
	scrubber.setAttribute("aria-valuetext", `step ${position} of ${last}, ${phase}`);
	setText(byId("count"), `step ${position} of ${last}`);
	byId("first").disabled = byId("back").disabled = position === 0;
	byId("last").disabled = byId("next").disabled = position === last && !openQuestion(page.state);
});

const keep = () => keepAddress(() => `step=${page.position}${predict.on ? "&predict" : ""}`);
on("move", keep);

export function addressed() {
	const found = /[#&]step=(\d+)/.exec(location.hash);
	return found ? Math.min(last, Number(found[1])) : null;
}
addEventListener("hashchange", () => {
	const position = addressed();
	if (position !== null && position !== page.position) go(position);
});

scrubber.max = last;
scrubber.parentElement.style.setProperty("--turn", `${(100 * (operations + 0.5)) / last}%`);
scrubber.addEventListener("input", () => go(Number(scrubber.value)));

const clicks = press({
	first: () => go(0), back: () => go(page.position - 1), play: playing.toggle, next: () => { playing.stop(); next(); }, last: () => go(last),
	predict: () => { togglePredict(); keep(); },
	in: () => viewport.zoom(1.3), out: () => viewport.zoom(1 / 1.3), fit: fitGraph, follow: () => setFollowing(!(graph.opens && graph.pans)),
});

const keys = {
	ArrowLeft: clicks.back, ArrowRight: clicks.next, Home: clicks.first, End: clicks.last, " ": clicks.play,
	p: clicks.predict, f: fitGraph, 0: fitGraph, "+": clicks.in, "=": clicks.in, "-": clicks.out, c: clicks.follow, "?": clicks.help,
	l: () => openTab("ledger", true), n: () => openTab("nudge", true), d: () => openTab("descend", true),
	e: editHot, Escape: closeView, Backspace: closeView,
};
const panKeys = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };

document.addEventListener("keydown", (event) => {
	const { target, key } = event;
	if (!isOurs(event)) return;
	const isText = target.tagName === "INPUT" && target.type === "text";
	if (isText) {
		// in an empty answer these keys have no caret to move
		if (key === "Escape") target.blur();
		else if (target === field && !field.value && /^(Arrow(Left|Right)|Home|End)$/.test(key)) keys[key]();
		return;
	}
	if (event.shiftKey && panKeys[key]) {
		viewport.pan(...panKeys[key]);
		return event.preventDefault();
	}
	if (target.tagName === "SELECT") return;
	if (target === scrubber && /^(Arrow|Home|End|Page)/.test(key)) return;
	if (target.matches("button, input") && (key === " " || key === "Enter") && target !== scrubber) return;
	const act = keys[key] ?? keys[key.toLowerCase()];
	if (!act) return;
	event.preventDefault();
	act();
});
