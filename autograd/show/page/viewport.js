// The visible part of the drawing.
import { byId } from "./dom.js";

export const canvas = byId("canvas");
export const READABLE = 0.62; // below this scale numbers are too small to read
const still = matchMedia("(prefers-reduced-motion: reduce)");

export const viewport = {
	x: 0, y: 0, k: 1, width: 1, height: 1, svg: null, whole: { x: 0, y: 0, width: 1, height: 1 }, fitted: true, moving: 0,

	scaleFor(box, most) {
		return Math.min(most, this.width / (box.width + 24), this.height / (box.height + 24));
	},
	around(box, k) {
		return { k, x: box.x + box.width / 2 - this.width / k / 2, y: box.y + box.height / 2 - this.height / k / 2 };
	},
	apply() {
		this.svg?.setAttribute("viewBox", `${this.x} ${this.y} ${this.width / this.k} ${this.height / this.k}`);
	},
	jump(to) {
		cancelAnimationFrame(this.moving);
		Object.assign(this, to);
		this.apply();
	},
	glide(to) {
		if (still.matches) return this.jump(to);
		cancelAnimationFrame(this.moving);
		const from = { x: this.x, y: this.y, k: this.k };
		const start = performance.now();
		const frame = (time) => {
			const t = Math.min(1, Math.max(0, (time - start) / 260));
			const eased = t * t * (3 - 2 * t);
			for (const key of ["x", "y", "k"]) this[key] = from[key] + (to[key] - from[key]) * eased;
			this.apply();
			if (t < 1) this.moving = requestAnimationFrame(frame);
		};
		this.moving = requestAnimationFrame(frame);
	},
	fit(how = "glide") {
		this.fitted = true;
		this[how](this.around(this.whole, this.scaleFor(this.whole, 1.6)));
	},
	/** Bring a box into sight, at a readable scale. */
	see(box, how = "glide") {
		if (this.fitted && this.k >= READABLE) return;
		const [left, top] = [(box.x - this.x) * this.k, (box.y - this.y) * this.k];
		const inside = left >= 0 && top >= 48 && // below the buttons
			left + box.width * this.k <= this.width && top + box.height * this.k <= this.height;
		if (inside && this.k >= READABLE) return;
		this.fitted = false;
		this[how](this.around(box, Math.max(0.5, this.scaleFor(box, Math.max(this.k, 0.85)))));
	},
	zoom(factor, x = this.width / 2, y = this.height / 2) {
		const k = Math.min(4, Math.max(0.05, this.k * factor));
		this.fitted = false;
		this.jump({ k, x: this.x + x / this.k - x / k, y: this.y + y / this.k - y / k });
	},
	pan(dx, dy) {
		this.fitted = false;
		this.jump({ x: this.x - dx / this.k, y: this.y - dy / this.k });
	},
	measure() {
		const centre = { x: this.x + this.width / this.k / 2, y: this.y + this.height / this.k / 2 };
		this.width = canvas.clientWidth || 1;
		this.height = canvas.clientHeight || 1;
		if (this.fitted) this.fit("jump");
		else this.jump({ x: centre.x - this.width / this.k / 2, y: centre.y - this.height / this.k / 2 });
	},
};

canvas.addEventListener("wheel", (event) => {
	event.preventDefault();
	const { left, top } = canvas.getBoundingClientRect();
	const pixels = event.deltaY * (event.deltaMode ? 20 : 1);
	viewport.zoom(Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.0015)), event.clientX - left, event.clientY - top);
}, { passive: false });

// One pointer pans, two zoom. A press that hardly moves is a click.
const pointers = new Map();
canvas.addEventListener("pointerdown", (event) => {
	if (event.button || event.target.tagName === "INPUT") return;
	pointers.set(event.pointerId, event);
	if (pointers.size === 1) canvas.classList.remove("moved");
});
canvas.addEventListener("pointermove", (event) => {
	const before = pointers.get(event.pointerId);
	if (!before) return;
	if (!canvas.classList.contains("moved")) {
		if (pointers.size === 1 && Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY) < 4) return;
		canvas.classList.add("moved");
		canvas.setPointerCapture(event.pointerId);
	}
	const other = [...pointers.values()].find((pointer) => pointer.pointerId !== event.pointerId);
	if (other) {
		const { left, top } = canvas.getBoundingClientRect();
		const apart = (pointer) => Math.hypot(pointer.clientX - other.clientX, pointer.clientY - other.clientY) || 1;
		const [x, y] = [(event.clientX + other.clientX) / 2 - left, (event.clientY + other.clientY) / 2 - top];
		viewport.pan((event.clientX - before.clientX) / 2, (event.clientY - before.clientY) / 2);
		viewport.zoom(apart(event) / apart(before), x, y);
	} else viewport.pan(event.clientX - before.clientX, event.clientY - before.clientY);
	pointers.set(event.pointerId, event);
});
for (const end of ["pointerup", "pointercancel"]) {
	canvas.addEventListener(end, (event) => pointers.delete(event.pointerId));
}
// Ignore the click that ends a drag.
canvas.addEventListener("click", (event) => {
	if (canvas.classList.contains("moved")) event.stopPropagation();
	canvas.classList.remove("moved");
}, true);
