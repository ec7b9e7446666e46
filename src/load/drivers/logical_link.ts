/**
 * Logical connections of users, with a class for each kind of exchange.
 *
 * @module
 */
import type { LogicalConnection } from "../../session/mod.ts";
import { Requester } from "../../rpc/mod.ts";
import { type Codec, type JsonValue, raw } from "../../codec/mod.ts";
import type { OperationCall, OperationOutcome } from "../driver.ts";
import { DriverError } from "./driver_error.ts";
import { exampleText } from "./payload.ts";
import { ReplyWait } from "./reply_wait.ts";
import type { Link } from "./user_session.ts";

/** An operation over a logical connection. */
export interface LogicalCall {
  /** The kind of exchange: a connection serves one kind only. */
  readonly kind: "request" | "message" | "replies" | "stream";
  readonly message: Uint8Array;
  readonly codec: Codec<JsonValue>;
  /** For the kind `message`: whether a reply ends the operation. */
  readonly expectsReply: boolean;
  /** For the kind `replies`: whether a message is the reply. */
  readonly matches: (message: JsonValue) => boolean;
  /** For the kind `stream`: how often the message is sent. */
  readonly chunks: number;
}

/** Opens a link of that kind over a connection. */
export function openLink(
  kind: LogicalCall["kind"],
  connection: LogicalConnection,
): Link<LogicalCall> {
  switch (kind) {
    case "request":
      return new RequestLink(connection);
    case "message":
      return new MessageLink(connection);
    case "replies":
      return new RepliesLink(connection);
    case "stream":
      return new StreamLink(connection);
    default:
      return kind satisfies never;
  }
}

/** Requests to a service that runs `serveRequests`. */
class RequestLink implements Link<LogicalCall> {
  readonly #requester: Requester<Uint8Array, Uint8Array>;

  constructor(connection: LogicalConnection) {
    this.#requester = new Requester(connection, {
      request: raw,
      reply: raw,
      timeoutMs: Infinity,
    });
  }

  async perform(
    { message, codec }: LogicalCall,
    { signal }: OperationCall,
  ): Promise<OperationOutcome> {
    const reply = await this.#requester.request(message, { signal });
    return outcomeOf(message.length, reply, codec);
  }

  close(): Promise<void> {
    return this.#requester.close();
  }
}

/** Messages, each with the next message as its reply. */
class MessageLink implements Link<LogicalCall> {
  readonly #connection: LogicalConnection;

  constructor(connection: LogicalConnection) {
    this.#connection = connection;
  }

  async perform(
    { message, codec, expectsReply }: LogicalCall,
    { signal }: OperationCall,
  ): Promise<OperationOutcome> {
    await this.#connection.send(message, { signal });
    if (!expectsReply) return { sentBytes: message.length };
    const reply = await this.#connection.receive({ signal });
    return outcomeOf(message.length, received(reply), codec);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

/** Messages with replies that are found among all that come. */
class RepliesLink implements Link<LogicalCall> {
  readonly #connection: LogicalConnection;
  readonly #messages = new ReplyWait<Uint8Array>();
  readonly #reading: Promise<void>;

  constructor(connection: LogicalConnection) {
    this.#connection = connection;
    this.#reading = this.#read();
  }

  async #read(): Promise<void> {
    try {
      while (true) {
        this.#messages.offer(received(await this.#connection.receive()));
      }
    } catch (error) {
      this.#messages.fail(error);
    }
  }

  get isOver(): boolean {
    return this.#messages.hasFailed;
  }

  async perform(
    { message, codec, matches }: LogicalCall,
    { signal }: OperationCall,
  ): Promise<OperationOutcome> {
    let body: JsonValue = null;
    const replied = this.#messages.next((reply) => {
      body = codec.decode(reply);
      return matches(body);
    }, signal);
    const sent = this.#connection.send(message, { signal });
    const [reply] = await Promise.all([replied, sent]);
    return {
      sentBytes: message.length,
      receivedBytes: reply.length,
      body,
    };
  }

  received(): OperationOutcome | undefined {
    const { passed } = this.#messages;
    return passed === undefined ? undefined : { body: exampleText(passed) };
  }

  async close(): Promise<void> {
    await this.#connection.close();
    await this.#reading;
  }
}

const END = new Uint8Array();

/** Streams of messages that end with an empty one. */
class StreamLink implements Link<LogicalCall> {
  readonly #connection: LogicalConnection;

  constructor(connection: LogicalConnection) {
    this.#connection = connection;
  }

  async perform(
    { message, codec, chunks }: LogicalCall,
    { signal }: OperationCall,
  ): Promise<OperationOutcome> {
    for (let chunk = 0; chunk < chunks; chunk++) {
      await this.#connection.send(message, { signal });
    }
    await this.#connection.send(END, { signal });
    let receivedBytes = 0;
    let first: Uint8Array | undefined;
    while (true) {
      const next = received(await this.#connection.receive({ signal }));
      if (next.length === 0) break;
      receivedBytes += next.length;
      first ??= next;
    }
    const sentBytes = chunks * message.length;
    if (first?.length !== receivedBytes) return { sentBytes, receivedBytes };
    return outcomeOf(sentBytes, first, codec);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

function outcomeOf(
  sentBytes: number,
  reply: Uint8Array,
  codec: Codec<JsonValue>,
): OperationOutcome {
  return { sentBytes, receivedBytes: reply.length, body: codec.decode(reply) };
}

function received(message: Uint8Array | undefined): Uint8Array {
  if (message !== undefined) return message;
  throw new DriverError(
    "Cannot get a reply: the service has closed the connection",
  );
}
