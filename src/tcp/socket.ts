/**
 * The socket actor: owns one TCP socket and dies with it. Its parent is the
 * peer actor, which decides what becomes of the session.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { Behavior } from "../actor/behavior.ts";
import { TroupeError } from "../actor/errors.ts";
import { FrameReader } from "../wire/frame_reader.ts";
import { SessionLostError } from "./errors.ts";
import type { Session } from "./session.ts";
import type { Transport } from "./transport.ts";

/** Milliseconds that a socket which closes may take for its last bytes. */
const LAST_BYTES_MS = 1000;
/** Milliseconds that a socket may read before the event loop has its turn. */
const TURN_MS = 1;
/** Buffer for what still comes to a socket that closes; nobody looks at it. */
const DISCARD_BYTES = 4096;

/** What a socket actor is made of. */
export interface SocketOptions {
  /** The socket; closed when the actor ends, however it ends. */
  readonly transport: Transport;
  /** Whose frames it carries. */
  readonly session: Session;
  /** Takes the function to call when the session has output. */
  readonly onAttach: (wake: () => void) => void;
  /** Called once: nothing more will come, with what the peer did or broke. */
  readonly onEnd: (cause: TroupeError) => void;
}

/** A socket actor takes no messages: it lives by its reads and writes. */
export function socketActor(options: SocketOptions): Behavior<never> {
  return ({ signal, system }) => {
    const { transport, session, onEnd } = options;
    const closed = Promise.withResolvers<void>();
    /** Whether the session still listens. */
    let reading = true;
    /** Resolves when all output is written. */
    let writing: Promise<void> | undefined;
    /** Why a write failed. */
    let failure: unknown;

    function end(cause: TroupeError): void {
      if (!reading) return;
      reading = false;
      onEnd(cause);
    }

    async function readAll(): Promise<void> {
      const reader = new FrameReader();
      let turnStart = performance.now();
      try {
        while (reading) {
          // Reads that need not wait come back as microtasks: without this a
          // busy socket would keep all others, and all timers, from theirs.
          if (performance.now() - turnStart > TURN_MS) {
            await new Promise<void>((resolve) => setImmediate(resolve));
            turnStart = performance.now();
          }
          const count = await transport.read(reader.space());
          if (!reading) return;
          if (count !== null) reader.advance(count, session.sink);
          else {
            if (failure === undefined) reader.end();
            end(lost(failure));
          }
        }
      } catch (error) {
        end(error instanceof TroupeError ? error : lost(error));
      }
    }

    async function writeAll(): Promise<void> {
      const { out } = session;
      // Frames of one turn leave together: wait for its end.
      await undefined;
      try {
        while (out.unsent > 0) {
          out.sent(await transport.write(out.next()));
          session.pump();
        }
      } catch (error) {
        // Reading ends as well, but not before what the peer said last.
        failure = error;
      } finally {
        writing = undefined;
      }
    }

    function wake(): void {
      writing ??= writeAll();
    }

    /**
     * Writes what is left, then reads to the end: a socket that is closed
     * with bytes unread is reset, and what its peer has not taken is lost.
     */
    async function finish(): Promise<void> {
      await writing;
      await transport.closeWrite();
      await listening;
      const buffer = new Uint8Array(DISCARD_BYTES);
      while (await transport.read(buffer) !== null);
    }

    async function close(): Promise<void> {
      reading = false;
      const deadline = system.clock.schedule(LAST_BYTES_MS, transport.close);
      // Whatever is broken by now is closed all the same.
      await finish().catch(() => {});
      deadline.cancel();
      transport.close();
      closed.resolve();
    }

    // Not in `stopped`, which is left out when the actor is killed.
    signal.addEventListener("abort", close, { once: true });
    options.onAttach(wake);
    const listening = readAll();
    wake();
    return { receive() {}, stopped: () => closed.promise };
  };
}

function lost(cause: unknown): SessionLostError {
  return cause === undefined
    ? new SessionLostError("The peer closed the socket")
    : new SessionLostError(
      `The socket broke: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
}
