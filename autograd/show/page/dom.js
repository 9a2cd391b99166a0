// Build elements from text, never from markup: el("p.quiet", {}, text).

export const byId = (id) => document.getElementById(id);

export function el(tag, properties = {}, ...children) {
	const [name, ...classes] = tag.split(".");
	const element = document.createElement(name);
	if (classes.length) element.className = classes.join(" ");
	for (const [key, value] of Object.entries(properties)) {
		if (typeof value === "function") element.addEventListener(key, value);
		else if (value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : value);
	}
	element.append(...children);
	return element;
}

export function svg(tag, attributes = {}, text = "") {
	const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
	for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
	element.textContent = text;
	return element;
}

/** Move the focus up or down among `items`; Tab reaches only one of them. */
export function roam(items, from, by) {
	const next = items[Math.min(items.length - 1, Math.max(0, items.indexOf(from) + by))];
	from.setAttribute("tabindex", "-1");
	next.setAttribute("tabindex", "0");
	next.focus();
}

/** Write only what differs, so that the rest costs the browser nothing. */
export function setText(element, text) {
	if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(element, name, value) {
	if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
