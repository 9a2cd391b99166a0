// The answers given in predict mode.
import { sharesAt } from "./walk.js";

export const predict = { on: false, answers: new Map() }; // share -> {tries, typed, hints, outcome: "" | "right" | "shown"}

export const answerOf = (share) => predict.answers.get(share);
const isAnswered = (share) => Boolean(answerOf(share)?.outcome) || !Number.isFinite(share.amount);

/** How many contributions of a step are revealed. */
export function shownAt(position) {
	if (!predict.on) return Infinity;
	const first = sharesAt[position].findIndex((share) => !isAnswered(share));
	return first < 0 ? Infinity : first;
}

export const openQuestion = (state) => sharesAt[state.position][state.shown] ?? null;
