import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  decodeClientFrame,
  encodeClientFrame,
} from "../../../src/terminal/attach/client_frame.ts";
import {
  type ClientFrame,
  ErrorCode,
  MAX_INPUT_BYTES,
  MAX_OUTPUT_BYTES,
  MAX_TEXT_BYTES,
  type ServerFrame,
  TerminalProtocolError,
} from "../../../src/terminal/attach/protocol.ts";
import {
  decodeServerFrame,
  encodeServerFrame,
} from "../../../src/terminal/attach/server_frame.ts";
import { randomFrom } from "../../support/random.ts";
import { clientFrames, serverFrames } from "./frames.ts";

Deno.test("the server reads every frame of a viewer", () => {
  fc.assert(fc.property(clientFrames, (frame) => {
    assertEquals(decodeClientFrame(encodeClientFrame(frame)), frame);
  }));
});

Deno.test("a viewer reads every frame of the server", () => {
  fc.assert(fc.property(serverFrames, (frame) => {
    assertEquals(decodeServerFrame(encodeServerFrame(frame)), frame);
  }));
});

Deno.test("a frame is read wherever it stands in a buffer", () => {
  fc.assert(fc.property(serverFrames, fc.nat(9), (frame, before) => {
    const encoded = encodeServerFrame(frame);
    const buffer = new Uint8Array(before + encoded.length + 9).fill(0xff);
    buffer.set(encoded, before);
    const bytes = buffer.subarray(before, before + encoded.length);
    assertEquals(decodeServerFrame(bytes), frame);
  }));
});

for (
  const { side, decode, encode, frames } of [
    {
      side: "viewer",
      frames: clientFrames.map(encodeClientFrame),
      decode: decodeClientFrame,
      encode: (bytes: Uint8Array) =>
        encodeClientFrame(decodeClientFrame(bytes)),
    },
    {
      side: "server",
      frames: serverFrames.map(encodeServerFrame),
      decode: decodeServerFrame,
      encode: (bytes: Uint8Array) =>
        encodeServerFrame(decodeServerFrame(bytes)),
    },
  ]
) {
  Deno.test(`corrupt bytes of the ${side} are refused with a typed error, or are the only encoding of a frame`, () => {
    const random = randomFrom(20_260_101);
    const upTo = (count: number): number => Math.floor(random() * count);
    let refused = 0;
    let read = 0;
    for (const whole of fc.sample(frames, { numRuns: 4000, seed: 7 })) {
      const bytes = whole.slice(0, random() < 0.3 ? upTo(99) : whole.length);
      if (random() < 0.8) bytes[upTo(bytes.length)] = upTo(256);
      if (random() < 0.3) bytes[0] = upTo(10) + 128 * upTo(2);
      try {
        decode(bytes);
      } catch (error) {
        assert(error instanceof TerminalProtocolError, `${error}`);
        refused++;
        continue;
      }
      assertEquals(encode(bytes), bytes);
      read++;
    }
    assert(refused > 100 && read > 100, `${refused} refused, ${read} read`);
  });
}

Deno.test("a frame of the wrong side, of an unknown type or without a byte is refused", () => {
  for (const bytes of [[], [0], [10], [128, 1], [255]]) {
    assertThrows(
      () => decodeClientFrame(new Uint8Array(bytes)),
      TerminalProtocolError,
      "Cannot decode a frame of a viewer: its type is",
    );
  }
  for (const bytes of [[], [0], [6], [139], [255]]) {
    assertThrows(
      () => decodeServerFrame(new Uint8Array(bytes)),
      TerminalProtocolError,
      "Cannot decode a frame of the server: its type is",
    );
  }
});

for (
  const [hex, message] of [
    ["01000000", "Cannot decode INPUT: it is too short"],
    ["0100000001", "Cannot decode INPUT: size is 0"],
    ["010000000061", "Cannot decode INPUT: sequence is 0"],
    ["0200500000", "Cannot decode RESIZE: rows is 0"],
    ["0227110018", "Cannot decode RESIZE: columns is 10001"],
    ["020050001800", "Cannot decode RESIZE: it is too long (bytes left: 1)"],
    ["030020000000000000", "Cannot decode ACK: offset is 9007199254740992"],
    ["04534947", "Cannot decode SIGNAL: it is not the name of a signal"],
    ["0453494769", "Cannot decode SIGNAL: it is not the name of a signal"],
    ["04ff", "Cannot decode SIGNAL: its text is not UTF-8"],
    ["0902", "Cannot decode VISIBILITY: its value is 2"],
    ["0600", "Cannot decode DETACH: it is too long (bytes left: 1)"],
  ] as const
) {
  Deno.test(`the bytes ${hex} of a viewer are refused: ${message}`, () => {
    assertThrows(
      () => decodeClientFrame(Uint8Array.fromHex(hex)),
      TerminalProtocolError,
      message,
    );
  });
}

for (
  const [hex, message] of [
    ["800000000000000000", "Cannot decode OUTPUT: size is 0"],
    [
      "8200000000000000050000000000000005",
      "Cannot decode GAP: end is 5, it must be from 6",
    ],
    ["83005000180461", "Cannot decode SIZE: it is too short"],
    ["830050001841", "Cannot decode SIZE: the id of its owner is 65"],
    ["830050001800ff", "Cannot decode SIZE: size is 1, it must be from 0 to 0"],
    ["8a", "Cannot decode HELLO: size is 0"],
    ["84020000", "Cannot decode EXIT: its kind is 2, it must be 0 or 1"],
    ["84000000000000", "Cannot decode EXIT: it is too long (bytes left: 1)"],
    ["8401", "Cannot decode EXIT: it is not the name of a signal"],
    ["850000", "Cannot decode ERROR: code is 0"],
    ["85000b", "Cannot decode ERROR: code is 11"],
    [
      "88020000000000000000",
      "Cannot decode ROLE: its role is 2, it must be 0 or 1",
    ],
  ] as const
) {
  Deno.test(`the bytes ${hex} of a server are refused: ${message}`, () => {
    assertThrows(
      () => decodeServerFrame(Uint8Array.fromHex(hex)),
      TerminalProtocolError,
      message,
    );
  });
}

Deno.test("a field over its limit is neither written nor read", () => {
  const input = new Uint8Array(5 + MAX_INPUT_BYTES + 1);
  input.set([1, 0, 0, 0, 1]);
  assertThrows(() => decodeClientFrame(input), TerminalProtocolError);
  const output = new Uint8Array(9 + MAX_OUTPUT_BYTES + 1);
  output[0] = 128;
  assertThrows(() => decodeServerFrame(output), TerminalProtocolError);
  const tooMuch: ClientFrame[] = [
    { type: "input", sequence: 1, bytes: input.subarray(4) },
    { type: "input", sequence: 0, bytes: input.subarray(0, 1) },
    { type: "input", sequence: 1, bytes: input.subarray(0, 0) },
    { type: "resize", columns: 80.5, rows: 24 },
    { type: "ack", offset: 2 ** 53 },
    { type: "ping", id: -1 },
  ];
  for (const frame of tooMuch) {
    assertThrows(() => encodeClientFrame(frame), RangeError, "Cannot encode");
  }
  const bytes = output.subarray(8);
  const frames: ServerFrame[] = [
    { type: "output", offset: 0, bytes },
    { type: "output", offset: 0, bytes: bytes.subarray(0, 0) },
    { type: "gap", from: 7, to: 7 },
    { type: "exit", exit: { code: -1 } },
  ];
  for (const frame of frames) {
    assertThrows(() => encodeServerFrame(frame), RangeError, "Cannot encode");
  }
});

Deno.test("the text of an error is cut between two characters", () => {
  const text = "x" + "€".repeat(MAX_TEXT_BYTES);
  const code = ErrorCode.INTERNAL;
  const decoded = decodeServerFrame(
    encodeServerFrame({ type: "error", code, text }),
  );
  const kept = "x" + "€".repeat((MAX_TEXT_BYTES - 1) / 3);
  assertEquals(decoded, { type: "error", code, text: kept });
});
