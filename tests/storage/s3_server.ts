/**
 * A small server that speaks the protocol of S3 as its documentation describes
 * it, and verifies signatures. It stands for S3 where `s3rver` is no judge, and
 * for the XML API of Google Cloud Storage.
 *
 * @module
 */
import { signatureFault, type SigningKey } from "./aws_signature.ts";
import {
  concat,
  type KeptObject,
  KeptObjects,
  md5,
  partOf,
} from "./kept_objects.ts";

const MIN_PART_BYTES = 5 * 2 ** 20;

/** A request that has come, as far as tests look at it. */
export interface SeenRequest {
  readonly method: string;
  /** The key, and the query without values. */
  readonly what: string;
  readonly headers: Headers;
}

/** Options of the server. */
export interface S3ServerOptions {
  /** Whether puts heed `If-None-Match`, as those of S3 do. */
  readonly hasIfNoneMatch?: boolean;
  /** The most objects of a page. */
  readonly pageSize?: number;
  readonly region?: string;
}

/** One bucket, `objects`, behind one key. */
export class S3Server implements AsyncDisposable {
  readonly key: SigningKey;
  readonly kept: KeptObjects = new KeptObjects();
  readonly seen: SeenRequest[] = [];
  /** Called for each request that is signed well, before it is carried out. */
  before: (seen: SeenRequest) => Response | undefined | Promise<undefined> =
    () => undefined;
  /** Called with each response, after the request was carried out. */
  after: (seen: SeenRequest, response: Response) => Response = (_, response) =>
    response;
  readonly #hasIfNoneMatch: boolean;
  readonly #pageSize: number;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(
    { hasIfNoneMatch = true, pageSize = 1000, region = "test-1" }:
      S3ServerOptions = {},
  ) {
    this.#hasIfNoneMatch = hasIfNoneMatch;
    this.#pageSize = pageSize;
    const secretAccessKey = "a/secret+with=signs";
    this.key = { accessKeyId: "AKIAEXAMPLE", secretAccessKey, region };
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
    const { method, url, headers } = request;
    const fault = signatureFault({ method, url, headers, body }, this.key);
    if (fault !== undefined) return refusal(403, fault);
    const { pathname, searchParams } = new URL(url);
    const [, bucket, ...segments] = pathname.split("/");
    if (bucket !== "objects") return refusal(404, "NoSuchBucket");
    const key = segments.map(decodeURIComponent).join("/");
    const query = [...searchParams.keys()].map((name) => `?${name}`).join("");
    const seen = { method, what: `${key}${query}`, headers };
    this.seen.push(seen);
    const response = await this.before(seen) ??
      this.#respond(method, key, searchParams, headers, body);
    return this.after(seen, response);
  }

  #respond(
    method: string,
    key: string,
    query: URLSearchParams,
    headers: Headers,
    body: Uint8Array<ArrayBuffer>,
  ): Response {
    if (key === "") return this.#list(query);
    const uploadId = query.get("uploadId");
    if (uploadId !== null) {
      return this.#upload(method, uploadId, query, headers, body);
    }
    const object = this.kept.objects.get(key);
    switch (method) {
      case "POST":
        return this.#begin(key, headers);
      case "PUT": {
        if (this.#mustBeAbsent(headers) && object !== undefined) {
          return refusal(412, "PreconditionFailed");
        }
        const { etag } = this.kept.put(key, body, describe(headers));
        return new Response(null, { headers: { etag: `"${etag}"` } });
      }
      case "DELETE":
        this.kept.objects.delete(key);
        return new Response(null, { status: 204 });
      default:
        if (object === undefined) return refusal(404, "NoSuchKey");
        return read(method, object, headers.get("range"));
    }
  }

  #mustBeAbsent(headers: Headers): boolean {
    return this.#hasIfNoneMatch && headers.get("if-none-match") === "*";
  }

  #begin(key: string, headers: Headers): Response {
    const id = crypto.randomUUID();
    const parts = new Map();
    const object = describe(headers);
    this.kept.uploads.set(id, { key, ...object, ifAbsent: false, parts });
    return xml(
      `<InitiateMultipartUploadResult><Bucket>objects</Bucket><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
    );
  }

  #upload(
    method: string,
    id: string,
    query: URLSearchParams,
    headers: Headers,
    body: Uint8Array<ArrayBuffer>,
  ): Response {
    const upload = this.kept.uploads.get(id);
    if (upload === undefined) return refusal(404, "NoSuchUpload");
    if (method === "DELETE") {
      this.kept.uploads.delete(id);
      return new Response(null, { status: 204 });
    }
    if (method === "PUT") {
      upload.parts.set(Number(query.get("partNumber")), body);
      return new Response(null, { headers: { etag: `"${md5(body)}"` } });
    }
    const listed = new TextDecoder().decode(body).matchAll(
      /<PartNumber>(\d+)<\/PartNumber><ETag>&#34;(\w+)&#34;<\/ETag>/g,
    );
    const parts = [...listed].map(([, number, etag]) => {
      const bytes = upload.parts.get(Number(number));
      return bytes !== undefined && md5(bytes) === etag ? bytes : undefined;
    });
    if (!parts.every((part) => part !== undefined) || parts.length === 0) {
      return refusal(400, "InvalidPart");
    }
    if (parts.slice(0, -1).some(({ length }) => length < MIN_PART_BYTES)) {
      return refusal(400, "EntityTooSmall");
    }
    if (this.#mustBeAbsent(headers) && this.kept.objects.has(upload.key)) {
      return refusal(412, "PreconditionFailed");
    }
    this.kept.uploads.delete(id);
    const digests = concat(parts.map((part) => Uint8Array.fromHex(md5(part))));
    const { etag } = this.kept.put(
      upload.key,
      concat(parts),
      upload,
      `${md5(digests)}-${parts.length}`,
    );
    return xml(
      `<CompleteMultipartUploadResult><ETag>&quot;${etag}&quot;</ETag></CompleteMultipartUploadResult>`,
    );
  }

  #list(query: URLSearchParams): Response {
    const after = query.get("start-after") ?? "";
    const keys = this.kept.keys(query.get("prefix") ?? "", { after });
    const asked = Number(query.get("max-keys"));
    const page = keys.slice(0, Math.min(asked, this.#pageSize));
    const isUrl = query.get("encoding-type") === "url";
    const contents = page.map((key) => {
      const object = this.kept.objects.get(key);
      const { bytes, etag, modifiedAt } = object ?? never();
      const shown = isUrl
        ? encodeURIComponent(key).replaceAll("%20", "+")
        : escape(key);
      return `<Contents><Key>${shown}</Key><LastModified>${modifiedAt.toISOString()}</LastModified><ETag>&quot;${etag}&quot;</ETag><Size>${bytes.length}</Size></Contents>`;
    });
    return xml(
      `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${
        isUrl ? "<EncodingType>url</EncodingType>" : ""
      }<IsTruncated>${page.length < keys.length}</IsTruncated>${
        contents.join("")
      }</ListBucketResult>`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

function never(): never {
  throw new Error("What is listed is kept");
}

function describe(
  headers: Headers,
): Pick<KeptObject, "contentType" | "metadata"> {
  const metadata = [...headers].filter(([name]) =>
    name.startsWith("x-amz-meta-")
  );
  return {
    contentType: headers.get("content-type") ?? "binary/octet-stream",
    metadata: Object.fromEntries(metadata),
  };
}

function read(
  method: string,
  object: KeptObject,
  range: string | null,
): Response {
  const part = partOf(object.bytes, range);
  if (part.status === 416) return refusal(416, "InvalidRange");
  return new Response(method === "HEAD" ? null : part.bytes, {
    status: part.status,
    headers: {
      ...part.headers,
      ...object.metadata,
      "content-length": String(part.bytes.length),
      "content-type": object.contentType,
      "etag": `"${object.etag}"`,
      "last-modified": object.modifiedAt.toUTCString(),
    },
  });
}

/** The response that refuses a request. */
export function refusal(
  status: number,
  code: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return xml(
    `<Error><Code>${code}</Code><Message>It is &lt;refused&gt; &amp; so it stays</Message></Error>`,
    { status, headers },
  );
}

function xml(
  inside: string,
  { status = 200, headers = {} }: {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Response {
  return new Response(`<?xml version="1.0" encoding="UTF-8"?>\n${inside}`, {
    status,
    headers: { "content-type": "application/xml", ...headers },
  });
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
