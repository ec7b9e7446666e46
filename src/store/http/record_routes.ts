/**
 * The routes of records.
 *
 * @module
 */
import type { Collection } from "../schema/collection.ts";
import {
  afterBody,
  bodyOf,
  type Call,
  collectionOf,
  type Handle,
  recordsOf,
} from "./call.ts";
import { Uploads } from "../files/uploads.ts";
import { recordFiles } from "./form_files.ts";
import { listParameters, shownParameters } from "./query_parameters.ts";
import { Problem } from "./problem.ts";
import { recordInput } from "./record_input.ts";
import { isFormType } from "./request_fields.ts";
import type { Route } from "./router.ts";
import type { RecordWrite, ServedRecord } from "./served_records.ts";
import { showRecord } from "./shown_record.ts";

const RECORDS = /^collections\/([^/]{1,300})\/records$/;
const RECORD = /^collections\/([^/]{1,300})\/records\/([^/]{1,300})$/;

/** The routes of records. */
export const RECORD_ROUTES: readonly Route<Handle>[] = [
  { method: "GET", path: RECORDS, handle: list },
  { method: "POST", path: RECORDS, handle: create },
  { method: "GET", path: RECORD, handle: get },
  { method: "PATCH", path: RECORD, handle: update },
  { method: "DELETE", path: RECORD, handle: remove },
];

async function list(call: Call): Promise<Response> {
  const { service: { store }, query } = call;
  const collection = collectionOf(store, call.parts[0]);
  const { page, perPage, filter, sort, skipTotal, shown } = listParameters(
    query,
  );
  const records = recordsOf(call);
  const items = await records.list(collection, {
    filter,
    sort,
    limit: perPage,
    offset: (page - 1) * perPage,
    expand: shown.expand,
  });
  const totalItems = skipTotal ? -1 : await records.count(collection, filter);
  return Response.json({
    page,
    perPage,
    totalItems,
    totalPages: skipTotal ? -1 : Math.ceil(totalItems / perPage),
    items: items.map((record) =>
      showRecord(store.collections, collection, record, shown.fields)
    ),
  });
}

async function get(call: Call): Promise<Response> {
  const { service: { store }, query, parts: [name, id = ""] } = call;
  const collection = collectionOf(store, name);
  const { expand } = shownParameters(query);
  const record = await recordsOf(call).get(
    collection,
    id,
    expand,
  );
  return show(call, collection, record);
}

async function create(call: Call): Promise<Response> {
  const collection = collectionOf(call.service.store, call.parts[0]);
  // Files are not taken from those who may not write them.
  if (isForm(call)) recordsOf(call).checkCreate(collection);
  await using uploads = new Uploads(call.service.store.files);
  const body = await bodyOf(call, recordFiles(collection, uploads));
  const data = recordInput(collection, body);
  return await write(await afterBody(call), uploads, {
    kind: "create",
    collection,
    data,
  });
}

async function update(call: Call): Promise<Response> {
  const { service: { store }, parts: [name, id = ""] } = call;
  const collection = collectionOf(store, name);
  if (isForm(call)) await recordsOf(call).checkUpdate(collection, id);
  await using uploads = new Uploads(store.files);
  const body = await bodyOf(call, recordFiles(collection, uploads));
  const { id: same = id, ...data } = recordInput(collection, body);
  if (same !== id) {
    throw new Problem("invalid", "The id of a record cannot be changed", {
      data: {
        id: {
          code: "validation_invalid_value",
          message: "It must be the id of the record, or left out.",
        },
      },
    });
  }
  return await write(await afterBody(call), uploads, {
    kind: "update",
    collection,
    id,
    data,
  });
}

function isForm({ request }: Call): boolean {
  return isFormType(request.headers.get("content-type"));
}

async function remove(call: Call): Promise<Response> {
  const { service: { store }, parts: [name, id = ""] } = call;
  const collection = collectionOf(store, name);
  await recordsOf(call).write([
    { kind: "delete", collection, id },
  ]);
  return new Response(null, { status: 204 });
}

async function write(
  call: Call,
  uploads: Uploads,
  write: RecordWrite,
): Promise<Response> {
  const { collection } = write;
  const records = recordsOf(call);
  const { expand } = shownParameters(call.query);
  // What cannot be shown is refused before it is written.
  records.checkExpand(collection, expand);
  const [written] = await records.write([write]);
  uploads.keep();
  const [record] = written
    ? await records.expand(collection, [written], expand)
    : [];
  return record === undefined
    ? new Response(null, { status: 204 })
    : show(call, collection, record);
}

function show(
  { service: { store }, query }: Call,
  collection: Collection,
  record: ServedRecord,
): Response {
  const { fields } = shownParameters(query);
  return Response.json(
    showRecord(store.collections, collection, record, fields),
  );
}
