/**
 * Serves a store to others: over HTTP, event streams and logical connections.
 *
 * @module
 */
import { hubOf } from "../realtime/hub_of.ts";
import { storeView } from "../realtime/store_view.ts";
import type { StoreParts } from "../store_parts.ts";
import { resolveStoreHttpOptions, type StoreHttpOptions } from "./options.ts";
import { withCollection } from "./shown_record.ts";
import { StoreHandler } from "./store_handler.ts";

/** What serves a store to others. */
export interface StoreServing extends Disposable {
  /** Its interface. */
  readonly handler: StoreHandler;
}

/**
 * Serves a store, until it is disposed or the store has ended.
 *
 * @throws {TypeError} if an option is not known, or has the wrong type.
 * @throws {RangeError} if a number is out of its range.
 */
export function serveStore(
  store: StoreParts,
  options: StoreHttpOptions,
): StoreServing {
  const { collections, clock, engine } = store;
  const handler = new StoreHandler({
    store,
    options: resolveStoreHttpOptions(options),
    clock,
    hub: hubOf(store),
    viewOf: (topic, who) =>
      storeView(
        store,
        topic,
        who,
        (collection, record) => withCollection(collections, collection, record),
      ),
  });
  const end = () => handler[Symbol.dispose]();
  void engine.closed.then(end);
  return { handler, [Symbol.dispose]: end };
}
