/**
 * Elements of the page.
 *
 * @module
 */

/** Returns the element of `index.html` with an id and of a class. */
export function byId<E extends HTMLElement>(
  id: string,
  of: new () => E,
): E {
  const element = document.getElementById(id);
  if (element instanceof of) return element;
  throw new TypeError(`Cannot start: the page has no #${id}`);
}

/** Creates an element with a text and children. */
export function create<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  { text, className, children = [] }: {
    readonly text?: string;
    readonly className?: string;
    readonly children?: readonly (Node | string)[];
  } = {},
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  if (className !== undefined) element.className = className;
  if (text !== undefined) element.textContent = text;
  element.append(...children);
  return element;
}

/** Creates a button; it is of no use while what it does is being done. */
export function button(
  text: string,
  run: () => void | Promise<void>,
): HTMLButtonElement {
  const element = create("button", { text });
  element.type = "button";
  element.addEventListener("click", async () => {
    element.disabled = true;
    try {
      await run();
    } finally {
      element.disabled = false;
    }
  });
  return element;
}

/** Creates an input with its label. */
export function field(
  label: string,
  className: string = "",
): { readonly label: HTMLLabelElement; readonly input: HTMLInputElement } {
  const input = create("input");
  const element = create("label", { className, children: [label, input] });
  return { label: element, input };
}

/** Creates a table that scrolls by itself where it is wider than the page. */
export function table(
  name: string,
  columns: readonly string[],
  rows: readonly (readonly (Node | string)[])[],
): HTMLElement {
  const head = create("tr", {
    children: columns.map((text) => {
      const cell = create("th", { text });
      cell.scope = "col";
      return cell;
    }),
  });
  const body = rows.map((row) =>
    create("tr", {
      children: row.map((one) => create("td", { children: [one] })),
    })
  );
  const whole = create("table", {
    children: [
      create("thead", { children: [head] }),
      create("tbody", { children: body }),
    ],
  });
  whole.setAttribute("aria-label", name);
  const around = create("div", { className: "scrolls", children: [whole] });
  // So that the keyboard can scroll it.
  around.tabIndex = 0;
  around.setAttribute("role", "region");
  around.setAttribute("aria-label", `${name}, a table`);
  return around;
}

/** Returns a value of a record as a short text. */
export function shortText(value: unknown): string {
  const text = typeof value === "string"
    ? value
    : value === undefined || value === null
    ? ""
    : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}
