/**
 * What the main thread and the workers of one terminal say to each other, over
 * a channel of their own.
 *
 * @module
 */
import { CoreTopic } from "../../cores/internal.ts";
import type { OpenTerminal } from "../../pty/internal.ts";
import type {
  PtyRole,
  PtySize,
  PtySnapshot,
  SignalName,
} from "../../pty/mod.ts";
import type { OriginRules } from "../../web/internal.ts";
import type { CommandRequest } from "../access/command_policy.ts";
import type { Grant, RevokeTarget } from "../access/grant_rules.ts";
import type { SecretRecord } from "../access/secrets.ts";
import type { AttachmentError } from "../attach/attachment_events.ts";
import type { Outcome } from "./outcome.ts";

/** Names one life of one thread of a terminal; 0 is the main thread. */
export type ThreadId = number;

/** How a worker joins the terminal of the main thread. */
export interface JoinRequest {
  /** The main thread's end of the channel. */
  readonly port: MessagePort;
  /** The name of the lock that the worker holds while it serves. */
  readonly lock: string;
  /** Where the worker counts. */
  readonly counters: SharedArrayBuffer;
}

/** Joins the terminal of the main thread; the only topic of the program's. */
export const JOIN: CoreTopic<JoinRequest> = new CoreTopic(
  "troupe.terminal.join",
);

// From the main thread to a worker.

/** What a worker has to know of the terminal. */
export interface Welcome {
  /** The name of the worker. */
  readonly thread: ThreadId;
  /** Id of the terminal, in all of its threads. */
  readonly serverId: string;
  readonly origin: OriginRules;
  readonly maxBodyBytes: number;
  /** The logins that there are. */
  readonly logins: readonly SecretRecord[];
}

/** Tells a worker what it has to know, before anything else. */
export const WELCOME: CoreTopic<Welcome> = new CoreTopic("welcome");
/** There is another login. */
export const LOGIN_STARTED: CoreTopic<SecretRecord> = new CoreTopic(
  "login_started",
);
/** The login with an id has ended. */
export const LOGIN_ENDED: CoreTopic<string> = new CoreTopic("login_ended");
/** A socket may not have what it was admitted to any longer. */
export const PASS_ENDED: CoreTopic<
  { readonly pass: string; readonly why: string }
> = new CoreTopic("pass_ended");
/** A thread is gone, and its end of every socket with it. */
export const THREAD_GONE: CoreTopic<ThreadId> = new CoreTopic("thread_gone");
/** Starts a session in the worker. */
export const START: CoreTopic<CommandRequest, Outcome<string>> = new CoreTopic(
  "start",
);
/** Ends everything in the worker. */
export const CLOSE: CoreTopic<void> = new CoreTopic("close");

/** What is asked of a session. */
export interface SessionCall {
  readonly session: string;
  readonly action:
    | { readonly type: "inspect" | "close" }
    | { readonly type: "resize"; readonly size: PtySize }
    | { readonly type: "signal"; readonly signal: SignalName };
}

/** Asks a session of the worker; only `inspect` has a result. */
export const CALL_SESSION: CoreTopic<
  SessionCall,
  Outcome<PtySnapshot | undefined>
> = new CoreTopic("call_session");

/** A socket that another thread has accepted. */
export interface TakenSocket {
  /** The session's end of it. */
  readonly port: MessagePort;
  /** The thread that has accepted it. */
  readonly from: ThreadId;
  readonly pass: string;
  readonly session: string;
  readonly role: PtyRole;
  /** The name of the viewer, over all its sockets. */
  readonly viewer: string;
  readonly clientId: string;
  readonly name: string;
  readonly offset: number | undefined;
}

/** Attaches a socket that another thread has accepted. */
export const TAKE_SOCKET: CoreTopic<TakenSocket> = new CoreTopic("take_socket");

// From a worker to the main thread.

/** A request, as another thread gets it. */
export interface ForwardedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  /** The host name of the client, if it is known. */
  readonly client: string | undefined;
  readonly body?: Uint8Array<ArrayBuffer> | undefined;
}

/** A response, as another thread gets it. */
export interface ForwardedResponse {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: ArrayBuffer | undefined;
}

/** Handles a request for a page, or to the API. */
export const FETCH: CoreTopic<ForwardedRequest, ForwardedResponse> =
  new CoreTopic("fetch");
/** Checks a request for a socket before that is opened. */
export const CHECK_SOCKET: CoreTopic<ForwardedRequest, Outcome<undefined>> =
  new CoreTopic("check_socket");

/** A socket that a worker has opened. */
export interface OpenedSocket {
  readonly request: ForwardedRequest;
  /** The name of its pass. */
  readonly pass: string;
  /** The end for the session's thread, unless the session is of the worker. */
  readonly port: MessagePort | undefined;
}

/** What becomes of a socket. */
export type SocketDecision =
  /** The worker attaches it to its own session. */
  | {
    readonly type: "attach";
    readonly role: PtyRole;
    readonly viewer: string;
  }
  /** A thread has taken the other end. */
  | { readonly type: "relay"; readonly owner: ThreadId }
  | { readonly type: "refuse"; readonly error: AttachmentError };

/** Decides about a socket that a worker has opened. */
export const ADMIT: CoreTopic<OpenedSocket, SocketDecision> = new CoreTopic(
  "admit",
);
/** A socket that was admitted is closed. */
export const PASS_CLOSED: CoreTopic<string> = new CoreTopic("pass_closed");

/** A session that was started. */
export interface StartedSession {
  readonly id: string;
  readonly command: string;
  readonly createdAt: Date;
  readonly graceMs: number;
  /** What the worker leaves open if it is ended meanwhile. */
  readonly terminal: OpenTerminal | undefined;
  /** What is shown of it while the worker does not respond. */
  readonly snapshot: PtySnapshot | undefined;
}

/** Lists a session that the worker has started. */
export const SESSION_STARTED: CoreTopic<StartedSession> = new CoreTopic(
  "session_started",
);
/** The program of a session has ended. */
export const SESSION_EXITED: CoreTopic<
  { readonly id: string; readonly at: Date }
> = new CoreTopic("session_exited");
/** A session is over. */
export const SESSION_ENDED: CoreTopic<string> = new CoreTopic("session_ended");
/** Makes a ticket. */
export const TICKET: CoreTopic<Grant, Outcome<string>> = new CoreTopic(
  "ticket",
);
/** Revokes access. */
export const REVOKE: CoreTopic<
  { readonly target: RevokeTarget; readonly why: string | undefined },
  number
> = new CoreTopic("revoke");
/** Asks the application again about every socket. */
export const REAUTHORIZE: CoreTopic<string | undefined, number> = new CoreTopic(
  "reauthorize",
);
