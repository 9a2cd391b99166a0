// Numbers as they are shown.
const DASH = "—"; // not computed, which is not 0

/** As on the cards: four decimals, or an exponent where they would not do. */
function fixed(x) {
  if (x === null || x === undefined) return DASH;
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  const size = Math.abs(x);
  if (size === 0 || (size >= 1e-3 && size < 1e4)) return x.toFixed(4);
  return x.toExponential(3).replace(/e([+-])(\d)$/, "e$10$2");
}

/** The same without zeros at the end, for formulas: 2.0, 0.7071. */
const short = (x) => fixed(x).replace(/(\.\d+?)0+(?=$|e)/, "$1");

const signOf = (x) => (Number.isNaN(x) ? "nan" : x > 0 ? "positive" : x < 0 ? "negative" : "");

/** A number coloured by its sign. */
const inked = (x) => el("span", { class: x === null ? "" : `${signOf(x)}-ink` }, short(x));
