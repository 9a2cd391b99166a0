// Typed arithmetic: parsed here, never run as code.
import { rows } from "./program.js";

const OPERATOR = /[\s+\-*/<>=]/;
const WORD = /[\p{L}\p{N}_]/u;

/** The value of `text`; `names` maps names to numbers, and the longest that fits is taken. */
export function evaluate(text, names) {
	const labels = [...names.keys()].filter((name) => name.trim() && !Number.isFinite(Number(name)));
	labels.sort((a, b) => b.length - a.length);
	let at = 0;

	const skip = () => { while (/\s/.test(text[at] ?? "")) at += 1; };
	const take = (...symbols) => {
		skip();
		const found = symbols.find((symbol) => text.startsWith(symbol, at));
		if (found) at += found.length;
		return found;
	};
	const expect = (symbol) => {
		if (!take(symbol)) throw new Error(`expected ${symbol} ${where()}`);
	};
	const where = () => (at < text.length ? `at “${text.slice(at, at + 12)}”` : "at the end");
	const label = () => labels.find((name) => {
		const next = text[at + name.length] ?? "";
		return text.startsWith(name, at) && !(WORD.test(name.at(-1)) && WORD.test(next));
	});

	function sum() {
		let left = product();
		for (let sign; (sign = take("+", "-", "−"));) left = sign === "+" ? left + product() : left - product();
		return left;
	}
	function product() {
		let left = signed();
		for (let sign; (sign = times());) left = "/÷".includes(sign) ? left / signed() : left * signed();
		return left;
	}
	function times() {
		skip();
		return text.startsWith("**", at) ? undefined : take("*", "×", "·", "/", "÷");
	}
	function signed() {
		skip();
		const sign = label() ? undefined : take("-", "−", "+");
		if (sign) return sign === "+" ? signed() : -signed();
		const base = atom();
		return take("**", "^") ? base ** signed() : base;
	}
	function atom() {
		skip();
		const [call, called] = /^([\p{L}\p{N}_]+)\s*\(/u.exec(text.slice(at)) ?? [];
		if (call && Object.hasOwn(rows, called)) {
			at += call.length;
			const operands = [sum()];
			while (take(",")) operands.push(sum());
			expect(")");
			const { length } = rows[called];
			if (operands.length !== length) throw new Error(`${called} takes ${length} number${length > 1 ? "s" : ""} ${where()}`);
			return rows[called](...operands);
		}
		const name = label();
		if (name) {
			at += name.length;
			return names.get(name);
		}
		if (take("(")) {
			const inside = sum();
			expect(")");
			return inside;
		}
		const number = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?/i.exec(text.slice(at));
		if (!number) throw new Error(at < text.length ? `nothing here is called so ${where()}` : "something is missing at the end");
		at += number[0].length;
		return Number(number[0]);
	}

	const value = sum();
	skip();
	if (at < text.length) throw new Error(`cannot read on ${where()}`);
	return value;
}

/** What `text` may mean: a label such as x1*w1 is one name, and also the product of two others. */
export function readings(text, names) {
	const plain = new Map([...names].filter(([name]) => !OPERATOR.test(name)));
	const found = [];
	let complaint;
	for (const known of [names, plain]) {
		try {
			found.push(evaluate(text, known));
		} catch (error) {
			complaint ??= error;
		}
	}
	if (!found.length) throw complaint;
	return found;
}
