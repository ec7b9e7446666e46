import { assertEquals, assertThrows } from "@std/assert";
import {
  formatAddress,
  resolveSessionOptions,
} from "../../src/session/options.ts";

Deno.test("resolveSessionOptions() fills in what is documented", () => {
  assertEquals(resolveSessionOptions({}), {
    maxStreams: 1000,
    maxMessageBytes: 16_777_216,
    windowBytes: 262_144,
    maxWindowBytes: 16_777_216,
    maxSessionWindowBytes: 67_108_864,
    maxPartialBytes: 67_108_864,
    replayBytes: 4_194_304,
    resumeMs: 120_000,
    handshakeMs: 10_000,
    keepAliveMs: 15_000,
    keepAliveTimeoutMs: 10_000,
    frameMs: 30_000,
    idleMs: Infinity,
    closeMs: 5000,
  });
});

Deno.test("resolveSessionOptions() keeps what is given", () => {
  const given = {
    maxStreams: 1,
    maxMessageBytes: 1,
    windowBytes: 65_536,
    maxWindowBytes: 65_536,
    maxSessionWindowBytes: 0,
    maxPartialBytes: 0,
    replayBytes: 2_621_440,
    resumeMs: 0,
    handshakeMs: 1,
    keepAliveMs: 1,
    keepAliveTimeoutMs: 1,
    frameMs: 1,
    idleMs: 1,
    closeMs: 0,
  };
  assertEquals(resolveSessionOptions(given), given);
});

Deno.test("resolveSessionOptions() takes no more than the session's options", () => {
  const options = { ...{ port: 1, lingerMs: 2 }, maxStreams: 3 };
  assertEquals(Object.keys(resolveSessionOptions(options)).length, 14);
});

for (
  const [name, value] of [
    ["maxStreams", 0],
    ["maxMessageBytes", 0],
    ["windowBytes", 65_535],
    ["maxWindowBytes", 65_535],
    ["maxSessionWindowBytes", -1],
    ["maxPartialBytes", -1],
    ["replayBytes", 2_621_439],
    ["resumeMs", -1],
    ["keepAliveMs", 0],
    ["keepAliveTimeoutMs", 0],
    ["frameMs", 0],
    ["idleMs", 0],
    ["handshakeMs", 0],
    ["handshakeMs", NaN],
    ["closeMs", -1],
  ] as const
) {
  Deno.test(`resolveSessionOptions() refuses ${name} of ${value} by name`, () => {
    assertThrows(
      () => resolveSessionOptions({ [name]: value }),
      RangeError,
      `Cannot use ${name}: it is ${value}`,
    );
  });
}

for (const value of ["100", true, {}]) {
  Deno.test(`resolveSessionOptions() takes no ${typeof value} for a number`, () => {
    assertThrows(
      // As a program without types does.
      () =>
        Reflect.apply(resolveSessionOptions, undefined, [
          { replayBytes: value },
        ]),
      TypeError,
      "it must be a number",
    );
  });
}

Deno.test("formatAddress() names the default host", () => {
  assertEquals(formatAddress({ port: 80 }), "127.0.0.1:80");
});

Deno.test("formatAddress() separates the port from an IPv6 address", () => {
  assertEquals(formatAddress({ hostname: "::1", port: 80 }), "[::1]:80");
});

for (
  const name of [
    "maxStreams",
    "maxMessageBytes",
    "windowBytes",
    "replayBytes",
  ] as const
) {
  Deno.test(`resolveSessionOptions() refuses a part of one in ${name}, and takes Infinity`, () => {
    assertThrows(
      () => resolveSessionOptions({ [name]: 9_999_999.5 }),
      RangeError,
      `Cannot use ${name}: it is 9999999.5, it must be a whole number`,
    );
    assertEquals(resolveSessionOptions({ [name]: Infinity })[name], Infinity);
  });
}
