/**
 * The messages of a session, and the events that it sends to its viewers.
 *
 * @module
 */
import type { ReplyTo } from "../actor/mod.ts";
import type { PtyError } from "./errors.ts";
import type { OutputStep } from "./output_cursor.ts";
import type { PtyExit, SignalName } from "./pty.ts";
import type { PtySize } from "./size.ts";

/**
 * What a viewer may do: type, resize and send signals (`control`), or only
 * watch (`view`).
 */
export type PtyRole = "control" | "view";

/** What a session sends to its viewers, in order. */
export type PtyEvent =
  | OutputStep
  /** The size of the output that follows, or whose it is, has changed. */
  | {
    readonly type: "size";
    readonly size: PtySize;
    /** The viewer whose size it is; `undefined` for nobody's. */
    readonly owner?: PtyViewerName | undefined;
  }
  /** The program has ended and all its output was sent: the last event. */
  | { readonly type: "exit"; readonly exit: PtyExit };

/** What a viewer is called. */
export interface PtyViewerName {
  /** Id of the viewer, as it attached; empty if it gave none. */
  readonly id: string;
  /** A name for people; empty if it gave none. */
  readonly name: string;
}

/** A viewer, as the others see it. */
export interface PtyViewerState extends PtyViewerName {
  /** What it may do. */
  readonly role: PtyRole;
  /** Whether it holds up nobody, as nobody can see it. */
  readonly hidden: boolean;
  /** Whether the session has its size. */
  readonly ownsSize: boolean;
}

/**
 * Receives the events of a session, and identifies its attachment. Its `tell`
 * returns false when it takes no more events: then it is detached.
 */
export type PtyViewer = ReplyTo<PtyEvent>;

/** The reply to a request that the session refuses. */
export interface PtyRefusal {
  /** The discriminant of a refusal. */
  readonly type: "refused";
  /** Why the request was refused. */
  readonly error: PtyError;
}

/** The reply to a viewer that is attached. */
export interface PtyAttached {
  /** The discriminant of this reply. */
  readonly type: "attached";
  /** Offset of the first byte that was requested; a gap may come first. */
  readonly offset: number;
  /** Offset after the last byte of output so far. */
  readonly end: number;
  /** Size of the terminal at that offset, in cells. */
  readonly size: PtySize;
  /** The viewer whose size the session has now; `undefined` for nobody's. */
  readonly owner: PtyViewerName | undefined;
  /**
   * Takes input of this viewer, as an `input` message does, but ahead of the
   * messages that wait: keys do not pass through the mailbox. Never throws;
   * calls `done` once, before it returns if the terminal has taken all by then.
   */
  readonly input: (
    bytes: Uint8Array,
    done: (error?: unknown) => void,
  ) => void;
}

/** The reply to a request that was carried out, or refused. */
export type PtyReply = { readonly type: "done" } | PtyRefusal;

/** The reply to a key that may interrupt. */
export interface PtyInterrupted {
  /** The discriminant of this reply. */
  readonly type: "interrupted";
  /**
   * Bytes of input that were dropped; `undefined` if the terminal does not make
   * the key a signal, so that nothing was done.
   */
  readonly droppedBytes: number | undefined;
}

/** The state of a session at one moment. */
export interface PtySnapshot {
  /** Process id of the program. */
  readonly pid: number;
  /** Command that the session runs. */
  readonly command: string;
  /** Arguments of the command. */
  readonly args: readonly string[];
  /** Size of the terminal, in cells. */
  readonly size: PtySize;
  /** Offset of the oldest byte of output that is still kept. */
  readonly start: number;
  /** Offset after the last byte of output so far. */
  readonly end: number;
  /** Bytes of input that the terminal has not taken yet. */
  readonly waitingBytes: number;
  /** Whether reading has paused because no controller has credit left. */
  readonly paused: boolean;
  /** Number of viewers in the role `control`. */
  readonly controllers: number;
  /** Number of viewers in the role `view`. */
  readonly viewers: number;
  /** All viewers, in the order in which they attached. */
  readonly attached: readonly PtyViewerState[];
  /** Directory of the program; `undefined` if it cannot be known. */
  readonly directory: string | undefined;
  /** Name of the program in the foreground; `undefined` if unknown. */
  readonly foreground: string | undefined;
  /** Milliseconds since the session was started. */
  readonly ageMs: number;
  /** How the program has ended; `undefined` while it has not. */
  readonly exit: PtyExit | undefined;
}

/**
 * Attaches a viewer, which receives events from a later turn of the event loop
 * on.
 */
export interface PtyAttach {
  /** The discriminant of this message. */
  readonly type: "attach";
  /** Receives the events of the session. */
  readonly viewer: PtyViewer;
  /** What the viewer may do. */
  readonly role: PtyRole;
  /**
   * Offset to start from, such as where the viewer stopped before; without it,
   * the oldest byte that is kept.
   */
  readonly offset: number | undefined;
  /** Whether the viewer is done with the bytes when its `tell` returns. */
  readonly borrows: boolean;
  /** Whether the viewer needs no credit and does not keep the session alive. */
  readonly tap: boolean;
  /** Whether it gets snapshots instead of gaps, if the session makes them. */
  readonly snapshots: boolean;
  /** What it is called. */
  readonly name: PtyViewerName;
  /** Receives whether the viewer is attached. */
  readonly replyTo: ReplyTo<PtyAttached | PtyRefusal>;
}

/**
 * The messages of a session. A request without a `viewer` comes from the owner
 * of the session, who may do everything.
 */
export type PtySessionMessage =
  | PtyAttach
  /** Ends the attachment of a viewer. */
  | { readonly type: "detach"; readonly viewer: PtyViewer }
  /** The viewer has processed that many more bytes. */
  | {
    readonly type: "acknowledge";
    readonly viewer: PtyViewer;
    readonly bytes: number;
  }
  /** Writes input; the reply comes when the terminal has taken all of it. */
  | {
    readonly type: "input";
    readonly viewer?: PtyViewer;
    /** Must not change until the reply. */
    readonly bytes: Uint8Array;
    readonly replyTo: ReplyTo<PtyReply>;
  }
  /** Types a key that overtakes the input that waits, if it is a signal. */
  | {
    readonly type: "interrupt";
    readonly viewer?: PtyViewer;
    /** The byte that the key types. */
    readonly key: number;
    readonly replyTo: ReplyTo<PtyInterrupted | PtyRefusal>;
  }
  | {
    readonly type: "resize";
    readonly viewer?: PtyViewer;
    readonly size: PtySize;
    readonly replyTo: ReplyTo<PtyReply>;
  }
  /** The size that fits the viewer, which may not be that of the session. */
  | {
    readonly type: "propose_size";
    readonly viewer: PtyViewer;
    readonly size: PtySize;
    readonly replyTo: ReplyTo<PtyReply>;
  }
  /** Makes the size of the viewer that of the session. */
  | {
    readonly type: "claim_size";
    readonly viewer: PtyViewer;
    readonly replyTo: ReplyTo<PtyReply>;
  }
  /** Whether anybody can see the viewer. */
  | {
    readonly type: "hide";
    readonly viewer: PtyViewer;
    readonly hidden: boolean;
  }
  /** Sends a signal to the process group in the foreground. */
  | {
    readonly type: "signal";
    readonly viewer?: PtyViewer;
    readonly signal: SignalName;
    readonly replyTo: ReplyTo<PtyReply>;
  }
  | { readonly type: "inspect"; readonly replyTo: ReplyTo<PtySnapshot> }
  /** Ends the program and the session: by request, or when time is up. */
  | { readonly type: "close" | "expired" };
