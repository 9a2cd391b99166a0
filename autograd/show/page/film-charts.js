// Plot the loss over the steps, with a cursor: click or drag to go to a step.
import { byId, svg } from "./dom.js";
import { curve, film, frameNear, losses } from "./film-data.js";
import { draw, go } from "./film-moving.js";
import { raised, round, unit } from "./film-scale.js";
import { fixed } from "./numbers.js";

export function chartIn(room) {
	const picture = svg("svg", { role: "img" });
	room.append(picture);
	const finite = [...curve.losses].filter(Number.isFinite);
	const positive = finite.filter((loss) => loss > 0);
	const log = Math.min(...finite) >= 0 && positive.length > 1 && Math.max(...positive) / Math.min(...positive) > 30;
	const least = Math.min(...(log ? positive : finite)), most = Math.max(...finite);
	const cursor = svg("path", { class: "cursor" }), dot = svg("circle", { class: "here", r: 5 });
	let place = null;

	const ticks = (low, high, count) => {
		const rough = (high - low) / count, power = 10 ** Math.floor(Math.log10(rough));
		const stride = power * [1, 2, 5, 10].find((n) => n * power >= rough);
		const found = [];
		for (let n = Math.ceil(low / stride); n * stride <= high * (1 + 1e-9); n++) found.push(n * stride);
		return found;
	};

	function arrange() {
		const width = room.clientWidth, height = room.clientHeight;
		if (!width || !height) return;
		picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
		const u = unit(), left = 52 * u, right = 14, top = 10, bottom = height - 20 * u;
		const last = Math.max(1, curve.steps.at(-1));
		const x = (step) => left + (width - left - right) * step / last;
		let low = least, high = most;
		if (!finite.length) [low, high] = [0, 1];
		else if (!log) {
			if (low > 0 && low < high * 0.6) low = 0;
			if (low === high) [low, high] = [Math.min(0, low), Math.max(low, 0) || 1];
		}
		const part = (loss) => log ? Math.log(loss / low) / Math.log(high / low) : (loss - low) / (high - low); // log(0): below
		// A loss that is not finite is drawn at the edge.
		const y = (loss) => Number.isFinite(loss) ? bottom - (bottom - top) * Math.min(1, Math.max(0, part(loss))) : loss === -Infinity ? bottom : top;
		place = { x, y, top, bottom, last, left, right, width };
		const parts = [];
		const levels = log ? powers(low, high) : ticks(low, high, 3).map((level) => [level, round(level)]);
		for (const [level, text] of levels) {
			parts.push(svg("path", { class: "grid", d: `M${left} ${y(level)}H${width - right}` }));
			parts.push(svg("text", { class: "mark", x: left - 7, y: y(level) + 4 * u }, text));
		}
		for (const step of ticks(0, last, Math.max(2, width / 110 / u))) {
			if (Number.isInteger(step)) parts.push(svg("text", { class: "step", x: x(step), y: height - 4 }, step.toLocaleString("en")));
		}
		let line = "", pen = "M";
		curve.losses.forEach((loss, index) => {
			if (!Number.isFinite(loss)) {
				parts.push(svg("circle", { class: "broken", cx: x(curve.steps[index]), cy: y(loss), r: 3.5 }));
				pen = "M";
				return;
			}
			line += `${pen}${x(curve.steps[index]).toFixed(1)} ${y(loss).toFixed(1)}`;
			pen = "L";
		});
		parts.push(svg("path", { class: "line", d: line || "M0 0" }), cursor, dot);
		picture.replaceChildren(...parts);
	}
	// Powers of ten with their names; if fewer than two lie in between, both ends.
	const powers = (low, high) => {
		const [from, to] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
		if (from >= to) return [low, high].map((level) => [level, round(Number(level.toPrecision(2)))]);
		const stride = Math.max(1, Math.ceil((to - from) / 4));
		const exponents = [];
		for (let exponent = from; exponent <= to; exponent += stride) exponents.push(exponent);
		const isShort = from >= -2 && to <= 2;
		return exponents.map((exponent) => [10 ** exponent, isShort ? round(10 ** exponent) : raised(exponent)]);
	};

	function show({ frame }) {
		if (!place) arrange();
		if (!place) return;
		const x = place.x(film.steps[frame]);
		cursor.setAttribute("d", `M${x} ${place.top - 6}V${place.bottom}`);
		dot.setAttribute("cx", x);
		dot.setAttribute("cy", place.y(losses[frame]));
		dot.classList.toggle("broken", !Number.isFinite(losses[frame]));
	}

	// Find the frame nearest to the pointer.
	function frameAt(event) {
		const step = (event.clientX - picture.getBoundingClientRect().left - place.left) / (place.width - place.left - place.right) * place.last;
		return frameNear(step);
	}
	picture.addEventListener("pointerdown", (event) => { picture.setPointerCapture(event.pointerId); go(frameAt(event)); });
	picture.addEventListener("pointermove", (event) => { if (picture.hasPointerCapture(event.pointerId)) go(frameAt(event)); });
	const described = finite.length ? `Loss from ${fixed(curve.losses[0])} to ${fixed(curve.losses.at(-1))} over ${film.recorded} steps` : "Loss";
	picture.setAttribute("aria-label", described);
	byId("axis").textContent = log ? "on a logarithmic axis" : "";
	new ResizeObserver(() => { arrange(); draw(); }).observe(room);
	return { show };
}
