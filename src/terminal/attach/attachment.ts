/**
 * The actor of one WebSocket: owns it, and holds one attachment to a session.
 * It lives as long as the socket; the session outlives it. What the two say
 * does not go through the mailbox, which is for their beginnings and ends.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { ActorRef, Behavior, Timer } from "../../actor/mod.ts";
import {
  type PtyAttachment,
  PtyAttachmentError,
  PtyEndedError,
  PtyError,
  type PtyEvent,
  type PtyExit,
  type PtyRole,
} from "../../pty/mod.ts";
import type { InputLedger, InputSink } from "./input_ledger.ts";
import type { Login } from "../access/logins.ts";
import type { TerminalCounters } from "../metrics.ts";
import { OutputLedger } from "./output_ledger.ts";
import { decodeClientFrame } from "./client_frame.ts";
import {
  type ClientFrame,
  CLOSE_CODE_BASE,
  ErrorCode,
  type ServerFrame,
  TerminalProtocolError,
} from "./protocol.ts";
import { encodeOutput, encodeServerFrame } from "./server_frame.ts";
import { ViewerRequests } from "./viewer_requests.ts";
import type { Answerer, TerminalSession } from "../sessions.ts";

/** What a socket gets. */
export interface Admission {
  /** The session to attach to. */
  readonly session: TerminalSession;
  /** What the viewer may do. */
  readonly role: PtyRole;
  /** Where the viewer stopped; without it, it has seen nothing. */
  readonly offset: number | undefined;
  /** The input of this viewer so far. */
  readonly ledger: InputLedger;
  /** Who looks; the attachment ends with the login. */
  readonly login: Login;
}

/** What an attachment is made of. */
export interface AttachmentOptions {
  /** The socket, open or not. */
  readonly socket: WebSocket;
  /** Messages that came before the actor. */
  readonly early: unknown[];
  /** What it gets. */
  readonly admission: Admission;
  /** Bytes that may wait in the socket, whatever the viewer asks for. */
  readonly maxBufferedBytes: number;
  /** Milliseconds without a frame after which the viewer is let go. */
  readonly silenceMs: number;
  /** Where it counts. */
  readonly counters: TerminalCounters;
}

/** Messages of an attachment's actor. */
export type AttachmentMessage =
  | { readonly type: "opened" | "look" | "closed" | "overdue" }
  | { readonly type: "failed"; readonly cause: unknown };

/** A reference to an attachment's actor. */
export type AttachmentRef = ActorRef<AttachmentMessage>;

/** Frames that may come before the session has answered. */
const MAX_EARLY = 64;
/** Milliseconds that a viewer has to answer a close. */
const CLOSE_MS = 2000;
/** Milliseconds for which it waits that input was taken, to tell of more. */
const INPUT_ACK_MS = 1000;
/** Bytes of input that are told of at once. */
const INPUT_ACK_BYTES = 1024;
/** The close code of what ends in order. */
const CLOSE_NORMAL = 1000;

/** A behaviour that carries frames between a socket and a session. */
export function attachmentActor(
  options: AttachmentOptions,
): Behavior<AttachmentMessage> {
  const { socket, counters } = options;
  const { session, role, offset, ledger, login } = options.admission;
  return (context) => {
    const { self, signal, system: { clock } } = context;
    /** Frames that came before the attachment was there. */
    let early: unknown[] = [];
    let attachment: PtyAttachment | undefined;
    let requests: ViewerRequests | undefined;
    let sent = new OutputLedger(0);
    /** Whether the viewer was heard since the last look; the time costs more. */
    let heard = true;
    let silentSince = 0;
    /** Input that was taken, and not told of. */
    let untoldBytes = 0;
    let inputAck: Timer | undefined;
    let over = false;

    socket.binaryType = "arraybuffer";
    socket.onopen = () => self.tell({ type: "opened" });
    socket.onclose = () => self.tell({ type: "closed" });
    // A close follows, and says no less.
    socket.onerror = () => {};
    socket.onmessage = ({ data }) => guard(() => received(data));
    signal.addEventListener("abort", () => {
      finish(ErrorCode.GOING_AWAY, "The server ends");
    }, { once: true });

    const sink: InputSink = {
      write: (bytes) =>
        attachment?.write(bytes) ?? Promise.reject(new Error("Not attached")),
      taken(bytes) {
        // The viewer is told of it when it is attached.
        if (attachment === undefined) return;
        untoldBytes += bytes;
        if (untoldBytes >= INPUT_ACK_BYTES) return tellTaken();
        inputAck ??= clock.schedule(INPUT_ACK_MS, tellTaken);
      },
      failed(error) {
        // The viewer is told of the exit.
        if (error instanceof PtyEndedError) return;
        finish(ErrorCode.INTERNAL, "The input could not be typed");
      },
      replaced: () =>
        finish(ErrorCode.REPLACED, "This viewer is attached elsewhere"),
    };

    const answerer: Answerer = {
      yield() {
        send({ type: "role", role, repliesFrom: Number.MAX_SAFE_INTEGER });
        return sent.sent;
      },
    };

    /** Whatever fails in an event ends this attachment and nothing else. */
    function guard(act: () => void): void {
      if (over) return;
      try {
        act();
      } catch (cause) {
        if (cause instanceof TerminalProtocolError) {
          counters.protocolErrors++;
          finish(ErrorCode.PROTOCOL, cause.message);
        } else self.tell({ type: "failed", cause });
      }
    }

    function send(frame: ServerFrame): boolean {
      return sendFrame(encodeServerFrame(frame));
    }

    function sendFrame(frame: Uint8Array<ArrayBuffer>): boolean {
      if (over || socket.readyState !== WebSocket.OPEN) return false;
      // Credit bounds the output; this bounds what is said for nothing.
      if (socket.bufferedAmount > options.maxBufferedBytes) {
        counters.overflows++;
        finish(ErrorCode.LIMIT, "The viewer reads too slowly");
        return false;
      }
      socket.send(frame);
      return true;
    }

    /** Says why, if it is not in order, and closes the socket. */
    function finish(code?: ErrorCode, text = ""): void {
      if (over) return;
      if (socket.readyState === WebSocket.OPEN && code !== undefined) {
        socket.send(encodeServerFrame({ type: "error", code, text }));
      }
      over = true;
      early = [];
      ledger.end(sink);
      inputAck?.cancel();
      if (session.answerer === answerer) session.answerer = undefined;
      login.ended.removeEventListener("abort", unauthorized);
      attachment?.detach();
      const closeCode = code === undefined
        ? CLOSE_NORMAL
        : CLOSE_CODE_BASE + code;
      // In a turn of its own: of a frame that is read in the turn of a close,
      // Deno makes the end of the socket, and the code is lost.
      setImmediate(() => socket.close(closeCode));
      if (!signal.aborted) context.after(CLOSE_MS, { type: "overdue" });
    }

    function unauthorized(): void {
      finish(ErrorCode.UNAUTHORIZED, "The login is over");
    }

    // What the session says.

    function tell(event: PtyEvent): boolean {
      let taken = false;
      guard(() => taken = told(event));
      return taken;
    }

    function told(event: PtyEvent): boolean {
      switch (event.type) {
        case "output":
          counters.outputBytes += event.bytes.length;
          sent.sent = event.offset + event.bytes.length;
          return sendFrame(encodeOutput(event.offset, event.bytes));
        case "gap":
          counters.skippedBytes += event.to - event.from;
          sent.skip(event.from, event.to);
          return send(event);
        case "size":
          return send({ type: "size", ...event.size });
        case "exit":
          exited(event.exit);
          return true;
        default:
          return event satisfies never;
      }
    }

    function exited({ code, signal, error }: PtyExit): void {
      if (error !== undefined) {
        send({ type: "error", code: ErrorCode.REFUSED, text: error.message });
      }
      if (signal !== undefined) send({ type: "exit", exit: { signal } });
      else if (code !== undefined) send({ type: "exit", exit: { code } });
      else return finish(ErrorCode.INTERNAL, "The program could not be ended");
      finish();
    }

    async function attach(): Promise<void> {
      // A frame that came before may have ended it.
      if (over) return;
      login.ended.addEventListener("abort", unauthorized, { once: true });
      if (login.ended.aborted) return unauthorized();
      // Its earlier socket makes room, should there be none.
      ledger.begin(sink);
      const viewer = { tell };
      let made: PtyAttachment;
      try {
        made = await session.pty.attach({
          viewer,
          role,
          signal,
          borrows: true,
          ...(offset === undefined ? {} : { offset }),
        });
      } catch (error) {
        if (over) return;
        if (!(error instanceof PtyError)) {
          return finish(ErrorCode.NOT_FOUND, "The session has ended");
        }
        const isFull = error instanceof PtyAttachmentError;
        const code = isFull ? ErrorCode.LIMIT : ErrorCode.REFUSED;
        return finish(code, error.message);
      }
      if (over) return made.detach();
      attachment = made;
      requests = new ViewerRequests(made, (text) => {
        guard(() => {
          send({ type: "error", code: ErrorCode.REFUSED, text });
        });
      });
      guard(() => began(made));
    }

    function began({ offset, size }: PtyAttachment): void {
      sent = new OutputLedger(offset);
      if (role === "control" && session.answerer === undefined) {
        answerFrom(Math.max(offset, session.answeredTo));
      } else answerer.yield();
      send({ type: "size", ...size });
      tellTaken();
      for (const data of early.splice(0)) guard(() => received(data));
    }

    function tellTaken(): void {
      inputAck?.cancel();
      inputAck = undefined;
      untoldBytes = 0;
      send({ type: "input-ack", sequence: ledger.taken });
    }

    /** This viewer's terminal, and no other, answers what a program asks. */
    function answerFrom(repliesFrom: number): void {
      session.answerer = answerer;
      send({ type: "role", role, repliesFrom });
    }

    // What the viewer says.

    function received(data: unknown): void {
      heard = true;
      if (!(data instanceof ArrayBuffer)) {
        throw new TerminalProtocolError(
          "Cannot take a message of text: send binary ones",
        );
      }
      if (attachment !== undefined && requests !== undefined) {
        const frame = decodeClientFrame(new Uint8Array(data));
        return obey(frame, attachment, requests);
      }
      if (early.length >= MAX_EARLY) {
        throw new TerminalProtocolError(
          "Cannot take more: wait for the ROLE first",
        );
      }
      early.push(data);
    }

    function obey(
      frame: ClientFrame,
      attachment: PtyAttachment,
      requests: ViewerRequests,
    ): void {
      switch (frame.type) {
        case "input": {
          if (role !== "control") return lookOnly();
          // Whoever types is there.
          if (session.answerer !== answerer) {
            answerFrom(session.answerer?.yield() ?? session.answeredTo);
          }
          const { sequence, bytes } = frame;
          counters.inputBytes += bytes.length;
          if (ledger.offer(sequence, bytes) === "duplicate") {
            counters.duplicateBytes += bytes.length;
          }
          return;
        }
        case "resize": {
          if (role !== "control") return lookOnly();
          const { columns, rows } = frame;
          return requests.resize({ columns, rows });
        }
        case "ack": {
          const bytes = sent.acknowledge(frame.offset);
          if (bytes > 0) attachment.acknowledge(bytes);
          if (session.answerer !== answerer) return;
          session.answeredTo = Math.max(session.answeredTo, frame.offset);
          return;
        }
        case "signal":
          if (role !== "control") return lookOnly();
          return requests.signal(frame.signal);
        case "ping":
          return void send({ type: "pong", id: frame.id });
        case "detach":
          return finish();
        default:
          frame satisfies never;
      }
    }

    function lookOnly(): void {
      const text = "You may only look on";
      send({ type: "error", code: ErrorCode.READ_ONLY, text });
    }

    context.every(options.silenceMs / 2, { type: "look" });
    if (socket.readyState === WebSocket.OPEN) self.tell({ type: "opened" });
    if (socket.readyState === WebSocket.CLOSED) self.tell({ type: "closed" });
    for (const data of options.early.splice(0)) guard(() => received(data));
    return {
      receive(message) {
        switch (message.type) {
          case "opened":
            counters.attachmentsOpened++;
            return void attach();
          case "look":
            if (heard) silentSince = clock.now();
            heard = false;
            if (clock.now() - silentSince < options.silenceMs) return;
            return finish(ErrorCode.LIMIT, "The viewer was silent too long");
          case "closed":
            finish();
            return context.stop();
          case "overdue":
            return context.stop();
          case "failed":
            finish(ErrorCode.INTERNAL, "The server has failed");
            throw message.cause;
          default:
            message satisfies never;
        }
      },
    };
  };
}
