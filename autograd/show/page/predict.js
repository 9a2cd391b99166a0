// Ask for each contribution before showing it.
import { answerOf, openQuestion, predict } from "./answers.js";
import { evaluate } from "./arithmetic.js";
import { byId, el } from "./dom.js";
import { named, part, partial } from "./formulas.js";
import { last, nameOf, nodes, operations } from "./lesson.js";
import { short } from "./numbers.js";
import { go, on, page, render, tell } from "./page.js";
import { derivation } from "./panel.js";
import { numbers, shares } from "./walk.js";

/** Map names to numbers; the step's own nodes win if two share a name. */
function namesFor(share) {
	const names = new Map(nodes.map((node, i) => [node.name, numbers.data[i]]));
	for (const i of [...nodes[share.node].parents, share.node]) names.set(nameOf(i), numbers.data[i]);
	return names.set("upstream", share.upstream).set("local", share.local);
}

/** Close means within 1 %, or with the same digits shown. */
const isClose = (value, truth) => Math.abs(value - truth) <= 0.01 * Math.abs(truth) || short(value) === short(truth);

function judge(value, share) {
	const has = (truth) => isClose(value, truth);
	const { amount, before, after, local, parent } = share;
	if (has(amount)) return { right: true, say: before === null ? "Right." : `Right: ${short(amount)} more, so ${short(after)} in total.` };
	if (before !== null && has(after)) return { right: true, say: `Right: ${short(after)} is the new total, ${short(amount)} of it from here.` };
	if (has(-amount)) return { say: "The size is right, the sign is not." };
	if (has(local)) return { say: "That is only the local gradient; multiply it by upstream." };
	if (!Number.isFinite(value)) return { say: `That is ${short(value)}, not a finite number.` };
	return { say: `${short(value)} is not what flows into ${nameOf(parent)}.` };
}

export const field = el("input", {
	type: "text", maxlength: 1000, autocomplete: "off", autocapitalize: "off", spellcheck: "false",
	placeholder: "0.5 or 1 - o**2",
	keydown: (event) => {
		if (event.key !== "Enter") return;
		event.preventDefault(); // else Enter presses the button that gets the focus
		check();
	},
});
const ask = el("span.math");
const said = el("p.said", { role: "status" });
const hint = el("p.math");
const hintButton = el("button", { click: giveHint }, "Hint");
const others = [el("button", { click: check }, "Check"), hintButton, el("button", { click: reveal }, "Reveal")];
byId("question").append(el("div.ask", {}, ask, field, ...others), said, hint);

on("paint", showQuestion);
function showQuestion(state) {
	const share = openQuestion(state);
	const box = byId("question");
	const isNew = predict.asked !== share;
	predict.asked = share;
	box.hidden = !share;
	showScore(state);
	if (!share) return;
	const { node, parent } = share;
	ask.replaceChildren("into ", named(parent), ": ", part("upstream × ", ...partial(node, parent), " = "));
	field.setAttribute("aria-label", `Contribution into ${nameOf(parent)}`);
	const hints = answerOf(share)?.hints ?? 0;
	const numbersToo = hints > 1 ? [part(`, upstream = ${short(share.upstream)}`)] : [];
	hint.replaceChildren(...(hints ? [...derivation(share, hints), ...numbersToo] : []));
	hintButton.disabled = hints > 1;
	if (isNew) {
		field.value = "";
		say(predict.verdict ?? "", "right");
		box.scrollIntoView({ block: "nearest" });
		// do not take the focus from a field that is being typed in
		if (document.activeElement?.tagName !== "INPUT" || document.activeElement.type === "range") field.focus({ preventScroll: true });
	}
	predict.verdict = null;
}

function say(text, kind = "") {
	said.className = `said ${kind}`;
	said.textContent = text;
}

function recordOf(share) {
	if (!answerOf(share)) predict.answers.set(share, { tries: 0, typed: [], hints: 0, outcome: "" });
	return answerOf(share);
}

function check() {
	const share = predict.asked;
	const text = field.value.trim();
	if (!text) return say("Type a number, or an expression of the names and numbers on screen.");
	let value;
	try {
		value = evaluate(text, namesFor(share));
	} catch (error) {
		return say(`I cannot work this out ${error.message}.`, "wrong"); // does not count as a try
	}
	const verdict = judge(value, share);
	const record = recordOf(share);
	record.tries += 1;
	if (!verdict.right) {
		record.typed.push(text);
		say(`${verdict.say} Try again, or take a hint.`, "wrong");
		field.select();
		return showScore(page.state);
	}
	settle(share, "right", verdict.say);
}

function giveHint() {
	recordOf(predict.asked).hints += 1;
	showQuestion(page.state);
	field.focus();
}

function reveal() {
	const share = predict.asked;
	settle(share, "shown", `It was ${short(share.amount)}.`);
}

function settle(share, outcome, verdict) {
	recordOf(share).outcome = outcome;
	predict.verdict = verdict;
	render();
	if (predict.asked) return;
	say(verdict);
	byId("spoken").textContent = `${verdict} ${byId("spoken").textContent}`;
	byId("next").focus(); // so that Enter continues
}

export function insist() {
	field.focus();
	say("First predict this one, or press Reveal.");
}

export function togglePredict() {
	predict.on = !predict.on;
	byId("predict").setAttribute("aria-pressed", predict.on);
	if (predict.on) tell("stop");
	render();
}

function showScore(state) {
	byId("score").hidden = byId("missed").hidden = !predict.on;
	if (!predict.on) return;
	const all = shares.map((share) => ({ share, typed: [], ...answerOf(share) }));
	const kinds = {
		hint: all.filter(({ outcome, hints, typed }) => outcome === "right" && hints && !typed.length),
		wrong: all.filter(({ outcome, typed }) => outcome && typed.length),
		shown: all.filter(({ outcome, typed }) => outcome === "shown" && !typed.length),
	};
	const right = all.filter(({ outcome }) => outcome).length - Object.values(kinds).flat().length;
	const parts = [`${right} of ${shares.length} right at the first try`];
	if (kinds.hint.length) parts.push(`${kinds.hint.length} with a hint`);
	if (kinds.wrong.length) parts.push(`${kinds.wrong.length} wrong at first`);
	if (kinds.shown.length) parts.push(`${kinds.shown.length} revealed`);
	const isEnd = state.position === last && !openQuestion(state);
	const text = `${isEnd ? "Score: " : ""}${parts.join(", ")}${isEnd && right === shares.length ? ". All of them!" : ""}`;
	const line = el(isEnd ? "strong" : "span", { class: !isEnd && "quiet" }, text);
	byId("score").replaceChildren(el("div.bar", {}, line, el("button", { click: startOver }, "Start over")));
	const missed = all.filter(({ outcome, typed }) => outcome === "shown" || typed.length).map(({ share, typed }) =>
		el("li", {}, el("button", { click: () => go(share.position) },
			`Step ${share.position}: into ${nameOf(share.parent)} through ${nameOf(share.node)}`,
			el("span.quiet", {}, typed.length ? `you typed ${typed.join(", ")}` : "revealed"))));
	byId("missed").replaceChildren(...(isEnd && missed.length ? [el("p.quiet", {}, "These went wrong:"), el("ul", {}, ...missed)] : []));
}

function startOver() {
	predict.answers.clear();
	predict.asked = null;
	go(operations + 1);
}
