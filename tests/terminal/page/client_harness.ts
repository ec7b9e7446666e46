/**
 * A client of a terminal without a browser, and a server without a network:
 * each frame arrives when the test says so.
 *
 * @module
 */
import { parseAttachUrl } from "../../../src/terminal/attach/attach_request.ts";
import { decodeClientFrame } from "../../../src/terminal/attach/client_frame.ts";
import { TerminalClient } from "../../../src/terminal/page/client.ts";
import type {
  ClientState,
  Socket,
  SocketEvents,
} from "../../../src/terminal/page/client_contract.ts";
import type {
  ClientFrame,
  Role,
  ServerFrame,
} from "../../../src/terminal/attach/protocol.ts";
import { encodeServerFrame } from "../../../src/terminal/attach/server_frame.ts";
import { ManualClock } from "../../support/manual_clock.ts";

/** A socket of the client, and what is under way over it. */
export class FakeSocket implements Socket {
  readonly events: SocketEvents;
  /** Where the client stopped. */
  readonly offset: number | undefined;
  /** What the client has said and the server has not read. */
  readonly up: ClientFrame[] = [];
  /** What the server has said and the client has not read. */
  readonly down: ServerFrame[] = [];
  /** Whether the client has closed it. */
  isClosed = false;

  constructor(events: SocketEvents, offset: number | undefined) {
    this.events = events;
    this.offset = offset;
  }

  send(bytes: Uint8Array): void {
    this.up.push(decodeClientFrame(bytes));
  }

  close(): void {
    this.isClosed = true;
  }

  /** The client reads a frame. */
  say(frame: ServerFrame): void {
    this.events.received(encodeServerFrame(frame));
  }

  /** Begins an attachment. */
  accept(role: Role = "control", sequence = 0, repliesFrom = 0): void {
    this.say({ type: "role", role, repliesFrom });
    this.say({ type: "input_ack", sequence });
  }

  /** What the client has said of one type. */
  said<T extends ClientFrame["type"]>(
    type: T,
  ): Extract<ClientFrame, { type: T }>[] {
    return this.up.filter((frame): frame is Extract<ClientFrame, { type: T }> =>
      frame.type === type
    );
  }
}

/** A client and all that it is told and tells. */
export class ClientHarness {
  readonly clock: ManualClock = new ManualClock();
  readonly sockets: FakeSocket[] = [];
  readonly states: ClientState[] = [];
  readonly notices: string[] = [];
  readonly latencies: number[] = [];
  /** What the screen has parsed, with whether it might answer it. */
  readonly parsed: { readonly bytes: Uint8Array; readonly replies: boolean }[] =
    [];
  readonly sizes: (readonly [number, number])[] = [];
  /** The HTTP status of the session; `undefined` when nobody answers. */
  status: number | undefined;
  readonly #writes: { bytes: Uint8Array; parsed: () => void }[] = [];
  readonly client: TerminalClient = new TerminalClient({
    sessionId: "session",
    clientId: "client",
    screen: {
      write: (bytes, parsed) => void this.#writes.push({ bytes, parsed }),
      resize: (columns, rows) => void this.sizes.push([columns, rows]),
    },
    connect: (path, events) => {
      const request = parseAttachUrl(new URL(path, "http://localhost/"));
      const socket = new FakeSocket(events, request?.offset);
      this.sockets.push(socket);
      return socket;
    },
    status: () =>
      this.status === undefined
        ? Promise.reject(new TypeError("Nobody answers"))
        : Promise.resolve(this.status),
    changed: (state) => void this.states.push(state),
    latency: (ms) => void this.latencies.push(ms),
    notice: (text) => void this.notices.push(text),
    clock: this.clock,
    random: () => 1,
  });

  /** Attaches; answers the first socket, on which all is well. */
  attach(role?: Role): FakeSocket {
    this.client.attach();
    const { socket } = this;
    socket.accept(role);
    return socket;
  }

  /** The newest socket. */
  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new TypeError("There is no socket");
    return socket;
  }

  /** The state now. */
  get state(): ClientState {
    return this.client.state;
  }

  /** Writes that the screen has not parsed. */
  get unparsed(): number {
    return this.#writes.length;
  }

  /** The screen parses so many writes. */
  parse(writes: number = Infinity): void {
    for (let i = 0; i < writes; i++) {
      const write = this.#writes.shift();
      if (write === undefined) return;
      const replies = this.client.mayReply;
      this.parsed.push({ bytes: write.bytes, replies });
      write.parsed();
    }
  }
}
