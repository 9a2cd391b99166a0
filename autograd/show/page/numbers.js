// Format numbers by the table in text.py.
import { el } from "./dom.js";
import { ROUNDING } from "./rules.js";

export const DASH = "—"; // not computed, which is not 0

export function fixed(x) {
	if (x === null || x === undefined) return DASH;
	if (!Number.isFinite(x)) return String(x).replace("inity", "").toLowerCase();
	const { decimals, low, high } = ROUNDING;
	const size = Math.abs(x);
	// a tie at four decimals is an odd multiple of 1/32
	if (size === 0 || (size >= low && size < high)) return toEven(x.toFixed(decimals), size, 2 ** -decimals);
	const text = x.toExponential(decimals - 1);
	const unit = Number(`1e${text.split("e")[1] - decimals + 1}`); // below 1 no float is a tie
	return toEven(text, size, Math.max(1, unit)).replace(/e([+-])(\d)$/, "e$10$2");
}

/** Round ties to even, as Python does; JavaScript has rounded them up. */
function toEven(text, size, unit) {
	return size % unit === unit / 2 ? text.replace(/(?<!e.*)[13579](?=$|e)/, (digit) => digit - 1) : text;
}

/** Format a number without trailing zeros, for formulas: 2.0, 0.7071. */
export const short = (x) => fixed(x).replace(/(\.\d+?)0+(?=$|e)/, "$1");

export const signOf = (x) => (Number.isNaN(x) ? "nan" : x > 0 ? "positive" : x < 0 ? "negative" : "");

export const inked = (x) => el(`span.${signOf(x)}-ink`, {}, short(x));
