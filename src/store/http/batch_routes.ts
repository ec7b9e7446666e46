/**
 * The route of batches: several writes that are done or not as one.
 *
 * @module
 */
import type { JsonValue } from "../../codec/mod.ts";
import type { Collection } from "../schema/collection.ts";
import {
  afterBody,
  bodyOf,
  type Call,
  collectionOf,
  type Handle,
  recordsOf,
} from "./call.ts";
import { Problem } from "./problem.ts";
import { type ShownParameters, shownParameters } from "./query_parameters.ts";
import { recordInput } from "./record_input.ts";
import { Uploads } from "../files/uploads.ts";
import { parseBatchAddress } from "./batch_address.ts";
import { batchFiles, checkFiles } from "./form_files.ts";
import { isObject, type RequestFields } from "./request_fields.ts";
import type { Route } from "./router.ts";
import type { RecordData, RecordWrite, ServedStore } from "./served_records.ts";
import { shownName } from "../schema/unknown_field.ts";
import { showRecord } from "./shown_record.ts";

/** The route of batches. */
export const BATCH_ROUTES: readonly Route<Handle>[] = [
  { method: "POST", path: /^batch$/, handle: batch },
];

type Files = RequestFields["files"];

/** One request of a batch. */
interface Part {
  readonly write: RecordWrite;
  readonly collection: Collection;
  readonly shown: ShownParameters;
}

async function batch(call: Call): Promise<Response> {
  const { service: { store, options } } = call;
  await using uploads = new Uploads(store.files);
  const { fields, files } = await bodyOf(
    call,
    batchFiles(store, options.maxBatch, uploads),
  );
  const requests = fields["requests"];
  if (!Array.isArray(requests)) {
    throw new Problem("bad_request", `"requests" must be an array`);
  }
  if (requests.length > options.maxBatch) {
    throw new Problem(
      "bad_request",
      `"requests" has ${requests.length}, a batch may have at most ${options.maxBatch}`,
    );
  }
  const parts = requests.map((request, at) =>
    partOf(store, request, at, filesOf(files, at))
  );
  const records = recordsOf(await afterBody(call));
  for (const { collection, shown } of parts) {
    records.checkExpand(collection, shown.expand);
  }
  const written = await records.write(parts.map(({ write }) => write));
  uploads.keep();
  return Response.json(
    await Promise.all(parts.map(async ({ collection, shown }, at) => {
      const after = written[at] ?? null;
      if (after === null) return { status: 204, body: null };
      const [record = after] = await records.expand(
        collection,
        [after],
        shown.expand,
      );
      const { fields } = shown;
      const body = showRecord(store.collections, collection, record, fields);
      return { status: 200, body };
    })),
  );
}

/** Returns the files of one write, by the names of its fields. */
function filesOf(files: RequestFields["files"], at: number): Files {
  const prefix = `requests.${at}.`;
  return new Map(
    [...files].filter(([name]) => name.startsWith(prefix))
      .map(([name, of]) => [name.slice(prefix.length), of]),
  );
}

function partOf(
  store: ServedStore,
  request: JsonValue,
  at: number,
  files: Files,
): Part {
  if (!isObject(request)) throw wrong(at, "it must be an object");
  const { method, url, body = {} } = request;
  if (typeof method !== "string" || typeof url !== "string") {
    throw wrong(at, `"method" and "url" must be texts`);
  }
  if (!isObject(body)) throw wrong(at, `"body" must be an object`);
  const address = parseBatchAddress(url);
  if (address === undefined) {
    throw wrong(at, `"url" must be that of records of a collection`);
  }
  const { name, id, search } = address;
  const collection = collectionOf(store, decoded(name, at));
  checkFiles(collection, files);
  const data = recordInput(collection, {
    fields: body,
    isForm: false,
    files,
  });
  const write = writeOf(
    collection,
    method,
    id === undefined ? undefined : decoded(id, at),
    data,
  );
  if (write === undefined) {
    throw wrong(
      at,
      `"method" is ${shownName(method)}, which "url" does not take`,
    );
  }
  const shown = shownParameters(new URLSearchParams(search));
  return { write, collection, shown };
}

function writeOf(
  collection: Collection,
  method: string,
  id: string | undefined,
  data: RecordData,
): RecordWrite | undefined {
  if (id === undefined) {
    if (method === "POST") return { kind: "create", collection, data };
    if (method === "PUT") return { kind: "upsert", collection, data };
  } else {
    if (method === "PATCH") return { kind: "update", collection, id, data };
    if (method === "DELETE") return { kind: "delete", collection, id };
  }
  return undefined;
}

function decoded(text: string, at: number): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong(at, `"url" is not encoded as an address is`);
  }
}

function wrong(at: number, why: string): Problem {
  return new Problem("bad_request", `Request ${at} of the batch: ${why}`, {
    data: {
      requests: { [at]: { code: "batch_request_invalid", message: why } },
    },
  });
}
