/**
 * Lets xterm.js work under `style-src 'self'`. It makes `<style>` elements and
 * `style` attributes, which such a policy blocks; the same through the object
 * model (adopted style sheets, `element.style`) is allowed, as it cannot come
 * from injected markup.
 *
 * @module
 */

/** Takes effect for all that is made from now on; call it once, first. */
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

/** An element that shows nothing, and whose text is a style sheet. */
function adopted(element: HTMLElement): HTMLElement {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  Object.defineProperty(element, "textContent", {
    set: (css: string) => sheet.replaceSync(css),
  });
  return element;
}
