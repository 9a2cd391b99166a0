// What is known at a position of the walk. Its schedule comes with the lesson, and its sums are the program's.
import { last, lesson, nodes, operations, order, root } from "./lesson.js";
import { signOf } from "./numbers.js";
import { backward } from "./program.js";
import { opacity } from "./rules.js";

export const numbers = { data: nodes.map((node) => node.data), slopes: nodes.map((node) => node.locals), grads: [], largest: 1 };

export const [computedAt, passedAt, completeAt] = [nodes.map(() => 0), nodes.map(() => 0), nodes.map(() => 0)];
completeAt[root] = operations + 1;
lesson.walk.forEach(([phase, i], position) => {
  if (phase === "forward") computedAt[i] = position;
  if (phase === "backward") passedAt[i] = position;
});

// One entry for each edge that carries a gradient; `turn` counts those of one step.
export const shares = lesson.shares.map(([position, turn, node, parent, index]) => ({ position, turn, node, parent, index }));
export const sharesAt = Array.from({ length: last + 1 }, () => []);
export const sharesInto = nodes.map(() => []);
for (const share of shares) {
  sharesAt[share.position].push(share);
  sharesInto[share.parent].push(share);
  completeAt[share.parent] = share.position;
}

/** The numbers of every share, and the gradients that they add up to. */
export function accumulate() {
  const [grads, found] = [nodes.map(() => null), []];
  backward(numbers.slopes, grads, found);
  shares.forEach((share, k) => { [share.upstream, share.local, share.amount, share.before, share.after] = found[k]; });
  numbers.grads = grads;
  numbers.largest = Math.max(0, ...grads.map(Math.abs).filter(Number.isFinite)) || 1;
}
accumulate();

/** What is known at a position, where the first `shown` contributions of its step have been revealed. */
export function stateAt(position, shown = Infinity) {
  const [phase, current] = lesson.walk[position];
  const data = nodes.map((_, i) => (computedAt[i] <= position ? numbers.data[i] : null));
  const grads = nodes.map(() => null);
  if (position > operations) grads[root] = numbers.grads[root];
  for (const share of shares) {
    if (share.position > position || (share.position === position && share.turn >= shown)) break;
    grads[share.parent] = share.after;
  }
  const touched = new Set(phase === "forward" ? nodes[current].parents : sharesAt[position].map((share) => share.parent));
  return { position, shown, phase, current, data, grads, touched };
}

/** How a node stands at a state: ahead (not computed), waiting (no gradient yet), touched, current, or done. */
export function standing(state, i) {
  if (i === state.current) return "current";
  if (state.touched.has(i)) return "touched";
  if (state.data[i] === null) return "ahead";
  const back = state.position > operations;
  return back && state.grads[i] === null && nodes[i].kind !== "constant" ? "waiting" : "";
}

/** A gradient's colour: its sign, and how far it covers its ground. */
export function tintOf(grad) {
  const sign = grad === null ? "" : signOf(grad);
  return [sign, sign ? opacity(sign === "nan" ? Infinity : Math.abs(grad), numbers.largest) : 0];
}

/** The first operation that has no finite value or derivative. */
export const isBad = (x) => x !== null && !Number.isFinite(x);
export const firstBad = () => order.find((i) => isBad(numbers.data[i]) || numbers.slopes[i].some(isBad));
