/**
 * An actor's children, and the sums of what those did that are gone: without
 * them a total over the tree would fall whenever an actor ends.
 *
 * @module
 */
import type { WorkDone } from "./snapshot.ts";

/** What a child is to the sums. */
interface Child {
  readonly name: string;
  readonly processed: number;
  readonly restarts: number;
}

/** The children that are not gone, by name, in the order of their spawning. */
export class ChildTable<C extends Child> extends Map<string, C> {
  #processed = 0;
  #restarts = 0;
  #busyMs = 0;

  /** A child is gone, with the children that it had. */
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

  /** What those did that are gone. */
  get gone(): WorkDone {
    return {
      processed: this.#processed,
      restarts: this.#restarts,
      busyMs: this.#busyMs,
    };
  }
}
