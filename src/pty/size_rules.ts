/**
 * Whose size a session has: pure decisions.
 *
 * @module
 */
import type { PtySize } from "./size.ts";

/**
 * The sizes that fit the viewers of a session, and the viewer who owns the size.
 * A viewer owns it when it types, or asks for it; when it leaves, whoever owned
 * it before does again. A size that a viewer only names is for then, unless
 * nobody owns the size.
 */
export class SizeClaims<V> {
  readonly #sizes = new Map<V, PtySize>();
  /** Viewers that have named a size: who owned it last comes last. */
  #order: readonly V[] = [];
  #owner: V | undefined;
  /** Whether the size was set by nobody of the viewers. */
  #isSet = false;

  /** The viewer whose size it is. */
  get owner(): V | undefined {
    return this.#owner;
  }

  /** Notes the size that fits a viewer; returns it if the session gets it. */
  propose(viewer: V, size: PtySize): PtySize | undefined {
    if (!this.#sizes.has(viewer)) this.#order = [viewer, ...this.#order];
    this.#sizes.set(viewer, size);
    if (this.#owner === viewer) return size;
    return this.#owner === undefined && !this.#isSet
      ? this.claim(viewer)
      : undefined;
  }

  /** Makes a viewer the owner, if it has named a size, which it returns. */
  claim(viewer: V): PtySize | undefined {
    const size = this.#sizes.get(viewer);
    if (size === undefined) return undefined;
    this.#order = [...this.#order.filter((one) => one !== viewer), viewer];
    this.#owner = viewer;
    this.#isSet = false;
    return size;
  }

  /** Sets a size, for a viewer or for nobody. */
  set(viewer: V | undefined, size: PtySize): PtySize {
    if (viewer !== undefined) {
      this.propose(viewer, size);
      this.claim(viewer);
    } else {
      this.#owner = undefined;
      this.#isSet = true;
    }
    return size;
  }

  /** Forgets a viewer; returns the size of the next owner, if there is one. */
  leave(viewer: V): PtySize | undefined {
    this.#sizes.delete(viewer);
    this.#order = this.#order.filter((one) => one !== viewer);
    if (this.#order.length === 0) this.#isSet = false;
    if (this.#owner !== viewer) return undefined;
    this.#owner = undefined;
    const next = this.#order.at(-1);
    return next === undefined ? undefined : this.claim(next);
  }
}
