// Two experiments: a nudge, and one step down the gradient.
import { byId, el } from "./dom.js";
import { showRow } from "./ledger.js";
import { lesson, nameOf, nodes, root } from "./lesson.js";
import { compute, live, resetLeaves, setLeaves } from "./live.js";
import { DASH, inked, short } from "./numbers.js";
import { on, page } from "./page.js";
import { plot } from "./plot.js";
import { completeAt, numbers } from "./walk.js";

const leaves = nodes.flatMap((node, i) => (node.kind === "leaf" ? [i] : []));

const setting = (label, value, changed) => el("input", {
	type: "text", inputmode: "decimal", value, autocomplete: "off", "aria-label": label,
	input({ target }) {
		const number = Number(target.value); // 0 if it is empty
		const isGood = Number.isFinite(number) && number !== 0;
		target.setAttribute("aria-invalid", !isGood);
		if (isGood) changed(number);
	},
});

const nudge = { leaf: leaves.find((i) => nodes[i].trained) ?? leaves[0], h: 0.001 };
const descent = { rate: 0.1, outputs: [], trained: new Set(leaves.filter((i) => nodes[i].trained)) };

on("change", () => { descent.outputs = []; });

const nudgeFacts = el("dl.facts");
const nudgePlot = el("div");
const descentSaid = el("p.math", { role: "status" });
const descentPlot = el("div");
const descentButton = el("button", { click: descend }, "Descend one step");

if (live.possible) {
	const choose = el("select", { "aria-label": "Leaf to nudge", change: () => { nudge.leaf = Number(choose.value); paintTrials(page.state); } },
		...leaves.map((i) => el("option", { value: i, selected: i === nudge.leaf }, nameOf(i))));
	const h = setting("h", nudge.h, (number) => { nudge.h = number; paintTrials(page.state); });
	byId("nudge").append(el("div.fields", {}, el("label", {}, "Nudge", choose), el("label", {}, "by h =", h)), el("div.trial", {}, nudgeFacts, nudgePlot));
	const rate = setting("Learning rate", descent.rate, (number) => { descent.rate = number; });
	byId("descend").append(
		el("div.fields", {}, el("label", {}, "learning rate", rate), descentButton),
		el("div.trial", {}, el("div", {}, descentSaid, el("fieldset.chips", { "aria-label": "Leaves that are trained" }, ...leaves.map((i) =>
			el("label", {}, el("input", { type: "checkbox", checked: descent.trained.has(i), change: (event) => {
				descent.trained[event.target.checked ? "add" : "delete"](i);
				paintTrials(page.state);
			} }), nameOf(i))))), descentPlot),
	);
} else {
	for (const id of ["nudge", "descend"]) byId(id).append(el("p.quiet", {}, lesson.live || "There is no leaf to change."));
}

function outputAt(i, value) {
	const data = numbers.data.slice();
	data[i] = value;
	return compute(data).data[root];
}

on("paint", paintTrials);
function paintTrials(state) {
	if (!live.possible) return;
	if (!byId("nudge").hidden) paintNudge(state);
	if (!byId("descend").hidden) paintDescent();
}

function paintNudge(state) {
	const { leaf, h } = nudge;
	const [x, out] = [numbers.data[leaf], numbers.data[root]];
	const after = outputAt(leaf, x + h);
	const isComplete = completeAt[leaf] < state.position || (completeAt[leaf] === state.position && state.shown === Infinity);
	const [o, w] = [nodes[root].quoted, nodes[leaf].quoted];
	const facts = [
		[o, short(out)],
		[`${o} at ${w} + h`, short(after)],
		[`Δ${o} / h`, inked((after - out) / h)],
		[`gradient ∂${o}/∂${w}`, isComplete ? inked(state.grads[leaf]) : DASH],
	];
	nudgeFacts.replaceChildren(...facts.flatMap(([term, value]) => [el("dt", {}, term), el("dd", {}, value)]));
	const reach = Math.max(1, Math.abs(x) / 2, Math.abs(h) * 2);
	const points = Array.from({ length: 61 }, (_, k) => x + (reach * (k - 30)) / 30).map((at) => [at, outputAt(leaf, at)]);
	const label = `${nameOf(root)} against ${nameOf(leaf)}, with the slope at ${short(x)}`;
	nudgePlot.replaceChildren(plot(points, { mark: [x, out], slope: (after - out) / h, label }));
}

function paintDescent() {
	const { outputs, trained } = descent;
	descentButton.disabled = !trained.size || live.broken !== null;
	const name = nameOf(root);
	if (!trained.size) descentSaid.textContent = "Mark a leaf below to move it.";
	else if (outputs.length < 2) descentSaid.textContent = `${name} = ${short(numbers.data[root])}; each marked leaf moves by −rate × grad`;
	else descentSaid.textContent = `${name}: ${short(outputs.at(-2))} → ${short(outputs.at(-1))} after ${outputs.length - 1} step${outputs.length > 2 ? "s" : ""}`;
	const points = (outputs.length ? outputs : [numbers.data[root]]).map((y, x) => [x, y]);
	descentPlot.replaceChildren(plot(points, { mark: points.at(-1), label: `${name} after each step` }));
}

function descend() {
	const before = descent.outputs.length ? descent.outputs : [numbers.data[root]];
	setLeaves([...descent.trained].map((i) => [i, numbers.data[i] - descent.rate * numbers.grads[i]]));
	descent.outputs = [...before, numbers.data[root]];
	paintDescent();
}

const tabs = ["ledger", "nudge", "descend"];
export function openTab(name, focus = false) {
	for (const id of tabs) {
		const tab = byId(`tab-${id}`);
		byId(id).hidden = id !== name;
		tab.setAttribute("aria-selected", id === name);
		tab.setAttribute("tabindex", id === name ? 0 : -1);
		if (focus && id === name) tab.focus();
	}
	paintTrials(page.state);
	if (page.state.current !== null) showRow(page.state.current);
}
for (const id of tabs) byId(`tab-${id}`).addEventListener("click", () => openTab(id));
document.querySelector("[role=tablist]").addEventListener("keydown", (event) => {
	const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
	if (!move) return;
	const now = tabs.findIndex((id) => !byId(id).hidden);
	openTab(tabs[(now + move + tabs.length) % tabs.length], true);
	event.preventDefault();
	event.stopPropagation();
});
byId("reset").addEventListener("click", resetLeaves);
