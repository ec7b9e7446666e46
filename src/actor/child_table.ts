/**
 * An actor's children, and sums over those that are gone. Without these sums a
 * total over the tree would fall whenever an actor ends.
 *
 * @module
 */
import type { WorkDone } from "./snapshot.ts";

/** The part of a child that the table uses. */
interface Child {
  readonly name: string;
  readonly processed: number;
  readonly restarts: number;
}

/** The children that are not gone, by name, in the order of spawning. */
export class ChildTable<C extends Child> extends Map<string, C> {
  #processed = 0;
  #restarts = 0;
  #busyMs = 0;

  /** Removes a child that is gone, with the children that it had. */
  remove(child: C, busyMs: number, below: ChildTable<C> | undefined): void {
    this.delete(child.name);
    this.#processed += child.processed;
    this.#restarts += child.restarts;
    this.#busyMs += busyMs;
    if (below === undefined) return;
    this.#processed += below.#processed;
    this.#restarts += below.#restarts;
    this.#busyMs += below.#busyMs;
  }

  /** Work of the children that are gone, and of their descendants. */
  get gone(): WorkDone {
    return {
      processed: this.#processed,
      restarts: this.#restarts,
      busyMs: this.#busyMs,
    };
  }
}
