/**
 * The socket actor: owns one TCP socket and dies with it. Its parent is the
 * peer actor, which decides what becomes of the session.
 *
 * @module
 */
import type { Behavior } from "../actor/behavior.ts";
import { FrameReader } from "../wire/frame_reader.ts";
import type { Session } from "./session.ts";
import type { Transport } from "./transport.ts";

/** Milliseconds that a socket which closes may take for its last bytes. */
const LAST_WRITE_MS = 1000;

/** What a socket actor is made of. */
export interface SocketOptions {
  /** The socket; closed when the actor ends, however it ends. */
  readonly transport: Transport;
  /** Whose frames it carries. */
  readonly session: Session;
  /** Takes the function to call when the session has output. */
  readonly onAttach: (wake: () => void) => void;
  /** Called once: the peer closed the socket (`undefined`), or what broke. */
  readonly onEnd: (cause: unknown) => void;
}

/** A socket actor takes no messages: it lives by its reads and writes. */
export function socketActor(options: SocketOptions): Behavior<never> {
  return ({ signal, system }) => {
    const { transport, session, onEnd } = options;
    const closed = Promise.withResolvers<void>();
    let reading = true;
    /** Resolves when all output is written. */
    let writing: Promise<void> | undefined;

    function end(cause: unknown): void {
      if (!reading) return;
      reading = false;
      onEnd(cause);
    }

    async function readAll(): Promise<void> {
      const reader = new FrameReader();
      try {
        while (reading) {
          const count = await transport.read(reader.space());
          if (count === null) {
            reader.end();
            return end(undefined);
          }
          if (reading) reader.advance(count, session.sink);
        }
      } catch (error) {
        end(error);
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
        end(error);
      } finally {
        writing = undefined;
      }
    }

    function wake(): void {
      writing ??= writeAll();
    }

    async function close(): Promise<void> {
      reading = false;
      const deadline = system.clock.schedule(LAST_WRITE_MS, transport.close);
      await writing;
      deadline.cancel();
      transport.close();
      closed.resolve();
    }

    // Not in `stopped`, which is left out when the actor is killed.
    signal.addEventListener("abort", close, { once: true });
    options.onAttach(wake);
    readAll();
    wake();
    return { receive() {}, stopped: () => closed.promise };
  };
}
