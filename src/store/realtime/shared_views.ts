/**
 * Which subscribers have which view: equal views are one.
 *
 * @module
 */
import type { ChangeView } from "./change_view.ts";
import type { Subscriber } from "./subscriber.ts";

/** A view, and the subscribers that have it. */
interface Shared {
  readonly view: ChangeView;
  readonly members: Set<Subscriber>;
}

/** The views of all subscribers. */
export class SharedViews {
  /** By collection, then by their keys. */
  readonly #views = new Map<string, Map<string, Shared>>();

  /** Different views at present. */
  get size(): number {
    let size = 0;
    for (const ofCollection of this.#views.values()) size += ofCollection.size;
    return size;
  }

  /** Returns the views of a collection. */
  of(collection: string): ChangeView[] {
    const shared = this.#views.get(collection)?.values() ?? [];
    return Array.from(shared, ({ view }) => view);
  }

  /** Returns the subscribers that have a view. */
  membersOf({ collection, key }: ChangeView): Iterable<Subscriber> {
    return this.#views.get(collection)?.get(key)?.members ?? [];
  }

  /** Gives a subscriber a view, and returns the one that all share. */
  share(view: ChangeView, subscriber: Subscriber): ChangeView {
    const { collection, key } = view;
    let ofCollection = this.#views.get(collection);
    if (ofCollection === undefined) {
      ofCollection = new Map();
      this.#views.set(collection, ofCollection);
    }
    let shared = ofCollection.get(key);
    if (shared === undefined) {
      shared = { view, members: new Set() };
      ofCollection.set(key, shared);
    }
    shared.members.add(subscriber);
    return shared.view;
  }

  /** Takes a view from a subscriber. */
  release({ collection, key }: ChangeView, subscriber: Subscriber): void {
    const ofCollection = this.#views.get(collection);
    const members = ofCollection?.get(key)?.members;
    members?.delete(subscriber);
    if (members?.size === 0) ofCollection?.delete(key);
    if (ofCollection?.size === 0) this.#views.delete(collection);
  }
}
