/**
 * What a viewer and the server of a terminal say to each other over a
 * WebSocket, and all its numbers; `docs/terminal_protocol.md` explains them.
 *
 * @module
 */
import { TroupeError } from "../../actor/mod.ts";

/** The WebSocket subprotocol, with the version. */
export const SUBPROTOCOL = "troupe-terminal.v1";

/** Most bytes in one INPUT. */
export const MAX_INPUT_BYTES = 65_536;

/** Most bytes of input that a viewer sends before they are acknowledged. */
export const INPUT_WINDOW_BYTES = 262_144;

/** Most bytes in one OUTPUT or SNAPSHOT. */
export const MAX_OUTPUT_BYTES = 4_194_304;

/** Most bytes in the text of an ERROR. */
export const MAX_TEXT_BYTES = 1024;

/** Most columns and rows of a terminal. */
export const MAX_CELLS = 10_000;

/** A WebSocket that an error ends is closed with this and the error's code. */
export const CLOSE_CODE_BASE = 4000;

/** Types of frames: those of viewers, and from 128 on those of the server. */
export const FrameType = {
  /** Bytes that were typed. */
  INPUT: 1,
  /** The size that suits the viewer. */
  RESIZE: 2,
  /** How much of the output the viewer has dealt with. */
  ACK: 3,
  /** A signal to the program. */
  SIGNAL: 4,
  /** Asks for a PONG. */
  PING: 5,
  /** The viewer leaves on purpose. */
  DETACH: 6,
  /** Bytes of the program. */
  OUTPUT: 128,
  /** Bytes that paint the screen anew. */
  SNAPSHOT: 129,
  /** Output that is not kept any more. */
  GAP: 130,
  /** The size of the terminal. */
  SIZE: 131,
  /** How the program has ended. */
  EXIT: 132,
  /** What is wrong. */
  ERROR: 133,
  /** Answers a PING. */
  PONG: 134,
  /** The last input that was taken. */
  INPUT_ACK: 135,
  /** What the viewer may do. */
  ROLE: 136,
} as const;

/** What is wrong, in an ERROR. */
export const ErrorCode = {
  /** The viewer broke this protocol. */
  PROTOCOL: 1,
  /** There is no such session, or not any more. */
  NOT_FOUND: 2,
  /** The viewer may not see the session, or not any more. */
  UNAUTHORIZED: 3,
  /** The viewer has attached once more, elsewhere. */
  REPLACED: 4,
  /** Somebody who only looks on has tried to do something. */
  READ_ONLY: 5,
  /** What was asked for cannot be done; nothing else changes. */
  REFUSED: 6,
  /** There are too many viewers. */
  LIMIT: 7,
  /** The server ends. */
  GOING_AWAY: 8,
  /** The server has failed. */
  INTERNAL: 9,
} as const;

/** One of the numbers of {@linkcode ErrorCode}. */
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** Whether a viewer may type, resize and send signals, or only look on. */
export type Role = "control" | "view";

/** The name of a signal, such as `"SIGINT"`. */
export type SignalName = `SIG${string}`;

/** How a program has ended: by itself, or by a signal. */
export type Exit =
  | { readonly code: number }
  | { readonly signal: SignalName };

/** What a viewer says. */
export type ClientFrame =
  | {
    readonly type: "input";
    /** The first input of a viewer has 1, each further one the next number. */
    readonly sequence: number;
    /** At least one, at most {@linkcode MAX_INPUT_BYTES}. */
    readonly bytes: Uint8Array;
  }
  | { readonly type: "resize"; readonly columns: number; readonly rows: number }
  /** All output before `offset` is parsed. */
  | { readonly type: "ack"; readonly offset: number }
  | { readonly type: "signal"; readonly signal: SignalName }
  | { readonly type: "ping"; readonly id: number }
  | { readonly type: "detach" };

/** What the server says. */
export type ServerFrame =
  /** The first of the bytes stands at `offset` of the output. */
  | {
    readonly type: "output";
    readonly offset: number;
    readonly bytes: Uint8Array;
  }
  /** The bytes make an empty terminal what it was at `offset`. */
  | {
    readonly type: "snapshot";
    readonly offset: number;
    readonly bytes: Uint8Array;
  }
  | { readonly type: "gap"; readonly from: number; readonly to: number }
  | { readonly type: "size"; readonly columns: number; readonly rows: number }
  | { readonly type: "exit"; readonly exit: Exit }
  | {
    readonly type: "error";
    readonly code: ErrorCode;
    readonly text: string;
  }
  | { readonly type: "pong"; readonly id: number }
  /** All input up to `sequence` was taken; 0 for none. */
  | { readonly type: "input_ack"; readonly sequence: number }
  | {
    readonly type: "role";
    readonly role: Role;
    /** The viewer's terminal answers what output from here on asks it. */
    readonly repliesFrom: number;
  };

/** Bytes that are no frame of this protocol. */
export class TerminalProtocolError extends TroupeError {}
