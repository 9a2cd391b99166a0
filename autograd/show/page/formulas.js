// Formulas as elements, of pieces that lesson.py has cut: text, or [node, its name as it stands there, whether a number
// below 0 is put into parentheses].
import { el } from "./dom.js";
import { nameOf, nodes } from "./lesson.js";
import { short } from "./numbers.js";
import { numbers } from "./walk.js";

export const named = (i, text = nameOf(i)) => el("span", { class: "name", "data-node": i }, text);

export const inSymbols = (pieces) => pieces.map((piece) => (Array.isArray(piece) ? named(piece[0], piece[1]) : piece));

export const inNumbers = (pieces) => pieces.map((piece) => {
  if (!Array.isArray(piece)) return piece;
  const text = short(numbers.data[piece[0]]);
  return piece[2] && text.startsWith("-") ? `(${text})` : text;
});

/** ∂n/∂w1 */
export const partial = (node, parent) => ["∂", named(node, nodes[node].quoted), "/∂", named(parent, nodes[parent].quoted)];

export const part = (...pieces) => el("span", { class: "part" }, ...pieces);
export const plainText = (pieces) => pieces.map((piece) => piece.textContent ?? piece).join("");
