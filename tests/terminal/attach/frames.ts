/**
 * Any frame of the terminal protocol, for tests of laws.
 *
 * @module
 */
import fc from "fast-check";
import {
  type ClientFrame,
  ErrorCode,
  type Exit,
  MAX_CELLS,
  type Role,
  type ServerFrame,
  type SignalName,
} from "../../../src/terminal/attach/protocol.ts";

const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const sequence = fc.integer({ min: 1, max: 0xffff_ffff });
const offset = fc.maxSafeNat();
const cells = fc.integer({ min: 1, max: MAX_CELLS });
const signal = fc.stringMatching(/^[A-Z0-9]{1,13}$/)
  .map((name): SignalName => `SIG${name}`);

function bytes(minLength: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength, maxLength: 300 });
}

/** Any frame of a viewer. */
export const clientFrames: fc.Arbitrary<ClientFrame> = fc.oneof(
  fc.record({
    type: fc.constant("input"),
    sequence,
    bytes: bytes(1),
  }),
  fc.record({
    type: fc.constant("resize"),
    columns: cells,
    rows: cells,
  }),
  fc.record({ type: fc.constant("ack"), offset }),
  fc.record({ type: fc.constant("signal"), signal }),
  fc.record({ type: fc.constant("ping"), id: uint32 }),
  fc.record({ type: fc.constant("detach") }),
  fc.record({ type: fc.constant("interrupt"), key: fc.nat({ max: 255 }) }),
  fc.record({ type: fc.constant("use_size") }),
  fc.record({ type: fc.constant("visibility"), hidden: fc.boolean() }),
);

const exits: fc.Arbitrary<Exit> = fc.oneof(
  fc.record({ code: uint32 }),
  fc.record({ signal }),
);

/** Any frame of the server. */
export const serverFrames: fc.Arbitrary<ServerFrame> = fc.oneof(
  fc.record({
    type: fc.constant("output"),
    offset,
    bytes: bytes(1),
  }),
  fc.record({
    type: fc.constant("snapshot"),
    offset,
    bytes: bytes(0),
  }),
  fc.uniqueArray(offset, { minLength: 2, maxLength: 2 }).map(
    (pair): ServerFrame => {
      return { type: "gap", from: Math.min(...pair), to: Math.max(...pair) };
    },
  ),
  fc.record({
    type: fc.constant("size"),
    columns: cells,
    rows: cells,
    owner: fc.option(
      fc.record({
        clientId: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
        name: fc.string({ unit: "binary", maxLength: 32 }),
      }),
      { nil: undefined },
    ),
  }),
  fc.record({
    type: fc.constant("hello"),
    serverId: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
  }),
  fc.record({ type: fc.constant("exit"), exit: exits }),
  fc.record({
    type: fc.constant("error"),
    code: fc.constantFrom(...Object.values(ErrorCode)),
    text: fc.string({ unit: "binary", maxLength: 250 }),
  }),
  fc.record({ type: fc.constant("pong"), id: uint32 }),
  fc.record({
    type: fc.constant("input_ack"),
    sequence: uint32,
  }),
  fc.record({
    type: fc.constant("input_dropped"),
    sequence: uint32,
    bytes: uint32,
  }),
  fc.record({
    type: fc.constant("role"),
    role: fc.constantFrom<Role>("view", "control"),
    repliesFrom: offset,
  }),
);
