// Moving: keys, buttons, the scrubber, playing, and the position in the address.
const moving = {
  timer: 0,
  settle: 0,
  isScrubbing: false, // for as long as frames follow each other by hand
  get isPlaying() { return this.timer !== 0; },
  play() {
    if (lastFrame < 1) return;
    if (state.frame === lastFrame) state.frame = 0;
    this.timer = setTimeout(() => this.tick(), 0);
    this.show();
    draw();
  },
  tick() {
    if (state.frame === lastFrame) return this.stop();
    state.frame++;
    draw();
    this.timer = setTimeout(() => this.tick(), 1000 / Number(byId("speed").value));
  },
  stop() {
    if (!this.isPlaying) return;
    clearTimeout(this.timer);
    this.timer = 0;
    this.show();
    keepAddress();
    draw();
  },
  scrub() {
    this.isScrubbing = true;
    clearTimeout(this.settle);
    this.settle = setTimeout(() => { this.isScrubbing = false; draw(); }, 150);
  },
  show() {
    byId("play").querySelector("use").setAttribute("href", this.isPlaying ? "#i-pause" : "#i-play");
    setText(byId("play").querySelector("span"), this.isPlaying ? "Pause" : "Play");
  },
};

// Go to a frame; whoever moves by hand stops the playing.
function go(frame) {
  moving.stop();
  moving.scrub();
  state.frame = Math.min(lastFrame, Math.max(0, frame));
  keepAddress();
  draw();
}

// Another view, example or neuron.
function choose(change) {
  Object.assign(state, change);
  keepAddress();
  draw();
}
function turn(name, count, by) {
  const now = state[name] ?? (by > 0 ? -1 : count);
  if (count) choose({ [name]: (now + by + count) % count });
}

// The position in the address, so that a moment can be linked: #step=40&view=backward&example=3&neuron=7. Browsers
// allow only so many changes of it in a while: it follows when the moving pauses.
let addressTimer = 0;
function keepAddress() {
  clearTimeout(addressTimer);
  if (moving.isPlaying) return;
  addressTimer = setTimeout(() => {
    const parts = [`step=${film.steps[state.frame]}`];
    if (state.view !== "forward") parts.push(`view=${state.view}`);
    if (state.example) parts.push(`example=${state.example}`);
    if (state.neuron !== null) parts.push(`neuron=${state.neuron}`);
    try {
      history.replaceState(null, "", `#${parts.join("&")}`);
    } catch { /* inside a notebook's frame there is no address to keep */ }
  }, 120);
}
function fromAddress() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const whole = (name, count) => {
    const text = asked.get(name) ?? "";
    return /^\d{1,15}$/.test(text) && count > 0 ? Math.min(Number(text), count - 1) : null;
  };
  const step = whole("step", Infinity);
  moving.stop();
  choose({
    frame: step === null ? state.frame : frameNear(step),
    view: asked.get("view") === "backward" ? "backward" : "forward",
    example: whole("example", film.examples.length) ?? 0,
    neuron: whole("neuron", neuronCount),
  });
}

const clicks = {
  first: () => go(0), back: () => go(state.frame - 1), next: () => go(state.frame + 1), last: () => go(lastFrame),
  play: () => moving.isPlaying ? moving.stop() : moving.play(),
  forward: () => choose({ view: "forward" }), backward: () => choose({ view: "backward" }),
  help: () => {
    byId("keys").showModal();
    byId("keys").scrollTop = 0; // its button, below all the text, has the focus
  },
  close: () => byId("keys").close(),
  large: () => {
    const isLarge = document.documentElement.toggleAttribute("data-large");
    byId("large").setAttribute("aria-pressed", isLarge);
    document.documentElement.dataset.view = ""; // the legend is to be drawn anew
    draw();
  },
  theme: () => {
    const { dataset } = document.documentElement;
    const isDark = dataset.theme ? dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    dataset.theme = isDark ? "light" : "dark";
  },
};
const keys = {
  ArrowLeft: clicks.back, ArrowRight: clicks.next, Home: clicks.first, End: clicks.last, " ": clicks.play,
  f: clicks.forward, b: clicks.backward, "?": clicks.help, Escape: () => choose({ neuron: null }),
  e: (by) => turn("example", film.examples.length, by), n: (by) => turn("neuron", neuronCount, by),
};

function listen() {
  for (const [id, act] of Object.entries(clicks)) {
    byId(id).addEventListener("click", (event) => {
      act();
      if (event.detail) event.currentTarget.blur(); // clicked, not pressed: keys, Space above all, stay the page's
    });
  }
  byId("scrubber").addEventListener("input", () => go(Number(byId("scrubber").value)));
  byId("example").addEventListener("change", () => choose({ example: Number(byId("example").value) }));
  byId("which").addEventListener("change", () => choose({ neuron: byId("which").value === "" ? null : Number(byId("which").value) }));
  addEventListener("hashchange", fromAddress);
  document.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || byId("keys").open || target.tagName === "SELECT") return;
    if (target.matches?.("button") && (key === " " || key === "Enter")) return;
    const act = keys[key] ?? keys[key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act(event.shiftKey ? -1 : 1);
  });
}
