// The ledger: every value and gradient so far.
import { byId, el, roam, setAttribute, setText } from "./dom.js";
import { numberField, setNumber } from "./fields.js";
import { nodeOf } from "./graph.js";
import { nodes } from "./lesson.js";
import { live } from "./live.js";
import { fixed } from "./numbers.js";
import { goToNode, on } from "./page.js";
import { standing, tintOf } from "./walk.js";

const ledgerRows = nodes.map((node, i) => {
	const isEdited = node.kind === "leaf" && live.possible;
	const data = isEdited ? numberField(i) : el("span");
	const [dataCell, grad] = [el("td", {}, data), el("td.grad")];
	const tr = el("tr", { "data-node": i, tabindex: i ? -1 : 0, class: node.kind }, el("td", {}, node.name), dataCell, grad);
	return { tr, data, grad, isEdited, base: node.kind };
});
byId("ledger").append(el("table", { "aria-label": "Every value and gradient so far" },
	el("colgroup", {}, ...["29%", "40%", "31%"].map((width) => el("col", { style: `width:${width}` }))),
	el("thead", {}, el("tr", {}, ...["value", "data", "grad"].map((text) => el("th", { scope: "col" }, text)))),
	el("tbody", {}, ...ledgerRows.map(({ tr }) => tr)),
));

on("paint", paintLedger);
function paintLedger(state) {
	ledgerRows.forEach(({ tr, data, grad, isEdited, base }, i) => {
		if (!isEdited) setText(data, fixed(state.data[i]));
		else if (document.activeElement !== data) setNumber(data, i);
		setText(grad, fixed(state.grads[i]));
		const [sign, opacity] = tintOf(state.grads[i]);
		const tint = sign && `color-mix(in srgb, var(--${sign}) ${Math.round(100 * opacity)}%, transparent)`;
		if (grad.style.getPropertyValue("--tint") !== tint) grad.style.setProperty("--tint", tint);
		const look = standing(state, i);
		setAttribute(tr, "class", `${base} ${look === "current" ? "" : look}`);
		if (look !== "current") tr.removeAttribute("aria-current");
		else setAttribute(tr, "aria-current", "step");
	});
}

/** Scroll only the ledger, in the next frame, which lays out the page anyway. */
let rowFrame = 0;
on("move", (state) => { if (state.current !== null) showRow(state.current); });
export function showRow(i) {
	cancelAnimationFrame(rowFrame);
	rowFrame = requestAnimationFrame(() => scrollLedger(ledgerRows[i].tr));
}

function scrollLedger(tr) {
	const box = byId("ledger");
	if (box.hidden || !box.clientHeight) return;
	const { offsetTop: top, offsetHeight: height } = tr;
	const isSeen = top >= box.scrollTop + height && top + height <= box.scrollTop + box.clientHeight;
	if (!isSeen) box.scrollTop = top - (box.clientHeight - height) / 2;
}

byId("ledger").addEventListener("click", (event) => {
	const i = nodeOf(event.target);
	if (i !== null && event.target.tagName !== "INPUT") goToNode(i);
});
byId("ledger").addEventListener("keydown", (event) => {
	const tr = event.target;
	if (tr.tagName !== "TR") return;
	const i = Number(tr.dataset.node);
	const move = { ArrowUp: -1, ArrowDown: 1 }[event.key];
	if (move) roam(ledgerRows.map((each) => each.tr), tr, move);
	else if (event.key === "Enter") goToNode(i);
	else if (event.key === "e" && ledgerRows[i].isEdited) ledgerRows[i].data.focus();
	else return;
	event.preventDefault();
	event.stopPropagation();
});
