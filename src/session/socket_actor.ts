/**
 * The socket actor: owns one transport and ends with it, while the session
 * that it carries may live on. It starts with the handshake, which decides
 * whose frames follow. Its parent is the peer actor that has dialled, or the actor
 * that keeps the sockets of a listener.
 *
 * What it does when is decided in `socket_state.ts`. Frames that arrive and
 * bytes that leave do not pass through there.
 *
 * @module
 */
import { nextTurn } from "../actor/internal.ts";
import { type Behavior, TroupeError } from "../actor/mod.ts";
import { FrameReader, type FrameSink } from "./wire/frame_reader.ts";
import { FrameType } from "./wire/protocol.ts";
import { HandshakeTimeoutError } from "./errors.ts";
import { socketLost } from "./failures.ts";
import { goAwayBytes, type HandshakeResult } from "./handshake.ts";
import { KeepAlive } from "./keep_alive.ts";
import type { ResolvedSessionOptions } from "./options.ts";
import type { Link, SocketPort } from "./socket_port.ts";
import {
  beforeHandshake,
  initialSocketState,
  isReading,
  type SocketCommand,
  type SocketEvent,
  transition,
} from "./socket_state.ts";
import type { Transport } from "./transport.ts";
import { Writer } from "./writer.ts";

/** Milliseconds that a socket has for its last bytes when it closes. */
const FINISH_MS = 1000;
/** Milliseconds that a socket may read before the event loop has its turn. */
const TURN_MS = 1;
/**
 * Reads between looks at the clock, which cost as much as parsing. One that
 * leaves room has emptied the socket, so the next has to wait and counts little.
 */
const READS_PER_LOOK = 64;
/** What a read counts that fills all the room it was given. */
const FULL_READ = 16;
/** Size of the buffer for what a closing socket still receives and discards. */
const DISCARD_BYTES = 4096;

const EMPTY = new Uint8Array(0);

/** What a socket actor is made of. */
export interface SocketOptions {
  /** The transport; closed when the actor ends, however it ends. */
  readonly transport: Transport;
  /** Deadlines of the handshake, of frames and of signs of life. */
  readonly limits: ResolvedSessionOptions;
  /** What is sent first. */
  readonly greeting: Uint8Array;
  /**
   * Called with the peer's first frame. Returns how to go on if the socket is
   * still there when that is decided; what either throws ends the socket.
   */
  readonly onHello: (
    type: number,
    payload: Uint8Array,
  ) => (() => HandshakeResult) | Promise<() => HandshakeResult>;
  /**
   * Called once when nothing more will come, with the reason, and with whether
   * `onHello` had accepted the peer's first frame by then.
   */
  readonly onEnd: (
    cause: TroupeError,
    link: Link,
    isRecognized: boolean,
  ) => void;
  /** Called once when the session is attached. */
  readonly onAttached: (link: Link) => void;
}

/**
 * Returns the behaviour of a socket actor. It takes no messages: it lives by
 * its reads and writes.
 */
export function socketActor(options: SocketOptions): Behavior<never> {
  return (context) => {
    const { signal, system: { clock } } = context;
    const { transport, limits } = options;
    const state = initialSocketState();
    const reader = new FrameReader();
    const closed = Promise.withResolvers<void>();
    let decision: ReturnType<SocketOptions["onHello"]> | undefined;
    /** The decision, as soon as it is made. */
    let proceed: (() => HandshakeResult) | undefined;
    let session: SocketPort | undefined;

    const handshakeDue = clock.schedule(limits.handshakeMs, () => {
      const cause = new HandshakeTimeoutError(
        `The handshake took over ${limits.handshakeMs} ms: is it a Troupe peer?`,
      );
      dispatch({ type: "failed", cause });
    });
    const keepAlive = new KeepAlive(clock, limits, {
      isFrameIncomplete: () => reader.incomplete,
      acknowledge: () => session?.acknowledge(),
      ping: () => session?.ping(),
      onSlowFrame: (cause) => dispatch({ type: "failed", cause }),
      onSilence: (cause) => dispatch({ type: "silent", cause }),
    });
    const writer = new Writer(transport, options.greeting, {
      next() {
        // Another socket may carry the session by now.
        return session?.isCarriedBy(link) ? session.nextPiece() : EMPTY;
      },
      sent(count) {
        if (session?.isCarriedBy(link)) session.sent(count);
      },
      // A bug of ours, and no reason to take others down with this socket.
      onFault: (cause) =>
        dispatch({ type: "failed", cause: socketLost(cause) }),
    });
    const link: Link = { wake: writer.wake, stop: () => context.stop() };
    const sink: FrameSink = {
      frame(type, flags, stream, bytes, start, end) {
        if (session === undefined) {
          const payload = bytes.slice(start, end);
          return dispatch({ type: "first_frame", frameType: type, payload });
        }
        keepAlive.frames++;
        // Another socket may carry the session by now.
        if (!session.isCarriedBy(link)) return;
        session.frame(type, flags, stream, bytes, start, end);
      },
      beginLarge(flags, stream, length) {
        if (session === undefined) throw beforeHandshake(FrameType.DATA);
        return session.isCarriedBy(link)
          ? session.beginLarge(flags, stream, length)
          : undefined;
      },
      endLarge(length) {
        keepAlive.frames++;
        if (session?.isCarriedBy(link)) session.endLarge(length);
      },
      endRead() {
        session?.endRead();
      },
    };

    // Decisions are made by `transition`, and carried out here.

    function dispatch(event: SocketEvent): void {
      for (const command of transition(state, event)) carryOut(command);
    }

    function carryOut(command: SocketCommand): void {
      switch (command.type) {
        case "decide":
          return decide(command.frameType, command.payload);
        case "reject_frame":
          throw command.cause;
        case "attach":
          return attach();
        case "report_attached":
          return options.onAttached(link);
        case "start_keep_alive":
          handshakeDue.cancel();
          return keepAlive.start();
        case "write":
          return writer.wake();
        case "stop_timers":
          handshakeDue.cancel();
          return keepAlive.stop();
        case "refuse":
          return writer.prepend(
            goAwayBytes(command.code, command.text, command.retryAfterMs),
          );
        case "report_end":
          return options.onEnd(command.cause, link, command.isRecognized);
        case "finish":
          return void finish();
        case "close":
          transport.close();
          return closed.resolve();
        default:
          command satisfies never;
      }
    }

    function decide(type: number, payload: Uint8Array): void {
      decision = options.onHello(type, payload);
      if (decision instanceof Promise) {
        // Nobody awaits it when the socket has ended before.
        decision.catch(() => {});
      } else {
        // At once, as more frames may have come with this one.
        proceed = decision;
        dispatch({ type: "decided" });
      }
    }

    function attach(): void {
      if (proceed === undefined) return;
      const { session: carried, peerReceived, reply } = proceed();
      // What this throws is sent to the peer.
      carried.attach(link, peerReceived);
      writer.prepend(reply);
      session = carried;
      dispatch({ type: "attached" });
    }

    async function readAll(): Promise<void> {
      let turnStart = performance.now();
      let reads = 0;
      try {
        while (isReading(state)) {
          // Reads that need not wait resolve as microtasks: without this a
          // busy socket would keep all others, and all timers, waiting.
          if (reads >= READS_PER_LOOK) {
            reads = 0;
            if (performance.now() - turnStart > TURN_MS) {
              await new Promise<void>((resolve) => nextTurn(resolve));
              turnStart = performance.now();
            }
          }
          const space = reader.space();
          const count = await transport.read(space);
          reads += count === space.length ? FULL_READ : 1;
          if (!isReading(state)) return;
          if (count === null) {
            if (writer.failure === undefined) reader.end();
            throw socketLost(writer.failure);
          }
          keepAlive.bytes += count;
          reader.advance(count, sink);
          keepAlive.pieces = reader.pieces;
          if (state.phase === "deciding") {
            proceed = await decision;
            dispatch({ type: "decided" });
          }
        }
      } catch (error) {
        const cause = error instanceof TroupeError ? error : socketLost(error);
        dispatch({ type: "failed", cause });
      } finally {
        reader.release();
      }
    }

    /**
     * Writes what is left, then reads to the end: a socket that is closed
     * with unread bytes is reset, and what its peer has not read is lost.
     */
    async function finish(): Promise<void> {
      const deadline = clock.schedule(FINISH_MS, transport.close);
      try {
        await writer.drain();
        await transport.closeWrite();
        await listening;
        const buffer = new Uint8Array(DISCARD_BYTES);
        while (await transport.read(buffer) !== null);
      } catch {
        // Whatever is broken by now is closed all the same.
      }
      deadline.cancel();
      carryOut({ type: "close" });
    }

    // Not in `stopped`, which is not called when the actor is killed.
    signal.addEventListener("abort", () => dispatch({ type: "stopped" }), {
      once: true,
    });
    const listening = readAll();
    writer.wake();
    return { receive() {}, stopped: () => closed.promise };
  };
}
