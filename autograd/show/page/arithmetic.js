// Read typed arithmetic by the table `grammar`, like autograd/typed/reading.py, and never run it as code.
import { grammar } from "./program.js";

const [OPERAND, BETWEEN, SPACE, WORD_GOES_ON] = ["OPERAND", "BETWEEN", "SPACE", "WORD_GOES_ON"].map((name) => new RegExp(grammar[name], "uy"));
const NO_PHRASE = new RegExp(`^(?:${grammar.NO_PHRASE})$`, "u");

function matchAt(pattern, text, position) {
	pattern.lastIndex = position;
	return pattern.exec(text);
}

/** Throw an error: `reason` is a text or its name in the table, `column` the place, `found` what was found. */
function refuse(text, reason, column, found = "") {
	const where = column < text.length ? `at “${text.slice(column, column + 12)}”` : "at the end";
	const said = (grammar.ERRORS[reason] ?? reason).replaceAll("{}", () => found);
	throw Object.assign(new Error(`${where}: ${said}`), { column });
}

/** The names in `text` that are not a single word, longest first. */
function phrasesIn(text, names) {
	const found = [];
	const listed = [...names.keys()].filter((name) => text.includes(name) && !NO_PHRASE.test(name));
	for (const name of listed.sort((a, b) => a.length - b.length)) {
		try {
			if (name.length > grammar.LONGEST_TRIAL) refuse(name, "long", 0);
			read(name, names, found);
		} catch {
			found.unshift(name);
		}
	}
	return found;
}

/** Read the parts: numbers, and operations on the last `operands` results. */
function read(text, names, phrases) {
	const { functions, OPERATORS, CONSTANTS, TAKES, OPEN, SIGN } = grammar;
	const parts = [];
	// Operations and open parentheses, with the binding that their right side needs.
	const waiting = [];
	const wait = (right, column, name, operands) => waiting.push({ right, column, name, operands });
	const apply = (left) => { while (left < waiting.at(-1)?.right) parts.push(waiting.pop()); };
	const skip = (from) => from + matchAt(SPACE, text, from)[0].length;

	if (text.length > grammar.LONGEST) refuse(text, "long", 0, text.length.toLocaleString("en"));
	let position = skip(0);
	if (position === text.length) refuse(text, "empty", 0);
	let wanted = true;
	while (wanted || position < text.length) {
		const column = position;
		const isPhrase = (name) => text.startsWith(name, column) && !matchAt(WORD_GOES_ON, text, column + name.length);
		const phrase = wanted ? phrases.find(isPhrase) : "";
		const token = phrase ? { 0: phrase, groups: { phrase } } : matchAt(wanted ? OPERAND : BETWEEN, text, column);
		if (!token) refuse(text, wanted ? "operand" : "operator", column);
		const [kind, found] = Object.entries(token.groups).find((group) => group[1] !== undefined);
		position = skip(column + token[0].length);
		wanted = ["call", "open", "plus", "minus", "operator", "comma"].includes(kind);
		const isFunction = Object.hasOwn(functions, found);
		const isKnown = names.has(found) || Object.hasOwn(CONSTANTS, found);
		if (kind === "number") {
			if (!Number.isFinite(Number(found))) refuse(text, "large", column);
			parts.push({ column, value: Number(found) });
		} else if (kind === "phrase" || kind === "name") {
			if (!isKnown) refuse(text, isFunction ? "function" : "no name", column, found);
			parts.push({ column, value: names.get(found) ?? CONSTANTS[found] });
		} else if (kind === "call") {
			if (!isFunction) refuse(text, isKnown ? "number" : "no function", column, found);
			wanted = text[position] !== ")";
			wait(OPEN, column, found, Number(wanted));
		} else if (kind === "open") wait(OPEN, column, "", 1);
		else if (kind === "minus") wait(SIGN, column, "neg", 1);
		else if (kind === "operator") {
			const [name, left, right] = OPERATORS[found];
			apply(left);
			wait(right, column, name, 2);
		} else if (kind !== "plus") {
			apply(OPEN);
			const opened = waiting.at(-1);
			if (!opened && kind === "close") refuse(text, "no open", column);
			if (kind === "comma" && !opened?.name) refuse(text, "operator", column);
			if (kind === "comma") opened.operands += 1;
			else {
				const { name, operands } = waiting.pop();
				if (!name) continue;
				const [least, most, step] = TAKES[name] ?? [functions[name].length, functions[name].length, 1];
				const takes = most > least ? `${least} to ${most}` : least;
				if (operands < least || operands > most || operands % step) refuse(text, `${name} got ${operands} numbers and takes ${takes}`, opened.column);
				parts.push(opened);
			}
		}
	}
	apply(OPEN);
	if (waiting.length) refuse(text, "no close", text.indexOf("(", waiting.at(-1).column));
	return parts;
}

/** Compute the value of `text`; `names` maps the names in it to numbers. */
export function evaluate(text, names) {
	const stack = [];
	for (const { column, value, name, operands } of read(text, names, phrasesIn(text, names))) {
		if (!name) stack.push(value);
		else {
			const given = stack.splice(stack.length - operands);
			const result = grammar.functions[name](...given);
			if (!Number.isFinite(result)) refuse(text, `${name}(${given.join(", ")}) has no finite value`, column);
			stack.push(result);
		}
	}
	return stack[0];
}
