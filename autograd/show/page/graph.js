// The drawing: one view at a time.
import { byId, el, setAttribute, setText } from "./dom.js";
import { lesson, nameOf, nodes, operations, order, root } from "./lesson.js";
import { live } from "./live.js";
import { fixed } from "./numbers.js";
import { on, page } from "./page.js";
import { canvas, READABLE, viewport } from "./viewport.js";
import { computedAt, passedAt, standing, tintOf } from "./walk.js";

const views = lesson.views.map((view) => ({ ...view, has: new Set(view.svg.match(/(?<=data-name=')[^']+/g)) }));
const viewOf = new Map(); // where the operation of a node is drawn
views.forEach((view, v) => order.forEach((i) => { if (view.has.has(`op${i}`)) viewOf.set(i, v); }));
const isFolded = views.length > 1;

// `opens`: the walk opens boxes that it enters; `pans`: the view follows it
export const graph = { view: -1, opens: !isFolded, pans: true, cards: [], parts: [], boxes: [], bounds: new Map() };

function pathTo(v) {
	return v === null || v === undefined ? [] : [...pathTo(views[v].up), v];
}

export function openView(v, how = "jump") {
	const view = views[v];
	view.mounted ??= mount(view);
	Object.assign(graph, view.mounted, { view: v });
	viewport.svg = graph.svg;
	viewport.whole = graph.whole;
	canvas.replaceChildren(graph.svg);
	showCrumbs();
	viewport.measure();
	viewport.fit(how);
}

function mount(view) {
	// parsed as XML, so nothing in it runs
	const svg = document.adoptNode(new DOMParser().parseFromString(view.svg, "image/svg+xml").documentElement);
	svg.setAttribute("role", "group");
	svg.setAttribute("aria-label", view.title);
	svg.classList.toggle("live", live.possible);
	const whole = { x: 0, y: 0, width: Number(svg.getAttribute("width")), height: Number(svg.getAttribute("height")) };
	const [cards, parts, boxes, bounds] = [[], [], [], new Map()];
	for (const g of svg.querySelectorAll("[data-name]")) {
		const name = g.dataset.name;
		const index = Number(name.replace(/\D+/, ""));
		const [x, y] = g.getAttribute("transform").match(/-?[\d.]+/g).map(Number);
		const frame = g.querySelector(".box");
		bounds.set(name, { x, y, width: Number(frame.getAttribute("width")), height: Number(frame.getAttribute("height")) });
		const [data, grad] = g.querySelectorAll(".number");
		grad?.classList.add("grad");
		const item = { g, base: g.getAttribute("class"), data, grad, tint: g.querySelector("path") };
		if (name.startsWith("op")) parts.push({ ...item, op: index });
		else if (name.startsWith("v")) boxes.push({ ...item, view: index, index: views[index].head });
		else cards.push({ ...item, index });
		if (!name.startsWith("op")) {
			g.setAttribute("role", "link");
			g.setAttribute("tabindex", "-1");
		}
	}
	for (const g of svg.querySelectorAll(".edge")) {
		const [tail, head] = [g.dataset.tail, g.dataset.head];
		const name = [head, tail].find((end) => end.startsWith("op"));
		const op = name ? Number(name.slice(2)) : firstIn(Number(head.slice(1)));
		const isConstant = tail.startsWith("n") && nodes[Number(tail.slice(1))].kind === "constant";
		parts.push({ g, base: "edge", op, ends: ends(g), isConstant });
	}
	(cards[0] ?? boxes[0])?.g.setAttribute("tabindex", "0");
	return { svg, whole, cards, parts, boxes, bounds };
}

const firstIn = (v) => order.find((i) => pathTo(viewOf.get(i)).includes(v));

/** Return an edge as drawn, and reversed. */
function ends(g) {
	const wire = g.querySelector(".wire");
	const arrow = g.querySelector(".arrow");
	const forth = [wire.getAttribute("d"), arrow.getAttribute("transform")];
	const points = forth[0].match(/-?[\d.]+/g).map(Number);
	const [x, y] = points;
	let k = 2;
	while (k < points.length - 2 && Math.hypot(points[k] - x, points[k + 1] - y) < 1) k += 2;
	const angle = Math.atan2(y - points[k + 1], x - points[k]);
	const length = 8;
	const [fromX, fromY] = [x - length * Math.cos(angle), y - length * Math.sin(angle)];
	const turn = (Number(/rotate\(([^)]+)/.exec(forth[1])[1]) * Math.PI) / 180;
	const [endX, endY] = points.slice(-2);
	const curve = forth[0].replace(/^M\S+ [^C]+/, `M${fromX.toFixed(1)} ${fromY.toFixed(1)}`);
	const tip = `L${(endX + 7 * Math.cos(turn)).toFixed(1)} ${(endY + 7 * Math.sin(turn)).toFixed(1)}`;
	const degrees = ((angle * 180) / Math.PI).toFixed(0);
	return { wire, arrow, forth, back: [curve + tip, `translate(${fromX.toFixed(1)} ${fromY.toFixed(1)}) rotate(${degrees})`] };
}

on("paint", paintGraph);
function paintGraph(state) {
	const goesBack = state.position > operations;
	const path = state.current === null ? [] : pathTo(viewOf.get(state.current));
	for (const card of [...graph.cards, ...graph.boxes]) {
		const i = card.index ?? null;
		if (i === null) {
			setAttribute(card.g, "class", `${card.base} ${path.includes(card.view) ? "current" : ""}`);
			setAttribute(card.g, "aria-label", `open ${views[card.view].title}`);
			continue;
		}
		const [data, grad] = [fixed(state.data[i]), fixed(state.grads[i])];
		if (card.data) setText(card.data, data);
		if (card.grad) setText(card.grad, grad);
		if (card.tint) {
			const [sign, opacity] = tintOf(state.grads[i]);
			setAttribute(card.tint, "class", `tint ${sign}`);
			setAttribute(card.tint, "fill-opacity", opacity.toFixed(2));
		}
		const look = path.includes(card.view) ? "current" : standing(state, i);
		setAttribute(card.g, "class", `${card.base} ${look}${live.broken === i ? " broken" : ""}`);
		const gradient = card.grad ? `, gradient ${state.grads[i] === null ? "not computed" : grad}` : "";
		const opens = card.view ? "open " : "";
		setAttribute(card.g, "aria-label", `${opens}${nameOf(i)}, data ${state.data[i] === null ? "not computed" : data}${gradient}`);
	}
	for (const part of graph.parts) {
		const i = part.op;
		const flows = goesBack && passedAt[i] <= state.position && !part.isConstant;
		let look = "";
		if (computedAt[i] > state.position) look = "ahead";
		else if (goesBack && !flows) look = "waiting";
		else if (i === state.current && state.phase !== "seed") look = flows ? "current back" : "current";
		else if (flows) look = "flowed";
		setAttribute(part.g, "class", `${part.base} ${look}`);
		if (part.ends) {
			const [d, transform] = flows ? part.ends.back : part.ends.forth;
			setAttribute(part.ends.wire, "d", d);
			setAttribute(part.ends.arrow, "transform", transform);
		}
	}
}

export function lookAt(state, how = "glide") {
	const i = state.current ?? order[0] ?? root;
	const v = viewOf.get(i) ?? 0;
	if (graph.opens && v !== graph.view) {
		openView(v);
		paintGraph(state);
	}
	if (!graph.pans) return;
	if (state.current === null) return viewport.fit(how);
	const names = [`n${i}`, `op${i}`, ...nodes[i].parents.map((parent) => `n${parent}`)];
	const shut = pathTo(v).map((box) => `v${box}`);
	const boxes = (graph.bounds.has(`op${i}`) ? names : shut).map((name) => graph.bounds.get(name)).filter(Boolean);
	if (!boxes.length) return;
	const [x, y] = [Math.min(...boxes.map((box) => box.x)), Math.min(...boxes.map((box) => box.y))];
	const right = Math.max(...boxes.map((box) => box.x + box.width));
	const bottom = Math.max(...boxes.map((box) => box.y + box.height));
	viewport.see({ x: x - 12, y: y - 12, width: right - x + 24, height: bottom - y + 24 }, how);
}

on("move", (state) => lookAt(state));

export function setFollowing(follows) {
	Object.assign(graph, { opens: follows, pans: follows });
	showFollowing();
	if (follows) lookAt(page.state);
}

export const showFollowing = () => byId("follow").setAttribute("aria-pressed", graph.opens && graph.pans);

/** Fit the whole graph; if it is then too small to read, the walk no longer moves the view. */
export function fitGraph() {
	viewport.fit();
	if (viewport.scaleFor(graph.whole, 1) < READABLE) graph.pans = false;
	showFollowing();
}

function showCrumbs() {
	const path = pathTo(graph.view);
	byId("crumbs").hidden = path.length < 2;
	byId("notice").hidden = path.length > 1 || !lesson.notice;
	byId("crumbs").replaceChildren(...path.map((v) =>
		el("button", { "aria-current": v === graph.view && "page", click: () => showView(v) }, views[v].title),
	));
}

export function showView(v) {
	graph.opens = !isFolded;
	showFollowing();
	openView(v);
	paintGraph(page.state);
}

export function closeView() {
	const up = views[graph.view].up;
	if (up === null || up === undefined) return false;
	showView(up);
	return true;
}

export function nodeOf(element) {
	const name = element?.closest?.("[data-name]")?.dataset.name ?? "";
	const text = /^n\d+$/.test(name) ? name.slice(1) : element?.closest?.("[data-node]")?.dataset.node;
	return text === undefined ? null : Number(text);
}
