// Everything together.
const page = { position: addressed() ?? 0, state: null };

function render() {
  const state = stateAt(page.position, shownAt(page.position));
  page.state = state;
  document.documentElement.dataset.phase = page.position > operations ? "backward" : "forward";
  paintGraph(state);
  paintLedger(state);
  showStep(state);
  showQuestion(state);
  showTransport(state);
  paintTrials(state);
}

document.querySelector("h1").textContent = lesson.title;
byId("notice").textContent = lesson.notice;
openView(0);
render();
if (/[#&]predict\b/.test(location.hash)) togglePredict();
openTab("ledger");
showFollowing();
lookAt(page.state, "jump");
new ResizeObserver(() => viewport.measure()).observe(canvas);

// For tests, and for those who write a lecture around the page.
window.stepgrad = {
  total: last,
  go,
  get position() { return page.position; },
  data: (i) => page.state.data[i],
  grad: (i) => page.state.grads[i],
};
