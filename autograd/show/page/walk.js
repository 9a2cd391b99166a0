// What is known at a position: the lesson has the schedule, the program computes the sums.
import { last, lesson, nodes, operations, order, root, walk } from "./lesson.js";
import { signOf } from "./numbers.js";
import { backward } from "./program.js";
import { opacity } from "./rules.js";

export const numbers = { data: nodes.map((node) => node.data), slopes: nodes.map((node) => node.locals), grads: [], largest: 1 };

export const [computedAt, passedAt, completeAt] = [nodes.map(() => 0), nodes.map(() => 0), nodes.map(() => 0)];
completeAt[root] = operations + 1;
walk.forEach(([phase, i], position) => {
	if (phase === "forward") computedAt[i] = position;
	if (phase === "backward") passedAt[i] = position;
});

// One share for each edge that carries a gradient; `turn` counts those of a step.
export const shares = lesson.shares.map(([position, parent, index]) => ({ position, node: walk[position][1], parent, index }));
export const sharesAt = Array.from({ length: last + 1 }, () => []);
export const sharesInto = nodes.map(() => []);
for (const share of shares) {
	share.turn = sharesAt[share.position].push(share) - 1;
	sharesInto[share.parent].push(share);
	completeAt[share.parent] = share.position;
}

export function accumulate() {
	const [grads, next] = [nodes.map(() => null), shares.values()];
	backward(numbers.slopes, grads, (upstream, local, amount, before, after) => {
		Object.assign(next.next().value, { upstream, local, amount, before, after });
		return after;
	});
	numbers.grads = grads;
	numbers.largest = Math.max(0, ...grads.map(Math.abs).filter(Number.isFinite)) || 1;
}
accumulate();

/** Return the state at a position, with the first `shown` contributions of its step revealed. */
export function stateAt(position, shown = Infinity) {
	const [phase, current] = walk[position];
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

/** Return the status of a node; ahead: not computed; waiting: no gradient yet. */
export function standing(state, i) {
	if (i === state.current) return "current";
	if (state.touched.has(i)) return "touched";
	if (state.data[i] === null) return "ahead";
	const back = state.position > operations;
	return back && state.grads[i] === null && nodes[i].kind !== "constant" ? "waiting" : "";
}

export function tintOf(grad) {
	const sign = grad === null ? "" : signOf(grad);
	return [sign, sign ? opacity(sign === "nan" ? Infinity : Math.abs(grad), numbers.largest) : 0];
}

export const isBad = (x) => x !== null && !Number.isFinite(x);
export const firstBad = () => order.find((i) => isBad(numbers.data[i]) || numbers.slopes[i].some(isBad));
