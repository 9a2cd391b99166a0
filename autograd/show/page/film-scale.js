// Map numbers to text, width and colour, so that very large and very small ones differ at a glance.
import { DASH, fixed, signOf } from "./numbers.js";

export const brief = (x) => {
	if (!Number.isFinite(x)) return fixed(x);
	const size = Math.abs(x);
	return size === 0 || size >= 0.01 && size < 1000 ? String(Number(x.toPrecision(2))) : x.toExponential(0).replace("+", "");
};
// Write a round number with all its digits, so that no two marks of an axis share a name.
export const round = (x) => {
	const exact = Number(x.toPrecision(12)), size = Math.abs(exact);
	return size === 0 || size >= 0.01 && size < 1000 ? String(exact) : exact.toExponential().replace("+", "");
};
export const fitting = (x, letters) => brief(x).length <= letters ? brief(x) : x.toExponential(0).replace("+", "");
export const gradient = (x) => Number.isNaN(x) ? DASH : fixed(x); // NaN: not computed
export const raised = (exponent) => `10${String(exponent).replace(/[-\d]/g, (c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻")}`;
export const kindOf = (x) => Number.isFinite(x) ? signOf(x) || "zero" : "nan";

// A scale for sizes from low to high: strength from 0 to 1, and marks for the legend.
function logScale(low, high, isCut) {
	const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
	const stride = Math.max(1, Math.ceil((to - from) / 3));
	const marks = [];
	for (let exponent = to; exponent >= from; exponent -= stride) marks.unshift(exponent);
	return {
		kind: "log scale", from, to, marks: marks.map((exponent) => ({ size: 10 ** exponent, text: `${isCut && exponent === to ? "≥ " : ""}${raised(exponent)}` })),
		strength: (x) => Math.min(1, Math.max(0, (Math.log10(Math.abs(x)) - from) / (to - from))),
	};
}
function rootScale(high) {
	return {
		kind: "root scale", marks: [0.01, 0.1, 0.4, 1].map((part) => ({ size: part * high, text: brief(part * high) })),
		strength: (x) => Math.min(1, Math.sqrt(Math.abs(x) / high)),
	};
}

// Choose a scale for these numbers: root if their sizes are similar, else logarithmic. A run that explodes or dies
// spans hundreds of powers of ten: the scale then covers those around the median, and larger sizes have full strength.
export function scaleFor(numbers, always, span = 1e15) {
	const sizes = Float64Array.from(numbers, Math.abs).filter((x) => x > 0 && x < Infinity).sort();
	if (!sizes.length) return rootScale(1);
	const most = sizes.at(-1), few = sizes[Math.floor(sizes.length * 0.02)], middle = sizes[sizes.length >> 1];
	if (!always && most / middle < 100) return rootScale(most);
	const high = Math.min(most, middle * span);
	const low = Math.max(few, Math.min(high / span, middle / 1e6));
	return logScale(Math.min(low, high / 1000) || Number.MIN_VALUE, high, high < most);
}

// Drawings grow with the text of the page: the pixels for one pixel at the usual text size.
export const unit = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;

// Take about `most` numbers, evenly spaced: enough to find a scale.
export const sample = (numbers, most) => {
	const stride = Math.max(1, Math.floor(numbers.length / most));
	return numbers.filter((_, index) => index % stride === 0);
};
