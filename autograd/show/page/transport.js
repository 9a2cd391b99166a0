// Playing, the address, and the buttons that every page has.
import { byId, setText } from "./dom.js";

/** Make a player; `advance` goes one step and returns whether there is another. */
export function player({ begun, advance, stopped = () => {} }) {
	let timer = 0;
	const tick = () => {
		if (advance()) timer = setTimeout(tick, 1000 / Number(byId("speed").value));
		else self.stop();
	};
	const show = () => {
		byId("play").querySelector("use").setAttribute("href", timer ? "#i-pause" : "#i-play");
		setText(byId("play").querySelector("span"), timer ? "Pause" : "Play");
	};
	const self = {
		get isPlaying() { return timer !== 0; },
		start() {
			timer = setTimeout(tick, 0);
			show();
			begun();
		},
		stop() {
			if (!timer) return;
			clearTimeout(timer);
			timer = 0;
			show();
			stopped();
		},
		toggle: () => (timer ? self.stop() : self.start()),
	};
	return self;
}

/** Update the address when movement pauses, since browsers limit how often it may change. */
let writing = 0;
export function keepAddress(fragment) {
	clearTimeout(writing);
	writing = setTimeout(() => {
		try {
			history.replaceState(null, "", `#${fragment()}`);
		} catch { /* a notebook's frame has no address */ }
	}, 120);
}

/** Connect buttons, by id, to actions. */
export function press(clicks) {
	const large = () => byId("large").setAttribute("aria-pressed", document.documentElement.toggleAttribute("data-large"));
	const theme = () => {
		const { dataset } = document.documentElement;
		const isDark = dataset.theme ? dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
		dataset.theme = isDark ? "light" : "dark";
	};
	const help = () => {
		byId("keys").showModal();
		byId("keys").scrollTop = 0; // the focus on its button has scrolled it down
	};
	const all = { large, theme, help, close: () => byId("keys").close(), ...clicks };
	for (const [id, act] of Object.entries(all)) {
		byId(id).addEventListener("click", (event) => {
			act();
			if (event.detail) event.currentTarget.blur(); // so that Space plays after a click
		});
	}
	return all;
}

export const isOurs = ({ ctrlKey, metaKey, altKey }) => !(ctrlKey || metaKey || altKey || byId("keys").open);
