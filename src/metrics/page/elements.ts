/**
 * Elements of the page.
 *
 * @module
 */

/** Returns the element of `index.html` with an id. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element !== null) return element;
  throw new TypeError(`Cannot start: the page has no #${id}`);
}

/** Returns the input of `index.html` with an id. */
export function inputById(id: string): HTMLInputElement {
  const element = byId(id);
  if (element instanceof HTMLInputElement) return element;
  throw new TypeError(`Cannot start: #${id} is no input`);
}

/** Returns the choice of `index.html` with an id. */
export function selectById(id: string): HTMLSelectElement {
  const element = byId(id);
  if (element instanceof HTMLSelectElement) return element;
  throw new TypeError(`Cannot start: #${id} is no choice`);
}

/** Creates an element with a class and a text. */
export function create<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string = "",
  text: string = "",
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  if (className !== "") element.className = className;
  if (text !== "") element.textContent = text;
  return element;
}

/** Sets a text, unless it is there already: a page that stands still is cheap. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Returns a list of terms and values. */
export function termList(
  terms: readonly (readonly [term: string, value: string])[],
): HTMLElement {
  const list = create("dl", "terms");
  for (const [term, value] of terms) {
    const row = create("div");
    row.append(create("dt", "", term), create("dd", "", value));
    list.append(row);
  }
  return list;
}
