/**
 * The protocol between a viewer and the server of a terminal over a WebSocket,
 * with all its numbers; `docs/terminal_protocol.md` explains them.
 *
 * @module
 */
import { TroupeError } from "../../actor/mod.ts";

/** Name of the WebSocket subprotocol, with the version. */
export const SUBPROTOCOL = "troupe-terminal.v2";

/** Most bytes that one INPUT may carry. */
export const MAX_INPUT_BYTES = 65_536;

/** Most bytes of input that a viewer may send before an acknowledgement. */
export const INPUT_WINDOW_BYTES = 262_144;

/** Most bytes that one OUTPUT or SNAPSHOT may carry. */
export const MAX_OUTPUT_BYTES = 4_194_304;

/** Most bytes that the text of an ERROR may have. */
export const MAX_TEXT_BYTES = 1024;

/** Most bytes that the id of a client, or of a server, may have. */
export const MAX_ID_BYTES = 64;

/** Most bytes that the name of a viewer may have. */
export const MAX_NAME_BYTES = 128;

/** Most messages that a viewer may send before the ROLE. */
export const MAX_EARLY = 64;

/** Most columns, and most rows, that a terminal may have. */
export const MAX_CELLS = 10_000;

/** An error closes the WebSocket with this number plus its own code. */
export const CLOSE_CODE_BASE = 4000;

/** Types of frames: viewers use those below 128, the server the others. */
export const FrameType = {
  /** Bytes that were typed. */
  INPUT: 1,
  /** The size that fits the viewer's screen. */
  RESIZE: 2,
  /** The offset before which the viewer has processed the output. */
  ACK: 3,
  /** A signal for the program. */
  SIGNAL: 4,
  /** A request for a PONG. */
  PING: 5,
  /** The viewer's last frame: it leaves on purpose. */
  DETACH: 6,
  /** A key that overtakes the input that waits, if it is a signal. */
  INTERRUPT: 7,
  /** The viewer's own size shall be that of the session. */
  USE_SIZE: 8,
  /** Whether anybody can see the viewer. */
  VISIBILITY: 9,
  /** Bytes that the program wrote. */
  OUTPUT: 128,
  /** Bytes that redraw the screen. */
  SNAPSHOT: 129,
  /** Output that is no longer kept. */
  GAP: 130,
  /** The size of the terminal. */
  SIZE: 131,
  /** How the program ended. */
  EXIT: 132,
  /** An error, with its code and a text for the user. */
  ERROR: 133,
  /** The reply to a PING. */
  PONG: 134,
  /** The sequence of the last input that was taken. */
  INPUT_ACK: 135,
  /** What the viewer may do. */
  ROLE: 136,
  /** Input that an interrupt dropped. */
  INPUT_DROPPED: 137,
  /** The first frame: which server it is. */
  HELLO: 138,
} as const;

/** The codes of an ERROR. */
export const ErrorCode = {
  /** The viewer broke this protocol. */
  PROTOCOL: 1,
  /** The session does not exist, or no longer. */
  NOT_FOUND: 2,
  /** The viewer may not see the session, or no longer. */
  UNAUTHORIZED: 3,
  /** The same viewer attached again, elsewhere. */
  REPLACED: 4,
  /** A read-only viewer tried to type, resize or send a signal. */
  READ_ONLY: 5,
  /** The request cannot be carried out; nothing else changes. */
  REFUSED: 6,
  /** Too many viewers are attached, or this one is too slow or silent. */
  LIMIT: 7,
  /** The server stops. */
  GOING_AWAY: 8,
  /** The server failed. */
  INTERNAL: 9,
  /** The server has restarted since, without the session. */
  RESTARTED: 10,
} as const;

/** A code of an ERROR: one of the numbers of {@linkcode ErrorCode}. */
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/**
 * What a viewer may do: type, resize and send signals (`control`), or only
 * watch (`view`).
 */
export type Role = "control" | "view";

/** The name of a signal, such as `"SIGINT"`. */
export type SignalName = `SIG${string}`;

/** How a program ended: with an exit code, or by a signal. */
export type Exit =
  | { readonly code: number }
  | { readonly signal: SignalName };

/** The viewer whose size a session has. */
export interface SizeOwner {
  /** Id of the client: 1 to {@linkcode MAX_ID_BYTES} letters, digits, - and _. */
  readonly clientId: string;
  /** A name for people, up to {@linkcode MAX_NAME_BYTES}; empty if unknown. */
  readonly name: string;
}

/** A frame of a viewer. */
export type ClientFrame =
  | {
    readonly type: "input";
    /** The first input of a viewer has 1, each further one the next number. */
    readonly sequence: number;
    /** The bytes: from 1 to {@linkcode MAX_INPUT_BYTES}. */
    readonly bytes: Uint8Array;
  }
  /** The size that fits the viewer; the session has it if the viewer owns that. */
  | { readonly type: "resize"; readonly columns: number; readonly rows: number }
  /** Makes the viewer's last size that of the session. */
  | { readonly type: "use_size" }
  /** A hidden viewer holds up nobody, and acknowledges what it likes. */
  | { readonly type: "visibility"; readonly hidden: boolean }
  /** The viewer has parsed all output before `offset`. */
  | { readonly type: "ack"; readonly offset: number }
  | { readonly type: "signal"; readonly signal: SignalName }
  | { readonly type: "ping"; readonly id: number }
  | { readonly type: "detach" }
  /** The viewer has typed `key` after everything that it sent. */
  | { readonly type: "interrupt"; readonly key: number };

/** A frame of the server. */
export type ServerFrame =
  /** The first frame; `serverId` is another one after each start. */
  | { readonly type: "hello"; readonly serverId: string }
  /** Output; its first byte is at `offset`. */
  | {
    readonly type: "output";
    readonly offset: number;
    readonly bytes: Uint8Array;
  }
  /** Bytes that give an empty terminal the state that it had at `offset`. */
  | {
    readonly type: "snapshot";
    readonly offset: number;
    readonly bytes: Uint8Array;
  }
  | { readonly type: "gap"; readonly from: number; readonly to: number }
  /** Size from this output on, and whose it is; `undefined` for nobody's. */
  | {
    readonly type: "size";
    readonly columns: number;
    readonly rows: number;
    readonly owner: SizeOwner | undefined;
  }
  | { readonly type: "exit"; readonly exit: Exit }
  | {
    readonly type: "error";
    readonly code: ErrorCode;
    readonly text: string;
  }
  | { readonly type: "pong"; readonly id: number }
  /** All input up to `sequence` was taken; 0 if there was none. */
  | { readonly type: "input_ack"; readonly sequence: number }
  /** No input up to `sequence` waits any more: so much of it was dropped. */
  | {
    readonly type: "input_dropped";
    readonly sequence: number;
    readonly bytes: number;
  }
  | {
    readonly type: "role";
    readonly role: Role;
    /** The viewer's terminal answers the queries in output from here on. */
    readonly repliesFrom: number;
  };

/** Thrown for bytes that are no frame of this protocol. */
export class TerminalProtocolError extends TroupeError {}
