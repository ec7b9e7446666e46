/**
 * The frames of viewers, as bytes and back.
 *
 * @module
 */
import { encodeText, FieldReader, FieldWriter } from "./frame_fields.ts";
import {
  type ClientFrame,
  FrameType,
  MAX_CELLS,
  MAX_INPUT_BYTES,
  type SignalName,
  TerminalProtocolError,
} from "./protocol.ts";

/** Length of the longest name of a signal, in bytes. */
export const MAX_SIGNAL_BYTES = 16;

const SIGNAL = /^SIG[A-Z0-9]+$/;

/** Whether a text has the form of a signal's name, such as `"SIGINT"`. */
export function isSignalName(text: string): text is SignalName {
  return SIGNAL.test(text);
}

/**
 * Encodes a frame of a viewer.
 *
 * @throws {RangeError} if a field is out of its range.
 */
export function encodeClientFrame(frame: ClientFrame): Uint8Array<ArrayBuffer> {
  switch (frame.type) {
    case "input": {
      const { sequence, bytes } = frame;
      return new FieldWriter("INPUT", FrameType.INPUT, 4 + bytes.length)
        .uint32("sequence", sequence, 1)
        .rest(bytes, 1, MAX_INPUT_BYTES)
        .done();
    }
    case "resize":
      return new FieldWriter("RESIZE", FrameType.RESIZE, 4)
        .uint16("columns", frame.columns, 1, MAX_CELLS)
        .uint16("rows", frame.rows, 1, MAX_CELLS)
        .done();
    case "use_size":
      return new FieldWriter("USE_SIZE", FrameType.USE_SIZE, 0).done();
    case "visibility":
      return new FieldWriter("VISIBILITY", FrameType.VISIBILITY, 1)
        .uint8(frame.hidden ? 1 : 0)
        .done();
    case "ack":
      return new FieldWriter("ACK", FrameType.ACK, 8)
        .uint64("offset", frame.offset)
        .done();
    case "signal": {
      const name = encodeText(frame.signal, MAX_SIGNAL_BYTES);
      return new FieldWriter("SIGNAL", FrameType.SIGNAL, name.length)
        .rest(name, 4, MAX_SIGNAL_BYTES)
        .done();
    }
    case "ping":
      return new FieldWriter("PING", FrameType.PING, 4)
        .uint32("id", frame.id)
        .done();
    case "detach":
      return new FieldWriter("DETACH", FrameType.DETACH, 0).done();
    case "interrupt":
      return new FieldWriter("INTERRUPT", FrameType.INTERRUPT, 1)
        .uint8(frame.key)
        .done();
    default:
      return frame satisfies never;
  }
}

/**
 * Decodes a frame of a viewer. Input is a view of `bytes`, not a copy.
 *
 * @throws {TerminalProtocolError} if it is no such frame; it throws no other
 * error, whatever the bytes are.
 */
export function decodeClientFrame(bytes: Uint8Array): ClientFrame {
  switch (bytes[0]) {
    case FrameType.INPUT: {
      const fields = new FieldReader("INPUT", bytes);
      const sequence = fields.uint32("sequence", 1);
      return {
        type: "input",
        sequence,
        bytes: fields.rest(1, MAX_INPUT_BYTES),
      };
    }
    case FrameType.RESIZE: {
      const fields = new FieldReader("RESIZE", bytes);
      const columns = fields.uint16("columns", 1, MAX_CELLS);
      const rows = fields.uint16("rows", 1, MAX_CELLS);
      return fields.end({ type: "resize", columns, rows });
    }
    case FrameType.USE_SIZE:
      return new FieldReader("USE_SIZE", bytes).end({ type: "use_size" });
    case FrameType.VISIBILITY: {
      const fields = new FieldReader("VISIBILITY", bytes);
      const value = fields.uint8();
      if (value > 1) fields.fail(`its value is ${value}, it must be 0 or 1`);
      return fields.end({ type: "visibility", hidden: value === 1 });
    }
    case FrameType.ACK: {
      const fields = new FieldReader("ACK", bytes);
      return fields.end({ type: "ack", offset: fields.uint64("offset") });
    }
    case FrameType.SIGNAL: {
      const fields = new FieldReader("SIGNAL", bytes);
      const signal = fields.text(MAX_SIGNAL_BYTES);
      if (!isSignalName(signal)) {
        return fields.fail("it is not the name of a signal");
      }
      return { type: "signal", signal };
    }
    case FrameType.PING: {
      const fields = new FieldReader("PING", bytes);
      return fields.end({ type: "ping", id: fields.uint32("id") });
    }
    case FrameType.DETACH:
      return new FieldReader("DETACH", bytes).end({ type: "detach" });
    case FrameType.INTERRUPT: {
      const fields = new FieldReader("INTERRUPT", bytes);
      return fields.end({ type: "interrupt", key: fields.uint8() });
    }
    default:
      throw new TerminalProtocolError(
        `Cannot decode a frame of a viewer: its type is ${
          bytes[0]
        }, which is unknown`,
      );
  }
}
