// The network layer by layer, and below it how large each layer's gradient is.
const drawing = document.getElementById("drawing");
const network = (() => {
  const svg = make("svg", { class: "network", role: "img" });
  const lines = make("g", { class: "lines" }), dots = make("g"), words = make("g"), bars = make("g", { class: "bars" });
  svg.append(bars, lines, dots, words);
  drawing.append(svg);
  const edges = [], nodes = [], ends = []; // ends: the inputs
  let scales = null, place = null;

  for (const neuron of neurons) {
    for (let i = 0; i < neuron.layer.inputs; i++) {
      const path = make("path", { "data-edge": neuron.row + i, "data-into": neuron.number });
      lines.append(path);
      edges.push({ path, neuron, i, at: neuron.row + i, drawn: "" });
    }
    const node = make("g", { "data-neuron": neuron.number, class: "neuron" });
    node.append(make("circle", { class: "paper" }), make("path", { class: "fill", "data-part": "left" }), make("path", { class: "fill", "data-part": "right" }), make("path", { class: "cross" }), make("text", { class: "inside" }));
    dots.append(node);
    nodes.push(node);
  }
  for (let i = 0; i < inputCount; i++) {
    const node = make("g", { class: "input", "data-input": i });
    node.append(make("circle", { class: "paper" }), make("path", { class: "fill", "data-part": "whole" }), make("text", { class: "inside" }), make("text", { class: "name" }));
    dots.append(node);
    ends.push(node);
  }
  const heads = [inputCount, ...layers.map((layer) => layer.size)].map(() => {
    const head = [make("text", { class: "head" }), make("text", { class: "head off" })];
    words.append(...head);
    return head;
  });

  // Scales are those of the whole film: the same width is the same number in every frame.
  function measure() {
    const weights = sample(allParameters, 50_000);
    const outs = [], grads = [];
    const moments = film.steps.map((_, frame) => frame).filter((frame) => frame % Math.ceil(film.steps.length / 20) === 0);
    const chosen = computes ? sample(film.examples, 8).map((x) => film.examples.indexOf(x)) : [];
    for (const frame of [...moments, film.steps.length - 1]) {
      for (const example of chosen) {
        const pass = forward(parametersAt(frame), film.examples[example]);
        const back = backward(parametersAt(frame), pass, seedOf(frame, example));
        outs.push(...pass.sums, ...pass.outs, ...pass.inputs);
        grads.push(...back.sums, ...back.outs, ...back.inputs);
      }
    }
    return {
      forward: { edge: scaleFor(weights, false), node: scaleFor(outs, false) },
      backward: { edge: scaleFor(sample(allGradients, 50_000), true), node: scaleFor(grads, true) },
      norms: scaleFor(norms.flat(), true, 1e40),
    };
  }

  // Where everything goes, for the room that there is.
  function arrange() {
    const width = drawing.clientWidth, height = drawing.clientHeight;
    if (!width || !height) return;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const columns = [inputCount, ...layers.map((layer) => layer.size)];
    const left = width < 560 ? 46 : 74, right = width < 560 ? 40 : 74;
    const gap = (width - left - right) / (columns.length - 1);
    const room = Math.min(150, Math.max(92, height * 0.3)); // for the bars
    const top = gap < 90 ? 36 : 24, bottom = height - room;
    const radius = Math.max(2, Math.min(16, (bottom - top) / Math.max(...columns) * 0.42, gap * 0.28));
    const pitch = (count) => Math.min((bottom - top) / count, Math.max(radius * 4.2, 40));
    const x = (column) => left + column * gap;
    const y = (column, row) => (top + bottom) / 2 + (row - (columns[column] - 1) / 2) * pitch(columns[column]);
    place = { width, left, right, gap, radius, x, bars: { top: bottom + 36, bottom: height - 17 } };
    ends.forEach((node, i) => {
      settle(node, x(0), y(0, i), radius);
      node.querySelector(".name").textContent = pitch(inputCount) < 13 ? "" : `x${i}`; // no room for all of them
    });
    nodes.forEach((node, n) => settle(node, x(neurons[n].layer.index + 1), y(neurons[n].layer.index + 1, neurons[n].j), radius));
    for (const edge of edges) {
      const column = edge.neuron.layer.index;
      const [x1, y1, x2, y2] = [x(column) + radius, y(column, edge.i), x(column + 1) - radius, y(column + 1, edge.neuron.j)];
      const bend = (x2 - x1) * 0.45;
      edge.path.setAttribute("d", `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`);
    }
    let free = -Infinity; // where the last heading ended: one that does not fit beside it is left out
    heads.forEach(([what, off], column) => {
      const kinds = column ? [...new Set(layers[column - 1].activations)] : [inputCount === 1 ? "input" : "inputs"];
      const kind = kinds.length === 1 ? kinds[0] : "mixed";
      what.textContent = gap < 90 ? kind : `${columns[column]} ${kind}`;
      for (const [text, line] of [[what, 13], [off, gap < 90 ? 27 : 13]]) {
        text.setAttribute("x", x(column));
        text.setAttribute("y", line);
      }
      const half = what.getComputedTextLength() / 2;
      if (x(column) - half < free) what.textContent = "";
      else free = x(column) + half + 8;
    });
  }
  function settle(node, x, y, radius) {
    node.setAttribute("transform", `translate(${x} ${y})`);
    node.querySelector("circle").setAttribute("r", radius);
    const arc = (sweep, end) => `A${radius} ${radius} 0 0 ${sweep} 0 ${end}`;
    const shapes = { left: arc(0, radius), right: arc(1, radius), whole: arc(0, radius) + arc(0, -radius) };
    for (const part of node.querySelectorAll(".fill")) part.setAttribute("d", `M0 ${-radius}${shapes[part.dataset.part]}z`);
    const arm = radius * 0.6;
    node.querySelector(".cross")?.setAttribute("d", `M${-arm} ${-arm}L${arm} ${arm}M${arm} ${-arm}L${-arm} ${arm}`);
    node.querySelector(".inside").setAttribute("y", radius * 0.24);
    node.querySelector(".inside").style.fontSize = `${radius * 0.66}px`;
    node.querySelector(".name")?.setAttribute("x", -radius - 7);
    node.querySelector(".name")?.setAttribute("y", 4);
  }

  // The left half is the neuron's sum, the right half what comes out of it; an input is one whole.
  function fill(node, sum, out, scale) {
    for (const part of node.querySelectorAll(".fill")) {
      const x = part.dataset.part === "left" ? sum : out;
      const kind = x === null ? "zero" : kindOf(x);
      part.setAttribute("class", `fill ${kind}`);
      part.setAttribute("fill-opacity", kind === "zero" ? 0 : kind === "nan" ? 1 : (0.1 + 0.9 * scale.strength(x)).toFixed(3));
    }
    const text = node.querySelector(".inside");
    text.textContent = place.radius < 13 || out === null ? "" : brief(out).replace("0.", ".");
    text.classList.toggle("strong", out !== null && (kindOf(out) === "nan" || out !== 0 && scale.strength(out) > 0.55));
  }

  const opacity = (strength) => 0.12 + 0.83 * strength ** 1.3;
  const widthOf = (strength, widest) => 0.5 + (widest - 0.5) * strength;

  // One frame. ``pass`` has the numbers of the neurons: their sums and outputs, or the gradients of these.
  function show({ frame, view, pass, chosen }) {
    scales ??= measure();
    if (!place) arrange();
    if (!place) return;
    const { edge: edgeScale, node: nodeScale } = scales[view];
    const numbers = view === "forward" ? parametersAt(frame) : gradientAt(frame);
    const widest = Math.max(1.6, Math.min(7, place.radius * 0.62));
    for (const edge of edges) {
      const x = numbers[edge.at];
      const kind = view === "backward" && Number.isNaN(x) ? "zero" : kindOf(x);
      const strength = kind === "nan" ? 1 : kind === "zero" ? 0 : edgeScale.strength(x);
      const drawn = `${kind} ${strength.toFixed(3)}`;
      if (edge.drawn === drawn) continue; // most of the cost of a frame is the browser's, for what changed
      edge.drawn = drawn;
      edge.path.setAttribute("class", kind);
      edge.path.setAttribute("stroke-width", widthOf(strength, widest).toFixed(2));
      edge.path.setAttribute("stroke-opacity", kind === "zero" ? 0.5 : opacity(strength).toFixed(3));
    }
    const dead = new Set(film.dead[frame]), silent = new Set(film.silent[frame]);
    nodes.forEach((node, n) => {
      fill(node, pass && pass.sums[n], pass && pass.outs[n], nodeScale);
      node.setAttribute("class", `neuron${dead.has(n) ? " dead" : silent.has(n) ? " silent" : ""}${n === chosen ? " chosen" : ""}`);
    });
    ends.forEach((node, i) => fill(node, pass && pass.inputs[i], pass && pass.inputs[i], nodeScale));
    svg.classList.toggle("choosing", chosen !== null);
    for (const edge of edges) edge.path.classList.toggle("own", edge.neuron.number === chosen);
    layers.forEach((layer) => {
      const count = [...dead].filter((n) => neurons[n].layer === layer).length;
      const [what, off] = heads[layer.index + 1];
      off.textContent = count ? `${count} dead` : "";
      if (place.gap >= 90) off.setAttribute("x", place.x(layer.index + 1) + (count ? what.getComputedTextLength() / 2 + 28 : 0));
    });
    showBars(frame);
  }

  // One bar a layer, below its weights, on a logarithmic axis; a pale one behind it is the range of the film.
  function showBars(frame) {
    const { bars: { top, bottom }, x, gap, left, width, right } = place;
    const scale = scales.norms;
    const height = (size) => bottom - (bottom - top) * scale.strength(size);
    const parts = [make("text", { class: "title", x: 0, y: top - 20 }, `Gradient norm of each layer, ${scale.kind}`)];
    const every = Math.ceil(scale.marks.length / Math.max(2, Math.floor((bottom - top) / 16)));
    scale.marks.forEach(({ size, text }, index) => {
      if (index % every) return;
      parts.push(make("path", { class: "grid", d: `M${left - 4} ${height(size)}H${width - right + 4}` }));
      parts.push(make("text", { class: "mark", x: left - 9, y: height(size) + 4 }, text));
    });
    const wide = Math.min(46, gap * 0.6);
    layers.forEach((layer) => {
      const size = norms[frame][layer.index], middle = x(layer.index) + gap / 2;
      const all = norms.map((each) => each[layer.index]).filter((each) => each > 0 && each < Infinity);
      if (all.length) {
        const [low, high] = [Math.min(...all), Math.max(...all)];
        parts.push(make("rect", { class: "range", x: middle - wide / 2, y: height(high), width: wide, height: Math.max(1, height(low) - height(high)), rx: 2 }));
      }
      const known = size > 0;
      const tip = known ? (size === Infinity ? top : height(size)) : bottom;
      if (known) parts.push(make("rect", { class: size === Infinity ? "bar broken" : "bar", x: middle - wide / 2, y: Math.min(tip, bottom - 1.5), width: wide, height: Math.max(1.5, bottom - tip), rx: 2 }));
      parts.push(make("text", { class: "layer", x: middle, y: bottom + 13 }, gap < 52 ? layer.index : `layer ${layer.index}`));
      parts.push(make("text", { class: "size", x: middle, y: tip - 5, "data-layer": layer.index }, Number.isNaN(size) ? DASH : fitting(size, gap / 7)));
    });
    bars.replaceChildren(...parts);
  }

  // The legend: samples of the lines and of the fill, with the numbers they stand for.
  function legend(view) {
    scales ??= measure();
    const parts = [];
    const { edge, node } = scales[view];
    for (const [scale, round, caption] of [[edge, false, view === "forward" ? "weight" : "∂loss/∂weight"], [node, true, view === "forward" ? "sum ◐ activation" : `∂${film.loss || "output"}/∂(sum ◐ activation)`]]) {
      if (round && !computes) continue;
      const picture = make("svg", { class: "legend", width: 8 + 40 * scale.marks.length, height: 30, "aria-hidden": true });
      scale.marks.forEach(({ size, text }, index) => {
        const x = 24 + 40 * index, strength = scale.strength(size);
        for (const [kind, shift] of [["negative", -10], ["positive", 10]]) {
          picture.append(round
            ? make("circle", { class: `fill ${kind}`, cx: x + shift * 0.7, cy: 8, r: 6, "fill-opacity": 0.1 + 0.9 * strength })
            : make("path", { class: kind, d: `M${x + shift - 8} 8h16`, "stroke-width": widthOf(strength, 6), "stroke-opacity": opacity(strength) }));
        }
        picture.append(make("text", { x, y: 27 }, text));
      });
      const block = document.createElement("div");
      const name = document.createElement("span");
      name.textContent = `${caption}, ${scale.kind}`;
      block.append(name, picture);
      parts.push(block);
    }
    return parts;
  }

  new ResizeObserver(() => { arrange(); draw(); }).observe(drawing);
  return { show, legend, svg };
})();
