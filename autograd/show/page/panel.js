// Show the current step.
import { byId, el, setText } from "./dom.js";
import { inNumbers, inSymbols, named, part, partial, plainText } from "./formulas.js";
import { last, lesson, nameOf, nodes, operations, order, root } from "./lesson.js";
import { inked, short } from "./numbers.js";
import { on } from "./page.js";
import { numbers, sharesAt, sharesInto } from "./walk.js";

const math = (...pieces) => el("span.math", {}, ...pieces);
const quiet = (...pieces) => el("p.quiet", {}, ...pieces);
const row = (...cells) => el("tr", {}, ...cells);
const cell = (head, ...children) => el("td", { "data-head": head }, ...children);

on("paint", showStep);
function showStep(state) {
	const show = { start: startStep, forward: forwardStep, seed: seedStep, backward: backwardStep }[state.phase];
	byId("step").replaceChildren(...show(state));
	byId("shares").replaceChildren(...(state.phase === "backward" ? shareTable(state) : []));
	setText(byId("spoken"), spoken(state));
}

const head = (badge, ...children) => el("div.head", {}, el("span.badge", {}, badge), math(...children));

/** o = tanh(n) */
const equation = (i) => [named(i), " = ", ...inSymbols(nodes[i].expression)];

function startStep() {
	const count = (number, what) => `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
	const first = order.length ? ["First comes ", math(...equation(order[0])), "."] : [];
	return [
		head("Start", lesson.title),
		el("p", {}, `${count(nodes.length, "value")}, ${count(operations, "operation")}. The leaves are known; nothing is computed yet. `, ...first),
		quiet("Press ", el("kbd", {}, "→"), " for the next step, ", el("kbd", {}, "?"), " for all keys."),
	];
}

function forwardStep(state) {
	const i = state.current;
	const { expression } = nodes[i];
	const result = short(numbers.data[i]);
	const rows = [[named(i), ...inSymbols(expression)]];
	const withNumbers = inNumbers(expression);
	if (plainText(withNumbers) !== result) rows.push(["", ...withNumbers]);
	const lines = rows.flatMap(([left, ...right]) => [el("span", {}, left), el("span", {}, "="), el("span", {}, ...right)]);
	lines.push(el("span"), el("span", {}, "="), el("span.result", {}, result));
	return [head(`Forward ${state.position} of ${operations}`, "compute ", named(i)), el("div.derivation.math", {}, ...lines)];
}

function seedStep() {
	return [
		head("Backward", "start at the output ", named(root)),
		el("div.derivation.math", {}, el("span", {}, ...partial(root, root)), el("span", {}, "="), el("span.result", {}, "1.0")),
		quiet("The output changes as fast as itself: its gradient with respect to itself is 1. From here gradients flow back."),
	];
}

function backwardStep(state) {
	const { current, position } = state;
	const upstream = ["upstream ", ...partial(root, current), " = ", inked(numbers.grads[current])];
	return [
		head(`Backward ${position - operations - 1} of ${operations}`, ...equation(current)),
		el("p.upstream", {}, math(...upstream), el("span.quiet", {}, "contribution = upstream × local gradient")),
	];
}

function shareTable({ position, shown }) {
	const mine = sharesAt[position];
	if (!mine.length) return [quiet("All its operands are constants: nothing is passed on.")];
	return [el("table.shares", {},
		el("thead", {}, row(...["into", "local gradient", "contribution", "total before → after"].map((text) => el("th", { scope: "col" }, text)))),
		el("tbody", {}, ...mine.flatMap((share) => shareRows(share, mine, shown))),
	)];
}

function shareRows(share, mine, shown) {
	const { turn, parent, before, upstream, local, amount, after } = share;
	const isShown = turn < shown;
	const product = `${short(upstream)} × ${local < 0 ? `(${short(local)})` : short(local)}`;
	const unknown = () => el("span.unknown", {}, "?");
	const rows = [
		el("tr", { class: !isShown && turn === shown && "open" },
			cell("into", math(named(parent))),
			cell("local gradient", math(...(isShown ? derivation(share, 2) : [part(...partial(share.node, parent), " = "), unknown()]))),
			cell("contribution", math(...(isShown ? [part(`${product} = `), inked(amount)] : [unknown()]))),
			cell("total before → after", math(turn <= shown ? short(before) : unknown(), " → ", isShown ? inked(after) : unknown())),
		),
	];
	const later = mine.some((other) => other.parent === parent && other.turn > turn);
	if (sharesInto[parent].length > 1 && !later) rows.push(sumRow(share, shown));
	return rows;
}

/** ∂n/∂w1 = x1 = 2.0: in symbols (depth 1), then in numbers (2). */
export function derivation(share, depth) {
	const template = nodes[share.node].partials[share.index];
	const written = depth > 1 ? [inSymbols(template), inNumbers(template), [short(share.local)]] : [inSymbols(template)];
	const parts = [part(...partial(share.node, share.parent))];
	written.forEach((pieces, k) => {
		if (!k || plainText(pieces) !== plainText(written[k - 1])) parts.push(" ", part("= ", ...pieces));
	});
	return parts;
}

/** Show what has arrived at a value that is used several times. */
function sumRow({ parent, position }, shown) {
	const all = sharesInto[parent];
	const arrived = all.filter((share) => share.position < position || (share.position === position && share.turn < shown));
	const terms = arrived.flatMap((share, k) => [
		part(k ? " + " : "", "via ", named(share.node), ": ", inked(share.amount)),
	]);
	const left = all.length - arrived.length;
	const sum = arrived.length > 1 ? [part(" = ", inked(arrived.at(-1).after))] : [];
	const note = left ? `, ${left} more to come` : ", complete";
	return el("tr.sum", {}, el("td", { colspan: 4 },
		named(parent), ` is used ${all.length} times. So far `, math(...(terms.length ? terms : ["nothing"]), ...sum), note));
}

function spoken(state) {
	const { phase, current, position } = state;
	if (phase === "start") return `Start of ${last} steps. The leaves are known.`;
	if (phase === "forward") return `Step ${position}, forward: ${nameOf(current)} is ${short(numbers.data[current])}.`;
	if (phase === "seed") return `Step ${position}: the gradient of ${nameOf(root)} with respect to itself is 1.`;
	const said = sharesAt[position].filter((share) => share.turn < state.shown).map((share) =>
		`into ${nameOf(share.parent)} ${short(share.amount)}, total ${short(share.after)}`);
	return `Step ${position}, backward through ${nodes[current].op} at ${nameOf(current)}, upstream ${short(numbers.grads[current])}${said.length ? `: ${said.join("; ")}` : ""}.`;
}
