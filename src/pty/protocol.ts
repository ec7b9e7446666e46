/**
 * How one talks to a session, and what it tells its viewers.
 *
 * @module
 */
import type { ReplyTo } from "../actor/mod.ts";
import type { PtyError } from "./errors.ts";
import type { OutputStep } from "./output_cursor.ts";
import type { PtyExit, SignalName } from "./pty.ts";
import type { PtySize } from "./size.ts";

/** Whether a viewer may type, resize and send signals, or only look on. */
export type PtyRole = "control" | "view";

/** What a viewer is told, in order. */
export type PtyEvent =
  | OutputStep
  /** The terminal has another size now. */
  | { readonly type: "size"; readonly size: PtySize }
  /** The program has ended and all its output was told; the last event. */
  | { readonly type: "exit"; readonly exit: PtyExit };

/**
 * Who is told the events of a session, and stands for its attachment. Answers
 * false when it takes no more: then it is detached.
 */
export type PtyViewer = ReplyTo<PtyEvent>;

/** The session does not do what it was asked to. */
export interface PtyRefusal {
  /** Tells it from what is granted. */
  readonly type: "refused";
  /** Why. */
  readonly error: PtyError;
}

/** A viewer is attached. */
export interface PtyAttached {
  /** Tells it from a refusal. */
  readonly type: "attached";
  /** Offset of the first byte that it asked for; a gap may come first. */
  readonly offset: number;
  /** Offset after the last byte of output so far. */
  readonly end: number;
  /** The size of the terminal. */
  readonly size: PtySize;
}

/** What was asked for is done, or why it is not. */
export type PtyReply = { readonly type: "done" } | PtyRefusal;

/** A session as it is now. */
export interface PtySnapshot {
  /** The process id. */
  readonly pid: number;
  /** What it runs. */
  readonly command: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** The size of its terminal. */
  readonly size: PtySize;
  /** Offset of the oldest byte of output that is kept. */
  readonly start: number;
  /** Offset after the last byte of output so far. */
  readonly end: number;
  /** Bytes of input that the program has not taken. */
  readonly waitingBytes: number;
  /** Whether output is not read, for the controllers have no credit left. */
  readonly paused: boolean;
  /** Viewers that may control it. */
  readonly controllers: number;
  /** Viewers that only look on. */
  readonly viewers: number;
  /** Milliseconds since it was started. */
  readonly ageMs: number;
  /** How the program has ended, if it has. */
  readonly exit: PtyExit | undefined;
}

/** Attaches a viewer, which is told events from a later turn on. */
export interface PtyAttach {
  /** Tells it from other messages. */
  readonly type: "attach";
  /** Is told the events. */
  readonly viewer: PtyViewer;
  /** What it may do. */
  readonly role: PtyRole;
  /** Where it stopped; without it, all that is kept is told. */
  readonly offset: number | undefined;
  /** Whether bytes are its own only while it is told them. */
  readonly borrows: boolean;
  /** Whether it needs no credit, and the session does not go on for it. */
  readonly tap: boolean;
  /** Hears whether it is attached. */
  readonly replyTo: ReplyTo<PtyAttached | PtyRefusal>;
}

/**
 * Messages of a session. Where no `viewer` is named, it is the owner of the
 * session who asks, and may.
 */
export type PtySessionMessage =
  | PtyAttach
  /** Ends the attachment. */
  | { readonly type: "detach"; readonly viewer: PtyViewer }
  /** The viewer has dealt with so many bytes more. */
  | {
    readonly type: "acknowledge";
    readonly viewer: PtyViewer;
    readonly bytes: number;
  }
  /** Types; answered when the terminal has taken everything. */
  | {
    readonly type: "input";
    readonly viewer?: PtyViewer;
    /** In use until the answer. */
    readonly bytes: Uint8Array;
    readonly replyTo: ReplyTo<PtyReply>;
  }
  | {
    readonly type: "resize";
    readonly viewer?: PtyViewer;
    readonly size: PtySize;
    readonly replyTo: ReplyTo<PtyReply>;
  }
  /** Sends a signal to the process group in the foreground. */
  | {
    readonly type: "signal";
    readonly viewer?: PtyViewer;
    readonly signal: SignalName;
    readonly replyTo: ReplyTo<PtyReply>;
  }
  | { readonly type: "inspect"; readonly replyTo: ReplyTo<PtySnapshot> }
  /** Ends the program, and the session with it; or its time is over. */
  | { readonly type: "close" | "expired" };
