/**
 * The driver for WebSockets.
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
import {
  choice,
  json,
  list,
  name,
  object,
  type ObjectRule,
  optional,
  text,
  texts,
} from "../scenario/rule.ts";
import type { JsonValue } from "../../codec/mod.ts";
import { DriverError } from "./driver_error.ts";
import {
  type FieldMatch,
  fieldMatch,
  type FieldPath,
  fieldPath,
  latencyOf,
  matchField,
} from "./message_fields.ts";
import { jsonOrText } from "./payload.ts";
import { ReplyWait } from "./reply_wait.ts";
import { RequestFiles } from "./request_files.ts";
import { RequestReader } from "./request_reader.ts";
import { url } from "./request_rules.ts";
import { Shared } from "./shared.ts";
import {
  CA_FILE_MEANT,
  caFileRule,
  TrustingClients,
} from "./trusting_clients.ts";
import { closeSocket, openSocket } from "../../web/internal.ts";
import { type Link, UserSession } from "./user_session.ts";

/** The request of an operation with the driver `websocket`. */
export interface WebSocketRequest {
  /** The URL, which starts with `ws:` or `wss:`. */
  readonly url: string;
  /** The subprotocols to offer to the server. */
  readonly protocols?: readonly string[];
  /** The headers of the upgrade request, by name. */
  readonly headers?: { readonly [name: string]: string };
  /**
   * The path of a file of certificates in PEM that are trusted, beside those of
   * the system: from the folder of the scenario, or in code from the current
   * directory.
   */
  readonly caFile?: string;
  /** The message to send as text; without one, nothing is sent. */
  readonly text?: string;
  /** The message to send as JSON, instead of `text`. */
  readonly json?: JsonValue;
  /**
   * The message that ends the operation: the next one, the next one that
   * contains a text, or the next one with a certain field. All others are
   * discarded, and binary messages are never replies.
   * @default {"any" with a message, or "none"}
   */
  readonly reply?: "any" | "none" | { readonly contains: string } | FieldMatch;
  /**
   * The path to the field of a JSON reply, such as `publishedAt`, that has the
   * time when it was sent, in milliseconds since 1970 by a clock of the same
   * host. The latency counts from there.
   */
  readonly sentAt?: string;
}

function ruleOf(files: RequestFiles): ObjectRule {
  const fields = object<WebSocketRequest>({
    url: url("ws:", "wss:"),
    protocols: optional(list(name)),
    headers: optional(texts),
    caFile: caFileRule(files),
    text: optional(text),
    json: optional(json),
    reply: optional({
      kind: "either",
      plain: choice("any", "none"),
      objects: [
        object<{ contains: string }>({ contains: name }),
        fieldMatch,
      ],
    }),
    sentAt: optional(name),
  }, ["text", "json"]);
  return { ...fields, meant: CA_FILE_MEANT };
}

/** The most bytes that may wait to be sent. */
const MAX_BUFFERED_BYTES = 1_048_576;

interface Prepared {
  readonly key: string;
  readonly request: WebSocketRequest;
  readonly message: string | undefined;
  readonly sentBytes: number;
  readonly matches: ((message: string) => boolean) | undefined;
  readonly sentAt: FieldPath | undefined;
}

/**
 * Makes a driver for WebSockets. Each user has one socket to each URL. The
 * first operation that needs it opens it, and so does the next one after a
 * failure. Checks can use the reply as `body`: JSON if it can be parsed, or
 * else text.
 *
 * @example
 * ```ts
 * import { websocketDriver } from "@troupe/troupe/load";
 *
 * const request = {
 *   url: "ws://127.0.0.1:8000/chat",
 *   json: { type: "say", text: "hello" },
 *   reply: { field: "type", equals: "said" },
 * };
 * console.assert(websocketDriver().validate(request).length === 0);
 * ```
 *
 * @throws {TypeError} if an argument is given: there are none.
 */
export function websocketDriver(): Driver {
  checkNoArguments("websocketDriver()", arguments);
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
      return new UserSession<Prepared, WebSocketLink>({
        prepare: (call) => requests.of(call),
        async open({ request }, signal) {
          const { url, protocols = [], headers = {}, caFile } = request;
          const options = { protocols, headers, error: DriverError };
          const trusting = caFile === undefined
            ? {}
            : { client: clients.of(caFile) };
          return new WebSocketLink(
            await openSocket(url, { ...options, ...trusting }, signal),
          );
        },
        closed: () => shared.release(),
      });
    },
  };
}

function prepare(request: WebSocketRequest): Prepared {
  const { url, json, protocols, headers, caFile, sentAt } = request;
  const message = json === undefined ? request.text : JSON.stringify(json);
  const { reply = message === undefined ? "none" : "any" } = request;
  return {
    key: JSON.stringify([url, protocols, headers, caFile]),
    request,
    message,
    sentBytes: message === undefined ? 0 : Buffer.byteLength(message),
    matches: matcher(reply),
    sentAt: sentAt === undefined ? undefined : fieldPath(sentAt),
  };
}

function matcher(
  reply: NonNullable<WebSocketRequest["reply"]>,
): ((message: string) => boolean) | undefined {
  if (reply === "none") return undefined;
  if (reply === "any") return () => true;
  if ("contains" in reply) return (message) => message.includes(reply.contains);
  const matches = matchField(reply);
  return (message) => matches(jsonOrText(message));
}

/** A socket of one user. */
class WebSocketLink implements Link<Prepared> {
  readonly #socket: WebSocket;
  readonly #replies = new ReplyWait<string>();

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.#replies.offer(data);
    };
    socket.onclose = ({ code, reason }) =>
      this.#replies.fail(
        new DriverError(
          `Cannot use the socket: it was closed with ${code} ${reason}`.trim(),
        ),
      );
  }

  get isOver(): boolean {
    return this.#socket.readyState !== WebSocket.OPEN;
  }

  async perform(
    { message, sentBytes, matches, sentAt }: Prepared,
    { signal }: OperationCall,
  ): Promise<OperationOutcome> {
    const socket = this.#socket;
    if (socket.readyState !== WebSocket.OPEN) {
      throw new DriverError("Cannot use the socket: it is closed");
    }
    if (socket.bufferedAmount > MAX_BUFFERED_BYTES) {
      throw new DriverError(
        `Cannot send: the service is too slow, more than ${MAX_BUFFERED_BYTES} bytes are waiting`,
      );
    }
    const reply = matches && this.#replies.next(matches, signal);
    if (message !== undefined) socket.send(message);
    if (reply === undefined) return { sentBytes };
    const text = await reply;
    const body = jsonOrText(text);
    return {
      sentBytes,
      receivedBytes: Buffer.byteLength(text),
      body,
      ...latencyOf(body, sentAt),
    };
  }

  received(): OperationOutcome | undefined {
    const body = this.#replies.passed;
    return body === undefined ? undefined : { body };
  }

  close(): Promise<void> {
    return closeSocket(this.#socket);
  }
}
