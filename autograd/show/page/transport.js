// What every page moves by.
import { byId, setText } from "./dom.js";

/** Playing: `advance` goes one step and says whether there is another. */
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

/** Browsers allow only so many changes of the address in a while: it follows when the moving pauses. */
let writing = 0;
export function keepAddress(fragment) {
	clearTimeout(writing);
	writing = setTimeout(() => {
		try {
			history.replaceState(null, "", `#${fragment()}`);
		} catch { /* inside a notebook's frame there is no address to keep */ }
	}, 120);
}

/** Buttons by their ids. */
export function press(clicks) {
	const large = () => byId("large").setAttribute("aria-pressed", document.documentElement.toggleAttribute("data-large"));
	const theme = () => {
		const { dataset } = document.documentElement;
		const isDark = dataset.theme ? dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
		dataset.theme = isDark ? "light" : "dark";
	};
	const help = () => {
		byId("keys").showModal();
		byId("keys").scrollTop = 0; // its button has the focus
	};
	const all = { large, theme, help, close: () => byId("keys").close(), ...clicks };
	for (const [id, act] of Object.entries(all)) {
		byId(id).addEventListener("click", (event) => {
			act();
			if (event.detail) event.currentTarget.blur(); // after a click Space is the page's
		});
	}
	return all;
}

export const isOurs = ({ ctrlKey, metaKey, altKey }) => !(ctrlKey || metaKey || altKey || byId("keys").open);
