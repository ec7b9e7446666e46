import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  decodeRequestFrame,
  encodeCancel,
  encodeFailure,
  nextRequestId,
  RequestFrameType,
} from "../../src/rpc/request_frame.ts";
import { ProtocolError } from "../../src/session/wire/errors.ts";
import { utf8 } from "../support/bytes.ts";
import { encodeReply, encodeRequest } from "../support/request_frames.ts";

const U32 = 2 ** 32 - 1;
const anyU32 = fc.integer({ min: 0, max: U32 });
const anyBody = fc.uint8Array({ maxLength: 50 });

Deno.test("request messages are big-endian, their type first", () => {
  const body = new Uint8Array([9]);
  const id = 0x01020304;
  assertEquals(
    [...encodeRequest(id, 0x05060708, body)],
    [1, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  assertEquals([...encodeReply(id, body)], [2, 1, 2, 3, 4, 9]);
  assertEquals(
    [...encodeFailure(id, { code: 7, text: "no" })],
    [3, 1, 2, 3, 4, 0, 0, 0, 7, ...utf8("no")],
  );
  assertEquals([...encodeCancel(id)], [4, 1, 2, 3, 4]);
});

Deno.test("an encoded request message decodes to what it was", () => {
  fc.assert(
    fc.property(anyU32, anyU32, anyBody, fc.string(), (id, n, body, text) => {
      const { REQUEST, REPLY, FAILURE, CANCEL } = RequestFrameType;
      assertEquals(
        decodeRequestFrame(encodeRequest(id, n, body)),
        { type: REQUEST, id, deadlineMs: Math.max(1, n), body },
      );
      assertEquals(
        decodeRequestFrame(encodeReply(id, body)),
        { type: REPLY, id, body },
      );
      assertEquals(
        decodeRequestFrame(encodeFailure(id, { code: n, text })),
        { type: FAILURE, id, reason: { code: n, text } },
      );
      assertEquals(
        decodeRequestFrame(encodeCancel(id)),
        { type: CANCEL, id },
      );
    }),
  );
});

Deno.test("a deadline travels in whole milliseconds and is never too early", () => {
  const told = (deadlineMs: number) => {
    const frame = decodeRequestFrame(
      encodeRequest(1, deadlineMs, new Uint8Array()),
    );
    return frame.type === RequestFrameType.REQUEST ? frame.deadlineMs : NaN;
  };
  assertEquals(told(-5), 1);
  assertEquals(told(0), 1);
  assertEquals(told(1.2), 2);
  assertEquals(told(U32), U32);
  assertEquals(told(U32 + 1), Infinity);
  assertEquals(told(Infinity), Infinity);
});

Deno.test("whatever the bytes, they are a request message or a ProtocolError", () => {
  const anyMessage = fc.tuple(
    fc.nat({ max: 6 }),
    fc.uint8Array({ maxLength: 20 }),
  ).map(([type, rest]) => new Uint8Array([type, ...rest]));
  fc.assert(
    fc.property(fc.oneof(anyMessage, anyBody), (bytes) => {
      try {
        const { type } = decodeRequestFrame(bytes);
        assertEquals(type, bytes[0]);
        assert(bytes.length >= (type === RequestFrameType.REQUEST ? 9 : 5));
      } catch (error) {
        assert(error instanceof ProtocolError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("a request message that is truncated or too long is a ProtocolError", () => {
  const whole = [
    encodeRequest(1, 1, new Uint8Array()),
    encodeReply(1, new Uint8Array()),
    encodeFailure(1, { code: 1, text: "" }),
    encodeCancel(1),
  ];
  for (const bytes of whole) {
    for (let length = 0; length < bytes.length; length++) {
      assertThrows(
        () => decodeRequestFrame(bytes.subarray(0, length)),
        ProtocolError,
      );
    }
  }
  const longer = new Uint8Array([...encodeCancel(1), 0]);
  assertThrows(() => decodeRequestFrame(longer), ProtocolError, "1 more bytes");
});

Deno.test("ids start again after 2^32 and skip those in flight", () => {
  assertEquals(nextRequestId(0, new Set()), 1);
  assertEquals(nextRequestId(U32, new Set()), 0);
  assertEquals(nextRequestId(U32 - 1, new Set([U32, 0, 1, 3])), 2);
});

Deno.test("an id is never that of a request in flight", () => {
  const nearEnd = fc.integer({ min: -5, max: 5 }).map((n) => n >>> 0);
  fc.assert(
    fc.property(nearEnd, fc.uniqueArray(nearEnd), (last, ids) => {
      const inFlight = new Set(ids);
      const id = nextRequestId(last, inFlight);
      assert(!inFlight.has(id));
      assert(Number.isInteger(id) && id >= 0 && id <= U32);
      // All between were in flight.
      for (let i = (last + 1) >>> 0; i !== id; i = (i + 1) >>> 0) {
        assert(inFlight.has(i));
      }
    }),
  );
});
