/**
 * Lets xterm.js work under the policy `style-src 'self'`. xterm.js makes `<style>`
 * elements and `style` attributes, which the policy blocks. The same through the
 * object model (adopted style sheets, `element.style`) is allowed, because
 * injected markup cannot do it.
 *
 * @module
 */

/** Replaces the two ways for all elements made later; call it once, first. */
export function useStrictStyles(): void {
  const create = document.createElement.bind(document);
  Object.defineProperty(document, "createElement", {
    value: (name: string, options?: ElementCreationOptions) =>
      name === "style" ? adopted(create("template")) : create(name, options),
  });
  const set = Element.prototype.setAttribute;
  HTMLElement.prototype.setAttribute = function (name, value): void {
    if (name === "style") this.style.cssText = value;
    else set.call(this, name, value);
  };
}

/** Returns an invisible element whose text becomes a style sheet. */
function adopted(element: HTMLElement): HTMLElement {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  Object.defineProperty(element, "textContent", {
    set: (css: string) => sheet.replaceSync(css),
  });
  return element;
}
