import { setImmediate } from "node:timers/promises";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { AsciicastEvent } from "../../../src/terminal/recording/asciicast.ts";
import {
  replayAsciicast,
  type ReplayAsciicastOptions,
} from "../../../src/terminal/recording/asciicast_replay.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";

const term = { cols: 80, rows: 24 };

function castOf(...times: number[]) {
  const events = times.map((atMs): AsciicastEvent => ({
    type: "output",
    atMs,
    text: `${atMs}`,
  }));
  return { header: { term }, events: ReadableStream.from(events) };
}

/** The moments at which events come, with a clock that always moves on. */
async function momentsOf(
  times: number[],
  options: ReplayAsciicastOptions,
  header: { idleTimeLimitSeconds?: number } = {},
): Promise<number[]> {
  const clock = new ManualClock();
  const moments: number[] = [];
  const cast = { ...castOf(...times), header: { term, ...header } };
  const playing = (async () => {
    for await (const _ of replayAsciicast(cast, { ...options, clock })) {
      moments.push(clock.now());
    }
  })();
  while (moments.length < times.length) {
    await setImmediate();
    if (clock.pending > 0) clock.advance(1);
  }
  await playing;
  return moments;
}

Deno.test("replayAsciicast() yields each event at its time", async () => {
  assertEquals(await momentsOf([0, 5, 5, 30], {}), [0, 5, 5, 30]);
});

Deno.test("replayAsciicast() plays at the speed that is set", async () => {
  assertEquals(await momentsOf([10, 40], { speed: 5 }), [2, 8]);
});

Deno.test("replayAsciicast() shortens pauses over the limit", async () => {
  assertEquals(
    await momentsOf([5, 1000, 1003], { idleLimitMs: 10 }),
    [5, 15, 18],
  );
});

Deno.test("replayAsciicast() takes the limit of pauses from the header", async () => {
  assertEquals(
    await momentsOf([5, 1000], {}, { idleTimeLimitSeconds: 0.02 }),
    [5, 25],
  );
});

Deno.test("replayAsciicast() yields overdue events at once", async () => {
  const clock = new ManualClock();
  const events = replayAsciicast(castOf(0, 10, 20), { clock });
  await events.next();
  clock.advance(50);
  await events.next();
  await events.next();
  assertEquals(clock.now(), 50);
});

Deno.test("replayAsciicast() throws the reason of its signal, and leaves no timer", async () => {
  const clock = new ManualClock();
  const controller = new AbortController();
  const events = replayAsciicast(castOf(10), {
    clock,
    signal: controller.signal,
  });
  const next = assertRejects(() => events.next(), Error, "enough");
  while (clock.pending === 0) await setImmediate();
  controller.abort(new Error("enough"));
  await next;
  assertEquals(clock.pending, 0);
});

Deno.test("replayAsciicast() yields nothing after its signal, not even events that are due", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const events = replayAsciicast(castOf(0, 0), {
    clock: new ManualClock(),
    signal,
  });
  await events.next();
  controller.abort(new Error("enough"));
  await assertRejects(() => events.next(), Error, "enough");
});

Deno.test("replayAsciicast() refuses an invalid speed or limit at the call", () => {
  for (const options of [{ speed: 0 }, { speed: NaN }, { idleLimitMs: -1 }]) {
    assertThrows(() => replayAsciicast(castOf(0), options), RangeError);
  }
});
