/**
 * A server of one terminal, just enough for the page: no security, no credit.
 *
 * @module
 */
import {
  parseAttachUrl,
  sessionPath,
} from "../../../src/terminal/attach/attach_request.ts";
import { decodeClientFrame } from "../../../src/terminal/attach/client_frame.ts";
import { pageFile } from "../../../src/terminal/http/page_file.ts";
import { PAGE_POLICY } from "../../../src/web/security_headers.ts";
import {
  type ClientFrame,
  type Role,
  type ServerFrame,
  SUBPROTOCOL,
} from "../../../src/terminal/attach/protocol.ts";
import { encodeServerFrame } from "../../../src/terminal/attach/server_frame.ts";
import { concat } from "../../session/wire/support.ts";
import { Happenings } from "../../support/happenings.ts";

const SESSION = "a session";
const MOUNT = "/terminal/";

/** Serves one session, whose program is the test. */
export class StubServer implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #sockets = new Set<WebSocket>();
  readonly #closed: Promise<void>[] = [];
  readonly #taken = new Map<string, number>();
  #output: Uint8Array = new Uint8Array(0);
  #answeredTo = 0;
  #size = { columns: 80, rows: 24 };
  /** Frames of viewers, except PING. */
  readonly received: Happenings<ClientFrame> = new Happenings();
  /** Offsets at which viewers have attached. */
  readonly attached: Happenings<number | undefined> = new Happenings();
  /** The role of viewers. */
  role: Role = "control";
  /** Whether input is acknowledged. */
  acknowledges = true;
  /** Whether the session exists. */
  exists = true;
  /** The program, which is called with new input. */
  program: (bytes: Uint8Array) => void = () => {};

  constructor() {
    const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
    this.#server = Deno.serve(options, (request) => this.#handle(request));
  }

  /** The port. */
  get port(): number {
    return this.#server.addr.port;
  }

  /** The address of the page over a port, which may be that of a proxy. */
  page(port: number = this.port): string {
    return `http://127.0.0.1:${port}${MOUNT}?session=${
      encodeURIComponent(SESSION)
    }`;
  }

  /** Writes output, as the program. */
  write(bytes: Uint8Array): void {
    const offset = this.#output.length;
    this.#output = concat([this.#output, bytes]);
    this.send({ type: "output", offset, bytes });
  }

  /** Sends a frame to all viewers. */
  send(frame: ServerFrame): void {
    for (const socket of this.#sockets) socket.send(encodeServerFrame(frame));
  }

  /** Closes all sockets with a code. */
  close(code: number): void {
    for (const socket of this.#sockets) socket.close(code);
  }

  async #handle(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const attach = parseAttachUrl(url);
    if (attach !== undefined && this.exists) {
      const { socket, response } = Deno.upgradeWebSocket(request, {
        protocol: SUBPROTOCOL,
      });
      this.#attach(socket, attach.clientId, attach.offset);
      return response;
    }
    const path = url.pathname.slice(MOUNT.length);
    if (path === sessionPath(SESSION) && this.exists) {
      return Response.json({});
    }
    const file = await pageFile(path);
    if (file === undefined) return new Response(null, { status: 404 });
    return new Response(file.body, {
      headers: {
        "content-type": file.contentType,
        "content-security-policy": PAGE_POLICY,
        etag: file.etag,
      },
    });
  }

  #attach(socket: WebSocket, clientId: string, offset?: number): void {
    socket.binaryType = "arraybuffer";
    const send = (frame: ServerFrame): void => {
      if (socket.readyState !== WebSocket.OPEN) return;
      socket.send(encodeServerFrame(frame));
    };
    socket.onopen = () => {
      this.#sockets.add(socket);
      this.attached.push(offset);
      const start = offset ?? 0;
      const repliesFrom = Math.max(start, this.#answeredTo);
      send({ type: "role", role: this.role, repliesFrom });
      send({ type: "size", ...this.#size, owner: undefined });
      const sequence = this.#taken.get(clientId) ?? 0;
      send({ type: "input_ack", sequence });
      const bytes = this.#output.subarray(start);
      if (bytes.length > 0) send({ type: "output", offset: start, bytes });
    };
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#closed.push(promise);
    socket.onclose = () => {
      this.#sockets.delete(socket);
      resolve();
    };
    socket.onerror = () => {};
    socket.onmessage = ({ data }) => {
      const frame = decodeClientFrame(new Uint8Array(data));
      if (frame.type === "ping") return send({ type: "pong", id: frame.id });
      this.received.push(frame);
      if (frame.type === "resize") {
        this.#size = { columns: frame.columns, rows: frame.rows };
        this.send({ type: "size", ...this.#size, owner: undefined });
      }
      if (frame.type === "detach") socket.close(1000);
      if (frame.type === "ack") {
        this.#answeredTo = Math.max(this.#answeredTo, frame.offset);
      }
      if (frame.type !== "input") return;
      const { sequence, bytes } = frame;
      const taken = this.#taken.get(clientId) ?? 0;
      if (sequence === taken + 1) {
        this.#taken.set(clientId, sequence);
        this.program(bytes);
      }
      if (this.acknowledges) send({ type: "input_ack", sequence });
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close(1000);
    await Promise.all(this.#closed);
    await this.#server.shutdown();
  }
}
