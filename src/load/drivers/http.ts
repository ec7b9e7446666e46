/**
 * The driver for HTTP.
 *
 * @module
 */
import {
  checkObject,
  checkOneOf,
  checkOptionNames,
  type OptionNames,
  shown,
} from "../../checks/internal.ts";
import type {
  Driver,
  DriverSession,
  OperationCall,
  OperationOutcome,
} from "../driver.ts";
import {
  choice,
  flag,
  json,
  list,
  object,
  optional,
  text,
  texts,
  whole,
} from "../scenario/rule.ts";
import type { JsonValue } from "../../codec/mod.ts";
import { DriverError, fetchError } from "./driver_error.ts";
import { decode, decodeText, encode, jsonOrText } from "./payload.ts";
import { RequestReader } from "./request_reader.ts";
import { bytes, url } from "./request_rules.ts";
import { Shared } from "./shared.ts";

/** The request of an operation with the driver `http`. */
export interface HttpRequest {
  /** The URL, which starts with `http:` or `https:`. */
  readonly url: string;
  /**
   * The HTTP method, such as `"PUT"`.
   * @default {"GET", or "POST" with a body}
   */
  readonly method?: string;
  /** The headers of the request, by name. */
  readonly headers?: { readonly [name: string]: string };
  /** The body of the request as text. */
  readonly body?: string;
  /** The body of the request as JSON, instead of `body`. */
  readonly json?: JsonValue;
  /**
   * Whether redirects are followed, or returned as the response.
   * @default {"follow"}
   */
  readonly redirect?: "follow" | "manual";
  /**
   * The status codes with which the operation succeeds.
   * @default {all below 400}
   */
  readonly statuses?: readonly number[];
  /**
   * The largest response body in bytes; the operation fails above it.
   * @default {16777216}
   */
  readonly maxBodyBytes?: number;
  /**
   * Whether HTTP/2 is spoken, and nothing else: all concurrent requests share
   * one connection then.
   * @default {that of the driver}
   */
  readonly http2?: boolean;
  /**
   * Whether all users share one pool, or each user has connections of its own.
   * @default {that of the driver}
   */
  readonly connections?: "shared" | "per_user";
}

/** Options of {@linkcode httpDriver}. */
export interface HttpDriverOptions {
  /**
   * Whether HTTP/2 is spoken instead of HTTP/1.1, with all concurrent requests
   * over one connection; `http:` URLs are spoken to without an upgrade.
   * @default {false}
   */
  readonly http2?: boolean;
  /**
   * Whether all users share one pool, which has as many connections as there
   * are concurrent requests, or each user has connections of its own, as
   * browsers do, for some 150 KB each. Of HTTP/2 there is one connection, for
   * all users or for each.
   * @default {"shared"}
   */
  readonly connections?: "shared" | "per_user";
  /**
   * Options of the client, such as certificates or a proxy; `http1` and `http2`
   * of it are set by the choice above.
   */
  readonly client?: Deno.CreateHttpClientOptions;
}

const rule = object<HttpRequest>({
  url: url("http:", "https:"),
  method: optional({
    kind: "text",
    refuses: (method) =>
      /^[A-Za-z]+$/.test(method)
        ? undefined
        : `is ${JSON.stringify(method)}, it must be a method such as "GET"`,
  }),
  headers: optional(texts),
  body: optional(text),
  json: optional(json),
  redirect: optional(choice("follow", "manual")),
  statuses: optional(list(whole(100, 599), 1)),
  maxBodyBytes: optional(bytes),
  http2: optional(flag),
  connections: optional(choice("shared", "per_user")),
}, ["body", "json"]);

const DEFAULT_MAX_BODY_BYTES = 16_777_216;

/** How requests get to the service. */
interface Way {
  readonly http2: boolean;
  readonly connections: "shared" | "per_user";
}

interface Prepared {
  /** The place of its way in {@linkcode WAYS}. */
  readonly way: number;
  readonly url: string;
  readonly init: RequestInit;
  readonly sentBytes: number;
  readonly statuses: ReadonlySet<number> | undefined;
  readonly maxBodyBytes: number;
}

/** A client that is closed with its last user. */
interface Client extends AsyncDisposable {
  readonly client: Deno.HttpClient;
}

/** All ways, each with a client of its own. */
const WAYS: readonly Way[] = [
  { http2: false, connections: "shared" },
  { http2: false, connections: "per_user" },
  { http2: true, connections: "shared" },
  { http2: true, connections: "per_user" },
];

/**
 * Makes a driver for HTTP/1.1 or HTTP/2. An operation ends when the whole
 * response was received, and fails if the status is 400 or more, unless
 * `statuses` lists it. Checks can use `status`, the media type as `type`, and
 * `body` if it is text or JSON, by its type or, without one, by its content.
 *
 * @example
 * ```ts
 * import { httpDriver } from "@troupe/troupe/load";
 *
 * const driver = httpDriver({ connections: "per_user" });
 * console.assert(driver.validate({ url: "ftp://localhost/" }).length === 1);
 * ```
 *
 * @throws {TypeError} if an option is not known, or has a value of the wrong
 * type.
 */
export function httpDriver(options: HttpDriverOptions = {}): Driver {
  checkOptionNames("httpDriver()", options, OPTION_NAMES);
  const { http2 = false, connections = "shared", client = {} } = options;
  checkOneOf("connections", connections, ["shared", "per_user"]);
  if (typeof http2 !== "boolean") {
    throw new TypeError(
      `Cannot use http2: it is ${shown(http2)}, it must be a boolean`,
    );
  }
  checkObject("client", client, "an object");
  const wayOf = (request: Partial<Way>): Way => ({
    http2: request.http2 ?? http2,
    connections: request.connections ?? connections,
  });
  const requests = new RequestReader(
    rule,
    (request: HttpRequest) => prepare(request, wayOf(request)),
  );
  const open = ({ http2 }: Way) =>
    openClient({ ...client, http1: !http2, http2 });
  const shared = WAYS.map((way) =>
    new Shared(() => Promise.resolve(open(way)))
  );
  return {
    validate: (request) => requests.validate(request),
    describe: ({ http2, connections }) =>
      describeWay(
        wayOf({
          ...typeof http2 === "boolean" ? { http2 } : {},
          ...connections === "shared" || connections === "per_user"
            ? { connections }
            : {},
        }),
      ),
    open: () => Promise.resolve(new HttpSession(requests, shared, open)),
  };
}

const OPTION_NAMES: OptionNames<HttpDriverOptions> = {
  http2: true,
  connections: true,
  client: true,
};

function describeWay({ http2, connections }: Way): string {
  const isShared = connections === "shared";
  if (http2) {
    return isShared
      ? "HTTP/2, over one connection that all users share"
      : "HTTP/2, over a connection for each user";
  }
  return isShared
    ? "HTTP/1.1, over as many connections as there are concurrent requests"
    : "HTTP/1.1, over connections of each user's own";
}

/** The clients of one user, which are opened when they are needed. */
class HttpSession implements DriverSession {
  readonly #requests: RequestReader<HttpRequest, Prepared>;
  readonly #shared: readonly Shared<Client>[];
  readonly #open: (way: Way) => Client;
  readonly #clients: (Client | undefined)[] = WAYS.map(() => undefined);

  constructor(
    requests: RequestReader<HttpRequest, Prepared>,
    shared: readonly Shared<Client>[],
    open: (way: Way) => Client,
  ) {
    this.#requests = requests;
    this.#shared = shared;
    this.#open = open;
  }

  async perform(call: OperationCall): Promise<OperationOutcome> {
    const prepared = this.#requests.of(call);
    const { client } = this.#clients[prepared.way] ??
      await this.#acquire(prepared.way);
    return await perform(prepared, client, call);
  }

  async #acquire(index: number): Promise<Client> {
    const way = WAYS[index];
    const shared = this.#shared[index];
    if (way === undefined || shared === undefined) {
      throw new TypeError(`There is no way ${index}`);
    }
    const client = way.connections === "shared"
      ? await shared.acquire()
      : this.#open(way);
    this.#clients[index] = client;
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#clients.map((client, index) =>
        WAYS[index]?.connections === "shared"
          ? client && this.#shared[index]?.release()
          : client?.[Symbol.asyncDispose]()
      ),
    );
  }
}

function openClient(options: Deno.CreateHttpClientOptions): Client {
  const client = Deno.createHttpClient(options);
  return {
    client,
    [Symbol.asyncDispose]: () => Promise.resolve(client.close()),
  };
}

function prepare(request: HttpRequest, way: Way): Prepared {
  const { json, body = json === undefined ? undefined : JSON.stringify(json) } =
    request;
  const { method = body === undefined ? "GET" : "POST" } = request;
  const headers = new Headers(request.headers);
  if (json !== undefined && !headers.has("content-type")) {
    headers.set("content-type", "application/json");
  }
  const payload = body === undefined ? undefined : encode(body);
  return {
    way: WAYS.findIndex(({ http2, connections }) =>
      http2 === way.http2 && connections === way.connections
    ),
    url: request.url,
    init: {
      method,
      headers,
      redirect: request.redirect ?? "follow",
      ...(payload === undefined ? {} : { body: payload }),
    },
    sentBytes: payload?.length ?? 0,
    statuses: request.statuses && new Set(request.statuses),
    maxBodyBytes: request.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES,
  };
}

async function perform(
  { url, init, sentBytes, statuses, maxBodyBytes }: Prepared,
  client: Deno.HttpClient,
  { signal }: OperationCall,
): Promise<OperationOutcome> {
  const response = await fetch(url, { ...init, client, signal })
    .catch((error) => Promise.reject(fetchError(error)));
  // Also of failed requests, or their connections cannot be reused.
  const body = await readBody(response, maxBodyBytes);
  const { status } = response;
  if (statuses === undefined ? status >= 400 : !statuses.has(status)) {
    throw new DriverError(
      `Cannot accept the response: its status is ${status}`,
    );
  }
  const type = response.headers.get("content-type");
  const outcome = { status, sentBytes, receivedBytes: body.length };
  if (type === null) return { ...outcome, ...untyped(body) };
  const kind = kindOf(type);
  if (kind === "other") return { ...outcome, type: mediaTypeOf(type) };
  const text = decode(body);
  return {
    ...outcome,
    type: mediaTypeOf(type),
    body: kind === "json" ? jsonOrText(text) : text,
  };
}

/**
 * Returns the body of a response that does not say what it is: JSON if it is an
 * object or an array, or else text if it is valid UTF-8.
 */
function untyped(body: Uint8Array): { readonly body?: JsonValue } {
  const text = decodeText(body);
  if (text === undefined) return {};
  return { body: /^\s*[[{]/.test(text) ? jsonOrText(text) : text };
}

function mediaTypeOf(type: string): string {
  const [media = ""] = type.split(";");
  return media.trim().toLowerCase();
}

async function readBody(
  response: Response,
  maxBytes: number,
): Promise<Uint8Array> {
  const announced = Number(response.headers.get("content-length") ?? NaN);
  if (announced <= maxBytes) return await response.bytes();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  // Leaving the loop early cancels the body.
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBytes || announced > maxBytes) {
      throw new DriverError(
        `Cannot accept the response: it has more than ${maxBytes} bytes`,
      );
    }
    chunks.push(chunk);
  }
  return await new Blob(chunks).bytes();
}

function kindOf(type: string): "json" | "text" | "other" {
  if (/[/+]json\b/.test(type)) return "json";
  return /^text\/|xml|javascript|urlencoded/.test(type) ? "text" : "other";
}
