/**
 * The dialling side of the handshake: what is sent to start a session, and to
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
import {
  ResumeLostError,
  SessionLostError,
  SocketLostError,
} from "./errors.ts";
import {
  type HandshakeResult,
  helloBytes,
  OUR_VERSIONS,
  randomBytes,
} from "./handshake.ts";
import type { Address, ResolvedSessionOptions } from "./options.ts";
import type { PeerOptions } from "./peer_actor.ts";
import { Session } from "./session.ts";
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
/** Codes of a listener that refuses for now, and may not for long. */
const TRANSIENT_CODES: ReadonlySet<number> = new Set([
  ErrorCode.TIMEOUT,
  ErrorCode.CALM,
  ErrorCode.INTERNAL,
]);

/** Returns how a peer actor dials, with the secrets of one session. */
export function dialSession(
  options: DialOptions,
): Pick<PeerOptions, "session" | "dialling"> {
  const { limits, clock, backoff, retryMs, connect, credentials } = options;
  const { hostname = "127.0.0.1" } = options.address;
  let sessionId: Uint8Array = new Uint8Array(SESSION_ID_BYTES);
  let token: Uint8Array = new Uint8Array(TOKEN_BYTES);
  let session: Session;
  let epoch = 0;
  /** Whether the peer has welcomed the session. */
  let isWelcome = false;

  function greeting(): Uint8Array {
    // The listener may have started one whose WELCOME was lost.
    if (!isWelcome) sessionId = randomBytes(SESSION_ID_BYTES);
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

  function onHello(type: number, payload: Uint8Array): () => HandshakeResult {
    if (type === FrameType.GOAWAY) {
      const { code, text, retryAfterMs } = decodeGoAway(payload);
      if (code === ErrorCode.RESUME_LOST) {
        throw new ResumeLostError(
          "The peer no longer knows the session: its process was restarted, or it gave up waiting",
          { code },
        );
      }
      // It keeps the session, and may accept the next socket.
      if (isWelcome && TRANSIENT_CODES.has(code)) {
        throw new SocketLostError(`The peer refuses the socket: ${text}`);
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
    const isOurs = welcome.epoch === epoch &&
      welcome.sessionId.every((byte, index) => byte === sessionId[index]);
    if (!isOurs) {
      throw new ProtocolError("The peer welcomes another session");
    }
    if (!isWelcome) {
      isWelcome = true;
      token = welcome.token;
      session.start(welcome);
    }
    const { received: peerReceived } = welcome;
    return () => ({ session, peerReceived, reply: EMPTY });
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
      socket: () => ({ greeting: greeting(), onHello }),
    },
  };
}
