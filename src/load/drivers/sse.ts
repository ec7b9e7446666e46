/**
 * The driver for server-sent events.
 *
 * @module
 */
import { checkNoArguments } from "../../checks/internal.ts";
import { Buffer } from "node:buffer";
import type {
  Driver,
  DriverSession,
  OperationCall,
  OperationOutcome,
} from "../driver.ts";
import { sseBodyOf, type SseEvent, SseParser } from "../../web/internal.ts";
import {
  flag,
  name,
  object,
  type ObjectRule,
  optional,
  texts,
} from "../scenario/rule.ts";
import { DriverError, fetchError } from "./driver_error.ts";
import { type FieldPath, fieldPath, latencyOf } from "./message_fields.ts";
import { exampleText, jsonOrText } from "./payload.ts";
import { ReplyWait } from "./reply_wait.ts";
import { RequestReader } from "./request_reader.ts";
import { url } from "./request_rules.ts";
import { Shared } from "./shared.ts";
import { RequestFiles } from "./request_files.ts";
import {
  CA_FILE_MEANT,
  caFileRule,
  TrustingClients,
} from "./trusting_clients.ts";
import { type Link, UserSession } from "./user_session.ts";

/** The request of an operation with the driver `sse`. */
export interface SseRequest {
  /** The URL, which starts with `http:` or `https:`. */
  readonly url: string;
  /** The headers of the request, by name. */
  readonly headers?: { readonly [name: string]: string };
  /**
   * The path of a file of certificates in PEM that are trusted, beside those of
   * the system: from the folder of the scenario, or in code from the current
   * directory.
   */
  readonly caFile?: string;
  /** The type of the event that ends the operation; others are discarded. */
  readonly event?: string;
  /** A text that the data of the event must contain. */
  readonly contains?: string;
  /**
   * Whether the subscription stays open for the next operation, which then
   * waits for an event after its start. Without it, each operation subscribes,
   * and its latency is the time from there to the first event.
   * @default {false}
   */
  readonly keep?: boolean;
  /**
   * The path to the field of a JSON event, such as `publishedAt`, that has the
   * time when it was sent, in milliseconds since 1970 by a clock of the same
   * host. The latency counts from there.
   */
  readonly sentAt?: string;
}

function ruleOf(files: RequestFiles): ObjectRule {
  const fields = object<SseRequest>({
    url: url("http:", "https:"),
    headers: optional(texts),
    caFile: caFileRule(files),
    event: optional(name),
    contains: optional(name),
    keep: optional(flag),
    sentAt: optional(name),
  });
  return { ...fields, meant: CA_FILE_MEANT };
}

interface Prepared {
  readonly key: string;
  readonly url: string;
  readonly headers: Headers;
  readonly caFile: string | undefined;
  readonly keep: boolean;
  readonly sentAt: FieldPath | undefined;
  readonly matches: (event: SseEvent) => boolean;
}

/**
 * Makes a driver for server-sent events. Checks can use the data of the event
 * as `body`: JSON if it can be parsed, or else text.
 *
 * @example
 * ```ts
 * import { sseDriver } from "@troupe/troupe/load";
 *
 * const request = { url: "http://127.0.0.1:8000/events", event: "price" };
 * console.assert(sseDriver().validate(request).length === 0);
 * ```
 *
 * @throws {TypeError} if an argument is given: there are none.
 */
export function sseDriver(): Driver {
  checkNoArguments("sseDriver()", arguments);
  const files = new RequestFiles();
  const requests = new RequestReader(ruleOf(files), prepare);
  const shared = new Shared(() => Promise.resolve(new TrustingClients(files)));
  return {
    validate(request) {
      files.refresh();
      return requests.validate(request);
    },
    async open(): Promise<DriverSession> {
      const clients = await shared.acquire();
      return new UserSession<Prepared, Subscription>({
        prepare: (call) => requests.of(call),
        open: async (prepared, signal) =>
          await Subscription.open(
            prepared,
            clients.of(prepared.caFile),
            signal,
          ),
        keeps: ({ keep }) => keep,
        closed: () => shared.release(),
      });
    },
  };
}

function prepare(
  request: SseRequest,
): Prepared {
  const { url, headers: given, caFile, event } = request;
  const { contains = "", keep = false, sentAt } = request;
  const headers = new Headers(given);
  headers.set("accept", "text/event-stream");
  return {
    key: JSON.stringify([url, given, caFile]),
    url,
    caFile,
    headers,
    keep,
    sentAt: sentAt === undefined ? undefined : fieldPath(sentAt),
    matches: (found) =>
      (event === undefined || found.event === event) &&
      found.data.includes(contains),
  };
}

/** Returns the body of a stream of events; rejects any other response. */
async function bodyOf(
  response: Response,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const { status, headers } = response;
  const isStream = status === 200 &&
    headers.get("content-type")?.startsWith("text/event-stream");
  const beginning = isStream ? undefined : await beginningOf(response);
  const error = class extends DriverError {
    constructor(message: string) {
      super(message, { received: { status, body: beginning ?? "" } });
      this.name = DriverError.name;
    }
  };
  return await sseBodyOf(response, { action: "subscribe", error });
}

/** Returns the first piece of a body as text, and leaves the rest. */
async function beginningOf({ body }: Response): Promise<string> {
  if (body === null) return "";
  const reader = body.getReader();
  try {
    const { value } = await reader.read();
    return exampleText(value ?? new Uint8Array());
  } finally {
    reader.releaseLock();
  }
}

/** One subscription of one user. */
class Subscription implements Link<Prepared> {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  readonly #events = new ReplyWait<SseEvent>();
  #reading: Promise<void> | undefined;

  constructor(body: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = body.getReader();
  }

  static async open(
    { url, headers }: Prepared,
    client: Deno.HttpClient,
    signal: AbortSignal,
  ): Promise<Subscription> {
    const connection = new AbortController();
    const abort = () => connection.abort(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      const response = await fetch(url, {
        headers,
        client,
        signal: connection.signal,
      })
        .catch((error) => Promise.reject(fetchError(error)));
      return new Subscription(await bodyOf(response));
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  get isOver(): boolean {
    return this.#events.hasFailed;
  }

  async perform(
    { matches, sentAt }: Prepared,
    { signal }: OperationCall,
  ): Promise<OperationOutcome> {
    const next = this.#events.next(matches, signal);
    // Now that somebody waits for the first event.
    this.#reading ??= this.#read();
    const { data } = await next;
    const body = jsonOrText(data);
    return {
      status: 200,
      receivedBytes: Buffer.byteLength(data),
      body,
      ...latencyOf(body, sentAt),
    };
  }

  received(): OperationOutcome {
    return { status: 200, body: this.#events.passed?.data ?? "" };
  }

  async #read(): Promise<void> {
    const parser = new SseParser(DriverError);
    // A TextDecoderStream would cost each event several promises more.
    const decoder = new TextDecoder();
    try {
      while (true) {
        const { value, done } = await this.#reader.read();
        if (done) break;
        const text = decoder.decode(value, { stream: true });
        for (const event of parser.push(text)) this.#events.offer(event);
      }
      throw new DriverError(
        "Cannot wait for an event: the service has ended the stream",
      );
    } catch (error) {
      this.#events.fail(fetchError(error));
      // An event that is too large leaves more to come.
      await this.#reader.cancel().catch(() => {});
    }
  }

  async close(): Promise<void> {
    // A signal that was given to fetch would not do: in Deno it has no effect
    // once the response is no longer used but for its body.
    await this.#reader.cancel().catch(() => {});
    await this.#reading;
  }
}
