/**
 * The part of the page that is seen: an on-screen keyboard covers the rest.
 *
 * @module
 */

/** Keeps the page as high as what is seen of it. */
export function useVisibleHeight(): void {
  const viewport = globalThis.visualViewport;
  if (!viewport) return;
  const show = (): void => {
    // Who enlarges the page sees a part of it, which stays as it is.
    if (viewport.scale > 1.01) return;
    document.documentElement.style
      .setProperty("--visible-height", `${Math.round(viewport.height)}px`);
    // A browser that scrolls to the keyboard would hide the status line.
    globalThis.scrollTo(0, 0);
  };
  viewport.addEventListener("resize", show);
  viewport.addEventListener("scroll", () => {
    if (viewport.offsetTop > 0) show();
  });
}
