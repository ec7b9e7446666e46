/**
 * Records as somebody sees them.
 *
 * @module
 */
import type { Row } from "./engine/engine.ts";
import type { Collection } from "./schema/collection.ts";
import type { Identity } from "./schema/identity.ts";
import { recordOf } from "./schema/record_row.ts";

/** Returns the record of a row without the address that others may not see. */
export function seenRecord(
  collection: Collection,
  row: Row,
  who: Identity | "program",
): Record<string, unknown> {
  const record = recordOf(collection, row);
  if (collection.kind === "base" || record.emailVisibility === true) {
    return record;
  }
  const isOwn = who !== "program" && who?.kind === "record" &&
    who.id === record.id && who.collection === collection.name;
  const mayAll = who === "program" || who?.kind === "superuser";
  if (!isOwn && !mayAll) delete record.email;
  return record;
}
