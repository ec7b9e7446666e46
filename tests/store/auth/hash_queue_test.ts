import { assert, assertEquals, assertRejects } from "@std/assert";
import { AuthBusyError } from "../../../src/store/auth/auth_errors.ts";
import { HashQueue } from "../../../src/store/auth/hash_queue.ts";
import { ManualClock } from "../../support/manual_clock.ts";

/** A hash that ends when the test says so. */
function hash(): {
  run: () => Promise<string>;
  end: (value: string) => void;
  hasStarted: boolean;
} {
  const { promise, resolve } = Promise.withResolvers<string>();
  const made = {
    hasStarted: false,
    run: () => {
      made.hasStarted = true;
      return promise;
    },
    end: resolve,
  };
  return made;
}

function queue(
  limits: Partial<{ atOnce: number; waiting: number; waitMs: number }> = {},
): { queue: HashQueue; clock: ManualClock } {
  const clock = new ManualClock();
  const all = { atOnce: 2, waiting: 3, waitMs: 5000, ...limits };
  return { queue: new HashQueue(all, clock), clock };
}

Deno.test("so many hashes are made at once, and the rest wait in order", async () => {
  const { queue: hashes } = queue();
  const made = Array.from({ length: 4 }, hash);
  const order: string[] = [];
  const all = made.map(async ({ run }) => order.push(await hashes.run(run)));
  assertEquals(made.map((one) => one.hasStarted), [true, true, false, false]);
  assertEquals([hashes.running, hashes.waiting], [2, 2]);
  for (const [i, one] of made.entries()) {
    one.end(`hash ${i}`);
    await all[i];
  }
  assertEquals(order, ["hash 0", "hash 1", "hash 2", "hash 3"]);
  assertEquals([hashes.running, hashes.waiting], [0, 0]);
});

Deno.test("a hash beyond those that may wait is refused with the time after which to come back", async () => {
  const { queue: hashes, clock } = queue({ atOnce: 1, waiting: 1 });
  const first = hash();
  const running = hashes.run(first.run);
  const second = hash();
  const waiting = hashes.run(second.run);
  const error = await assertRejects(
    () => hashes.run(() => Promise.resolve("")),
    AuthBusyError,
    "Cannot check the password now",
  );
  assertEquals(error.retryAfterMs, 1000);
  assertEquals(hashes.refused, 1);
  clock.advance(4000);
  first.end("");
  await running;
  const third = hash();
  const last = hashes.run(third.run);
  // The average of what a hash takes is known by now, and is far above zero.
  const later = await assertRejects(
    () => hashes.run(() => Promise.resolve("")),
    AuthBusyError,
  );
  assert(later.retryAfterMs > 1000);
  second.end("");
  third.end("");
  await Promise.all([waiting, last]);
});

Deno.test("a hash that waits for too long is refused, and those behind it go on", async () => {
  const { queue: hashes, clock } = queue({ atOnce: 1, waitMs: 5000 });
  const first = hash();
  const running = hashes.run(first.run);
  const late = assertRejects(
    () => hashes.run(() => Promise.reject(new Error("it ran"))),
    AuthBusyError,
  );
  clock.advance(4000);
  const behind = hash();
  const goesOn = hashes.run(behind.run);
  clock.advance(1000);
  await late;
  assertEquals([hashes.running, hashes.waiting], [1, 1]);
  first.end("");
  behind.end("there");
  assertEquals(await goesOn, "there");
  await running;
  assertEquals(clock.pending, 0);
});

Deno.test("a caller that goes away waits no longer, and its hash is not made", async () => {
  const { queue: hashes, clock } = queue({ atOnce: 1 });
  const first = hash();
  const running = hashes.run(first.run);
  const gone = new AbortController();
  const given = hash();
  const waiting = assertRejects(
    () => hashes.run(given.run, gone.signal),
    DOMException,
    "gone",
  );
  gone.abort(new DOMException("gone", "AbortError"));
  await waiting;
  first.end("");
  await running;
  assert(!given.hasStarted);
  assertEquals([hashes.running, hashes.waiting, clock.pending], [0, 0, 0]);
  await assertRejects(() => hashes.run(given.run, gone.signal), DOMException);
});

Deno.test("a hash that fails makes room for the next", async () => {
  const { queue: hashes } = queue({ atOnce: 1 });
  const failed = hashes.run(() => Promise.reject(new Error("no memory")));
  const next = hashes.run(() => Promise.resolve("made"));
  await assertRejects(() => failed, Error, "no memory");
  assertEquals(await next, "made");
  assertEquals(hashes.running, 0);
});

Deno.test("a queue that is closed refuses what waits, and what comes", async () => {
  const { queue: hashes, clock } = queue({ atOnce: 1 });
  const first = hash();
  const running = hashes.run(first.run);
  const closed = new Error("the store is closed");
  const waiting = assertRejects(
    () => hashes.run(() => Promise.resolve("")),
    Error,
    closed.message,
  );
  hashes.close(closed);
  await waiting;
  await assertRejects(
    () => hashes.run(() => Promise.resolve("")),
    Error,
    closed.message,
  );
  first.end("made");
  assertEquals(await running, "made");
  assertEquals(clock.pending, 0);
});
