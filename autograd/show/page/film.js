// Everything together: the state of the page, and what it shows of it.
const state = { frame: 0, view: "forward", example: 0, neuron: null };
const lastFrame = film.steps.length - 1;
const frameNear = (step) => film.steps.reduce((best, each, frame) => Math.abs(each - step) < Math.abs(film.steps[best] - step) ? frame : best, 0);
const isExamined = computes && film.examples.length > 0;

// Draws once for all that changes between two pictures of the screen.
let waiting = false;
function draw() {
  if (waiting || lastFrame < 0) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; render(); });
}

// Both passes of one example through the network of a frame; null where there is none to show.
function examine({ frame, example }) {
  if (!isExamined) return null;
  const pass = forward(parametersAt(frame), film.examples[example]);
  return { pass, back: backward(parametersAt(frame), pass, seedOf(frame, example)) };
}

function render() {
  const { frame, view, example, neuron } = state;
  const isBack = view === "backward", seen = examine(state);
  if (document.documentElement.dataset.view !== view) {
    document.documentElement.dataset.view = view;
    byId("forward").setAttribute("aria-pressed", !isBack);
    byId("backward").setAttribute("aria-pressed", isBack);
    setText(byId("meaning"), isBack ? "← Gradients of weights and activations" : "Weights and activations →");
    byId("legend").replaceChildren(...network.legend(view));
  }
  network.show({ frame, view, chosen: neuron, pass: seen && (isBack ? seen.back : seen.pass) });
  plane.show({ frame, example, isMoving: moving.isPlaying || moving.isScrubbing });
  chart.show(frame);
  showTransport(frame);
  showNumbers(state, seen);
  byId("example").value = example;
  byId("which").value = neuron ?? "";
  describe(frame, view);
}

function showTransport(frame) {
  const step = film.steps[frame].toLocaleString("en"), last = film.steps[lastFrame].toLocaleString("en");
  setText(byId("loss"), fixed(losses[frame]));
  setText(byId("count"), `step ${step} of ${last}`);
  byId("scrubber").value = frame;
  byId("scrubber").style.setProperty("--at", `${lastFrame ? 100 * frame / lastFrame : 100}%`);
  byId("scrubber").setAttribute("aria-valuetext", `step ${step} of ${last}, loss ${fixed(losses[frame])}`);
  byId("first").disabled = byId("back").disabled = frame === 0;
  byId("next").disabled = byId("last").disabled = frame === lastFrame;
}

// In words: what is wrong with the network, if anything, and what somebody hears who does not see the picture.
function describe(frame, view) {
  const relus = neurons.filter((each) => each.activation === "relu").length;
  const dead = film.dead[frame].length, silent = film.silent[frame].length;
  const counted = relus && film.examples.length ? `${dead} of ${relus} relus dead${silent ? `, ${silent} silent` : ""}` : "";
  setText(byId("dead"), counted);
  byId("dead").classList.toggle("some", dead > 0);
  const sizes = norms[frame].map((size) => Number.isNaN(size) ? DASH : brief(size)).join(", ");
  network.svg.setAttribute("aria-label", `The network at step ${film.steps[frame]}, ${view}. Norm of each layer's gradient: ${sizes}. ${counted}`);
  if (!moving.isPlaying) setText(byId("spoken"), `Step ${film.steps[frame]}, loss ${fixed(losses[frame])}. ${counted}`);
}

// What is under the pointer, in numbers.
function point(event) {
  const tip = byId("tip"), at = event.target.closest("[data-neuron], [data-edge]");
  tip.hidden = !at;
  if (!at) return;
  if (at.dataset.edge) {
    const place = Number(at.dataset.edge), neuron = neurons[Number(at.dataset.into)], i = place - neuron.row;
    const source = neuron.layer.index ? nameOf(neurons[layers[neuron.layer.index - 1].first + i]) : `x${i}`;
    tip.textContent = `${source} → ${nameOf(neuron)}: weight ${fixed(parametersAt(state.frame)[place])}, gradient ${gradient(gradientAt(state.frame)[place])}`;
  } else {
    const neuron = neurons[Number(at.dataset.neuron)], seen = examine(state);
    const numbers = seen ? `: activation ${fixed(seen.pass.outs[neuron.number])}, gradient ${gradient(seen.back.outs[neuron.number])}` : "";
    tip.textContent = `${nameOf(neuron)}, ${neuron.activation}${numbers}`;
  }
  tip.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8))}px`;
  tip.style.top = `${event.clientY + (event.clientY > innerHeight - 80 ? -40 : 18)}px`;
}

function begin() {
  const kinds = [...new Set(neurons.map((each) => each.activation))].join(", ");
  const sizes = [inputCount, ...layers.map((layer) => layer.size)].join("-");
  const steps = `${film.recorded.toLocaleString("en")} ${film.recorded === 1 ? "step" : "steps"}`;
  setText(byId("about"), `${sizes}, ${kinds} · ${parameterCount.toLocaleString("en")} parameters · ${steps}`);
  setText(byId("notices"), film.notices.join(" "));
  byId("notices").hidden = !film.notices.length;
  byId("scrubber").max = lastFrame;
  byId("play").disabled = byId("scrubber").disabled = lastFrame < 1;
  byId("example").append(...film.examples.map((_, index) => el("option", { value: `${index}` }, `${index + 1} of ${film.examples.length}`)));
  byId("example").parentElement.hidden = !film.examples.length;
  byId("which").append(el("option", { value: "" }, "none"), ...neurons.map((each) => el("option", { value: `${each.number}` }, nameOf(each))));
  network.svg.addEventListener("click", (event) => {
    const at = event.target.closest("[data-neuron], [data-into]");
    const chosen = at ? Number(at.dataset.neuron ?? at.dataset.into) : null;
    choose({ neuron: chosen === state.neuron ? null : chosen });
  });
  network.svg.addEventListener("pointermove", point);
  network.svg.addEventListener("pointerleave", () => { byId("tip").hidden = true; });
}

document.querySelector("h1").textContent = film.title;
byId("note").querySelector("p").textContent = film.note;
byId("note").hidden = !film.note;
if (lastFrame < 0) {
  document.querySelector("main").hidden = true;
  byId("empty").hidden = false;
} else {
  begin();
  listen();
  fromAddress();
}

// For tests, and for those who write a lecture around the page.
window.stepgrad = {
  total: lastFrame, state, go, choose,
  outputs: (frame, x) => [...forward(parametersAt(frame), x).outs.subarray(output.first)],
  gradients: (frame, example) => [...examine({ frame, example }).back.outs],
};
