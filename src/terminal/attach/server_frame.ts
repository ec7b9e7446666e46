/**
 * The frames of the server, as bytes and back.
 *
 * @module
 */
import { isSignalName, MAX_SIGNAL_BYTES } from "./client_frame.ts";
import { encodeText, FieldReader, FieldWriter } from "./frame_fields.ts";
import {
  ErrorCode,
  type Exit,
  FrameType,
  MAX_CELLS,
  MAX_ID_BYTES,
  MAX_NAME_BYTES,
  MAX_OUTPUT_BYTES,
  MAX_TEXT_BYTES,
  type Role,
  type ServerFrame,
  TerminalProtocolError,
} from "./protocol.ts";

const ROLES: readonly Role[] = ["view", "control"];
const CODES: readonly number[] = Object.values(ErrorCode);

/**
 * Encodes a frame of the server. The text of an error is cut to its limit.
 *
 * @throws {RangeError} if a field is out of its range.
 */
export function encodeServerFrame(frame: ServerFrame): Uint8Array<ArrayBuffer> {
  switch (frame.type) {
    case "output":
    case "snapshot": {
      const { type, offset, bytes } = frame;
      const isOutput = type === "output";
      const number = isOutput ? FrameType.OUTPUT : FrameType.SNAPSHOT;
      return new FieldWriter(type, number, 8 + bytes.length)
        .uint64("offset", offset)
        .rest(bytes, isOutput ? 1 : 0, MAX_OUTPUT_BYTES)
        .done();
    }
    case "gap":
      return new FieldWriter("GAP", FrameType.GAP, 16)
        .uint64("start", frame.from)
        .uint64("end", frame.to, frame.from + 1)
        .done();
    case "size":
      return encodeSize(frame);
    case "hello": {
      const id = encodeText(frame.serverId, MAX_ID_BYTES);
      return new FieldWriter("HELLO", FrameType.HELLO, id.length)
        .rest(id, 1, MAX_ID_BYTES)
        .done();
    }
    case "exit":
      return encodeExit(frame.exit);
    case "error": {
      const text = encodeText(frame.text, MAX_TEXT_BYTES);
      return new FieldWriter("ERROR", FrameType.ERROR, 2 + text.length)
        .uint16("code", frame.code, 1, CODES.length)
        .rest(text, 0, MAX_TEXT_BYTES)
        .done();
    }
    case "pong":
      return new FieldWriter("PONG", FrameType.PONG, 4)
        .uint32("id", frame.id)
        .done();
    case "input_ack":
      return new FieldWriter("INPUT_ACK", FrameType.INPUT_ACK, 4)
        .uint32("sequence", frame.sequence)
        .done();
    case "input_dropped":
      return new FieldWriter("INPUT_DROPPED", FrameType.INPUT_DROPPED, 8)
        .uint32("sequence", frame.sequence)
        .uint32("bytes", frame.bytes)
        .done();
    case "role":
      return new FieldWriter("ROLE", FrameType.ROLE, 9)
        .uint8(ROLES.indexOf(frame.role))
        .uint64("offset", frame.repliesFrom)
        .done();
    default:
      return frame satisfies never;
  }
}

/** Memory of `encodeOutput`, which grows to the largest OUTPUT so far. */
let output: Uint8Array<ArrayBuffer> = new Uint8Array(9 + 8192);

/**
 * Encodes OUTPUT as {@linkcode encodeServerFrame} does, into memory that the
 * next call uses again: a new frame for each piece would cost more garbage
 * collection than everything else.
 *
 * @throws {RangeError} if a field is out of its range.
 */
export function encodeOutput(
  offset: number,
  bytes: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const size = 9 + bytes.length;
  if (output.length < size) output = new Uint8Array(size);
  const frame = output.subarray(0, size);
  return new FieldWriter("OUTPUT", FrameType.OUTPUT, frame)
    .uint64("offset", offset)
    .rest(bytes, 1, MAX_OUTPUT_BYTES)
    .done();
}

/**
 * Decodes a frame of the server. Output is a view of `bytes`, not a copy.
 *
 * @throws {TerminalProtocolError} if it is no such frame; it throws no other
 * error, whatever the bytes are.
 */
export function decodeServerFrame(bytes: Uint8Array): ServerFrame {
  switch (bytes[0]) {
    case FrameType.OUTPUT: {
      const fields = new FieldReader("OUTPUT", bytes);
      const offset = fields.uint64("offset");
      return {
        type: "output",
        offset,
        bytes: fields.rest(1, MAX_OUTPUT_BYTES),
      };
    }
    case FrameType.SNAPSHOT: {
      const fields = new FieldReader("SNAPSHOT", bytes);
      const offset = fields.uint64("offset");
      const screen = fields.rest(0, MAX_OUTPUT_BYTES);
      return { type: "snapshot", offset, bytes: screen };
    }
    case FrameType.GAP: {
      const fields = new FieldReader("GAP", bytes);
      const from = fields.uint64("start");
      return fields.end({
        type: "gap",
        from,
        to: fields.uint64("end", from + 1),
      });
    }
    case FrameType.SIZE:
      return decodeSize(bytes);
    case FrameType.HELLO: {
      const fields = new FieldReader("HELLO", bytes);
      return { type: "hello", serverId: fields.text(MAX_ID_BYTES, 1) };
    }
    case FrameType.EXIT:
      return { type: "exit", exit: decodeExit(bytes) };
    case FrameType.ERROR: {
      const fields = new FieldReader("ERROR", bytes);
      // It was checked to be one of the codes, which are numbered from 1.
      const code = fields.uint16("code", 1, CODES.length) as ErrorCode;
      return { type: "error", code, text: fields.text(MAX_TEXT_BYTES) };
    }
    case FrameType.PONG: {
      const fields = new FieldReader("PONG", bytes);
      return fields.end({ type: "pong", id: fields.uint32("id") });
    }
    case FrameType.INPUT_ACK: {
      const fields = new FieldReader("INPUT_ACK", bytes);
      const sequence = fields.uint32("sequence");
      return fields.end({ type: "input_ack", sequence });
    }
    case FrameType.INPUT_DROPPED: {
      const fields = new FieldReader("INPUT_DROPPED", bytes);
      const sequence = fields.uint32("sequence");
      const dropped = fields.uint32("bytes");
      return fields.end({ type: "input_dropped", sequence, bytes: dropped });
    }
    case FrameType.ROLE: {
      const fields = new FieldReader("ROLE", bytes);
      const number = fields.uint8();
      const role = ROLES[number];
      if (role === undefined) {
        return fields.fail(`its role is ${number}, it must be 0 or 1`);
      }
      const repliesFrom = fields.uint64("offset");
      return fields.end({ type: "role", role, repliesFrom });
    }
    default:
      throw new TerminalProtocolError(
        `Cannot decode a frame of the server: its type is ${
          bytes[0]
        }, which is unknown`,
      );
  }
}

function encodeSize(
  { columns, rows, owner }: Extract<ServerFrame, { type: "size" }>,
): Uint8Array<ArrayBuffer> {
  const id = encodeText(owner?.clientId ?? "", MAX_ID_BYTES);
  const name = encodeText(owner?.name ?? "", MAX_NAME_BYTES);
  return new FieldWriter("SIZE", FrameType.SIZE, 5 + id.length + name.length)
    .uint16("columns", columns, 1, MAX_CELLS)
    .uint16("rows", rows, 1, MAX_CELLS)
    .shortText("the id of its owner", id, MAX_ID_BYTES)
    .rest(name, 0, id.length === 0 ? 0 : MAX_NAME_BYTES)
    .done();
}

function decodeSize(bytes: Uint8Array): ServerFrame {
  const fields = new FieldReader("SIZE", bytes);
  const columns = fields.uint16("columns", 1, MAX_CELLS);
  const rows = fields.uint16("rows", 1, MAX_CELLS);
  const clientId = fields.shortText("the id of its owner", MAX_ID_BYTES);
  const name = fields.text(clientId === "" ? 0 : MAX_NAME_BYTES);
  const owner = clientId === "" ? undefined : { clientId, name };
  return { type: "size", columns, rows, owner };
}

function encodeExit(exit: Exit): Uint8Array<ArrayBuffer> {
  if ("signal" in exit) {
    const name = encodeText(exit.signal, MAX_SIGNAL_BYTES);
    return new FieldWriter("EXIT", FrameType.EXIT, 1 + name.length)
      .uint8(1)
      .rest(name, 4, MAX_SIGNAL_BYTES)
      .done();
  }
  return new FieldWriter("EXIT", FrameType.EXIT, 5)
    .uint8(0)
    .uint32("code", exit.code)
    .done();
}

function decodeExit(bytes: Uint8Array): Exit {
  const fields = new FieldReader("EXIT", bytes);
  const kind = fields.uint8();
  if (kind === 0) return fields.end({ code: fields.uint32("code") });
  if (kind !== 1) return fields.fail(`its kind is ${kind}, it must be 0 or 1`);
  const signal = fields.text(MAX_SIGNAL_BYTES);
  return isSignalName(signal)
    ? { signal }
    : fields.fail("it is not the name of a signal");
}
