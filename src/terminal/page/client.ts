/**
 * The page's end of the protocol: holds a session over one socket after
 * another. It knows nothing of browsers.
 *
 * @module
 */
import { backoffDelayMs, resolveBackoff } from "../../actor/internal.ts";
import type { Timer } from "../../actor/mod.ts";
import { attachPath, sessionPath } from "../attach/attach_request.ts";
import { encodeClientFrame } from "../attach/client_frame.ts";
import {
  type ClientFrame,
  CLOSE_CODE_BASE,
  ErrorCode,
  type Role,
  type ServerFrame,
  type SignalName,
  TerminalProtocolError,
} from "../attach/protocol.ts";
import { decodeServerFrame } from "../attach/server_frame.ts";
import type { ClientOptions, ClientState, Socket } from "./client_contract.ts";
import { InputQueue } from "./input_queue.ts";
import { OutputPosition } from "./output_position.ts";

/** Milliseconds after which what is parsed is acknowledged. */
const ACK_MS = 100;
/** Milliseconds between two PINGs. */
const PING_MS = 3000;
/** Milliseconds without any answer after which a socket is taken for dead. */
const ANSWER_MS = 12_000;
/** A socket that lived for so long begins the back-off anew. */
const STABLE_MS = 5000;
const BACKOFF = resolveBackoff({ initialMs: 500, maxMs: 10_000 });
/** Errors after which the same would be answered once more. */
const FINAL: ReadonlyMap<number, string> = new Map([
  [ErrorCode.PROTOCOL, "The page and the server do not agree: reload it"],
  [ErrorCode.NOT_FOUND, "There is no such session any more"],
  [ErrorCode.UNAUTHORIZED, "The login is over: ask for another link"],
  [ErrorCode.REPLACED, "This terminal was opened elsewhere: reload the page"],
  [ErrorCode.REFUSED, "The server refuses: reload the page"],
]);
/** What the server's answer to a plain request tells of the refused socket. */
const STATUS: ReadonlyMap<number, number> = new Map([
  [401, ErrorCode.UNAUTHORIZED],
  [403, ErrorCode.UNAUTHORIZED],
  [404, ErrorCode.NOT_FOUND],
  [410, ErrorCode.NOT_FOUND],
]);
/** Ends a sequence in which the output stopped. */
const CANCEL = new Uint8Array([0x18]);
/** Empties the terminal (RIS). */
const RESET = new Uint8Array([0x1b, 0x63]);
const INTERRUPT = 3;

/** Holds one session until it ends. */
export class TerminalClient {
  readonly #options: ClientOptions;
  readonly #output = new OutputPosition();
  readonly #input = new InputQueue();
  #state: ClientState = { phase: "left" };
  #socket: Socket | undefined;
  #size: { readonly columns: number; readonly rows: number } | undefined;
  #role: Role | undefined;
  #repliesFrom = Infinity;
  #repliesTo = Infinity;
  /** Tries since the last stable socket. */
  #tries = 0;
  #attachedAt: number | undefined;
  /** Since when the server owes a sign of life. */
  #askedAt: number | undefined;
  #pingedAt = 0;
  #pingId = 0;
  #lastError = "";
  #retryTimer: Timer | undefined;
  #ackTimer: Timer | undefined;
  #pingTimer: Timer | undefined;

  /** A client that is not attached yet. */
  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** How it stands. */
  get state(): ClientState {
    return this.#state;
  }

  /** Bytes of input that the server has not taken. */
  get waitingBytes(): number {
    return this.#input.waitingBytes;
  }

  /**
   * Whether what is being parsed now may be answered: replayed output was
   * answered by somebody before, and a viewer who looks on answers nothing.
   */
  get mayReply(): boolean {
    const { parsed } = this.#output;
    return parsed >= this.#repliesFrom && parsed < this.#repliesTo;
  }

  /** Attaches, at once if it waits; nothing happens if it is, or is over. */
  attach(): void {
    const { phase } = this.#state;
    if (phase !== "left" && phase !== "waiting") return;
    this.#retryTimer?.cancel();
    this.#connect();
  }

  /** Leaves the session, which goes on; `attach` comes back. */
  leave(): void {
    const { phase } = this.#state;
    if (phase === "ended" || phase === "failed") return;
    this.#retryTimer?.cancel();
    this.#send({ type: "detach" });
    this.#disconnect();
    this.#change({ phase: "left" });
  }

  /** Types; kept until the server has taken it. One who looks on cannot. */
  type(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#isOver || this.#role === "view") return;
    const isInterrupt = bytes.length === 1 && bytes[0] === INTERRUPT;
    // What is typed without a socket is sent in order later.
    const isStalled = this.#state.phase === "connected" &&
      this.#input.isStalled;
    if (isInterrupt && isStalled) return this.#interrupt();
    this.#input.push(bytes);
    this.#pump();
  }

  /** Sends a signal to the program. */
  signal(signal: SignalName): void {
    this.#send({ type: "signal", signal });
  }

  /** The size that suits the screen. */
  resize(columns: number, rows: number): void {
    if (this.#size?.columns === columns && this.#size.rows === rows) return;
    this.#size = { columns, rows };
    this.#sendSize();
  }

  /** A key must not wait behind what the program does not read. */
  #interrupt(): void {
    const bytes = this.#input.drop();
    this.signal("SIGINT");
    if (bytes > 0) {
      this.#options.notice(`Interrupted: ${bytes} bytes were not typed`);
    }
  }

  get #isOver(): boolean {
    const { phase } = this.#state;
    return phase === "ended" || phase === "failed";
  }

  #change(state: ClientState): void {
    this.#state = state;
    this.#options.changed(state);
  }

  // One socket after another.

  #connect(): void {
    const { sessionId, clientId, clock, connect } = this.#options;
    this.#change({ phase: "connecting" });
    this.#askedAt = clock.now();
    this.#attachedAt = undefined;
    this.#lastError = "";
    const offset = this.#output.received;
    const current = (act: () => void): void => {
      if (this.#socket === socket) act();
    };
    const socket = connect(attachPath({ sessionId, clientId, offset }), {
      received: (bytes) => current(() => this.#received(bytes)),
      closed: (code) => current(() => this.#closed(code)),
    });
    this.#socket = socket;
    this.#watch();
  }

  #disconnect(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#ackTimer?.cancel();
    this.#ackTimer = undefined;
    this.#pingTimer?.cancel();
    this.#input.close();
    socket?.close();
  }

  #closed(code: number): void {
    this.#disconnect();
    const error = code - CLOSE_CODE_BASE;
    if (FINAL.has(error)) return this.#fail(error);
    if (this.#attachedAt !== undefined) return this.#retry();
    // A browser does not say why a WebSocket was refused; a request tells.
    const { status, sessionId } = this.#options;
    const state = this.#state;
    const answered = (code?: number): void => {
      if (this.#state !== state) return;
      const error = STATUS.get(code ?? 0);
      error === undefined ? this.#retry() : this.#fail(error);
    };
    status(sessionPath(sessionId)).then(answered, () => answered());
  }

  #fail(error: number): void {
    this.#change({
      phase: "failed",
      text: this.#lastError || (FINAL.get(error) ?? ""),
    });
  }

  #retry(): void {
    const { clock, random } = this.#options;
    const isStable = this.#attachedAt !== undefined &&
      clock.now() - this.#attachedAt >= STABLE_MS;
    if (isStable) this.#tries = 0;
    const delayMs = backoffDelayMs(BACKOFF, this.#tries++, random);
    this.#retryTimer = clock.schedule(delayMs, () => this.#connect());
    this.#change({ phase: "waiting", delayMs });
  }

  /**
   * A socket that answers nothing for long is dead, whatever TCP thinks. One
   * that was asked nothing is not: timers of pages in the background are late.
   */
  #watch(): void {
    const { clock } = this.#options;
    this.#pingTimer = clock.schedule(PING_MS, () => {
      if (clock.now() - (this.#askedAt ?? clock.now()) >= ANSWER_MS) {
        this.#disconnect();
        return this.#retry();
      }
      if (this.#attachedAt !== undefined) this.#ping();
      this.#watch();
    });
  }

  #ping(): void {
    this.#pingedAt = this.#options.clock.now();
    this.#askedAt ??= this.#pingedAt;
    this.#pingId = (this.#pingId + 1) >>> 0;
    this.#send({ type: "ping", id: this.#pingId });
  }

  #send(frame: ClientFrame): void {
    if (this.#state.phase !== "connected") return;
    this.#socket?.send(encodeClientFrame(frame));
  }

  #sendSize(): void {
    const { state } = this;
    if (state.phase !== "connected" || state.role !== "control") return;
    if (this.#size !== undefined) this.#send({ type: "resize", ...this.#size });
  }

  /** Not all is there of what was drawn: most programs draw it for a new size. */
  #redraw(): void {
    if (this.#size === undefined || this.#role !== "control") return;
    const { columns, rows } = this.#size;
    this.#send({ type: "resize", columns, rows: rows === 1 ? 2 : rows - 1 });
    this.#sendSize();
  }

  #pump(): void {
    for (
      let piece = this.#input.next();
      piece !== undefined;
      piece = this.#input.next()
    ) this.#send({ type: "input", ...piece });
  }

  // What the server says.

  #received(bytes: Uint8Array): void {
    this.#askedAt = undefined;
    try {
      this.#obey(decodeServerFrame(bytes));
    } catch (error) {
      if (!(error instanceof TerminalProtocolError)) throw error;
      this.#disconnect();
      this.#change({ phase: "failed", text: error.message });
    }
  }

  #obey(frame: ServerFrame): void {
    const { notice, latency, clock, screen } = this.#options;
    switch (frame.type) {
      case "role":
        return this.#attached(frame.role, frame.repliesFrom);
      case "input_ack":
        this.#input.acknowledge(frame.sequence);
        return this.#pump();
      case "size":
        return screen.resize(frame.columns, frame.rows);
      case "output": {
        const isFirst = this.#output.received === undefined;
        this.#show(this.#output.take(frame.offset, frame.bytes));
        if (isFirst && frame.offset > 0) this.#redraw();
        return;
      }
      case "gap": {
        const skipped = this.#output.jump(frame.to);
        screen.write(CANCEL, () => this.#parsed(frame.to));
        if (skipped > 0) notice(`${skipped} bytes of output were skipped`);
        return this.#redraw();
      }
      case "snapshot":
        this.#output.jump(frame.offset);
        screen.write(RESET, () => {});
        return screen.write(frame.bytes, () => this.#parsed(frame.offset));
      case "exit":
        this.#disconnect();
        return this.#change({ phase: "ended", exit: frame.exit });
      case "error":
        this.#lastError = frame.text;
        return notice(frame.text);
      case "pong":
        if (frame.id === this.#pingId) latency(clock.now() - this.#pingedAt);
        return;
      default:
        frame satisfies never;
    }
  }

  #attached(role: Role, repliesFrom: number): void {
    // A later one tells that another viewer answers now, or this one: what has
    // come before it is still answered.
    const isOver = role === "view" || repliesFrom === Number.MAX_SAFE_INTEGER;
    this.#repliesTo = isOver ? this.#output.received ?? 0 : Infinity;
    if (!isOver) this.#repliesFrom = repliesFrom;
    if (this.#attachedAt !== undefined) return;
    if (isOver) this.#repliesFrom = Infinity;
    this.#attachedAt = this.#options.clock.now();
    this.#role = role;
    if (role === "view") this.#input.drop();
    this.#change({ phase: "connected", role });
    this.#sendSize();
  }

  #show(bytes: Uint8Array): void {
    const end = this.#output.received ?? 0;
    const start = end - bytes.length;
    // What may be answered is parsed on its own, for `mayReply` to be exact.
    const at = Math.min(Math.max(this.#repliesFrom - start, 0), bytes.length);
    for (const [from, to] of [[0, at], [at, bytes.length]] as const) {
      if (from === to) continue;
      const { screen } = this.#options;
      screen.write(bytes.subarray(from, to), () => this.#parsed(start + to));
    }
  }

  #parsed(offset: number): void {
    this.#output.parsedTo(offset);
    if (this.#output.owesMuch) return this.#acknowledge();
    this.#ackTimer ??= this.#options.clock.schedule(
      ACK_MS,
      () => this.#acknowledge(),
    );
  }

  #acknowledge(): void {
    this.#ackTimer?.cancel();
    this.#ackTimer = undefined;
    if (this.#state.phase !== "connected" || !this.#output.owes) return;
    this.#send({ type: "ack", offset: this.#output.acknowledge() });
  }
}
