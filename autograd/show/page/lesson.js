// The lesson of the page.
import { byId } from "./dom.js";

export const lesson = JSON.parse(byId("lesson").textContent);
const BLANK = { kind: "inner", op: "", parents: [], expression: [], partials: [], locals: [], domain: "" };
export const nodes = lesson.nodes.map((node) => ({ quoted: node.name, ...BLANK, ...node }));
for (const node of nodes) { // JSON has no infinity, so it comes as text
	node.data = Number(node.data);
	node.locals = node.locals.map((local) => (local === null ? null : Number(local)));
}
export const root = lesson.root;
export const order = lesson.walk.forward;
export const operations = order.length;
export const walk = Object.entries(lesson.walk).flatMap(([phase, through]) => through.map((i) => [phase, i]));
export const last = walk.length - 1;
export const nameOf = (i) => nodes[i].name;
