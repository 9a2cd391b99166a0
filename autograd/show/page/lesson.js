// The lesson that the page was made for, and its formulas as elements.
const lesson = JSON.parse(byId("lesson").textContent);
const BLANK = { label: "", op: "", symbol: "", parents: [], expression: "", partials: [], locals: [], domain: "" };
const nodes = lesson.nodes.map((node) => ({ ...BLANK, ...node }));
for (const node of nodes) { // JSON has no infinity: it comes as a word
  node.data = Number(node.data);
  node.locals = node.locals.map((local) => (local === null ? null : Number(local)));
}
const { order, root } = lesson;
const operations = order.length;
const last = 2 * operations + 1;

const nameOf = (i) => nodes[i].name;
const named = (i, text = nameOf(i)) => el("span", { class: "name", "data-node": i }, text);
const wrapped = (name) => (OPERATOR.test(name) ? `(${name})` : name);

/** A template's pieces: text, and what `show(i, before, after)` makes of ⟦i⟧. */
function fill(template, show) {
  const pieces = template.split(/⟦(\d+)⟧/);
  return pieces.map((piece, k) => (k % 2 ? show(Number(piece), pieces[k - 1], pieces[k + 1]) : typeset(piece)));
}

const typeset = (text) => text.replace(/ \* /g, " × ").replace(/ - /g, " − ");

const inSymbols = (template) =>
  fill(template, (i, before, after) => named(i, before || after ? wrapped(nameOf(i)) : nameOf(i)));

/** With numbers; one below 0 is in parentheses beside an operator. */
const inNumbers = (template) =>
  fill(template, (i, before, after) => {
    const text = short(numbers.data[i]);
    const beside = !/(^|[(,])\s*$/.test(before) || after.startsWith(" **");
    return beside && text.startsWith("-") ? `(${text})` : text;
  });

/** ∂n/∂w1 */
const partial = (node, parent) => ["∂", named(node, wrapped(nameOf(node))), "/∂", named(parent, wrapped(nameOf(parent)))];

const part = (...pieces) => el("span", { class: "part" }, ...pieces);
const plainText = (pieces) => pieces.map((piece) => piece.textContent ?? piece).join("");
