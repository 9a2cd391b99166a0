// Edit a leaf's number in a field, in the ledger and on its card.
import { evaluate } from "./arithmetic.js";
import { el, setAttribute } from "./dom.js";
import { graph } from "./graph.js";
import { nameOf, nodes } from "./lesson.js";
import { live, setLeaves } from "./live.js";
import { fixed } from "./numbers.js";
import { canvas } from "./viewport.js";
import { numbers } from "./walk.js";

/** A tenth of the place of the leading digit. */
const stepFor = (x) => 10 ** (Math.floor(Math.log10(Math.max(Math.abs(x), 0.1))) - 1);
const moved = (x, steps, step) => Number((Math.round((x + steps * step) / (step / 100)) * (step / 100)).toPrecision(12));

export function setNumber(input, i) {
	const text = fixed(numbers.data[i]);
	if (input.value !== text) input.value = text;
	setAttribute(input, "aria-valuenow", String(numbers.data[i]));
}

export function numberField(i, done = () => {}) {
	const commit = () => {
		let value = NaN;
		try {
			value = evaluate(input.value.trim(), new Map());
		} catch { /* keep the old number */ }
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
			if (document.activeElement === input) return; // here a drag selects text
			event.preventDefault();
			dragNumber(i, event, put, () => input.focus());
		},
	});
	return input;
}

/** A drag of less than four pixels is a click. */
export function dragNumber(i, event, put, click = () => {}) {
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
		cancelAnimationFrame(frame);
		frame = requestAnimationFrame(() => put(moved(from, pixels * (move.shiftKey ? 10 : 1), step)));
	}, { signal: stop.signal });
	for (const end of ["pointerup", "pointercancel"]) {
		target.addEventListener(end, () => {
			stop.abort();
			if (!isDragged && end === "pointerup") click();
		}, { signal: stop.signal });
	}
}

export function editOnCard(i) {
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
