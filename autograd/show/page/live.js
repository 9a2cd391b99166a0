// Live numbers: a leaf is changed, and both passes are computed again by the page's own program.
const live = {
  possible: !lesson.live && typeof program === "function" && nodes.some((node) => node.kind === "leaf"),
  broken: null, // the operation that has no finite result
};

/** Both passes from the leaves in `data`: new values and local gradients. */
function compute(data) {
  const slopes = nodes.map(() => []);
  program(data, slopes);
  // where an operation has no value it has no derivative, though its formula may give one: log below 0
  for (const i of order) if (Number.isNaN(data[i])) slopes[i] = slopes[i].map((slope) => (slope === null ? null : NaN));
  return { data, slopes };
}

function setLeaves(changes) {
  const data = numbers.data.slice();
  for (const [i, value] of changes) data[i] = value;
  Object.assign(numbers, compute(data));
  changed();
}

function resetLeaves() {
  Object.assign(numbers, { data: nodes.map((node) => node.data), slopes: nodes.map((node) => node.locals) });
  changed();
}

function changed() {
  accumulate();
  findTrouble();
  descent.outputs = [];
  byId("reset").hidden = nodes.every((node, i) => node.kind !== "leaf" || node.data === numbers.data[i]);
  render();
}

/** The first operation whose value or derivative is not finite, and why. */
function findTrouble() {
  const isBad = (x) => x !== null && !Number.isFinite(x);
  const i = order.find((index) => isBad(numbers.data[index]) || numbers.slopes[index].some(isBad));
  live.broken = i ?? null;
  byId("trouble").hidden = i === undefined;
  if (i === undefined) return;
  const { op, domain, parents } = nodes[i];
  const call = `${op}(${parents.map((parent) => short(numbers.data[parent])).join(", ")})`;
  const needs = domain ? `: ${op} needs ${domain}` : "";
  let why = `${call} has no finite value${needs}`;
  if (!isBad(numbers.data[i])) why = `${call} has a value, but no finite derivative${needs}`;
  else if (!Number.isNaN(numbers.data[i]) && !parents.some((parent) => numbers.data[parent] === 0)) why = `${call} is too large for a number in a computer (above 1.8e308)`;
  byId("trouble").textContent = `${nameOf(i)} = ${why}. Change a number, or press Reset.`;
}

/** A round step for a number of this size: a tenth of its leading digit's place. */
const stepFor = (x) => 10 ** (Math.floor(Math.log10(Math.max(Math.abs(x), 0.1))) - 1);
const moved = (x, steps, step) => Number((Math.round((x + steps * step) / (step / 100)) * (step / 100)).toPrecision(12));

function setNumber(input, i) {
  const text = fixed(numbers.data[i]);
  if (input.value !== text) input.value = text;
  setAttribute(input, "aria-valuenow", String(numbers.data[i]));
}

/** A field for a leaf: type and Enter, ↑ ↓, or drag sideways. */
function numberField(i, done = () => {}) {
  const commit = () => {
    let value = NaN;
    try {
      value = evaluate(input.value.trim(), new Map());
    } catch { /* not a number: the field says so, and the old one stays */ }
    input.setAttribute("aria-invalid", !Number.isFinite(value));
    if (!Number.isFinite(value)) return false;
    if (value !== numbers.data[i]) setLeaves([[i, value]]);
    return true;
  };
  const put = (value) => {
    setLeaves([[i, value]]);
    input.value = value;
    input.setAttribute("aria-valuenow", value);
  };
  const input = el("input", {
    type: "text", inputmode: "decimal", class: "number", role: "spinbutton", autocomplete: "off",
    "aria-label": `data of ${nameOf(i)}`, "aria-valuenow": numbers.data[i], title: "Type, press ↑ ↓, or drag sideways",
    focus: () => {
      input.value = numbers.data[i];
      input.select();
    },
    blur: () => {
      commit();
      input.setAttribute("aria-invalid", false);
      setNumber(input, i);
      done(false);
    },
    keydown: (event) => {
      const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (direction) {
        event.preventDefault();
        put(moved(numbers.data[i], direction * (event.shiftKey ? 10 : 1), stepFor(numbers.data[i])));
      } else if (event.key === "Enter") {
        if (commit()) {
          input.select();
          done(true);
        }
      } else if (event.key === "Escape") {
        event.stopPropagation();
        input.value = numbers.data[i];
        done(true);
        input.blur();
      }
    },
    pointerdown: (event) => {
      if (document.activeElement === input) return; // a drag in it selects, as anywhere
      event.preventDefault();
      dragNumber(i, event, put, () => input.focus());
    },
  });
  return input;
}

/** A sideways drag that begins at `event` moves the leaf; short of four pixels it is a click. */
function dragNumber(i, event, put, click = () => {}) {
  const from = numbers.data[i];
  const step = stepFor(from) / 10;
  const target = event.currentTarget;
  const stop = new AbortController();
  let frame = 0;
  let isDragged = false;
  target.addEventListener("pointermove", (move) => {
    const pixels = move.clientX - event.clientX;
    if (!isDragged && Math.abs(pixels) < 4) return;
    isDragged = true;
    target.classList.add("moved");
    target.setPointerCapture(event.pointerId);
    cancelAnimationFrame(frame); // once a frame is enough
    frame = requestAnimationFrame(() => put(moved(from, pixels * (move.shiftKey ? 10 : 1), step)));
  }, { signal: stop.signal });
  for (const end of ["pointerup", "pointercancel"]) {
    target.addEventListener(end, () => {
      stop.abort();
      if (!isDragged && end === "pointerup") click();
    }, { signal: stop.signal });
  }
}

// On the cards: a drag on a leaf's number, and a field over it.
canvas.addEventListener("pointerdown", (event) => {
  const i = nodeOf(event.target);
  if (!live.possible || event.button || i === null || nodes[i].kind !== "leaf") return;
  if (!event.target.matches(".number:not(.grad)")) return;
  event.stopImmediatePropagation(); // it does not pan
  canvas.classList.remove("moved");
  dragNumber(i, event, (value) => setLeaves([[i, value]]));
}, true);

function editOnCard(i) {
  const card = graph.cards.find((each) => each.index === i);
  if (!live.possible || nodes[i].kind !== "leaf" || !card) return false;
  const [box, frame] = [card.g.querySelector(".box").getBoundingClientRect(), canvas.getBoundingClientRect()];
  let isDone = false;
  const input = numberField(i, (back) => {
    if (isDone) return;
    isDone = true;
    input.remove();
    if (back) card.g.focus();
  });
  const [width, height] = [Math.max(box.width, 110), 34];
  const top = Math.min(Math.max(0, box.top - frame.top + box.height * 0.5 - height / 2), frame.height - height);
  const left = Math.min(Math.max(0, box.left - frame.left), frame.width - width);
  Object.assign(input.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
  canvas.append(input);
  input.focus();
  return true;
}
