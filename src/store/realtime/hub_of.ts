/**
 * The hub of a store: one for all who follow it.
 *
 * @module
 */
import { report } from "../../actor/internal.ts";
import type { StoreParts } from "../store_parts.ts";
import { ChangeHub } from "./change_hub.ts";

const hubs = new WeakMap<StoreParts, ChangeHub>();

/** Returns the hub of a store, which ends with it. */
export function hubOf(store: StoreParts): ChangeHub {
  let hub = hubs.get(store);
  if (hub === undefined) {
    const made = new ChangeHub(
      store.engine,
      (error) => report("A change of a store could not be shown:", error),
    );
    void store.engine.closed.then(() => made[Symbol.dispose]());
    hubs.set(store, hub = made);
  }
  return hub;
}
