/**
 * A small server that speaks the JSON API of Google Cloud Storage as its
 * documentation describes it, as far as objects are written, read, removed and
 * listed. It verifies the token, and no more of an identity.
 *
 * @module
 */
import {
  concat,
  type KeptObject,
  KeptObjects,
  partOf,
} from "./kept_objects.ts";

/** What parts must be a multiple of, but for the last one. */
const STEP_BYTES = 2 ** 18;

/** One bucket, `objects`, behind one token. */
export class GcsServer implements AsyncDisposable {
  readonly token = "ya29.example-token";
  readonly kept: KeptObjects = new KeptObjects();
  /** Methods and paths of requests. */
  readonly seen: string[] = [];
  /** Called for each request with a good token, before it is carried out. */
  before: (request: Request) => Response | undefined = () => undefined;
  /** Called with each response, after the request was carried out. */
  after: (request: Request, response: Response) => Response = (_, response) =>
    response;
  /** The most bytes of a part that it keeps at once. */
  keepsBytes: number = Infinity;
  readonly #pageSize: number;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(pageSize = 1000) {
    this.#pageSize = pageSize;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#serve(request),
    );
  }

  get port(): number {
    return this.#server.addr.port;
  }

  async #serve(request: Request): Promise<Response> {
    let body: Uint8Array<ArrayBuffer>;
    try {
      body = await request.bytes();
    } catch {
      // Nothing of what was cut is kept.
      return new Response(null, { status: 400 });
    }
    const { method } = request;
    const { pathname, searchParams } = new URL(request.url);
    this.seen.push(`${method} ${pathname}`);
    if (request.headers.get("authorization") !== `Bearer ${this.token}`) {
      return refusal(401, "authError", "Invalid Credentials");
    }
    const response = this.before(request) ??
      this.#respond(request, pathname, searchParams, body);
    return this.after(request, response);
  }

  #respond(
    request: Request,
    path: string,
    query: URLSearchParams,
    body: Uint8Array<ArrayBuffer>,
  ): Response {
    const { method, headers } = request;
    const uploadId = query.get("upload_id");
    if (uploadId !== null) {
      return this.#continue(method, uploadId, headers, body);
    }
    if (path === "/upload/storage/v1/b/objects/o" && method === "POST") {
      return query.get("uploadType") === "resumable"
        ? this.#begin(request, query, body)
        : this.#multipart(query, headers, body);
    }
    if (path === "/storage/v1/b/objects/o") return this.#list(query);
    const name = path.match(/^\/storage\/v1\/b\/objects\/o\/([^/]+)$/)?.[1];
    if (name === undefined) {
      return refusal(404, "notFound", "The specified bucket does not exist.");
    }
    const key = decodeURIComponent(name);
    const object = this.kept.objects.get(key);
    if (object === undefined) {
      return refusal(404, "notFound", `No such object: objects/${key}`);
    }
    if (method === "DELETE") {
      this.kept.objects.delete(key);
      return new Response(null, { status: 204 });
    }
    return query.get("alt") === "media"
      ? media(object, headers.get("range"))
      : Response.json(resource(object));
  }

  #begin(
    { url }: Request,
    query: URLSearchParams,
    body: Uint8Array,
  ): Response {
    const { name, contentType, metadata } = JSON.parse(
      new TextDecoder().decode(body),
    );
    const ifAbsent = query.get("ifGenerationMatch") === "0";
    if (ifAbsent && this.kept.objects.has(name)) return conditionFailed();
    const id = crypto.randomUUID();
    const parts = new Map();
    this.kept.uploads.set(id, {
      key: name,
      contentType,
      metadata,
      ifAbsent,
      parts,
    });
    const location = `${
      new URL(url).origin
    }/upload/storage/v1/b/objects/o?uploadType=resumable&upload_id=${id}`;
    return new Response(null, { headers: { location } });
  }

  #continue(
    method: string,
    id: string,
    headers: Headers,
    body: Uint8Array<ArrayBuffer>,
  ): Response {
    const upload = this.kept.uploads.get(id);
    if (upload === undefined) return refusal(404, "notFound", "No such upload");
    if (method === "DELETE") {
      this.kept.uploads.delete(id);
      return new Response(null, { status: 499 });
    }
    const range = headers.get("content-range") ?? "";
    const [, from, end, total] =
      range.match(/^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/) ?? [];
    const before = concat([...upload.parts.values()]);
    const isLast = total !== "*";
    const length = from === undefined ? 0 : Number(end) - Number(from) + 1;
    const isGap = from !== undefined && Number(from) > before.length;
    if (total === undefined || length !== body.length || isGap) {
      return refusal(400, "invalid", `Invalid range ${range}`);
    }
    if (!isLast && length % STEP_BYTES !== 0) {
      return refusal(400, "invalid", "Parts are multiples of 256 KiB");
    }
    // What is there already is ignored.
    const fresh = body.subarray(before.length - Number(from ?? before.length));
    const kept = isLast ? fresh : fresh.subarray(0, this.keepsBytes);
    upload.parts.set(upload.parts.size, kept);
    const bytes = concat([before, kept]);
    if (!isLast) {
      const range: Record<string, string> = bytes.length === 0
        ? {}
        : { range: `bytes=0-${bytes.length - 1}` };
      return new Response(null, { status: 308, headers: range });
    }
    if (bytes.length !== Number(total)) {
      return refusal(400, "invalid", `Not ${total} bytes`);
    }
    if (upload.ifAbsent && this.kept.objects.has(upload.key)) {
      return conditionFailed();
    }
    this.kept.uploads.delete(id);
    return Response.json(resource(this.kept.put(upload.key, bytes, upload)));
  }

  #multipart(
    query: URLSearchParams,
    headers: Headers,
    body: Uint8Array<ArrayBuffer>,
  ): Response {
    const boundary = headers.get("content-type")
      ?.match(/^multipart\/related; boundary=(.+)$/)?.[1];
    // One character for each byte.
    const text = new TextDecoder("latin1").decode(body);
    const head = `--${boundary}\r\n`;
    const second = text.indexOf(`\r\n${head}`, head.length);
    const json = new TextDecoder().decode(
      body.subarray(text.indexOf("\r\n\r\n") + 4, second),
    );
    const from = text.indexOf("\r\n\r\n", second + 2) + 4;
    const end = text.lastIndexOf(`\r\n--${boundary}--\r\n`);
    if (!text.startsWith(head) || second < 0 || end < from) {
      return refusal(400, "invalid", "Malformed multipart body");
    }
    const { name, ...object } = JSON.parse(json);
    const isAbsent = query.get("ifGenerationMatch") === "0";
    if (isAbsent && this.kept.objects.has(name)) return conditionFailed();
    const kept = this.kept.put(name, body.slice(from, end), object);
    return Response.json(resource(kept));
  }

  #list(query: URLSearchParams): Response {
    const from = query.get("pageToken") ?? query.get("startOffset") ?? "";
    const keys = this.kept.keys(query.get("prefix") ?? "", { from });
    const asked = Number(query.get("maxResults"));
    const size = Math.min(asked, this.#pageSize);
    const items = keys.slice(0, size).flatMap((key) => {
      const object = this.kept.objects.get(key);
      return object === undefined ? [] : [resource(object)];
    });
    const nextPageToken = keys[size];
    return Response.json({ kind: "storage#objects", items, nextPageToken });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

function media(object: KeptObject, range: string | null): Response {
  const part = partOf(object.bytes, range);
  if (part.status === 416) {
    return refusal(416, "requestedRangeNotSatisfiable", "Out of range");
  }
  return new Response(part.bytes, {
    status: part.status,
    headers: {
      ...part.headers,
      "content-length": String(part.bytes.length),
      "content-type": object.contentType,
      "etag": object.etag,
      "last-modified": object.modifiedAt.toUTCString(),
    },
  });
}

function resource(object: KeptObject): object {
  const { key, bytes, contentType, etag, modifiedAt, metadata } = object;
  return {
    kind: "storage#object",
    name: key,
    size: String(bytes.length),
    contentType,
    etag,
    // Whole seconds, as headers have them.
    updated: new Date(Math.floor(modifiedAt.getTime() / 1000) * 1000)
      .toISOString(),
    metadata,
  };
}

function conditionFailed(): Response {
  return refusal(412, "conditionNotMet", "At least one condition failed");
}

function refusal(status: number, reason: string, message: string): Response {
  return Response.json(
    { error: { code: status, message, errors: [{ reason, message }] } },
    { status },
  );
}
