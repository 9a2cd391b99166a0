// Highlight a value everywhere when pointed at; a click goes to its step.
import { roam } from "./dom.js";
import { dragNumber, editOnCard } from "./fields.js";
import { graph, nodeOf, showView } from "./graph.js";
import { showRow } from "./ledger.js";
import { nodes } from "./lesson.js";
import { live, setLeaves } from "./live.js";
import { goToNode, goToOperation } from "./page.js";
import { canvas, viewport } from "./viewport.js";

let hot = null;
function highlight(i) {
	if (i === hot) return;
	for (const element of document.querySelectorAll("[data-hot]")) element.removeAttribute("data-hot");
	hot = i;
	const card = graph.cards.find((each) => each.index === i)?.g;
	for (const element of [card, ...document.querySelectorAll(`[data-node="${i}"]`)]) element?.setAttribute("data-hot", "");
}
export const editHot = () => hot !== null && editOnCard(hot);

document.addEventListener("pointerover", (event) => {
	highlight(nodeOf(event.target));
	if (canvas.contains(event.target) && hot !== null) showRow(hot);
});
document.addEventListener("focusin", (event) => {
	highlight(nodeOf(event.target));
	if (canvas.contains(event.target)) {
		if (hot !== null) showRow(hot);
		const name = event.target.dataset.name;
		if (graph.bounds.has(name) && event.target.matches(":focus-visible")) viewport.see(graph.bounds.get(name));
	}
});

// A click goes to the step; on a leaf it waits, since a double click edits.
let waitingClick = 0;
canvas.addEventListener("click", (event) => {
	clearTimeout(waitingClick);
	const name = event.target.closest("[data-name]")?.dataset.name;
	if (!name) return;
	const i = Number(name.replace(/\D+/, ""));
	if (name.startsWith("v")) showView(i);
	else if (name.startsWith("op")) goToOperation(i);
	else if (nodes[i].kind !== "leaf" || !live.possible) goToNode(i);
	else if (event.detail < 2) waitingClick = setTimeout(() => goToNode(i), 250);
});
canvas.addEventListener("dblclick", (event) => {
	clearTimeout(waitingClick);
	const i = nodeOf(event.target);
	if (i !== null) editOnCard(i);
});
canvas.addEventListener("keydown", (event) => {
	const g = event.target.closest("[data-name]");
	if (!g) return;
	const move = { ArrowUp: -1, ArrowDown: 1 }[event.key];
	if (move && !event.shiftKey) roam([...graph.boxes, ...graph.cards].map((item) => item.g), g, move);
	else if (event.key === "Enter") {
		const i = nodeOf(g);
		if (i === null) showView(Number(g.dataset.name.slice(1)));
		else if (nodes[i].kind !== "leaf" || !editOnCard(i)) goToNode(i);
	} else return;
	event.preventDefault();
	event.stopPropagation();
});

// A drag on a leaf's number changes it.
canvas.addEventListener("pointerdown", (event) => {
	const i = nodeOf(event.target);
	if (!live.possible || event.button || i === null || nodes[i].kind !== "leaf") return;
	if (!event.target.matches(".number:not(.grad)")) return;
	event.stopImmediatePropagation(); // do not pan
	canvas.classList.remove("moved");
	dragNumber(i, event, (value) => setLeaves([[i, value]]));
}, true);
