// Change leaves, and compute both passes again with the page's own program.
import { byId } from "./dom.js";
import { lesson, nameOf, nodes, order } from "./lesson.js";
import { short } from "./numbers.js";
import { render, tell } from "./page.js";
import { forward } from "./program.js";
import { accumulate, firstBad, isBad, numbers } from "./walk.js";

export const live = {
	possible: !lesson.live && nodes.some((node) => node.kind === "leaf"),
	broken: null, // the operation that has no finite result
};

/** Compute new values and local gradients from the leaves in `data`. */
export function compute(data) {
	const slopes = nodes.map(() => []);
	forward(data, slopes);
	// no derivative without a value, even if its formula gives one, as for log of a negative number
	for (const i of order) if (Number.isNaN(data[i])) slopes[i] = slopes[i].map((slope) => (slope === null ? null : NaN));
	return { data, slopes };
}

export function setLeaves(changes) {
	const data = numbers.data.slice();
	for (const [i, value] of changes) data[i] = value;
	changed(compute(data));
}

export const resetLeaves = () => changed({ data: nodes.map((node) => node.data), slopes: nodes.map((node) => node.locals) });

function changed(computed) {
	Object.assign(numbers, computed);
	accumulate();
	findTrouble();
	byId("reset").hidden = nodes.every((node, i) => node.kind !== "leaf" || node.data === numbers.data[i]);
	tell("change");
	render();
}

function findTrouble() {
	const i = firstBad();
	live.broken = i ?? null;
	byId("trouble").hidden = i === undefined;
	if (i === undefined) return;
	const { op, domain, parents } = nodes[i];
	const call = `${op}(${parents.map((parent) => short(numbers.data[parent])).join(", ")})`;
	const needs = domain ? `: ${op} needs ${domain}` : "";
	let why = `${call} has no finite value${needs}`;
	if (!isBad(numbers.data[i])) why = `${call} has a value, but no finite derivative${needs}`;
	else if (!Number.isNaN(numbers.data[i]) && !parents.some((parent) => numbers.data[parent] === 0)) why = `${call} is too large for a number in a computer (above 1.8e308)`;
	byId("trouble").textContent = `${nameOf(i)} = ${why}. Change a number, or press Reset.`;
}
