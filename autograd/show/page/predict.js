// Predict mode: each contribution is asked for before it is shown.
import { answerOf, openQuestion, predict } from "./answers.js";
import { readings } from "./arithmetic.js";
import { byId, el } from "./dom.js";
import { named, part, partial } from "./formulas.js";
import { last, nameOf, nodes, operations } from "./lesson.js";
import { short } from "./numbers.js";
import { go, on, page, render, tell } from "./page.js";
import { derivation } from "./panel.js";
import { numbers, shares } from "./walk.js";

/** What may be written, with its numbers; those of the step win where two have one name. */
function namesFor(share) {
  const names = new Map(nodes.map((node, i) => [node.name, numbers.data[i]]));
  for (const i of [...nodes[share.node].parents, share.node]) names.set(nameOf(i), numbers.data[i]);
  return names.set("upstream", share.upstream);
}

/** Within 1 %, or shown by the same digits. */
const isClose = (value, truth) => Math.abs(value - truth) <= 0.01 * Math.abs(truth) || short(value) === short(truth);

/** Right, or what a teacher would say. */
function judge(values, share) {
  const has = (truth) => values.some((value) => isClose(value, truth));
  const { amount, before, after, local, parent } = share;
  if (has(amount)) return { right: true, say: before === null ? "Right." : `Right: ${short(amount)} more, so ${short(after)} in total.` };
  if (before !== null && has(after)) return { right: true, say: `Right: ${short(after)} is the new total, ${short(amount)} of it from here.` };
  if (has(-amount)) return { say: "The size is right, the sign is not." };
  if (has(local)) return { say: "That is the local gradient alone; upstream is missing." };
  if (!values.some(Number.isFinite)) return { say: `That is ${short(values[0])}, not a finite number.` };
  return { say: `${short(values[0])} is not what flows into ${nameOf(parent)}.` };
}

export const field = el("input", {
  type: "text", maxlength: 1000, autocomplete: "off", autocapitalize: "off", spellcheck: "false",
  placeholder: "0.5 or 1 - o**2",
  keydown: (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // a right answer gives the focus to a button, which this key would press at once
    check();
  },
});
const ask = el("span", { class: "math" });
const said = el("p", { class: "said", role: "status" });
const hint = el("p", { class: "math" });
const [checkButton, hintButton, revealButton] = [
  el("button", { click: () => check() }, "Check"),
  el("button", { click: () => giveHint() }, "Hint"),
  el("button", { click: () => reveal() }, "Reveal"),
];
byId("question").append(el("div", { class: "ask" }, ask, field, checkButton, hintButton, revealButton), said, hint);

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
    // not into a field that somebody is typing in
    if (document.activeElement?.tagName !== "INPUT" || document.activeElement.type === "range") field.focus({ preventScroll: true });
  }
  predict.verdict = null;
}

function say(text, kind = "") {
  said.className = `said ${kind}`;
  said.textContent = text;
}

/** The record of a question, made when it is first touched. */
function recordOf(share) {
  if (!answerOf(share)) predict.answers.set(share, { tries: 0, typed: [], hints: 0, outcome: "" });
  return answerOf(share);
}

function check() {
  const share = predict.asked;
  const text = field.value.trim();
  if (!text) return say("Type a number, or an expression of the names and numbers on screen.");
  let values;
  try {
    values = readings(text, namesFor(share));
  } catch (error) {
    return say(`I cannot read this: ${error.message}.`, "wrong"); // no try: a slip of the finger
  }
  const verdict = judge(values, share);
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
  byId("next").focus(); // Enter goes on
}

/** A step forward was asked for, and a question is open. */
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

const went = (record) => (record.typed.length ? "wrong" : record.outcome === "shown" ? "shown" : record.hints ? "hinted" : "right");

function showScore(state) {
  const box = byId("score");
  box.hidden = byId("missed").hidden = !predict.on;
  if (!predict.on) return;
  const settled = shares.filter((share) => answerOf(share)?.outcome || answerOf(share)?.typed.length);
  const count = (kind) => settled.filter((share) => answerOf(share).outcome && went(answerOf(share)) === kind).length;
  const isEnd = state.position === last && !openQuestion(state);
  const parts = [`${count("right")} of ${shares.length} right at the first try`];
  if (count("hinted")) parts.push(`${count("hinted")} with a hint`);
  if (count("wrong")) parts.push(`${count("wrong")} wrong at first`);
  if (count("shown")) parts.push(`${count("shown")} revealed`);
  const missed = settled.filter((share) => went(answerOf(share)) === "wrong" || answerOf(share).outcome === "shown");
  const items = missed.map((share) => {
    const { typed } = answerOf(share);
    return el("li", {}, el("button", { click: () => go(share.position) },
      `Step ${share.position}: into ${nameOf(share.parent)} through ${nameOf(share.node)}`,
      el("span", { class: "quiet" }, typed.length ? `you typed ${typed.join(", ")}` : "revealed")));
  });
  // the end is worth a headline; on the way a line will do
  const isPerfect = isEnd && count("right") === shares.length;
  box.replaceChildren(
    el("div", { class: "bar" }, el(isEnd ? "strong" : "span", { class: !isEnd && "quiet" }, `${isEnd ? "Score: " : ""}${parts.join(", ")}${isPerfect ? ". All of them!" : ""}`),
      el("button", { click: startOver }, "Start over")),
  );
  // the list may be long: it stands below the contributions
  byId("missed").replaceChildren(...(isEnd && items.length ? [el("p", { class: "quiet" }, "These went wrong:"), el("ul", {}, ...items)] : []));
}

function startOver() {
  predict.answers.clear();
  predict.asked = null;
  go(operations + 1);
}
