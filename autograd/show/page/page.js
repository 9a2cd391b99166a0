// The position of the page, and the listeners to its events.
import { shownAt } from "./answers.js";
import { last, operations } from "./lesson.js";
import { completeAt, computedAt, passedAt, stateAt } from "./walk.js";

export const page = { position: 0, state: null };

const listeners = { paint: [], move: [], change: [], stop: [] };
/** paint: any change; move: to another position; change: of a leaf; stop: a move by hand. */
export const on = (event, listener) => listeners[event].push(listener);
export const tell = (event) => listeners[event].forEach((listener) => listener(page.state));

export function render() {
	page.state = stateAt(page.position, shownAt(page.position));
	document.documentElement.dataset.phase = page.position > operations ? "backward" : "forward";
	tell("paint");
}

export function setPosition(position) {
	page.position = Math.min(last, Math.max(0, position));
	render();
	tell("move");
}

export function go(position) {
	tell("stop");
	setPosition(position);
}

function goToOneOf(steps) {
	if (page.position > operations) steps.reverse();
	go(steps[0] === page.position ? steps[1] : steps[0]);
}

export const goToNode = (i) => goToOneOf([computedAt[i], completeAt[i] || computedAt[i]]);
export const goToOperation = (i) => goToOneOf([computedAt[i], passedAt[i]]);
