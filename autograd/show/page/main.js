// Start the page.
import { byId } from "./dom.js";
import { lookAt, openView, showFollowing } from "./graph.js";
import { last, lesson } from "./lesson.js";
import { addressed } from "./moving.js";
import { go, page, render } from "./page.js";
import { togglePredict } from "./predict.js";
import { openTab } from "./trials.js";
import { canvas, viewport } from "./viewport.js";

document.querySelector("h1").textContent = lesson.title;
byId("notice").textContent = lesson.notice;
openView(0);
page.position = addressed() ?? 0;
render();
if (/[#&]predict\b/.test(location.hash)) togglePredict();
openTab("ledger");
showFollowing();
lookAt(page.state, "jump");
new ResizeObserver(() => viewport.measure()).observe(canvas);

// For tests and lectures.
window.stepgrad = {
	total: last,
	go,
	get position() { return page.position; },
	data: (i) => page.state.data[i],
	grad: (i) => page.state.grads[i],
};
