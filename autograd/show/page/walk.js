// The walk, in the engine's order: what is known at a position, and what each step adds to which gradient.
const numbers = { data: nodes.map((node) => node.data), slopes: nodes.map((node) => node.locals), largest: 1 };

const computedAt = nodes.map(() => 0);
order.forEach((i, k) => { computedAt[i] = k + 1; });
const passedAt = nodes.map((_, i) => (computedAt[i] ? last + 1 - computedAt[i] : 0));

// One entry for each edge that carries a gradient; `turn` counts those of one step.
const shares = [];
for (const node of [...order].reverse()) {
  let turn = 0;
  nodes[node].parents.forEach((parent, index) => {
    if (nodes[node].locals[index] === null) return; // a constant
    shares.push({ position: passedAt[node], turn, node, parent, index });
    turn += 1;
  });
}
const sharesAt = Array.from({ length: last + 1 }, () => []);
const sharesInto = nodes.map(() => []);
const completeAt = nodes.map(() => 0);
completeAt[root] = operations + 1;
for (const share of shares) {
  sharesAt[share.position].push(share);
  sharesInto[share.parent].push(share);
  completeAt[share.parent] = share.position;
}

/** Upstream times local, added up: the numbers of every share. */
function accumulate() {
  const totals = nodes.map(() => null);
  totals[root] = 1;
  for (const share of shares) {
    share.upstream = totals[share.node];
    share.local = numbers.slopes[share.node][share.index];
    share.amount = share.upstream * share.local;
    share.before = totals[share.parent];
    share.after = share.before === null ? share.amount : share.before + share.amount;
    totals[share.parent] = share.after;
  }
  numbers.grads = totals;
  numbers.largest = Math.max(0, ...totals.map(Math.abs).filter(Number.isFinite)) || 1;
}
accumulate();

function phaseAt(position) {
  if (position <= operations) return position ? "forward" : "start";
  return position === operations + 1 ? "seed" : "backward";
}

function currentAt(position) {
  return { start: () => null, forward: () => order[position - 1], seed: () => root, backward: () => order[last - position] }[
    phaseAt(position)
  ]();
}

/** What is known at a position, where the first `shown` contributions of its step have been revealed. */
function stateAt(position, shown = Infinity) {
  const phase = phaseAt(position);
  const current = currentAt(position);
  const data = nodes.map((_, i) => (computedAt[i] <= position ? numbers.data[i] : null));
  const grads = nodes.map(() => null);
  if (position > operations) grads[root] = 1;
  for (const share of shares) {
    if (share.position > position || (share.position === position && share.turn >= shown)) break;
    grads[share.parent] = share.after;
  }
  const touched = new Set(
    phase === "forward" ? nodes[current].parents : sharesAt[position].map((share) => share.parent),
  );
  return { position, shown, phase, current, data, grads, touched };
}

/** How a node stands at a state: ahead (not computed), waiting (no gradient yet), touched, current, or done. */
function standing(state, i) {
  if (i === state.current) return "current";
  if (state.touched.has(i)) return "touched";
  if (state.data[i] === null) return "ahead";
  const back = state.position > operations;
  return back && state.grads[i] === null && nodes[i].kind !== "constant" ? "waiting" : "";
}

/** A gradient's colour: sign, and opacity by the root of its size, as style.py has it. */
function tintOf(grad) {
  if (grad === null || grad === 0) return ["", 0];
  const strength = Math.min(1, Math.sqrt(Math.abs(grad) / numbers.largest));
  return [signOf(grad), Number.isNaN(strength) ? 0.6 : 0.08 + 0.52 * strength];
}
