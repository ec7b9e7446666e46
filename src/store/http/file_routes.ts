/**
 * The routes of files.
 *
 * @module
 */
import { RecordNotFoundError } from "../errors.ts";
import type { StoredFile } from "../files/file_rows.ts";
import type { Collection } from "../schema/collection.ts";
import type { FileField } from "../schema/field.ts";
import { type Wanted, wantedOf } from "./byte_range.ts";
import { type Call, type Handle, recordsOf } from "./call.ts";
import { etagOf, fileHeaders } from "./file_headers.ts";
import { Problem } from "./problem.ts";
import type { Route } from "./router.ts";

/** The routes of files. */
export const FILE_ROUTES: readonly Route<Handle>[] = [
  { method: "POST", path: /^files\/token$/, handle: issueToken },
  {
    method: "GET",
    path: /^files\/([^/]{1,300})\/([^/]{1,300})\/([^/]{1,300})$/,
    handle: serveFile,
  },
];

/** A file, and the field that has it. */
interface FoundFile {
  readonly file: StoredFile;
  readonly field: FileField;
}

async function issueToken(
  { service: { store }, token }: Call,
): Promise<Response> {
  const issued = token === undefined
    ? undefined
    : await store.auth.fileToken(token);
  if (issued !== undefined) return Response.json({ token: issued });
  throw new Problem("login_needed", "The token is missing or has ended");
}

async function serveFile(call: Call): Promise<Response> {
  const { service: { store, options }, request, query } = call;
  const { file, field } = await findFile(call);
  const size = query.get("thumb") ?? "";
  const thumb = field.thumbs.includes(size)
    ? await store.files.thumb(file, size)
    : undefined;
  const served = thumb ?? file;
  const headers = fileHeaders(served, {
    isDownload: isTrue(query.get("download")),
    isProtected: field.isProtected,
    isShared: options.rules.origins.size > 0,
  });
  const wanted = wantedOf(request.headers, {
    size: served.size,
    etag: etagOf(served.sha256),
    modifiedAt: served.at,
  });
  return await respond(call, served, headers, wanted);
}

async function respond(
  { service: { store }, request }: Call,
  file: StoredFile,
  headers: Headers,
  wanted: Wanted,
): Promise<Response> {
  if (wanted.kind === "not_modified") {
    headers.delete("content-type");
    return new Response(null, { status: 304, headers });
  }
  if (wanted.kind === "not_satisfiable") {
    headers.set("content-range", `bytes */${file.size}`);
    return new Response(null, { status: 416, headers });
  }
  const isPart = wanted.kind === "part";
  const { offset, length } = isPart ? wanted : { offset: 0, length: file.size };
  headers.set("content-length", `${length}`);
  if (isPart) {
    const last = offset + length - 1;
    headers.set("content-range", `bytes ${offset}-${last}/${file.size}`);
  }
  const status = isPart ? 206 : 200;
  if (request.method === "HEAD") return new Response(null, { status, headers });
  const read = await store.files.open(file, {
    range: isPart ? { offset, length } : undefined,
  });
  if (read === undefined) throw noFile();
  return new Response(read.body, { status, headers });
}

/**
 * Finds the file of an address, if who asks may read it.
 *
 * @throws {Problem} as a rejection, if there is none or he may not.
 */
async function findFile(call: Call): Promise<FoundFile> {
  const { service: { store }, parts: [of = "", id = "", name = ""] } = call;
  const collection = store.collections.get(of);
  const file = await store.files.find(of, id, name);
  if (collection === undefined || file === undefined) throw noFile();
  const field = collection.fields[file.field];
  if (field?.kind !== "file") throw noFile();
  if (field.isProtected) await checkView(call, collection, id);
  return { file, field };
}

/** Checks that the token of the address is of somebody who may view a record. */
async function checkView(
  call: Call,
  collection: Collection,
  id: string,
): Promise<void> {
  const { service: { store }, query } = call;
  const token = query.get("token") ?? "";
  const login = token === ""
    ? undefined
    : await store.auth.findFileToken(token);
  const visitor = { ...call.visitor, identity: login?.identity ?? null };
  try {
    await recordsOf({ ...call, visitor }, "protectedFile")
      .get(collection, id, "");
  } catch (error) {
    if (error instanceof RecordNotFoundError) throw noFile();
    throw error;
  }
}

function noFile(): Problem {
  return new Problem("not_found", "There is no such file");
}

function isTrue(value: string | null): boolean {
  return value !== null && /^(?:1|t|true)$/i.test(value);
}
