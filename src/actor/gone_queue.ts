/**
 * The order in which parents learn that a child is gone.
 *
 * @module
 */
import { Ring } from "./ring.ts";

/** The part of a parent that the queue uses. */
interface Parent {
  /** Called when one of its children is gone. */
  childGone(): void;
}

/**
 * Calls parents one after another. The end of an actor may end its parent, and
 * so on up to the root: nested calls would be as deep as the tree, which may be
 * deeper than the stack.
 */
export class GoneQueue {
  readonly #waiting = new Ring<Parent>();
  #running = false;

  /** Calls `childGone` of a parent, after those that are being called. */
  add(parent: Parent): void {
    if (this.#running) return this.#waiting.push(parent);
    this.#running = true;
    try {
      let next: Parent | undefined = parent;
      for (; next !== undefined; next = this.#waiting.shift()) next.childGone();
    } finally {
      this.#running = false;
    }
  }
}
