/**
 * The driver for logical connections.
 *
 * @module
 */
import { checkOptionNames } from "../../checks/internal.ts";
import { ActorSystem } from "../../actor/mod.ts";
import { formatAddress } from "../../session/internal.ts";
import { ConnectionPool, type PoolOptions } from "../../tcp/mod.ts";
import {
  type Codec,
  CodecError,
  type JsonValue,
  msgpack,
} from "../../codec/mod.ts";
import { checkRule } from "../scenario/check_rule.ts";
import type { Driver, DriverSession } from "../driver.ts";
import {
  choice,
  json as anyJson,
  name,
  object,
  optional,
  whole,
} from "../scenario/rule.ts";
import { type LogicalCall, openLink } from "./logical_link.ts";
import { type FieldMatch, fieldMatch, matchField } from "./message_fields.ts";
import { decode, encode } from "./payload.ts";
import { RequestReader } from "./request_reader.ts";
import { bytes, port } from "./request_rules.ts";
import { Shared } from "./shared.ts";
import { type Link, UserSession } from "./user_session.ts";

/** The request of an operation with the driver `logical`. */
export interface LogicalRequest {
  /**
   * The host name or IP address of the service.
   * @default {"127.0.0.1"}
   */
  readonly hostname?: string;
  /** The TCP port of the service, from 1 to 65535. */
  readonly port: number;
  /** The value that is sent. */
  readonly value: JsonValue;
  /**
   * How values are encoded; with `text`, they are plain text.
   * @default {"json"}
   */
  readonly codec?: "json" | "msgpack" | "text";
  /**
   * What ends the operation. `request`: the reply of a service that runs
   * `serveRequests`. `message`: the next message. `send`: the message was sent.
   * `stream`: the end of a stream of messages; streams go both ways and end
   * with an empty message, and checks can use `body` if a single message comes
   * back.
   * @default {"request"}
   */
  readonly exchange?: "request" | "message" | "send" | "stream";
  /**
   * For the exchange `message`, which message is the reply. All others are
   * discarded, also while no operation is under way.
   * @default {the next message, even if it came before the operation}
   */
  readonly reply?: FieldMatch;
  /**
   * For the exchange `stream`, how often the value is sent.
   * @default {1}
   */
  readonly chunks?: number;
  /**
   * For the exchange `stream`, the bytes of each message: the encoded value is
   * repeated and truncated to this size.
   * @default {the size of the encoded value}
   */
  readonly chunkBytes?: number;
}

/** Options of {@linkcode logicalDriver}. */
export interface LogicalDriverOptions {
  /** Options of the pool that all users share, such as TLS. */
  readonly pool?: PoolOptions;
}

const rule = object<LogicalRequest>({
  hostname: optional(name),
  port,
  value: anyJson,
  codec: optional(choice("json", "msgpack", "text")),
  exchange: optional(choice("request", "message", "send", "stream")),
  reply: optional(fieldMatch),
  chunks: optional(whole()),
  chunkBytes: optional(bytes),
});

const text: Codec<JsonValue> = {
  name: "text",
  encode: (value) =>
    encode(typeof value === "string" ? value : JSON.stringify(value)),
  decode,
};

/** JSON without validation: whatever the text holds is a JSON value. */
const jsonText: Codec<JsonValue> = {
  name: "json",
  encode: (value) => encode(JSON.stringify(value)),
  decode(bytes) {
    try {
      const value: JsonValue = JSON.parse(decode(bytes));
      return value;
    } catch (cause) {
      throw new CodecError("Cannot accept the reply: it is not JSON", {
        cause,
      });
    }
  },
};

const codecs: Record<NonNullable<LogicalRequest["codec"]>, Codec<JsonValue>> = {
  json: jsonText,
  msgpack: msgpack({ parse: toJson }),
  text,
};

interface Prepared extends LogicalCall {
  readonly key: string;
  readonly address: { readonly hostname: string; readonly port: number };
}

/** The pool that all users share. */
interface SharedPool extends AsyncDisposable {
  readonly pool: ConnectionPool;
}

/**
 * Makes a driver for logical connections. All users share one pool, in which
 * each user has its own connection to each address. The first operation that
 * needs it opens it, and so does the next one after a failure. Checks can use
 * the reply as `body`.
 *
 * A listener allows 1000 connections per socket by default: for more users,
 * raise its `maxStreams`, or `socketsPerPeer` of the pool.
 *
 * @example
 * ```ts
 * import { logicalDriver } from "@troupe/troupe/load";
 *
 * const driver = logicalDriver({ pool: { socketsPerPeer: 10 } });
 * console.assert(driver.validate({ port: 7000, value: 21 }).length === 0);
 * ```
 *
 * @param options May be left out; each option has its default.
 */
export function logicalDriver(options: LogicalDriverOptions = {}): Driver {
  checkOptionNames("logicalDriver()", options, { pool: true });
  const requests = new RequestReader(rule, prepare);
  const pools = new Set<ConnectionPool>();
  const shared = new Shared(() =>
    Promise.try(() => openPool(pools, options.pool))
  );
  return {
    validate: (request) => requests.validate(request),
    async open(): Promise<DriverSession> {
      const { pool } = await shared.acquire();
      return new UserSession<Prepared, Link<LogicalCall>>({
        prepare: (call) => requests.of(call),
        open: async ({ address, kind }, signal) =>
          openLink(kind, await pool.connect(address, { signal })),
        closed: () => shared.release(),
      });
    },
    inspect: () => pools.values().flatMap((pool) => pool.inspect()),
  };
}

/** Opens a pool, which is among all pools of the driver until it is closed. */
function openPool(
  pools: Set<ConnectionPool>,
  options?: PoolOptions,
): SharedPool {
  const system = new ActorSystem();
  const pool = new ConnectionPool(system, options);
  pools.add(pool);
  return {
    pool,
    async [Symbol.asyncDispose]() {
      await pool.close();
      pools.delete(pool);
      await system.shutdown();
    },
  };
}

function prepare(request: LogicalRequest): Prepared {
  const { hostname = "127.0.0.1", port, value, reply, chunks = 1 } = request;
  const { codec: name = "json", exchange = "request" } = request;
  const address = { hostname, port };
  const codec = codecs[name];
  const message = codec.encode(value);
  const kind = exchange === "message" && reply !== undefined
    ? "replies"
    : exchange === "send"
    ? "message"
    : exchange;
  return {
    // A connection serves one kind of exchange only.
    key: `${formatAddress(address)} ${kind}`,
    address,
    kind,
    message: exchange === "stream"
      ? repeat(message, request.chunkBytes ?? message.length)
      : message,
    codec,
    expectsReply: exchange !== "send",
    matches: reply === undefined ? () => true : matchField(reply),
    chunks,
  };
}

/**
 * Repeats a message to a size of at least 1 byte: none would end the stream.
 */
function repeat(message: Uint8Array, bytes: number): Uint8Array {
  const repeated = new Uint8Array(Math.max(1, bytes));
  for (let at = 0; at < repeated.length; at += Math.max(1, message.length)) {
    repeated.set(message.subarray(0, repeated.length - at), at);
  }
  return repeated;
}

function toJson(value: unknown): JsonValue {
  if (isJson(value)) return value;
  throw new TypeError("It must be a JSON value");
}

function isJson(value: unknown): value is JsonValue {
  return checkRule(anyJson, value).length === 0;
}
