/**
 * The listening side of the handshake: the sessions of a listener, and which
 * of them an accepted socket belongs to.
 *
 * @module
 */
import { checkString } from "../checks/internal.ts";
import type { ActorRef, Behavior, Clock } from "../actor/mod.ts";
import { ProtocolError } from "./wire/errors.ts";
import { decodeHello, type Hello } from "./wire/frame.ts";
import { ErrorCode, FrameType, TOKEN_BYTES } from "./wire/protocol.ts";
import type { AcceptedSocket, PeerCertificate } from "./accepted_socket.ts";
import type { Serve } from "./connection_actor.ts";
import { equalSecrets } from "./credentials.ts";
import {
  type HandshakeResult,
  OUR_VERSIONS,
  randomBytes,
  SessionRefusedError,
  welcomeBytes,
} from "./handshake.ts";
import { inspectSession } from "./inspect_session.ts";
import type { LogicalConnection } from "./logical_connection.ts";
import type { Address, ResolvedSessionOptions } from "./options.ts";
import { peerActor, type PeerMessage } from "./peer_actor.ts";
import { Session } from "./session.ts";
import type { SessionState } from "./session_phase.ts";
import type { SessionSnapshot } from "./session_snapshot.ts";

/** Milliseconds that every peer has to come back, however full it is. */
const MIN_RESUME_MS = 5000;
/** Milliseconds after which a peer that found no room may come again. */
const FULL_RETRY_MS = 1000;

/** What a peer presents to be let in; see `ListenOptions.authenticate`. */
export interface PeerCredentials {
  /**
   * The `credentials` of its pool, at most 4,096 bytes; empty if it has none.
   * Compare them in constant time, as `equalSecrets` does.
   */
  readonly credentials: Uint8Array;
  /** Where the peer connects from. */
  readonly remote: Required<Address>;
  /**
   * The certificate whose key the peer has proved to own; `undefined` unless
   * the listener requests one.
   */
  readonly certificate: PeerCertificate | undefined;
}

/**
 * Returns the identity of a peer, which is not empty, or `undefined` to refuse
 * it.
 */
export type Authenticate = (
  peer: PeerCredentials,
) => string | undefined | Promise<string | undefined>;

/** What {@linkcode AcceptedSessions} is made of. */
export interface AcceptedSessionsOptions {
  readonly spawn: (behavior: Behavior<PeerMessage>) => ActorRef<PeerMessage>;
  readonly clock: Clock;
  readonly limits: ResolvedSessionOptions;
  readonly maxSessions: number;
  /** What the secrets of the sessions begin with. */
  readonly tokenPrefix?: Uint8Array | undefined;
  readonly serve: Serve;
  readonly accept: ((opening: LogicalConnection) => true | string) | undefined;
  readonly authenticate: Authenticate | undefined;
  readonly onState: ((state: SessionState) => void) | undefined;
  /** Called when a session could not go on. */
  readonly onEnd: (cause: unknown, remote: Required<Address>) => void;
}

/** What comes of a handshake, and who keeps the session. */
export interface AcceptedHandshake extends HandshakeResult {
  readonly peer: ActorRef<PeerMessage>;
}

/** A session, and what its peer must know to resume it. */
interface AcceptedSession {
  readonly session: Session;
  readonly peer: ActorRef<PeerMessage>;
  readonly token: Uint8Array;
  epoch: number;
  /** When it lost its last socket; milliseconds, by the clock. */
  waitsSince: number;
}

/** The sessions of a listener, with a socket or waiting for one. */
export class AcceptedSessions {
  /** Sockets that went on with a session that existed. */
  resumes = 0;
  /**
   * Milliseconds after which a refused peer may come again. No session is
   * started once it is set.
   */
  retryAfterMs: number | undefined;
  readonly #options: AcceptedSessionsOptions;
  readonly #byId = new Map<string, AcceptedSession>();
  /** Ids of those whose actor has not started yet. */
  readonly #starting = new Set<string>();
  readonly #idOf = new Map<ActorRef<PeerMessage>, string>();

  constructor(options: AcceptedSessionsOptions) {
    this.#options = options;
  }

  /** Sessions that have not ended. */
  get size(): number {
    return this.#byId.size;
  }

  /** Returns its sessions as they are now, one after the other. */
  *inspect(): Generator<SessionSnapshot> {
    for (const { session } of this.#byId.values()) {
      yield inspectSession(session);
    }
  }

  /** Forgets the session of an actor that has stopped; safe to call twice. */
  forget(peer: ActorRef<PeerMessage>): void {
    this.#byId.delete(this.#idOf.get(peer) ?? "");
    this.#idOf.delete(peer);
  }

  /** Tells the actors of all of them. */
  tellAll(message: PeerMessage): void {
    for (const { peer } of this.#byId.values()) peer.tell(message);
  }

  /** Decides which session a socket belongs to, by its first frame. */
  async onHello(
    type: number,
    payload: Uint8Array,
    socket: AcceptedSocket,
  ): Promise<() => AcceptedHandshake> {
    if (type !== FrameType.HELLO) {
      throw new ProtocolError(
        `The peer sends a frame of type ${type} before the handshake`,
      );
    }
    const hello = decodeHello(payload);
    const identity = await this.#authenticate(hello, socket);
    return hello.token.some((byte) => byte !== 0)
      ? () => this.#resume(hello, identity)
      : await this.#start(hello, identity, socket.remote);
  }

  async #authenticate(
    { credentials }: Hello,
    socket: AcceptedSocket,
  ): Promise<string | undefined> {
    const { remote, peerCertificate } = socket;
    const authenticate = socket.authenticate ?? this.#options.authenticate;
    if (authenticate === undefined) return undefined;
    let identity: string | undefined;
    try {
      const certificate = peerCertificate;
      identity = await authenticate({ credentials, remote, certificate });
      if (identity !== undefined) {
        checkString("what authenticate() returned", identity);
        if (identity === "") {
          throw new TypeError(
            'Cannot use what authenticate() returned: it is "", it must be the name of the peer, or undefined to refuse it',
          );
        }
      }
    } catch (cause) {
      throw new SessionRefusedError(
        "The credentials could not be checked",
        ErrorCode.INTERNAL,
        { cause },
      );
    }
    if (identity !== undefined) return identity;
    throw new SessionRefusedError(
      "The credentials are not accepted",
      ErrorCode.UNAUTHORIZED,
    );
  }

  #resume(hello: Hello, identity: string | undefined): AcceptedHandshake {
    const served = this.#byId.get(hello.sessionId.toHex());
    if (
      served === undefined || served.session.isOver ||
      !equalSecrets(served.token, hello.token) ||
      served.session.identity !== identity
    ) {
      throw new SessionRefusedError(
        "There is no such session here",
        ErrorCode.RESUME_LOST,
      );
    }
    if (served.session.hasLost(hello.received)) {
      throw new SessionRefusedError(
        "What the session has sent is not kept here",
        ErrorCode.RESUME_LOST,
      );
    }
    if (!served.session.covers(hello.received)) {
      throw new ProtocolError(
        `The peer says that it has ${hello.received} bytes, which is impossible`,
      );
    }
    if (hello.epoch <= served.epoch) {
      throw new ProtocolError("A later socket carries the session already");
    }
    served.epoch = hello.epoch;
    this.resumes++;
    const { session } = served;
    // It is dead, though nobody here has noticed yet.
    const old = session.link;
    if (old !== undefined) {
      session.detach(old);
      old.stop();
    }
    return this.#welcome(hello, served);
  }

  async #start(
    hello: Hello,
    identity: string | undefined,
    remote: Required<Address>,
  ): Promise<() => AcceptedHandshake> {
    const id = hello.sessionId.toHex();
    if (this.#byId.has(id) || this.#starting.has(id)) {
      throw new ProtocolError("A session with this id exists already");
    }
    if (this.retryAfterMs !== undefined) throw this.#goingAway();
    const sessions = this.size + this.#starting.size;
    if (sessions >= this.#options.maxSessions && !this.#evictWaiting()) {
      const text = `${sessions} sessions are open already`;
      throw new SessionRefusedError(text, ErrorCode.CALM, {
        retryAfterMs: FULL_RETRY_MS,
      });
    }
    const { limits, clock, serve, accept, onState, onEnd } = this.#options;
    const started = Promise.withResolvers<Session>();
    const peer = this.#options.spawn(peerActor({
      session(port) {
        const session = new Session({
          side: "listener",
          options: limits,
          port,
          clock,
          remote,
          identity,
        });
        started.resolve(session);
        return session;
      },
      serve,
      accept,
      onReady() {},
      onState(state) {
        if (state.phase === "resuming") served.waitsSince = clock.now();
        return onState?.(state);
      },
      onEnd: (cause) => onEnd(cause, remote),
    }));
    this.#starting.add(id);
    const session = await started.promise;
    this.#starting.delete(id);
    const served: AcceptedSession = {
      session,
      peer,
      token: this.#newToken(),
      epoch: hello.epoch,
      waitsSince: 0,
    };
    this.#byId.set(id, served);
    this.#idOf.set(peer, id);
    peer.stopped.then(() => this.forget(peer));
    // The others were notified before this one was among them.
    if (this.retryAfterMs !== undefined) {
      peer.tell({ type: "drain", retryAfterMs: this.retryAfterMs });
    }
    return () => {
      if (session.isOver) throw this.#goingAway();
      session.start(hello);
      return this.#welcome(hello, served);
    };
  }

  #newToken(): Uint8Array {
    const token = randomBytes(TOKEN_BYTES);
    token.set(this.#options.tokenPrefix ?? []);
    return token;
  }

  /**
   * Ends a session that waits for a socket: an idle one, or else the one that
   * has waited longest, if that was long enough for any live peer to come back.
   * Returns whether there was one.
   */
  #evictWaiting(): boolean {
    let longest: AcceptedSession | undefined;
    for (const served of this.#byId.values()) {
      if (!served.session.isResuming) continue;
      if (served.session.isIdle) {
        longest = served;
        break;
      }
      if (served.waitsSince < (longest?.waitsSince ?? Infinity)) {
        longest = served;
      }
    }
    if (longest === undefined) return false;
    const { session, peer, waitsSince } = longest;
    const waitedMs = this.#options.clock.now() - waitsSince;
    if (!session.isIdle && waitedMs < MIN_RESUME_MS) return false;
    peer.tell({ type: "resume_due" });
    this.forget(peer);
    return true;
  }

  #goingAway(): SessionRefusedError {
    return new SessionRefusedError(
      "The listener is going away",
      ErrorCode.GOING_AWAY,
      { retryAfterMs: this.retryAfterMs ?? 0 },
    );
  }

  #welcome(
    { sessionId, epoch, received }: Hello,
    served: AcceptedSession,
  ): AcceptedHandshake {
    const { session, peer, token } = served;
    const reply = welcomeBytes({
      ...OUR_VERSIONS,
      maxStreams: this.#options.limits.maxStreams,
      sessionId,
      epoch,
      received: session.received,
      token,
      credentials: new Uint8Array(0),
    });
    return { session, peer, peerReceived: received, reply };
  }
}
