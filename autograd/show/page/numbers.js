// Numbers as they are shown. How many digits, and from where to where: the table in text.py.
import { el } from "./dom.js";
import { ROUNDING } from "./rules.js";

export const DASH = "—"; // not computed, which is not 0

/** As on the cards: four decimals, or an exponent where they would not do. */
export function fixed(x) {
  if (x === null || x === undefined) return DASH;
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  const { decimals, low, high } = ROUNDING;
  const size = Math.abs(x);
  // a float half way between four decimals, (2k + 1) / 20000, is an odd multiple of 1/32
  if (size === 0 || (size >= low && size < high)) return toEven(x.toFixed(decimals), size, 2 ** -decimals);
  const text = x.toExponential(decimals - 1);
  const unit = Number(`1e${text.split("e")[1] - decimals + 1}`); // what the last digit is worth; below 1 no float is half way
  return toEven(text, size, Math.max(1, unit)).replace(/e([+-])(\d)$/, "e$10$2");
}

/** What is half way between two numbers goes to the even one, as in Python; JavaScript has rounded it up. */
function toEven(text, size, unit) {
  return size % unit === unit / 2 ? text.replace(/(?<!e.*)[13579](?=$|e)/, (digit) => digit - 1) : text;
}

/** The same without zeros at the end, for formulas: 2.0, 0.7071. */
export const short = (x) => fixed(x).replace(/(\.\d+?)0+(?=$|e)/, "$1");

export const signOf = (x) => (Number.isNaN(x) ? "nan" : x > 0 ? "positive" : x < 0 ? "negative" : "");

/** A number coloured by its sign. */
export const inked = (x) => el("span", { class: x === null ? "" : `${signOf(x)}-ink` }, short(x));
