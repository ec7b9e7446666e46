/**
 * A terminal server on a real socket, and browsers that use it.
 *
 * @module
 */
import type { Clock } from "../../src/actor/clock.ts";
import { ActorSystem } from "../../src/actor/system.ts";
import { attachPath } from "../../src/terminal/attach/attach_request.ts";
import { encodeClientFrame } from "../../src/terminal/attach/client_frame.ts";
import type { ServeTerminalOptions } from "../../src/terminal/options.ts";
import {
  type ClientFrame,
  type ServerFrame,
  SUBPROTOCOL,
} from "../../src/terminal/attach/protocol.ts";
import { decodeServerFrame } from "../../src/terminal/attach/server_frame.ts";
import {
  serveTerminal,
  type TerminalServer,
} from "../../src/terminal/terminal_server.ts";
import type { Grant } from "../../src/terminal/access/grant_rules.ts";
import { Happenings } from "../support/happenings.ts";

/** A program that writes everything it reads, byte for byte. */
export const RAW_CAT = {
  name: "cat",
  command: "sh",
  args: ["-c", "stty raw -echo; echo ready; exec cat"],
} as const;

/** A terminal server that ends with the test. */
export class Served implements AsyncDisposable {
  readonly system: ActorSystem;
  readonly terminal: TerminalServer;
  readonly server: Deno.HttpServer<Deno.NetAddr>;
  readonly failures: unknown[] = [];
  readonly #viewers: Viewer[] = [];

  constructor(options?: ServeTerminalOptions, clock?: Clock) {
    this.system = new ActorSystem(clock === undefined ? {} : { clock });
    this.system.events.subscribe((event) => {
      if (event.type === "failed") this.failures.push(event.cause);
    }, { handlesFailures: true });
    this.terminal = serveTerminal(this.system, {
      commands: [RAW_CAT],
      directories: ["/"],
      ...options,
    });
    this.server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      this.terminal.fetch,
    );
  }

  get host(): string {
    return `127.0.0.1:${this.server.addr.port}`;
  }

  /** Uses a ticket; returns the cookie. */
  async login(
    role: Grant["role"] = "control",
    session = "all",
    cookie = "",
    more: Partial<Grant> = {},
  ): Promise<string> {
    const ticket = this.terminal.ticket({ role, session, ...more });
    const response = await this.request("POST", "login", {
      body: { ticket },
      cookie,
    });
    await response.body?.cancel();
    return (response.headers.get("set-cookie") ?? cookie).split(";")[0] ?? "";
  }

  /** Sends a request as the page does. */
  request(
    method: string,
    path: string,
    { body, cookie = "", headers = {} }: {
      readonly body?: unknown;
      readonly cookie?: string;
      readonly headers?: Record<string, string>;
    } = {},
  ): Promise<Response> {
    const origin = `http://${this.host}`;
    return this.terminal.fetch(
      new Request(`${origin}/${path}`, {
        method,
        headers: {
          host: this.host,
          origin,
          cookie,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
  }

  /** Opens a socket as the page does; `host` is that of a proxy. */
  view(
    sessionId: string,
    cookie: string,
    options: {
      readonly offset?: number;
      readonly clientId?: string;
      readonly host?: string;
      readonly query?: string;
    } = {},
  ): Viewer {
    const { offset, clientId = crypto.randomUUID(), query = "" } = options;
    const path = attachPath({ sessionId, clientId, offset });
    const host = options.host ?? this.host;
    const viewer = new Viewer(this.open(`${path}${query}`, cookie, host));
    this.#viewers.push(viewer);
    return viewer;
  }

  /** Opens a WebSocket as a browser does. */
  open(
    path: string,
    cookie: string,
    host: string = this.host,
    origin = `http://${host}`,
  ): WebSocket {
    // The name of a cookie has the port of the server.
    const [, port = ""] = host.split(":");
    return new WebSocket(`ws://${host}/${path}`, {
      protocols: [SUBPROTOCOL],
      headers: { cookie: cookie.replace(/-\d+=/, `-${port}=`), origin },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const viewer of this.#viewers) viewer.socket.close();
    await this.terminal.close();
    await Promise.all(this.#viewers.map((viewer) => viewer.closed));
    await this.server.shutdown();
    await this.system.shutdown();
  }
}

/** A browser that watches a session. */
export class Viewer {
  readonly socket: WebSocket;
  readonly frames: Happenings<ServerFrame> = new Happenings();
  /** The code with which the socket was closed. */
  readonly closed: Promise<number>;
  /** The reason of the close, once it has come. */
  reason = "";

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onerror = (event) => event.preventDefault();
    socket.onmessage = ({ data }) =>
      this.frames.push(decodeServerFrame(new Uint8Array(data)));
    this.closed = new Promise((resolve) => {
      socket.onclose = ({ code, reason }) => {
        this.reason = reason;
        resolve(code);
      };
    });
  }

  send(frame: ClientFrame): void {
    this.socket.send(encodeClientFrame(frame));
  }

  type(sequence: number, text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.send({ type: "input", sequence, bytes });
  }

  /** Waits for the next frame of a type, and skips others. */
  async next<T extends ServerFrame["type"]>(
    type: T,
  ): Promise<Extract<ServerFrame, { type: T }>> {
    for (;;) {
      const frame = await this.frames.next();
      if (isOf(frame, type)) return frame;
    }
  }

  /** Reads output, acknowledging it, until it ends with a text. */
  async until(end: string): Promise<string> {
    let text = "";
    const decoder = new TextDecoder();
    while (!text.endsWith(end)) {
      const { offset, bytes } = await this.next("output");
      text += decoder.decode(bytes, { stream: true });
      this.send({ type: "ack", offset: offset + bytes.length });
    }
    return text;
  }
}

function isOf<T extends ServerFrame["type"]>(
  frame: ServerFrame,
  type: T,
): frame is Extract<ServerFrame, { type: T }> {
  return frame.type === type;
}
