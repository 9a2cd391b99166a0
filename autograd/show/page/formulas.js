// Formulas as elements. Pieces: text, or [node, its name here, whether a negative number needs parentheses].
import { el } from "./dom.js";
import { nameOf, nodes } from "./lesson.js";
import { short } from "./numbers.js";
import { numbers } from "./walk.js";

export const named = (i, text = nameOf(i)) => el("span.name", { "data-node": i }, text);

export const inSymbols = (pieces) => pieces.map((piece) => (Array.isArray(piece) ? named(piece[0], piece[1]) : piece));

export const inNumbers = (pieces) => pieces.map((piece) => {
	if (!Array.isArray(piece)) return piece;
	const text = short(numbers.data[piece[0]]);
	return piece[2] && text.startsWith("-") ? `(${text})` : text;
});

/** ∂n/∂w1 */
export const partial = (node, parent) => ["∂", named(node, nodes[node].quoted), "/∂", named(parent, nodes[parent].quoted)];

export const part = (...pieces) => el("span.part", {}, ...pieces);
export const plainText = (pieces) => pieces.map((piece) => piece.textContent ?? piece).join("");
