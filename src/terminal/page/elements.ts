/**
 * The elements of the page.
 *
 * @module
 */

/**
 * The element with an id.
 *
 * @throws {TypeError} when there is none of that kind.
 */
export function byId<T extends HTMLElement = HTMLElement>(
  id: string,
  kind: abstract new (...parameters: never[]) => T,
): T {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new TypeError(`Cannot begin: the page has no ${kind.name} #${id}`);
}

/** Calls back on a click, and leaves the focus where it is. */
export function onPress(button: HTMLElement, press: () => void): void {
  button.addEventListener("pointerdown", (event) => event.preventDefault());
  button.addEventListener("click", press);
}
