/**
 * All numbers of the wire format in one place; `docs/protocol.md` explains
 * them.
 *
 * @module
 */

/**
 * The bytes that each side sends first: the name, and a line end that a
 * text-mode transfer would spoil.
 */
export const PREFACE: Uint8Array = new Uint8Array(
  [0x54, 0x52, 0x4f, 0x55, 0x50, 0x45, 0x0d, 0x0a], // "TROUPE\r\n"
);

/** The version of the protocol that this code speaks. */
export const VERSION = 1;

/** Bytes before each payload: `u24 length | u4 type | u4 flags | u32 stream`. */
export const HEADER_BYTES = 8;

/** Frame types. */
export const FrameType = {
  /** Payload of a stream; see {@linkcode DataFlag}. */
  DATA: 0,
  /** Opens a stream. */
  OPEN: 1,
  /** Accepts a stream that the other side has opened. */
  ACCEPT: 2,
  /** Raises the credit of a stream. */
  WINDOW: 3,
  /** Ends a stream at once, in both directions. */
  RESET: 4,
  /** Asks the other side to end its direction, which nobody reads. */
  STOP: 5,
  /** Asks for a sign of life, or (flag 1) replies to that. */
  PING: 6,
  /** Ends a session, or announces its end, with the reason. */
  GOAWAY: 7,
  /** Acknowledges how much of the session has arrived. */
  ACK: 8,
  /** The dialling side's first frame. */
  HELLO: 9,
  /** The listening side's first frame. */
  WELCOME: 10,
} as const;

/** Flags of a DATA frame. */
export const DataFlag = {
  /** The last frame of a message. */
  END: 1,
  /** The last frame of this direction of the stream (half-close). */
  FIN: 2,
} as const;

/** The flag that turns a PING into its reply. */
export const PONG = 1;

/** The codes for why a stream or a session ends. */
export const ErrorCode = {
  /** The session was closed in order. */
  NONE: 0,
  /** The bytes are not of this protocol, or not allowed where they stand. */
  PROTOCOL: 1,
  /** The data exceeds the credit. */
  FLOW_CONTROL: 2,
  /** A frame exceeds the limit of its receiver. */
  FRAME_TOO_LARGE: 3,
  /** A message exceeds the limit of its receiver. */
  MESSAGE_TOO_LARGE: 4,
  /** The stream is not wanted, or too many are open. */
  REFUSED: 5,
  /** The user of the stream has cancelled it. */
  CANCELLED: 6,
  /** The program at the other end has failed. */
  INTERNAL: 7,
  /** The two sides have no version in common. */
  VERSION: 8,
  /** The other side, or its user, has taken too long. */
  TIMEOUT: 9,
  /** No new streams are taken; those that are open may go on to their end. */
  GOING_AWAY: 10,
  /** The other side sends too much at once: it should come back later. */
  CALM: 11,
  /** The session to be resumed is not known here. */
  RESUME_LOST: 12,
  /** The credentials are not accepted. */
  UNAUTHORIZED: 13,
} as const;

/** One of the values of {@linkcode ErrorCode}. */
export type ErrorCode = typeof ErrorCode[keyof typeof ErrorCode];

/** Payload bytes of the largest frame that we accept, and ask for. */
export const MAX_FRAME_BYTES = 1_048_576;

/** Payload bytes of the largest frame that we send while others wait. */
export const USUAL_FRAME_BYTES = 65_536;

/** The smallest limit of frames that a peer may state: less is all headers. */
export const MIN_MAX_FRAME_BYTES = 1024;

/** Payload bytes of the largest control frame. */
export const MAX_CONTROL_BYTES = 8192;

/** Bytes of the longest id of a stream, in UTF-8. */
export const MAX_ID_BYTES = 255;

/** Bytes of the longest metadata of an OPEN. */
export const MAX_METADATA_BYTES = 4096;

/** Bytes of the longest credentials of a HELLO. */
export const MAX_CREDENTIALS_BYTES = 4096;

/** Bytes of the id of a session. */
export const SESSION_ID_BYTES = 16;

/** Bytes of the secret that lets a socket resume a session. */
export const TOKEN_BYTES = 32;

/** Bytes of the longest text of a reason, in UTF-8. */
export const MAX_REASON_BYTES = 1024;

/**
 * Credit that a DATA frame costs besides its payload, so that credit bounds how
 * many frames wait as well as how large they are.
 */
export const FRAME_COST = 256;

/**
 * Bytes of the largest message that its sender keeps whole until there is
 * credit for all of it.
 */
export const UNDIVIDED_BYTES = 16_384;

/** Credit that each direction of a stream has before it is accepted. */
export const INITIAL_CREDIT = 65_536;

/** Bytes of the session after which a side acknowledges at the latest. */
export const ACK_BYTES = 1_310_720;

/** The highest number of a stream. */
export const MAX_STREAM: number = 2 ** 31 - 1;

/** The classes of streams: which of those that wait go first. */
export const Priority = {
  /** After HIGH and before LOW. */
  NORMAL: 0,
  /** Before the others, for what somebody waits for. */
  HIGH: 1,
  /** After the others, for bulk transfers. */
  LOW: 2,
} as const;

/** One of the values of {@linkcode Priority}. */
export type Priority = typeof Priority[keyof typeof Priority];
