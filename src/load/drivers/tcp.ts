/**
 * The driver for raw TCP.
 *
 * @module
 */
import { checkNoArguments } from "../../checks/internal.ts";
import { connectTcp } from "../../tcp/internal.ts";
import { formatAddress } from "../../session/internal.ts";
import type { Transport } from "../../session/mod.ts";
import type {
  Driver,
  DriverSession,
  OperationCall,
  OperationOutcome,
} from "../driver.ts";
import { choice, name, object, optional, text } from "../scenario/rule.ts";
import { DriverError } from "./driver_error.ts";
import { decode, encode, exampleText } from "./payload.ts";
import { ReplyReader } from "./reply_reader.ts";
import { RequestReader } from "./request_reader.ts";
import { bytes, port } from "./request_rules.ts";
import { type Link, UserSession } from "./user_session.ts";

/** The request of an operation with the driver `tcp`. */
export interface TcpRequest {
  /**
   * The host name or IP address of the service.
   * @default {"127.0.0.1"}
   */
  readonly hostname?: string;
  /** The TCP port of the service, from 1 to 65535. */
  readonly port: number;
  /** The text to send, in UTF-8; without it, nothing is sent. */
  readonly send?: string;
  /** The bytes to send, in base64, instead of `send`. */
  readonly sendBase64?: string;
  /**
   * The reply that ends the operation: none, an echo of the bytes that were
   * sent, everything up to and including a text, or a number of bytes.
   * @default {"none"}
   */
  readonly reply?:
    | "none"
    | "echo"
    | { readonly until: string }
    | { readonly bytes: number };
  /**
   * The largest reply with `until`, in bytes; the operation fails above it.
   * @default {1048576}
   */
  readonly maxReplyBytes?: number;
}

const rule = object<TcpRequest>({
  hostname: optional(name),
  port,
  send: optional(text),
  sendBase64: optional({
    kind: "text",
    refuses(text) {
      try {
        Uint8Array.fromBase64(text);
      } catch {
        return "is not valid base64";
      }
      return undefined;
    },
  }),
  reply: optional({
    kind: "either",
    plain: choice("none", "echo"),
    objects: [
      object<{ until: string }>({ until: name }),
      object<{ bytes: number }>({ bytes }),
    ],
  }),
  maxReplyBytes: optional(bytes),
}, ["send", "sendBase64"]);

const DEFAULT_MAX_REPLY_BYTES = 1_048_576;

interface Prepared {
  readonly key: string;
  readonly address: { readonly hostname: string; readonly port: number };
  readonly send: Uint8Array<ArrayBuffer>;
  readonly isEcho: boolean;
  /** The size of the reply, or what it ends with. */
  readonly reply: number | Uint8Array;
  readonly maxReplyBytes: number;
}

/**
 * Makes a driver for raw TCP. Each user has one connection to each address. The
 * first operation that needs it opens it, and so does the next one after a
 * failure. Checks can use a reply as the text `body`, unless it is an echo.
 *
 * @example
 * ```ts
 * import { tcpDriver } from "@troupe/troupe/load";
 *
 * const request = { port: 6379, send: "PING\r\n", reply: { until: "\r\n" } };
 * console.assert(tcpDriver().validate(request).length === 0);
 * ```
 *
 * @throws {TypeError} if an argument is given: there are none.
 */
export function tcpDriver(): Driver {
  checkNoArguments("tcpDriver()", arguments);
  const requests = new RequestReader(rule, prepare);
  return {
    validate: (request) => requests.validate(request),
    open: (): Promise<DriverSession> =>
      Promise.resolve(
        new UserSession<Prepared, TcpLink>({
          prepare: (call) => requests.of(call),
          open: ({ address }, signal) => TcpLink.open(address, signal),
        }),
      ),
  };
}

function prepare(request: TcpRequest): Prepared {
  const { hostname = "127.0.0.1", port, reply = "none", sendBase64 } = request;
  const address = { hostname, port };
  const send = sendBase64 === undefined
    ? encode(request.send ?? "")
    : Uint8Array.fromBase64(sendBase64);
  return {
    key: formatAddress(address),
    address,
    send,
    isEcho: reply === "echo",
    reply: replyEnd(reply, send.length),
    maxReplyBytes: request.maxReplyBytes ?? DEFAULT_MAX_REPLY_BYTES,
  };
}

function replyEnd(
  reply: NonNullable<TcpRequest["reply"]>,
  sentBytes: number,
): number | Uint8Array {
  if (reply === "none") return 0;
  if (reply === "echo") return sentBytes;
  return "bytes" in reply ? reply.bytes : encode(reply.until);
}

/** One connection of one user. */
class TcpLink implements Link<Prepared> {
  readonly #transport: Transport;
  readonly #reader: ReplyReader;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.#reader = new ReplyReader(transport);
  }

  get isOver(): boolean {
    return this.#reader.isOver;
  }

  static async open(
    address: Prepared["address"],
    signal: AbortSignal,
  ): Promise<TcpLink> {
    return new TcpLink(await connectTcp(address, signal));
  }

  async perform(
    { send, isEcho, reply, maxReplyBytes }: Prepared,
    { signal }: OperationCall,
  ): Promise<OperationOutcome> {
    // Only closing the connection ends a read or a write.
    const abort = () => void this.close();
    signal.addEventListener("abort", abort, { once: true });
    try {
      signal.throwIfAborted();
      // Concurrently, as a service may reply before it has read everything.
      const [received] = await Promise.all([
        typeof reply === "number"
          ? this.#reader.take(reply)
          : this.#reader.takeUntil(reply, maxReplyBytes),
        this.#write(send),
      ]);
      const sentBytes = send.length;
      this.#reader.watch();
      if (reply === 0) return { sentBytes };
      const receivedBytes = received.length;
      if (!isEcho) return { sentBytes, receivedBytes, body: decode(received) };
      if (send.some((byte, index) => byte !== received[index])) {
        throw new DriverError("Cannot accept the reply: it is not an echo", {
          received: { body: exampleText(received) },
        });
      }
      return { sentBytes, receivedBytes };
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  async #write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      at += await this.#transport.write(bytes.subarray(at));
    }
  }

  received(): OperationOutcome {
    return { body: exampleText(this.#reader.waiting) };
  }

  close(): Promise<void> {
    return Promise.resolve(this.#transport.close());
  }
}
