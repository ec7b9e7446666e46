import { assertEquals, assertLessOrEqual, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ProtocolError } from "../../../src/session/wire/errors.ts";
import {
  decodeGoAway,
  decodeHello,
  decodeOpen,
  decodeReason,
  decodeUint64,
  encodeGoAway,
  encodeHello,
  encodeOpen,
  encodeReason,
  encodeUint64,
  type Hello,
  type Open,
} from "../../../src/session/wire/frame.ts";
import {
  ErrorCode,
  MAX_CONTROL_BYTES,
  MAX_CREDENTIALS_BYTES,
  MAX_METADATA_BYTES,
  Priority,
  VERSION,
} from "../../../src/session/wire/protocol.ts";
import { concat, pattern } from "./support.ts";

const u32 = fc.nat({ max: 0xffffffff });
/** Any code points, 4 bytes each at most. */
const text = fc.string({ unit: "binary", maxLength: 63, size: "max" });

const hello: Hello = {
  minVersion: VERSION,
  maxVersion: VERSION,
  maxFrameBytes: 65_536,
  maxStreams: 1000,
  sessionId: pattern(16),
  epoch: 3,
  received: 123_456_789_012,
  token: pattern(32, 1),
  credentials: pattern(20, 2),
};
const open: Open = {
  creditLimit: 262_144,
  priority: Priority.HIGH,
  id: "straße-😀",
  metadata: pattern(100),
};
const half = "\ud83d";

Deno.test("a handshake is decoded as it was encoded", () => {
  const anyHello = fc.record({
    minVersion: fc.nat({ max: VERSION }),
    maxVersion: fc.integer({ min: VERSION, max: 255 }),
    maxFrameBytes: fc.integer({ min: 1024, max: 0xffffffff }),
    maxStreams: u32,
    sessionId: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    epoch: u32,
    received: fc.maxSafeNat(),
    token: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    credentials: fc.uint8Array({
      maxLength: MAX_CREDENTIALS_BYTES,
      size: "max",
    }),
  });
  fc.assert(fc.property(anyHello, (hello) => {
    assertEquals(decodeHello(encodeHello(hello)), hello);
  }));
});

Deno.test("a handshake without a limit of streams has the highest that it can express", () => {
  const bytes = encodeHello({ ...hello, maxStreams: Infinity });
  assertEquals(decodeHello(bytes).maxStreams, 0xffffffff);
});

Deno.test("a handshake may have more fields than are known", () => {
  const bytes = concat([encodeHello(hello), pattern(40)]);
  assertEquals(decodeHello(bytes), hello);
});

Deno.test("a truncated handshake is a ProtocolError", () => {
  const bytes = encodeHello(hello);
  for (let length = 0; length < bytes.length; length++) {
    assertThrows(() => decodeHello(bytes.subarray(0, length)), ProtocolError);
  }
});

Deno.test("the largest handshake is within the limit for control frames", () => {
  const credentials = pattern(MAX_CREDENTIALS_BYTES);
  const bytes = encodeHello({ ...hello, credentials });
  assertLessOrEqual(bytes.length, MAX_CONTROL_BYTES);
  assertEquals(decodeHello(bytes).credentials, credentials);
});

Deno.test("credentials over the limit cannot be sent, and are a ProtocolError", () => {
  const credentials = pattern(MAX_CREDENTIALS_BYTES + 1);
  assertThrows(
    () => encodeHello({ ...hello, credentials }),
    RangeError,
    "4097 bytes",
  );
  const head = encodeHello({ ...hello, credentials: new Uint8Array(0) });
  new DataView(head.buffer).setUint16(head.length - 2, credentials.length);
  const bytes = concat([head, credentials]);
  assertThrows(() => decodeHello(bytes), ProtocolError, "its credentials");
});

Deno.test("a handshake that says it has received over 2^53 - 1 bytes is a ProtocolError", () => {
  const bytes = encodeHello(hello);
  bytes[32] = 0xff;
  assertThrows(() => decodeHello(bytes), ProtocolError, "2^53");
});

Deno.test("a handshake without our version is refused with the code for it", () => {
  for (
    const [minVersion, maxVersion] of [
      [VERSION + 1, 255],
      [0, VERSION - 1],
      [255, 0],
    ] as const
  ) {
    const bytes = encodeHello({ ...hello, minVersion, maxVersion });
    const error = assertThrows(() => decodeHello(bytes), ProtocolError);
    assertEquals(error.code, ErrorCode.VERSION);
  }
});

Deno.test("a peer that asks for frames under 1024 bytes is refused", () => {
  decodeHello(encodeHello({ ...hello, maxFrameBytes: 1024 }));
  const bytes = encodeHello({ ...hello, maxFrameBytes: 1023 });
  assertThrows(() => decodeHello(bytes), ProtocolError, "1024 is the least");
});

Deno.test("an OPEN is decoded as it was encoded", () => {
  const anyOpen = fc.record({
    creditLimit: u32,
    priority: fc.constantFrom(Priority.NORMAL, Priority.HIGH, Priority.LOW),
    id: text.filter((id) => id.length > 0),
    metadata: fc.uint8Array({ maxLength: MAX_METADATA_BYTES, size: "max" }),
  });
  fc.assert(fc.property(anyOpen, (open) => {
    assertEquals(decodeOpen(encodeOpen(open)), open);
  }));
});

Deno.test("the largest OPEN is within the limit for control frames", () => {
  const id = "ä".repeat(127) + "x";
  const largest = { ...open, id, metadata: pattern(MAX_METADATA_BYTES) };
  const bytes = encodeOpen(largest);
  assertLessOrEqual(bytes.length, MAX_CONTROL_BYTES);
  assertEquals(decodeOpen(bytes), largest);
});

Deno.test("an unknown class is the normal one", () => {
  const bytes = encodeOpen(open);
  for (const unknown of [3, 255]) {
    bytes[4] = unknown;
    assertEquals(decodeOpen(bytes).priority, Priority.NORMAL);
  }
});

Deno.test("a byte order mark is a part of an id", () => {
  const bytes = encodeOpen({ ...open, id: "\ufeffid" });
  assertEquals(decodeOpen(bytes).id, "\ufeffid");
});

Deno.test("an id that is empty, too long in UTF-8, or not Unicode cannot be sent", () => {
  for (const id of ["", "x".repeat(256), "ä".repeat(128), half]) {
    assertThrows(() => encodeOpen({ ...open, id }), RangeError, "its id has");
  }
});

Deno.test("metadata over the limit cannot be sent", () => {
  const metadata = pattern(MAX_METADATA_BYTES + 1);
  assertThrows(() => encodeOpen({ ...open, metadata }), RangeError, "4096");
});

Deno.test("an OPEN that is truncated before the end of its id is a ProtocolError", () => {
  const bytes = encodeOpen({ ...open, metadata: new Uint8Array(0) });
  for (let length = 0; length < bytes.length; length++) {
    assertThrows(() => decodeOpen(bytes.subarray(0, length)), ProtocolError);
  }
});

Deno.test("an OPEN without id, with an id that is not UTF-8, or with too much metadata is a ProtocolError", () => {
  const head = [0, 0, 0, 1, 0];
  const cases: [Uint8Array, string][] = [
    [new Uint8Array([...head, 0, 1, 2]), "its id should end"],
    [new Uint8Array([...head, 2, 0xc3, 0x28]), "not UTF-8"],
    [
      concat([
        new Uint8Array([...head, 1, 0x61]),
        pattern(MAX_METADATA_BYTES + 1),
      ]),
      "its metadata has 4097 bytes",
    ],
  ];
  for (const [bytes, message] of cases) {
    assertThrows(() => decodeOpen(bytes), ProtocolError, message);
  }
});

Deno.test("a decoded OPEN and handshake share nothing with the reader's buffer", () => {
  const opened = encodeOpen(open);
  const greeted = encodeHello(hello);
  const decoded = [decodeOpen(opened), decodeHello(greeted)];
  opened.fill(0);
  greeted.fill(0);
  assertEquals(decoded, [open, hello]);
});

Deno.test("a number is decoded as it was encoded, up to 2^53 - 1", () => {
  fc.assert(fc.property(fc.maxSafeNat(), (number) => {
    assertEquals(decodeUint64(encodeUint64(number)), number);
  }));
  const most = Number.MAX_SAFE_INTEGER;
  assertEquals(decodeUint64(encodeUint64(most)), most);
});

Deno.test("a number over 2^53 - 1 is a ProtocolError", () => {
  for (const first of [0x20, 0x80, 0xff]) {
    const bytes = new Uint8Array([0, first, 0, 0, 0, 0, 0, 0]);
    assertThrows(() => decodeUint64(bytes), ProtocolError, "2^53");
  }
  const bytes = new Uint8Array(8).fill(0xff);
  assertThrows(() => decodeUint64(bytes), ProtocolError, "2^53");
});

Deno.test("a truncated number is a ProtocolError", () => {
  for (let length = 0; length < 8; length++) {
    assertThrows(() => decodeUint64(new Uint8Array(length)), ProtocolError);
  }
});

Deno.test("a reason is decoded as it was encoded", () => {
  const anyReason = fc.record({
    code: u32,
    text,
  });
  fc.assert(fc.property(anyReason, (reason) => {
    assertEquals(decodeReason(encodeReason(reason)), reason);
  }));
});

Deno.test("a reason that is too long ends with a whole character", () => {
  const { text } = decodeReason(
    encodeReason({ code: 1, text: `x${"😀".repeat(300)}` }),
  );
  assertEquals(text, `x${"😀".repeat(255)}`);
});

Deno.test("a reason that is not UTF-8 is decoded leniently", () => {
  const bytes = new Uint8Array([0, 0, 0, 7, 0x61, 0xff, 0x62]);
  assertEquals(decodeReason(bytes), { code: 7, text: "a\ufffdb" });
});

Deno.test("a reason that a peer made too long is cut", () => {
  const bytes = concat([new Uint8Array(4), new Uint8Array(8000).fill(0x61)]);
  assertEquals(decodeReason(bytes).text, "a".repeat(1024));
});

Deno.test("a truncated reason is a ProtocolError", () => {
  for (let length = 0; length < 4; length++) {
    assertThrows(() => decodeReason(new Uint8Array(length)), ProtocolError);
  }
});

Deno.test("a GOAWAY is decoded as it was encoded", () => {
  const anyGoAway = fc.record({
    code: u32,
    lastStream: u32,
    retryAfterMs: u32,
    text,
  });
  fc.assert(fc.property(anyGoAway, (goAway) => {
    assertEquals(decodeGoAway(encodeGoAway(goAway)), goAway);
  }));
});

Deno.test("a GOAWAY with an infinite delay has the longest that it can express", () => {
  const goAway = { code: 10, lastStream: 0, retryAfterMs: Infinity, text: "" };
  assertEquals(decodeGoAway(encodeGoAway(goAway)).retryAfterMs, 0xffffffff);
});

Deno.test("a GOAWAY that a peer made too long is cut", () => {
  const bytes = concat([new Uint8Array(12), new Uint8Array(8000).fill(0x61)]);
  assertEquals(decodeGoAway(bytes).text, "a".repeat(1024));
});

Deno.test("a truncated GOAWAY is a ProtocolError", () => {
  for (let length = 0; length < 12; length++) {
    assertThrows(() => decodeGoAway(new Uint8Array(length)), ProtocolError);
  }
});

for (
  const [name, decode] of Object.entries({
    decodeHello,
    decodeOpen,
    decodeUint64,
    decodeReason,
    decodeGoAway,
  })
) {
  Deno.test(`${name}() throws nothing but ProtocolError on random bytes`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300, size: "max" }), (bytes) => {
        try {
          decode(bytes);
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
        }
      }),
      { numRuns: 1000 },
    );
  });
}
