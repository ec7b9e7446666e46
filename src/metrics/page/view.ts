/**
 * A view of the page: something behind a tab.
 *
 * @module
 */

/** A view, which costs nothing while it is hidden. */
export interface View {
  /** Called when it is shown. */
  show(): void;
  /** Called when another is shown. */
  hide(): void;
}
