/**
 * A client of a terminal without a browser, and a server without a network: the
 * test delivers each frame.
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

/** A socket of the client, and the frames that are on their way. */
export class FakeSocket implements Socket {
  readonly events: SocketEvents;
  /** Where the client stopped. */
  readonly offset: number | undefined;
  /** Frames that the client has sent and the server has not read. */
  readonly up: ClientFrame[] = [];
  /** Frames that the server has sent and the client has not read. */
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

  /** Lets the client read a frame. */
  deliver(frame: ServerFrame): void {
    this.events.received(encodeServerFrame(frame));
  }

  /** Starts an attachment. */
  accept(role: Role = "control", sequence = 0, repliesFrom = 0): void {
    this.deliver({ type: "role", role, repliesFrom });
    this.deliver({ type: "input_ack", sequence });
  }

  /** The frames of one type that the client has sent. */
  sent<T extends ClientFrame["type"]>(
    type: T,
  ): Extract<ClientFrame, { type: T }>[] {
    return this.up.filter((frame): frame is Extract<ClientFrame, { type: T }> =>
      frame.type === type
    );
  }
}

/** A client, with everything that it receives and reports. */
export class ClientHarness {
  readonly clock: ManualClock = new ManualClock();
  readonly sockets: FakeSocket[] = [];
  /** Addresses of the sockets, and of requests for the session. */
  readonly paths: string[] = [];
  readonly states: ClientState[] = [];
  readonly notices: string[] = [];
  readonly latencies: number[] = [];
  /** Output that the screen has parsed, and whether it might answer queries. */
  readonly parsed: { readonly bytes: Uint8Array; readonly replies: boolean }[] =
    [];
  readonly sizes: (readonly [number, number])[] = [];
  /** The HTTP status of the session; `undefined` if no server responds. */
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
      this.paths.push(path);
      const request = parseAttachUrl(new URL(path, "http://localhost/"));
      const socket = new FakeSocket(events, request?.offset);
      this.sockets.push(socket);
      return socket;
    },
    status: () =>
      this.status === undefined
        ? Promise.reject(new TypeError("No server responds"))
        : Promise.resolve(this.status),
    changed: (state) => void this.states.push(state),
    latency: (ms) => void this.latencies.push(ms),
    notice: (text) => void this.notices.push(text),
    clock: this.clock,
    random: () => 1,
  });

  /** Attaches over a first socket, and returns it. */
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

  /** The present state. */
  get state(): ClientState {
    return this.client.state;
  }

  /** Writes that the screen has not parsed. */
  get unparsed(): number {
    return this.#writes.length;
  }

  /** Lets the screen parse a number of writes. */
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
