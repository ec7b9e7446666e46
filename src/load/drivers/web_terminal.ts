/**
 * The driver for web terminals.
 *
 * @module
 */
import { checkNoArguments } from "../../checks/internal.ts";
import {
  attachPath,
  decodeServerFrame,
  encodeClientFrame,
  INPUT_WINDOW_BYTES,
  MAX_INPUT_BYTES,
  SUBPROTOCOL,
} from "../../terminal/internal.ts";
import type {
  Driver,
  DriverSession,
  OperationCall,
  OperationOutcome,
} from "../driver.ts";
import { name, object, optional, text } from "../scenario/rule.ts";
import { DriverError } from "./driver_error.ts";
import { encode } from "./payload.ts";
import { ReplyWait } from "./reply_wait.ts";
import { RequestReader } from "./request_reader.ts";
import { url } from "./request_rules.ts";
import { closeSocket, openSocket } from "../../web/internal.ts";
import {
  type ExpectedOutput,
  expectedOutput,
  TerminalOutput,
} from "./terminal_output.ts";
import { type Link, UserSession } from "./user_session.ts";
import { WebTerminalApi } from "./web_terminal_api.ts";

/** The request of an operation with the driver `web_terminal`. */
export interface WebTerminalRequest {
  /** The URL of the page, such as `http://127.0.0.1:8000/`. */
  readonly url: string;
  /** A ticket that permits controlling all sessions, used by all users. */
  readonly ticket: string;
  /**
   * The name of a command that the server allows.
   * @default {the first one of the server}
   */
  readonly command?: string;
  /** The input to type, such as `"ls\r"`; without it, nothing is typed. */
  readonly input?: string;
  /**
   * The output that ends the operation. Terminals echo what is typed, which is
   * output as well.
   * @default {"any" with input, or "none"}
   */
  readonly output?: "any" | "none" | { readonly contains: string };
}

const rule = object<WebTerminalRequest>({
  url: url("http:", "https:"),
  ticket: name,
  command: optional(name),
  input: optional(text),
  output: optional(expectedOutput),
});

/** Bytes of output after which an acknowledgement is sent. */
const ACK_BYTES = 32_768;

interface Prepared {
  readonly key: string;
  readonly request: WebTerminalRequest;
  readonly input: Uint8Array;
  readonly output: ExpectedOutput;
}

/**
 * Makes a driver for terminals that `@troupe/troupe/terminal` serves. Each user
 * has one session of each command. The first operation that needs it starts it,
 * and so does the next one after a failure.
 *
 * @example
 * ```ts
 * import { webTerminalDriver } from "@troupe/troupe/load";
 *
 * const request = { url: "http://127.0.0.1:8000/", ticket: "${target.ticket}" };
 * console.assert(webTerminalDriver().validate(request).length === 0);
 * ```
 *
 * @throws {TypeError} if an argument is given: there are none.
 */
export function webTerminalDriver(): Driver {
  checkNoArguments("webTerminalDriver()", arguments);
  const requests = new RequestReader(rule, prepare);
  const api = new WebTerminalApi();
  return {
    validate: (request) => requests.validate(request),
    open: (): Promise<DriverSession> =>
      Promise.resolve(
        new UserSession<Prepared, WebTerminalLink>({
          prepare: (call) => requests.of(call),
          open: ({ request }, signal) =>
            WebTerminalLink.open(api, request, signal),
        }),
      ),
  };
}

function prepare(request: WebTerminalRequest): Prepared {
  const { url, command, input = "" } = request;
  const { output = input === "" ? "none" : "any" } = request;
  const key = JSON.stringify([url, command]);
  return { key, request, input: encode(input), output };
}

/** A session of one user. */
class WebTerminalLink implements Link<Prepared> {
  readonly #socket: WebSocket;
  readonly #end: () => Promise<void>;
  readonly #output = new TerminalOutput();
  /** The sequence numbers of inputs that were acknowledged. */
  readonly #acknowledgements = new ReplyWait<number>();
  /** The sizes of inputs that were not acknowledged yet, by sequence number. */
  readonly #unacknowledged = new Map<number, number>();
  #unacknowledgedBytes = 0;
  #sequence = 0;
  #acknowledgedOffset = 0;

  constructor(socket: WebSocket, end: () => Promise<void>) {
    this.#socket = socket;
    this.#end = end;
    socket.onmessage = ({ data }) => this.#receive(new Uint8Array(data));
    socket.onclose = ({ code }) =>
      this.#fail(`the socket was closed with ${code}`);
  }

  static async open(
    api: WebTerminalApi,
    { url, ticket, command }: WebTerminalRequest,
    signal: AbortSignal,
  ): Promise<WebTerminalLink> {
    const cookie = await api.login(url, ticket, signal);
    const sessionId = await api.start(url, cookie, command, signal);
    const end = () => api.end(url, cookie, sessionId);
    const clientId = crypto.randomUUID();
    const path = attachPath({ sessionId, clientId, offset: undefined });
    const address = new URL(path, url);
    address.protocol = address.protocol.replace("http", "ws");
    try {
      const socket = await openSocket(address.href, {
        protocols: [SUBPROTOCOL],
        headers: { cookie, origin: new URL(url).origin },
        error: DriverError,
      }, signal);
      return new WebTerminalLink(socket, end);
    } catch (error) {
      await end();
      throw error;
    }
  }

  #receive(bytes: Uint8Array): void {
    const frame = decodeServerFrame(bytes);
    if (frame.type === "input_ack") this.#acknowledged(frame.sequence);
    if (frame.type === "error") this.#fail(frame.text);
    if (frame.type === "exit") this.#fail("the program has exited");
    if (frame.type !== "output") return;
    this.#output.push(frame.bytes);
    const offset = frame.offset + frame.bytes.length;
    if (offset - this.#acknowledgedOffset < ACK_BYTES) return;
    this.#acknowledgedOffset = offset;
    this.#socket.send(encodeClientFrame({ type: "ack", offset }));
  }

  #acknowledged(last: number): void {
    for (const [sequence, size] of this.#unacknowledged) {
      if (sequence > last) break;
      this.#unacknowledged.delete(sequence);
      this.#unacknowledgedBytes -= size;
    }
    this.#acknowledgements.offer(last);
  }

  #fail(reason: string): void {
    const error = new DriverError(`Cannot use the terminal: ${reason}`);
    this.#output.fail(error);
    this.#acknowledgements.fail(error);
  }

  async perform(
    { input, output }: Prepared,
    { signal }: OperationCall,
  ): Promise<OperationOutcome> {
    await Promise.all([
      this.#output.expect(output, signal),
      this.#type(input, signal),
    ]);
    const { receivedBytes, seen } = this.#output;
    return { sentBytes: input.length, receivedBytes, body: seen };
  }

  /**
   * Sends the input piece by piece. An acknowledgement is waited for only when
   * the window of the server is full: the server sends those of a few bytes
   * late, in bunches.
   */
  async #type(input: Uint8Array, signal: AbortSignal): Promise<void> {
    for (let at = 0; at < input.length; at += MAX_INPUT_BYTES) {
      const bytes = input.subarray(at, at + MAX_INPUT_BYTES);
      while (this.#unacknowledgedBytes + bytes.length > INPUT_WINDOW_BYTES) {
        await this.#acknowledgements.next(() => true, signal);
      }
      if (this.#socket.readyState !== WebSocket.OPEN) {
        throw new DriverError("Cannot use the terminal: the socket is closed");
      }
      const sequence = ++this.#sequence;
      this.#unacknowledged.set(sequence, bytes.length);
      this.#unacknowledgedBytes += bytes.length;
      this.#socket.send(encodeClientFrame({ type: "input", sequence, bytes }));
    }
  }

  received(): OperationOutcome {
    return { body: this.#output.seen };
  }

  async close(): Promise<void> {
    await closeSocket(this.#socket);
    await this.#end();
  }
}
