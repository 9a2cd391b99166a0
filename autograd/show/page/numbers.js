// Numbers as they are shown.
const DASH = "—"; // not computed, which is not 0

/** As on the cards: four decimals, or an exponent where they would not do. */
function fixed(x) {
  if (x === null || x === undefined) return DASH;
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  const size = Math.abs(x);
  // a float half way between four decimals, (2k + 1) / 20000, is an odd multiple of 1/32
  if (size === 0 || (size >= 1e-3 && size < 1e4)) return toEven(x.toFixed(4), size, 1 / 16);
  const text = x.toExponential(3);
  const unit = Number(`1e${text.split("e")[1] - 3}`); // what the last digit is worth; below 1 no float is half way
  return toEven(text, size, Math.max(1, unit)).replace(/e([+-])(\d)$/, "e$10$2");
}

/** What is half way between two numbers goes to the even one, as in Python; JavaScript has rounded it up. */
function toEven(text, size, unit) {
  return size % unit === unit / 2 ? text.replace(/(?<!e.*)[13579](?=$|e)/, (digit) => digit - 1) : text;
}

/** The same without zeros at the end, for formulas: 2.0, 0.7071. */
const short = (x) => fixed(x).replace(/(\.\d+?)0+(?=$|e)/, "$1");

const signOf = (x) => (Number.isNaN(x) ? "nan" : x > 0 ? "positive" : x < 0 ? "negative" : "");

/** A number coloured by its sign. */
const inked = (x) => el("span", { class: x === null ? "" : `${signOf(x)}-ink` }, short(x));
