/**
 * A sink of frames in the hands of a test.
 *
 * @module
 */
import type { FrameSink } from "../../src/session/wire/frame_reader.ts";
import { FrameType } from "../../src/session/wire/protocol.ts";

/** A frame, with a payload of its own. */
export interface TakenFrame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Uint8Array;
}

/** Bytes that it has for a large frame at a time. */
const PIECE_BYTES = 65_536;

/** A sink that calls `take` with each frame, of whatever size. */
export function frameSink(take: (frame: TakenFrame) => void): FrameSink {
  let large: Omit<TakenFrame, "payload"> | undefined;
  let pieces: Uint8Array[] = [];
  return {
    frame(type, flags, stream, bytes, start, end) {
      take({ type, flags, stream, payload: bytes.slice(start, end) });
    },
    beginLarge(flags, stream) {
      let space = new Uint8Array(0);
      large = { type: FrameType.DATA, flags, stream };
      pieces = [];
      return {
        space: () => space = new Uint8Array(PIECE_BYTES),
        advance: (count) => void pieces.push(space.subarray(0, count)),
        lost() {},
      };
    },
    endLarge(length) {
      if (large === undefined) return;
      const payload = new Uint8Array(length);
      let at = 0;
      for (const piece of pieces) {
        payload.set(piece, at);
        at += piece.length;
      }
      take({ ...large, payload });
      large = undefined;
    },
    endRead() {},
  };
}
