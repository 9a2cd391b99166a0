// Draw the plane of two inputs: the network's output at every point, and the examples.
import { byId } from "./dom.js";
import { classifies, classOf, computes, film, forward, inputCount, neuronCount, output, parametersAt, targetClass } from "./film-data.js";
import { choose, draw, isMoving } from "./film-moving.js";

export function planeIn(room) {
	const canvas = room.querySelector("canvas");
	const shown = computes && inputCount === 2 && film.examples.length > 0;
	byId("plane").hidden = !shown;
	document.body.classList.toggle("flat", shown);
	if (!shown) return { show() {} };

	const span = (axis) => {
		const all = film.examples.map((x) => x[axis]);
		const [low, high] = [Math.min(...all), Math.max(...all)];
		const pad = (high - low || 2) * 0.12;
		return [low - pad, high + pad];
	};
	const extent = [span(0), span(1)];
	const targets = film.targets && film.targets.map((t) => classifies ? targetClass(t) : null);
	// The distance from the level of half the full colour: that of the targets.
	const distances = output.size === 1 && film.targets ? film.targets.map((t) => Math.abs(t - film.level)) : [1];
	const half = Math.max(...distances) || 1;
	const pass = { sums: new Float64Array(neuronCount), outs: new Float64Array(neuronCount) };
	let place = null, colours = null, grid = null;

	function arrange() {
		const width = room.clientWidth, height = room.clientHeight, dots = devicePixelRatio || 1;
		if (!width || !height) return;
		canvas.width = width * dots;
		canvas.height = height * dots;
		canvas.style.width = `${width}px`;
		canvas.style.height = `${height}px`;
		// Both axes have the same scale, unless the data is much longer in one direction: then each fills its axis.
		const [[x0, x1], [y0, y1]] = extent;
		const skewed = Math.max((x1 - x0) / (y1 - y0), (y1 - y0) / (x1 - x0)) > 4;
		const unit = Math.min(width / (x1 - x0), height / (y1 - y0));
		const [ux, uy] = skewed ? [width / (x1 - x0), height / (y1 - y0)] : [unit, unit];
		const [mx, my] = [(x0 + x1) / 2, (y0 + y1) / 2];
		place = {
			width, height, dots,
			x: (value) => width / 2 + (value - mx) * ux, y: (value) => height / 2 - (value - my) * uy,
			atX: (pixel) => mx + (pixel - width / 2) / ux, atY: (pixel) => my - (pixel - height / 2) / uy,
		};
		grid = null;
	}

	// Compute the network's outputs on a grid of columns times rows, from upper left to lower right.
	function compute(frame, columns, rows) {
		const parameters = parametersAt(frame);
		const outs = new Float64Array(columns * rows * output.size);
		const x = [0, 0];
		for (let row = 0, at = 0; row < rows; row++) {
			x[1] = place.atY(place.height * row / (rows - 1));
			for (let column = 0; column < columns; column++, at += output.size) {
				x[0] = place.atX(place.width * column / (columns - 1));
				forward(parameters, x, pass);
				for (let k = 0; k < output.size; k++) outs[at + k] = pass.outs[output.first + k];
			}
		}
		return { frame, columns, rows, outs };
	}

	const rgb = (colour) => colour.match(/\d+/g).map(Number);
	function look() {
		const named = (name) => {
			canvas.style.color = name.startsWith("#") ? name : `var(--${name})`; // free to use, as the canvas has no text
			return getComputedStyle(canvas).color;
		};
		const classes = film.classes.map(named);
		return { classes, rgb: classes.map(rgb), nan: rgb(named("nan")), ink: named("ink"), card: named("card") };
	}

	// Paint side and strength as colour; mark points without an answer.
	function paint({ columns, rows, outs }) {
		const picture = new ImageData(columns, rows);
		for (let cell = 0; cell < columns * rows; cell++) {
			const which = classOf(outs, cell * output.size);
			const distance = output.size === 1 ? Math.abs(outs[cell] - film.level) : 1.2 * half;
			const strength = distance === Infinity ? 1 : distance / (distance + half);
			picture.data.set(which < 0 ? colours.nan : colours.rgb[which % colours.rgb.length], 4 * cell);
			picture.data[4 * cell + 3] = which < 0 ? 120 : 184 * strength;
		}
		const small = document.createElement("canvas");
		[small.width, small.height] = [columns, rows];
		small.getContext("2d").putImageData(picture, 0, 0);
		return small;
	}

	// Draw the line where a function on the grid is 0, cell by cell (marching squares).
	function contour(pen, columns, rows, value) {
		const [wide, high] = [place.width / (columns - 1), place.height / (rows - 1)];
		let crossed = 0;
		pen.beginPath();
		for (let row = 0; row < rows - 1; row++) {
			for (let column = 0; column < columns - 1; column++) {
				const at = row * columns + column;
				const values = [value(at), value(at + 1), value(at + columns + 1), value(at + columns)]; // clockwise
				const above = (values[0] > 0) + (values[1] > 0) + (values[2] > 0) + (values[3] > 0);
				if (above === 0 || above === 4 || values.some(Number.isNaN)) continue;
				const corners = [[column, row], [column + 1, row], [column + 1, row + 1], [column, row + 1]];
				const cuts = [];
				for (let side = 0; side < 4; side++) {
					const [a, b] = [values[side], values[(side + 1) % 4]];
					if ((a > 0) === (b > 0)) continue;
					const part = Number.isFinite(a - b) ? a / (a - b) : 0.5;
					const [from, to] = [corners[side], corners[(side + 1) % 4]];
					cuts.push([(from[0] + (to[0] - from[0]) * part) * wide, (from[1] + (to[1] - from[1]) * part) * high]);
				}
				crossed++;
				for (let cut = 0; cut < cuts.length; cut += 2) {
					pen.moveTo(...cuts[cut]);
					pen.lineTo(...cuts[cut + 1]);
				}
			}
		}
		pen.lineWidth = crossed > 0.1 * columns * rows ? 0.7 : 2.2; // a line that is everywhere must not hide the sides
		pen.stroke();
	}

	function marker(pen, kind, x, y, size) {
		pen.beginPath();
		if (kind === 0) { pen.moveTo(x, y - size * 1.15); pen.lineTo(x + size * 1.05, y + size * 0.8); pen.lineTo(x - size * 1.05, y + size * 0.8); pen.closePath(); }
		else if (kind === 2) pen.rect(x - size * 0.85, y - size * 0.85, size * 1.7, size * 1.7);
		else if (kind === 3) { pen.moveTo(x, y - size * 1.2); pen.lineTo(x + size * 1.2, y); pen.lineTo(x, y + size * 1.2); pen.lineTo(x - size * 1.2, y); pen.closePath(); }
		else pen.arc(x, y, size, 0, 7);
		pen.fill();
		pen.stroke();
	}

	function show({ frame, example }) {
		colours ??= look();
		if (!place) arrange();
		if (!place) return;
		const columns = isMoving() ? 56 : 140;
		const rows = Math.max(2, Math.round(columns * place.height / place.width));
		if (!grid || grid.frame !== frame || grid.columns < columns) grid = compute(frame, columns, rows);
		const pen = canvas.getContext("2d");
		pen.setTransform(place.dots, 0, 0, place.dots, 0, 0);
		pen.fillStyle = colours.card;
		pen.fillRect(0, 0, place.width, place.height);
		pen.imageSmoothingEnabled = true;
		pen.imageSmoothingQuality = "high";
		// Put the cell centres of the small picture on the computed points, the outermost on the border.
		const [dx, dy] = [place.width / (grid.columns - 1), place.height / (grid.rows - 1)];
		pen.drawImage(paint(grid), -dx / 2, -dy / 2, place.width + dx, place.height + dy);
		pen.strokeStyle = colours.ink;
		pen.lineCap = "round";
		const { outs } = grid;
		if (output.size === 1) contour(pen, grid.columns, grid.rows, (cell) => outs[cell] - film.level);
		else for (let k = 0; k < output.size - (output.size === 2 ? 1 : 0); k++) {
			contour(pen, grid.columns, grid.rows, (cell) => {
				let rival = -Infinity;
				for (let other = 0; other < output.size; other++) if (other !== k) rival = Math.max(rival, outs[cell * output.size + other]);
				return outs[cell * output.size + k] - rival;
			});
		}
		film.examples.forEach((x, index) => {
			const which = targets ? targets[index] : null;
			pen.fillStyle = which === null ? colours.ink : colours.classes[which % colours.classes.length];
			pen.strokeStyle = "#ffffff";
			pen.lineWidth = 1.2;
			marker(pen, which ?? 1, place.x(x[0]), place.y(x[1]), place.width < 300 ? 3.6 : 4.6);
		});
		const [x, y] = film.examples[example];
		pen.strokeStyle = colours.ink;
		pen.lineWidth = 2.6;
		pen.beginPath();
		pen.arc(place.x(x), place.y(y), 10, 0, 7);
		pen.stroke();
		describe(frame);
	}

	function describe(frame) {
		const right = byId("right");
		if (!classifies) { right.textContent = ""; canvas.setAttribute("aria-label", `The plane of the inputs at step ${film.steps[frame]}`); return; }
		const good = film.examples.filter((x, index) => classOf(forward(parametersAt(frame), x, pass).outs, output.first) === targets[index]).length;
		right.textContent = `${good} of ${film.examples.length} right`;
		canvas.setAttribute("aria-label", `The plane of the inputs with the decision boundary at step ${film.steps[frame]}: ${right.textContent}`);
	}

	canvas.addEventListener("click", (event) => {
		const box = canvas.getBoundingClientRect();
		const [px, py] = [event.clientX - box.left, event.clientY - box.top];
		const distance = (x) => Math.hypot(place.x(x[0]) - px, place.y(x[1]) - py);
		choose({ example: film.examples.reduce((best, x, index) => distance(x) < distance(film.examples[best]) ? index : best, 0) });
	});
	const repaint = () => { colours = null; draw(); };
	new MutationObserver(repaint).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
	new ResizeObserver(() => { arrange(); draw(); }).observe(room);
	return { show };
}
