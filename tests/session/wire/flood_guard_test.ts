import { assertEquals, assertThrows } from "@std/assert";
import { ProtocolError } from "../../../src/session/wire/errors.ts";
import { FloodGuard } from "../../../src/session/wire/flood_guard.ts";
import { ErrorCode } from "../../../src/session/wire/protocol.ts";
import { ManualClock } from "../../support/manual_clock.ts";

const BURST = 10_000;
const PER_SECOND = 1000;

function setup(): { readonly clock: ManualClock; readonly guard: FloodGuard } {
  const clock = new ManualClock();
  return { clock, guard: new FloodGuard(() => clock.now()) };
}

/** Counts so many frames at once. */
function count(guard: FloodGuard, frames: number): void {
  for (let i = 0; i < frames; i++) guard.count();
}

Deno.test("ten thousand frames may come at once, and one more is a ProtocolError with the code CALM", () => {
  const { guard } = setup();
  count(guard, BURST);
  const error = assertThrows(() => guard.count(), ProtocolError);
  assertEquals(error.code, ErrorCode.CALM);
});

Deno.test("a thousand frames a second may come for any length of time", () => {
  const { clock, guard } = setup();
  count(guard, BURST);
  for (let second = 0; second < 100; second++) {
    clock.advance(1000);
    count(guard, PER_SECOND);
  }
  assertThrows(() => guard.count(), ProtocolError);
});

Deno.test("frames that come evenly, a thousand a second, may come for any length of time", () => {
  const { clock, guard } = setup();
  count(guard, BURST);
  for (let i = 0; i < 20_000; i++) {
    clock.advance(1);
    guard.count();
  }
});

Deno.test("more than a thousand frames a second are a flood in the long run", () => {
  const { clock, guard } = setup();
  assertThrows(() => {
    for (let second = 0; second < 101; second++) {
      count(guard, PER_SECOND * 1.1);
      clock.advance(1000);
    }
  }, ProtocolError);
});

Deno.test("a peer that was quiet has saved up no more than the first burst", () => {
  const { clock, guard } = setup();
  count(guard, BURST);
  clock.advance(3_600_000);
  count(guard, BURST);
  assertThrows(() => guard.count(), ProtocolError);
});
