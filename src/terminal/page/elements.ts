/**
 * Access to the elements of the page.
 *
 * @module
 */

/**
 * Returns the element with an id.
 *
 * @throws {TypeError} if the page has no such element of that kind.
 */
export function byId<T extends HTMLElement = HTMLElement>(
  id: string,
  kind: abstract new (...parameters: never[]) => T,
): T {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new TypeError(`Cannot start: the page has no ${kind.name} #${id}`);
}

/** Calls `press` on a click, and keeps the focus where it is. */
export function onPress(button: HTMLElement, press: () => void): void {
  button.addEventListener("pointerdown", (event) => event.preventDefault());
  button.addEventListener("click", press);
}
