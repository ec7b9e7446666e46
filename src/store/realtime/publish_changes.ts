/**
 * Publishes the changes of a store in a stream of a bus.
 *
 * @module
 */
import type { BusStream } from "../../bus/mod.ts";
import {
  checkMethods,
  checkOptionNames,
  checkString,
  type OptionNames,
  shown,
} from "../../checks/internal.ts";
import type { MsgpackValue } from "../../codec/mod.ts";
import type { Row } from "../engine/engine.ts";
import { recordOf } from "../schema/record_row.ts";
import { partsOf, type Store } from "../store.ts";
import type { StoreParts } from "../store_parts.ts";
import { type ChangeFeed, StoreFeed } from "./change_feed.ts";

/** Options of {@linkcode publishChanges}. */
export interface PublishChangesOptions {
  /**
   * What the subjects begin with, such as `store.main`: a change is published on
   * `PREFIX.COLLECTION.ID`. It names the feed, which goes on where it stopped.
   */
  readonly prefix: string;
  /**
   * The cursor after which a feed begins that has never run: `"0"` for all
   * changes that are kept.
   * @default {"0"}
   */
  readonly from?: string;
}

const NAMES: OptionNames<PublishChangesOptions> = { prefix: true, from: true };

/**
 * Publishes each change of a store in a stream, after its commit, with its
 * cursor as the id of the message: at least once, and kept once as long as the
 * stream remembers ids. The feed notes in the file of the store how far it has
 * come, and goes on there after a restart. Of one prefix there is one feed.
 *
 * @throws {StoreClosedError} as a rejection, if the store is closed.
 * @throws {TypeError} as a rejection, for an option of the wrong type.
 *
 * @example
 * ```ts ignore
 * const stream = await bus.stream("changes", { subjects: ["store.>"] });
 * await using feed = await publishChanges(data, stream, { prefix: "store.main" });
 * ```
 */
export async function publishChanges(
  store: Store,
  stream: BusStream,
  options: PublishChangesOptions,
): Promise<ChangeFeed> {
  const parts = partsOf(store);
  checkMethods("stream", stream, ["publish"], "a stream of a bus");
  checkOptionNames("publishChanges()", options, NAMES);
  const { prefix, from = "0" } = options;
  checkString("prefix", prefix);
  checkString("from", from);
  if (!/^[\w-]+(\.[\w-]+)*$/.test(prefix)) {
    throw new TypeError(
      `Cannot use prefix: it is ${
        shown(prefix)
      }, it must be a subject such as store.main`,
    );
  }
  if (!/^\d{1,15}$/.test(from)) {
    throw new TypeError(
      `Cannot use from: it is ${shown(from)}, it must be a cursor`,
    );
  }
  return await StoreFeed.start({
    engine: parts.engine,
    clock: parts.clock,
    recordOf: (collection, row) => publishedRecord(parts, collection, row),
    stream,
    prefix,
  }, from);
}

/** What can be published of a record: all of it is plain data. */
function publishedRecord(
  { collections }: StoreParts,
  name: string,
  row: Row,
): MsgpackValue {
  const collection = collections.get(name);
  if (collection === undefined) return null;
  return JSON.parse(JSON.stringify(recordOf(collection, row)));
}
