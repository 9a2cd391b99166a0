// Moving: keys, buttons, the scrubber, playing, and the position in the address.
const scrubber = byId("scrubber");

const moving = {
  timer: 0,
  get isPlaying() { return this.timer !== 0; },
  start() {
    if (page.state.position === last) go(0);
    this.timer = setTimeout(() => this.tick(), 0);
    this.show();
  },
  tick() {
    const before = page.state.position;
    forward();
    if (page.state.position === before || page.state.position === last) return this.stop();
    this.timer = setTimeout(() => this.tick(), 1000 / Number(byId("speed").value));
  },
  stop() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.show();
  },
  toggle() {
    if (this.isPlaying) this.stop();
    else this.start();
  },
  show() {
    byId("play").querySelector("use").setAttribute("href", this.isPlaying ? "#i-pause" : "#i-play");
    setText(byId("play").querySelector("span"), this.isPlaying ? "Pause" : "Play");
  },
};

/** Go to a position; whoever moves by hand stops the playing. */
function go(position) {
  moving.stop();
  setPosition(position);
}

function forward() {
  if (openQuestion(page.state)) insist();
  else setPosition(page.state.position + 1);
}

function setPosition(position) {
  page.position = Math.min(last, Math.max(0, position));
  render();
  lookAt(page.state);
  if (page.state.current !== null) showRow(page.state.current);
  keepAddress();
}

/** The step that computes a value or, on the way back, the one that completes its gradient; then the other. */
function goToNode(i) {
  const steps = [computedAt[i], completeAt[i] || computedAt[i]];
  if (page.position > operations) steps.reverse();
  go(steps[0] === page.position ? steps[1] : steps[0]);
}

function goToOperation(i) {
  const steps = [computedAt[i], passedAt[i]];
  if (page.position > operations) steps.reverse();
  go(steps[0] === page.position ? steps[1] : steps[0]);
}

function showTransport({ position }) {
  scrubber.value = position;
  scrubber.style.setProperty("--at", `${(100 * position) / last}%`);
  scrubber.setAttribute("aria-valuetext", `step ${position} of ${last}, ${phaseAt(position)}`);
  setText(byId("count"), `step ${position} of ${last}`);
  byId("first").disabled = byId("back").disabled = position === 0;
  byId("last").disabled = byId("next").disabled = position === last && !openQuestion(page.state);
}

// Browsers allow only so many changes of the address in a while: it follows when the moving pauses.
let addressTimer = 0;
function keepAddress() {
  clearTimeout(addressTimer);
  addressTimer = setTimeout(() => {
    try {
      history.replaceState(null, "", `#step=${page.position}${predict.on ? "&predict" : ""}`);
    } catch { /* inside a notebook's frame there is no address to keep */ }
  }, 120);
}

function addressed() {
  const found = /[#&]step=(\d+)/.exec(location.hash);
  return found ? Math.min(last, Number(found[1])) : null;
}
addEventListener("hashchange", () => {
  const position = addressed();
  if (position !== null && position !== page.position) go(position);
});

scrubber.max = last;
scrubber.parentElement.style.setProperty("--turn", `${(100 * (operations + 0.5)) / last}%`);
scrubber.addEventListener("input", () => go(Number(scrubber.value)));

const clicks = {
  first: () => go(0), back: () => go(page.position - 1), play: () => moving.toggle(),
  next: () => { moving.stop(); forward(); }, last: () => go(last),
  predict: togglePredict, in: () => viewport.zoom(1.3), out: () => viewport.zoom(1 / 1.3), fit: fitGraph,
  follow: () => setFollowing(!(graph.opens && graph.pans)), help: () => byId("keys").showModal(), close: () => byId("keys").close(),
  large: () => {
    const isLarge = document.documentElement.toggleAttribute("data-large");
    byId("large").setAttribute("aria-pressed", isLarge);
  },
  theme: () => {
    const { dataset } = document.documentElement;
    const isDark = dataset.theme ? dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    dataset.theme = isDark ? "light" : "dark";
  },
};
for (const [id, act] of Object.entries(clicks)) {
  byId(id).addEventListener("click", (event) => {
    act();
    if (event.detail) event.currentTarget.blur(); // clicked, not pressed: keys, Space above all, stay the page's
  });
}

const keys = {
  ArrowLeft: clicks.back, ArrowRight: clicks.next, Home: clicks.first, End: clicks.last, " ": clicks.play,
  p: clicks.predict, f: fitGraph, 0: fitGraph, "+": clicks.in, "=": clicks.in, "-": clicks.out, c: clicks.follow, "?": clicks.help,
  l: () => openTab("ledger", true), n: () => openTab("nudge", true), d: () => openTab("descend", true),
  e: () => hot !== null && editOnCard(hot), Escape: closeView, Backspace: closeView,
};
const panKeys = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || byId("keys").open) return;
  const isText = target.tagName === "INPUT" && target.type === "text";
  if (isText) {
    // an empty answer has no place for the caret to go: these keys are the page's
    if (key === "Escape") target.blur();
    else if (target === field && !field.value && /^(Arrow(Left|Right)|Home|End)$/.test(key)) keys[key]();
    return;
  }
  if (event.shiftKey && panKeys[key]) {
    viewport.pan(...panKeys[key]);
    return event.preventDefault();
  }
  if (target.tagName === "SELECT") return;
  if (target === scrubber && /^(Arrow|Home|End|Page)/.test(key)) return;
  if (target.matches("button, input") && (key === " " || key === "Enter") && target !== scrubber) return;
  const act = keys[key] ?? keys[key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});
