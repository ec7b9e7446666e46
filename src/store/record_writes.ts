/**
 * Makes the steps of a write of what callers want to create or change.
 *
 * @module
 */
import type { Row, WriteStep } from "./engine/engine.ts";
import { linkedFiles } from "./files/linked_files.ts";
import {
  checkNewRecord,
  checkRecordChanges,
  checkWhole,
  type KeptRow,
} from "./schema/check_record.ts";
import type { Collection } from "./schema/collection.ts";
import { tableColumns } from "./schema/columns.ts";
import { momentText } from "./schema/moment.ts";
import { newRecordId } from "./schema/record_id.ts";

/** What callers write: fields by their names. */
export type RecordInput = Readonly<Record<string, unknown>>;

/** What is written beside the fields: columns that no record shows. */
export type HiddenColumns = Row;

/** Returns the step that creates a record. */
export async function createStep(
  collection: Collection,
  input: RecordInput,
  now: number,
  hidden: HiddenColumns = {},
): Promise<Extract<WriteStep, { kind: "create" }>> {
  const { data, files } = linkedFiles(collection, input);
  const row = await checkNewRecord(collection, data);
  const moment = momentText(now);
  return {
    kind: "create",
    collection: collection.name,
    row: {
      id: typeof input.id === "string" ? input.id : newRecordId(),
      created: moment,
      updated: moment,
      ...row,
      ...hidden,
    },
    files,
  };
}

/**
 * Returns the step that changes a record.
 *
 * @param read Reads the row of the record; called if a schema has to see it as
 * it would be, which is written only if the row is still the same.
 */
export async function updateStep(
  collection: Collection,
  id: string,
  changes: RecordInput,
  now: number,
  read: () => Promise<Row>,
  hidden: HiddenColumns = {},
): Promise<Extract<WriteStep, { kind: "update" }>> {
  const { data, files } = linkedFiles(collection, changes);
  let row: KeptRow = await checkRecordChanges(collection, data);
  let expected: Row | undefined;
  if (collection.validate !== undefined) {
    expected = written(collection, await read());
    row = await checkWhole(collection, {
      ...keptOf(collection, expected),
      ...row,
    });
  }
  return {
    kind: "update",
    collection: collection.name,
    id,
    row: { ...row, ...hidden, updated: momentText(now) },
    expected,
    files,
  };
}

/** Returns the columns of a row that are written, and not made by SQLite. */
function written(collection: Collection, row: Row): Row {
  const names = tableColumns(collection).filter(({ isGenerated }) =>
    !isGenerated
  ).map(({ name }) => name);
  return Object.fromEntries(names.map((name) => [name, row[name] ?? null]));
}

/** Returns the columns of fields, as they are kept. */
function keptOf(collection: Collection, row: Row): KeptRow {
  const kept: KeptRow = {};
  for (const name of Object.keys(collection.fields)) {
    const value = row[name];
    if (value === undefined || value instanceof Uint8Array) continue;
    kept[name] = value;
  }
  return kept;
}
