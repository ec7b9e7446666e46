/**
 * The client of the protocol in the page: keeps a session attached over one
 * socket after another. It uses no API of browsers.
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
import { errorOfStatus, finalError, lostInput } from "./client_errors.ts";
import { InputQueue } from "./input_queue.ts";
import { OutputPosition } from "./output_position.ts";

/** Milliseconds after which parsed output is acknowledged. */
const ACK_MS = 100;
/** Milliseconds between two PINGs. */
const PING_MS = 3000;
/** Milliseconds without any reply after which a socket is considered dead. */
const REPLY_MS = 12_000;
/** Milliseconds of life after which a socket resets the back-off. */
const STABLE_MS = 5000;
const BACKOFF = resolveBackoff({ initialMs: 500, maxMs: 10_000 });
/** Cancels an escape sequence in which the output stopped. */
const CANCEL = new Uint8Array([0x18]);
/** Resets the terminal (RIS). */
const RESET = new Uint8Array([0x1b, 0x63]);
/** What Ctrl-C, Ctrl-\\ and Ctrl-Z type. */
const INTERRUPTS: ReadonlySet<number> = new Set([0x03, 0x1c, 0x1a]);

/** Keeps one session attached until it ends. */
export class TerminalClient {
  readonly #options: ClientOptions;
  readonly #output = new OutputPosition();
  readonly #input = new InputQueue();
  #state: ClientState = { phase: "detached" };
  #socket: Socket | undefined;
  #size: { readonly columns: number; readonly rows: number } | undefined;
  #role: Role | undefined;
  /** Id of the server, which has another one after each start. */
  #serverId: string | undefined;
  #isHidden = false;
  /** Whether a snapshot is parsed, whose queries were answered before. */
  #isRestoring = false;
  #repliesFrom = Infinity;
  #repliesTo = Infinity;
  /** Attempts since the last stable socket. */
  #attempts = 0;
  #attachedAt: number | undefined;
  /** Since when the server owes a sign of life. */
  #awaitedSince: number | undefined;
  #pingedAt = 0;
  #pingId = 0;
  #lastError = "";
  #retryTimer: Timer | undefined;
  #ackTimer: Timer | undefined;
  #pingTimer: Timer | undefined;

  /** Makes a client that is not attached yet. */
  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** State of the client. */
  get state(): ClientState {
    return this.#state;
  }

  /** Bytes of input that the server has not acknowledged. */
  get waitingBytes(): number {
    return this.#input.waitingBytes;
  }

  /**
   * Whether queries in the output that is parsed now may be answered: those in
   * replayed output were answered before, and a read-only viewer answers none.
   */
  get mayReply(): boolean {
    const { parsed } = this.#output;
    if (this.#isRestoring) return false;
    return parsed >= this.#repliesFrom && parsed < this.#repliesTo;
  }

  /** Attaches, without waiting any longer; does nothing if attached or ended. */
  attach(): void {
    const { phase } = this.#state;
    if (phase !== "detached" && phase !== "waiting") return;
    this.#retryTimer?.cancel();
    this.#connect();
  }

  /** Detaches from the session, which continues; `attach` comes back. */
  detach(): void {
    const { phase } = this.#state;
    if (phase === "ended" || phase === "failed") return;
    this.#retryTimer?.cancel();
    this.#send({ type: "detach" });
    this.#disconnect();
    this.#change({ phase: "detached" });
  }

  /** Types bytes, and keeps them until they are acknowledged, if allowed to. */
  type(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#isOver || this.#role === "view") return;
    const [key] = bytes;
    // Input that is typed without a socket is sent in order later.
    const overtakes = bytes.length === 1 && key !== undefined &&
      INTERRUPTS.has(key) && this.#state.phase === "connected" &&
      this.#input.isStalled;
    this.#input.push(bytes);
    if (overtakes) this.#input.mark();
    this.#pump();
    // The server knows whether the key is a signal, and drops what waits then.
    if (overtakes) this.#send({ type: "interrupt", key });
  }

  /** Sends a signal to the program. */
  signal(signal: SignalName): void {
    this.#send({ type: "signal", signal });
  }

  /** Takes the size that fits the screen. */
  resize(columns: number, rows: number): void {
    if (this.#size?.columns === columns && this.#size.rows === rows) return;
    this.#size = { columns, rows };
    this.#sendSize();
  }

  /** Makes the size that fits the screen that of the session. */
  useSize(): void {
    this.#sendSize();
    this.#send({ type: "use_size" });
  }

  /** Takes whether anybody can see the page; a hidden one delays no program. */
  setHidden(isHidden: boolean): void {
    if (this.#isHidden === isHidden) return;
    this.#isHidden = isHidden;
    this.#send({ type: "visibility", hidden: isHidden });
    if (!isHidden) this.#acknowledge();
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
    const { sessionId, clientId, name, clock, connect } = this.#options;
    const serverId = this.#serverId;
    this.#change({ phase: "connecting" });
    this.#awaitedSince = clock.now();
    this.#attachedAt = undefined;
    this.#lastError = "";
    const offset = this.#output.received;
    const current = (act: () => void): void => {
      if (this.#socket === socket) act();
    };
    const request = { sessionId, clientId, offset, name, serverId };
    const socket = connect(attachPath(request), {
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
    if (finalError(error) !== undefined) return this.#fail(error);
    if (this.#attachedAt !== undefined) return this.#retry();
    // A browser does not report why a WebSocket was refused, but the status of
    // a request does.
    const { status, sessionId } = this.#options;
    const state = this.#state;
    const onStatus = (code?: number): void => {
      if (this.#state !== state) return;
      const error = errorOfStatus(code ?? 0);
      error === undefined ? this.#retry() : this.#fail(error);
    };
    const server = this.#serverId;
    const query = server === undefined ? "" : `?server=${server}`;
    status(`${sessionPath(sessionId)}${query}`)
      .then(onStatus, () => onStatus());
  }

  #fail(error: number): void {
    const text = this.#lastError || (finalError(error) ?? "");
    const lost = error === ErrorCode.RESTARTED ? this.#input.waitingBytes : 0;
    this.#change({ phase: "failed", text: text + lostInput(lost) });
  }

  #retry(): void {
    const { clock, random } = this.#options;
    const isStable = this.#attachedAt !== undefined &&
      clock.now() - this.#attachedAt >= STABLE_MS;
    if (isStable) this.#attempts = 0;
    const delayMs = backoffDelayMs(BACKOFF, this.#attempts++, random);
    this.#retryTimer = clock.schedule(delayMs, () => this.#connect());
    this.#change({ phase: "waiting", delayMs });
  }

  /**
   * A socket that replies to nothing for long is dead, even if TCP is not aware
   * of it. A socket without a request is not: timers of pages in the background
   * are late.
   */
  #watch(): void {
    const { clock } = this.#options;
    this.#pingTimer = clock.schedule(PING_MS, () => {
      if (clock.now() - (this.#awaitedSince ?? clock.now()) >= REPLY_MS) {
        this.#disconnect();
        return this.#retry();
      }
      if (this.#attachedAt !== undefined) this.#ping();
      this.#watch();
    });
  }

  #ping(): void {
    this.#pingedAt = this.#options.clock.now();
    this.#awaitedSince ??= this.#pingedAt;
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

  /** Makes most programs redraw, by a change of size, after missing output. */
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

  // Frames of the server.

  #received(bytes: Uint8Array): void {
    this.#awaitedSince = undefined;
    try {
      this.#handle(decodeServerFrame(bytes));
    } catch (error) {
      if (!(error instanceof TerminalProtocolError)) throw error;
      this.#disconnect();
      this.#change({ phase: "failed", text: error.message });
    }
  }

  #handle(frame: ServerFrame): void {
    const { notice, latency, clock, screen } = this.#options;
    switch (frame.type) {
      case "role":
        return this.#attached(frame.role, frame.repliesFrom);
      case "input_ack":
        this.#input.acknowledge(frame.sequence);
        return this.#pump();
      case "input_dropped": {
        this.#input.acknowledge(frame.sequence);
        const bytes = frame.bytes + this.#input.dropMarked();
        if (bytes > 0) {
          notice(`Interrupted: ${bytes} bytes of input were discarded`);
        }
        return this.#pump();
      }
      case "size": {
        const { columns, rows, owner } = frame;
        screen.resize(columns, rows);
        return this.#options.sized?.({ columns, rows, owner });
      }
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
        screen.write(RESET, () => {
          this.#isRestoring = true;
        });
        return screen.write(frame.bytes, () => {
          this.#isRestoring = false;
          this.#parsed(frame.offset);
        });
      case "hello":
        this.#serverId = frame.serverId;
        return;
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
    // A later ROLE makes another viewer the one who answers, or this one again;
    // queries that arrived before it are still answered.
    const isSilent = role === "view" || repliesFrom === Number.MAX_SAFE_INTEGER;
    this.#repliesTo = isSilent ? this.#output.received ?? 0 : Infinity;
    if (!isSilent) this.#repliesFrom = repliesFrom;
    if (this.#attachedAt !== undefined) return;
    if (isSilent) this.#repliesFrom = Infinity;
    this.#attachedAt = this.#options.clock.now();
    this.#role = role;
    if (role === "view") this.#input.drop();
    this.#change({ phase: "connected", role });
    if (this.#isHidden) this.#send({ type: "visibility", hidden: true });
    this.#sendSize();
  }

  #show(bytes: Uint8Array): void {
    const end = this.#output.received ?? 0;
    const start = end - bytes.length;
    // The part that may be answered is parsed on its own, so that `mayReply` is
    // exact.
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
