/**
 * The socket actor: owns one TCP socket and dies with it, while the session
 * that it carries may live on. It begins with the handshake, which says whose
 * frames these are. Its parent is the dialler or the listener.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { type Behavior, type Timer, TroupeError } from "../actor/mod.ts";
import { ProtocolError } from "./wire/errors.ts";
import { FrameReader, type FrameSink } from "./wire/frame_reader.ts";
import { ErrorCode } from "./wire/protocol.ts";
import { HandshakeTimeoutError } from "./errors.ts";
import { goAwayBytes, SessionRefusedError } from "./handshake.ts";
import { KeepAlive } from "./keep_alive.ts";
import type { ResolvedSessionOptions } from "./options.ts";
import type { Link } from "./output.ts";
import type { Session } from "./session.ts";
import { socketLost } from "./session_state.ts";
import type { Transport } from "./transport.ts";
import { Writer } from "./writer.ts";

/** Milliseconds that a socket which closes may take for its last bytes. */
const LAST_BYTES_MS = 1000;
/** Milliseconds that a socket may read before the event loop has its turn. */
const TURN_MS = 1;
/** Reads after which the clock is looked at: that costs as much as parsing. */
const READS = 4;
/** Buffer for what still comes to a socket that closes; nobody looks at it. */
const DISCARD_BYTES = 4096;

const EMPTY = new Uint8Array(0);

/** What the handshake has come to. */
export interface Meeting {
  /** Whose frames follow. */
  readonly session: Session;
  /** Bytes of the session that the peer has. */
  readonly peerReceived: number;
  /** What the peer is to be answered. */
  readonly answer: Uint8Array;
}

/** What a socket actor is made of. */
export interface SocketOptions {
  /** The socket; closed when the actor ends, however it ends. */
  readonly transport: Transport;
  /** Deadlines. */
  readonly limits: ResolvedSessionOptions;
  /** What is said first. */
  readonly greeting: Uint8Array;
  /**
   * Takes the peer's first frame, and answers how to go on if the socket is
   * still there then; what it throws ends the socket.
   */
  readonly meet: (
    type: number,
    payload: Uint8Array,
  ) => (() => Meeting) | Promise<() => Meeting>;
  /** Called once: nothing more will come, with what the peer did or broke. */
  readonly onEnd: (cause: TroupeError, link: Link) => void;
  /** Called once, when the session is attached. */
  readonly onAttached: (session: Session, link: Link) => void;
}

/** A socket actor takes no messages: it lives by its reads and writes. */
export function socketActor(options: SocketOptions): Behavior<never> {
  return (context) => {
    const { signal, system: { clock } } = context;
    const { transport, limits } = options;
    const closed = Promise.withResolvers<void>();
    const reader = new FrameReader();
    let session: Session | undefined;
    let meeting: ReturnType<SocketOptions["meet"]> | undefined;
    /** Whether somebody still listens. */
    let reading = true;
    /** Whether the last bytes are worth a try. */
    let alive = true;
    const handshakeDue: Timer = clock.schedule(limits.handshakeMs, () => {
      const cause = new HandshakeTimeoutError(
        `The handshake took over ${limits.handshakeMs} ms: is it a Troupe peer?`,
      );
      end(cause);
    });

    const writer = new Writer(transport, options.greeting, {
      next() {
        // Another socket may carry the session by now.
        if (session?.out.link !== link) return EMPTY;
        session.receipts.tellAlong();
        return session.out.buffer.next();
      },
      sent(count) {
        if (session?.out.link === link) session.out.sent(count);
      },
      // Ours, and no reason to take others down with this socket.
      onFault: (cause) => end(socketLost(cause)),
    });
    const keepAlive = new KeepAlive(clock, limits, {
      isFrameIncomplete: () => reader.incomplete,
      acknowledge: () => session?.receipts.tell(),
      ping: () => session?.ping(),
      onSlowFrame: end,
      onSilence: destroy,
    });
    const link: Link = { wake: writer.wake, stop: () => context.stop() };
    const sink: FrameSink = {
      frame(type, flags, stream, bytes, start, end) {
        if (session !== undefined) {
          keepAlive.frames++;
          // Another socket may carry the session by now.
          if (session.out.link !== link) return;
          return session.frameIn(type, flags, stream, bytes, start, end);
        }
        if (meeting !== undefined) {
          throw new ProtocolError(
            `The peer sends a frame of type ${type} before the handshake is done`,
          );
        }
        meeting = options.meet(type, bytes.slice(start, end));
        // At once if that is possible: more may have come with it.
        if (!(meeting instanceof Promise)) attach(meeting());
        // Nobody asks what came of it when the socket has ended before.
        else meeting.catch(() => {});
      },
    };

    function attach({ session: met, peerReceived, answer }: Meeting): void {
      // Or it throws, and that is what the peer is told.
      met.attach(link, peerReceived);
      writer.prepend(answer);
      session = met;
      options.onAttached(session, link);
      handshakeDue.cancel();
      keepAlive.start();
      writer.wake();
    }

    function end(cause: TroupeError): void {
      if (!reading) return;
      reading = false;
      handshakeDue.cancel();
      keepAlive.stop();
      if (session === undefined) {
        if (cause instanceof ProtocolError) {
          writer.prepend(goAwayBytes(cause.code, cause.message));
        } else if (cause instanceof SessionRefusedError) {
          writer.prepend(
            goAwayBytes(cause.code, cause.message, cause.retryAfterMs),
          );
        } else if (cause instanceof HandshakeTimeoutError) {
          writer.prepend(goAwayBytes(ErrorCode.TIMEOUT, cause.message));
        }
      }
      options.onEnd(cause, link);
    }

    /** Ends the socket without a word: nobody would hear it. */
    function destroy(cause: TroupeError): void {
      alive = false;
      transport.close();
      end(cause);
    }

    async function readAll(): Promise<void> {
      let turnStart = performance.now();
      let reads = 0;
      try {
        while (reading) {
          // Reads that need not wait come back as microtasks: without this a
          // busy socket would keep all others, and all timers, from theirs.
          if (
            ++reads % READS === 0 && performance.now() - turnStart > TURN_MS
          ) {
            await new Promise<void>((resolve) => setImmediate(resolve));
            turnStart = performance.now();
          }
          const count = await transport.read(reader.space());
          if (!reading) return;
          if (count === null) {
            if (writer.failure === undefined) reader.end();
            return end(socketLost(writer.failure));
          }
          keepAlive.bytes += count;
          reader.advance(count, sink);
          if (session === undefined && meeting !== undefined) {
            const met = await meeting;
            if (reading) attach(met());
          }
        }
      } catch (error) {
        end(error instanceof TroupeError ? error : socketLost(error));
      }
    }

    /**
     * Writes what is left, then reads to the end: a socket that is closed
     * with bytes unread is reset, and what its peer has not taken is lost.
     */
    async function finish(): Promise<void> {
      await writer.drain();
      await transport.closeWrite();
      await listening;
      const buffer = new Uint8Array(DISCARD_BYTES);
      while (await transport.read(buffer) !== null);
    }

    async function close(): Promise<void> {
      reading = false;
      handshakeDue.cancel();
      keepAlive.stop();
      if (alive) {
        const deadline = clock.schedule(LAST_BYTES_MS, transport.close);
        // Whatever is broken by now is closed all the same.
        await finish().catch(() => {});
        deadline.cancel();
      }
      transport.close();
      closed.resolve();
    }

    // Not in `stopped`, which is left out when the actor is killed.
    signal.addEventListener("abort", close, { once: true });
    const listening = readAll();
    writer.wake();
    return { receive() {}, stopped: () => closed.promise };
  };
}
