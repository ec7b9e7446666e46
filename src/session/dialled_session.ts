/**
 * The dialling side of the handshake: what is said to begin a session, and to
 * resume it.
 *
 * @module
 */
import type { ResolvedBackoff } from "../actor/internal.ts";
import type { Clock } from "../actor/mod.ts";
import { ProtocolError } from "./wire/errors.ts";
import { decodeGoAway, decodeHello } from "./wire/frame.ts";
import {
  ErrorCode,
  FrameType,
  SESSION_ID_BYTES,
  TOKEN_BYTES,
} from "./wire/protocol.ts";
import { ResumeLostError, SessionLostError } from "./errors.ts";
import { helloBytes, OUR_VERSIONS, randomBytes } from "./handshake.ts";
import type { Address, ResolvedSessionOptions } from "./options.ts";
import type { PeerOptions } from "./peer_actor.ts";
import { Session } from "./session.ts";
import type { Meeting } from "./socket_actor.ts";
import type { Transport } from "./transport.ts";

/** What a dialled session is made of. */
export interface DialOptions {
  readonly address: Address;
  readonly limits: ResolvedSessionOptions;
  readonly clock: Clock;
  readonly credentials?: Uint8Array | (() => Uint8Array) | undefined;
  readonly backoff: ResolvedBackoff;
  readonly retryMs: number;
  readonly connect: (signal: AbortSignal) => Promise<Transport>;
}

const EMPTY = new Uint8Array(0);
/** What a listener says that is too busy, and may not be for long. */
const TRANSIENT: ReadonlySet<number> = new Set([
  ErrorCode.TIMEOUT,
  ErrorCode.CALM,
  ErrorCode.INTERNAL,
]);

/** How a peer actor dials, with the secrets of one session. */
export function dialSession(
  options: DialOptions,
): Pick<PeerOptions, "session" | "dialling"> {
  const { limits, clock, backoff, retryMs, connect, credentials } = options;
  const { hostname = "127.0.0.1" } = options.address;
  let sessionId: Uint8Array = new Uint8Array(SESSION_ID_BYTES);
  let token: Uint8Array = new Uint8Array(TOKEN_BYTES);
  let session: Session;
  let epoch = 0;
  /** Whether the peer knows the session. */
  let begun = false;

  function greeting(): Uint8Array {
    // A listener may have begun what this side has not heard of.
    if (!begun) sessionId = randomBytes(SESSION_ID_BYTES);
    return helloBytes({
      ...OUR_VERSIONS,
      maxStreams: limits.maxStreams,
      sessionId,
      epoch: ++epoch,
      received: session.received,
      token,
      credentials:
        (typeof credentials === "function" ? credentials() : credentials) ??
          EMPTY,
    });
  }

  function meet(type: number, payload: Uint8Array): () => Meeting {
    if (type === FrameType.GOAWAY) {
      const { code, text, retryAfterMs } = decodeGoAway(payload);
      if (code === ErrorCode.RESUME_LOST) {
        throw new ResumeLostError(
          "The peer does not know the session any more: its process was restarted, or it gave up waiting",
          { code },
        );
      }
      // It has the session, and may take the next socket.
      if (begun && TRANSIENT.has(code)) {
        throw new SessionLostError(`The peer refuses the socket: ${text}`);
      }
      throw new SessionLostError(`The peer refuses the session: ${text}`, {
        code,
        retryAfterMs,
      });
    }
    if (type !== FrameType.WELCOME) {
      throw new ProtocolError(
        `The peer sends a frame of type ${type} before the handshake`,
      );
    }
    const welcome = decodeHello(payload);
    const same = welcome.epoch === epoch &&
      welcome.sessionId.every((byte, index) => byte === sessionId[index]);
    if (!same) {
      throw new ProtocolError("The peer welcomes another session");
    }
    if (!begun) {
      begun = true;
      token = welcome.token;
      session.begin(welcome);
    }
    const { received: peerReceived } = welcome;
    return () => ({ session, peerReceived, answer: EMPTY });
  }

  return {
    session: (port) =>
      session = new Session({
        side: "dialler",
        options: limits,
        port,
        clock,
        remote: { hostname, port: options.address.port },
      }),
    dialling: {
      connect,
      backoff,
      retryMs,
      socket: () => ({ greeting: greeting(), meet }),
    },
  };
}
