/**
 * What the tests of the wire layer share.
 *
 * @module
 */
import fc from "fast-check";
import { Budget } from "../../../src/session/wire/budget.ts";
import {
  FrameReader,
  type FrameSink,
} from "../../../src/session/wire/frame_reader.ts";
import type { MessageTooLargeError } from "../../../src/session/wire/errors.ts";
import type {
  InboxOptions,
  InboxPort,
} from "../../../src/session/wire/inbox_port.ts";
import type { OutboxPort } from "../../../src/session/wire/outbox.ts";
import {
  FrameType,
  HEADER_BYTES,
  MAX_CONTROL_BYTES,
  PREFACE,
  USUAL_FRAME_BYTES,
} from "../../../src/session/wire/protocol.ts";
import {
  Scheduler,
  type Sendable,
} from "../../../src/session/wire/scheduler.ts";
import { frameSink } from "../../support/frame_sink.ts";
import { ManualClock } from "../../support/manual_clock.ts";

/** A frame, with a payload of its own. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Uint8Array;
}

/** Bytes that differ from those of another seed, and from a shifted copy. */
export function pattern(length: number, seed = 0): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = i * 31 + (i >> 8) + seed * 101;
  return bytes;
}

/** Whether the bytes are equal; on megabytes, where assertEquals is slow. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** All parts, one after the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A header as the document describes it, written without the encoder. */
export function header(
  type: number,
  flags: number,
  stream: number,
  length: number,
): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const fields = new DataView(bytes.buffer);
  // The length is the upper 24 bits; its own top byte comes first.
  fields.setUint32(0, length * 256 + type * 16 + flags);
  fields.setUint32(4, stream);
  return bytes;
}

/** A frame's bytes, written without the encoder. */
export function encoded({ type, flags, stream, payload }: Frame): Uint8Array {
  return concat([header(type, flags, stream, payload.length), payload]);
}

/** A sink that keeps a copy of each frame. */
export function collector(): FrameSink & { readonly frames: Frame[] } {
  const frames: Frame[] = [];
  return { frames, ...frameSink((frame) => frames.push(frame)) };
}

/** Feeds `bytes` to a reader in reads of at most `chunkBytes`, in turn. */
export function feed(
  reader: FrameReader,
  bytes: Uint8Array,
  sink: FrameSink,
  chunkBytes: readonly number[] = [Infinity],
): void {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const space = reader.space();
    if (space.length === 0) throw new Error("The reader has no space left");
    const most = chunkBytes[i % chunkBytes.length] ?? Infinity;
    const count = Math.min(space.length, bytes.length - at, most);
    space.set(bytes.subarray(at, at + count));
    reader.advance(count, sink);
    at += count;
  }
}

/** A reader that has seen the preface. */
export function begunReader(maxFrameBytes?: number): FrameReader {
  const reader = new FrameReader(maxFrameBytes);
  feed(reader, PREFACE, collector());
  return reader;
}

/** The bytes that a reader holds on to. */
export function bufferBytes(reader: FrameReader): number {
  return reader.space().buffer.byteLength;
}

/** Sizes that matter: none, few, the edges of buffers, the largest. */
export function sizes(max: number): fc.Arbitrary<number> {
  const edges = [0, 1, 4087, 4088, 4089, 16_375, 16_376, 16_377, 65_535, 65_536]
    .filter((size) => size <= max);
  return fc.oneof(
    { weight: 3, arbitrary: fc.nat({ max: Math.min(max, 200) }) },
    { weight: 2, arbitrary: fc.constantFrom(...edges, max) },
    { weight: 1, arbitrary: fc.nat({ max }) },
  );
}

/** What a frame is made from: printed whole when a property fails. */
export interface FrameSketch {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly size: number;
  readonly seed: number;
}

/** The frame of a sketch. */
export function drawn({ size, seed, ...head }: FrameSketch): Frame {
  return { ...head, payload: pattern(size, seed) };
}

/** Any frame that a reader lets through, of unknown types too. */
export const anySketch: fc.Arbitrary<FrameSketch> = fc.oneof(
  {
    weight: 2,
    arbitrary: frameOf(fc.constant(FrameType.DATA), USUAL_FRAME_BYTES),
  },
  {
    weight: 1,
    arbitrary: frameOf(fc.integer({ min: 1, max: 15 }), MAX_CONTROL_BYTES),
  },
);

function frameOf(
  type: fc.Arbitrary<number>,
  maxBytes: number,
): fc.Arbitrary<FrameSketch> {
  return fc.record({
    type,
    flags: fc.nat({ max: 15 }),
    stream: fc.nat({ max: 0xffffffff }),
    size: sizes(maxBytes),
    seed: fc.nat({ max: 255 }),
  });
}

/** How the bytes of a socket are cut: single bytes, few, everything. */
export const anyChunking: fc.Arbitrary<number[]> = fc.array(
  fc.oneof(
    fc.constantFrom(1, 7, 8, 9, Infinity),
    fc.integer({ min: 1, max: 100_000 }),
  ),
  { minLength: 1, maxLength: 8, size: "max" },
);

/** Asserts that two lists of frames are the same, and says where they differ. */
export function assertSameFrames(
  actual: readonly Frame[],
  expected: readonly Frame[],
): void {
  if (actual.length !== expected.length) {
    throw new Error(
      `There are ${actual.length} frames, not ${expected.length}`,
    );
  }
  for (const [i, frame] of expected.entries()) {
    const other = actual[i];
    const same = other !== undefined && other.type === frame.type &&
      other.flags === frame.flags && other.stream === frame.stream &&
      sameBytes(other.payload, frame.payload);
    if (!same) throw new Error(`Frame ${i} of ${expected.length} differs`);
  }
}

/** Stands for a session: keeps the frames of its outboxes, as there is room. */
export class FakePort implements OutboxPort {
  /** Frames that the socket takes; copies. */
  readonly frames: Frame[] = [];
  readonly scheduler: Scheduler = new Scheduler();
  /** How many more there is room for. */
  room: number = Infinity;

  constructor(readonly maxFrameBytes: number = USUAL_FRAME_BYTES) {}

  mayBypass(): boolean {
    return this.hasRoom() && this.scheduler.idle;
  }

  hasRoom(): boolean {
    return this.room > 0;
  }

  mostAlone(): number {
    return this.maxFrameBytes;
  }

  frame(
    type: number,
    flags: number,
    stream: number,
    payload: Uint8Array,
    start: number,
    end: number,
  ): void {
    this.room--;
    this.frames.push({
      type,
      flags,
      stream,
      payload: payload.slice(start, end),
    });
  }

  activate(sendable: Sendable): void {
    this.scheduler.activate(sendable);
    this.pump();
  }

  /** What streams were abandoned with. */
  readonly abandoned: unknown[] = [];

  abandon(_stream: number, error: unknown): void {
    this.abandoned.push(error);
  }

  /** Lets what waits go, as far as there is room. */
  pump(): void {
    this.scheduler.run(() => this.hasRoom());
  }
}

/** Stands for a session: keeps what its inboxes tell it. */
export class FakeInboxPort implements InboxPort {
  readonly options: InboxOptions;
  readonly windows: Budget;
  readonly partials: Budget;
  readonly clock: ManualClock = new ManualClock();
  shortestTripMs = 0;
  /** Limits that were granted to each stream. */
  readonly grants: Map<number, number[]> = new Map();
  /** Errors with which streams are to be reset. */
  readonly tooLargeErrors: MessageTooLargeError[] = [];

  /** A session whose windows stay the same by default. */
  constructor(
    options: Partial<InboxOptions> = {},
    windowBytes: number = Infinity,
    partialBytes: number = Infinity,
  ) {
    this.options = {
      windowBytes: 262_144,
      maxWindowBytes: 0,
      maxMessageBytes: 1_000_000,
      ...options,
    };
    this.windows = new Budget(windowBytes);
    this.partials = new Budget(partialBytes);
  }

  grant(stream: number, limit: number): void {
    const limits = this.grants.get(stream);
    if (limits === undefined) this.grants.set(stream, [limit]);
    else limits.push(limit);
  }

  tooLarge(_stream: number, error: MessageTooLargeError): void {
    this.tooLargeErrors.push(error);
  }
}
