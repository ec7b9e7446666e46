/**
 * Very many asks and actors leave nothing behind: thirty thousand of each, and
 * a million in the slow size.
 *
 * @module
 */
import { Session } from "node:inspector/promises";
import { assert, assertEquals } from "@std/assert";
import { type ActorRef, ActorSystem } from "../../src/actor/mod.ts";
import { ManualClock } from "../../src/testing/mod.ts";
import { isSlow } from "../support/slow.ts";

const TOTAL = isSlow ? 1_000_000 : 30_000;
/** As many as a mailbox holds by default. */
const BATCH = 10_000;
/** Asks that one signal ends: a signal looks through its listeners one by one. */
const PER_SIGNAL = 100;
/**
 * What the heap may grow by: what the engine itself compiles and caches
 * meanwhile, some 100 kB. It is less than a pointer for each ask or actor.
 */
const MAX_GROWTH_BYTES = 500_000;

/** Bytes in use on the heap, after a full collection. */
async function heapBytes(): Promise<number> {
  const session = new Session();
  session.connect();
  // The inspector does not keep the event loop waiting for its reply.
  const held = setInterval(() => {}, 1000);
  // Twice: what the first lets go of can free more.
  await session.post("HeapProfiler.collectGarbage");
  await session.post("HeapProfiler.collectGarbage");
  clearInterval(held);
  session.disconnect();
  return Deno.memoryUsage().heapUsed;
}

/** Does a batch again and again, and checks that the heap does not grow. */
async function soak(batch: () => Promise<void>): Promise<void> {
  // The first ones grow what is kept: rings, tables, compiled code.
  for (let i = 0; i < 3; i++) await batch();
  const before = await heapBytes();
  for (let done = 0; done < TOTAL; done += BATCH) await batch();
  const growth = await heapBytes() - before;
  assert(growth < MAX_GROWTH_BYTES, `the heap has grown by ${growth} bytes`);
}

/** An actor that replies to nothing, except when a test does so for it. */
class Mute {
  readonly clock = new ManualClock();
  readonly system = new ActorSystem({ clock: this.clock });
  readonly ref: ActorRef<object> = this.system.spawn<object>(() => ({
    receive() {},
  }));
  rejected = 0;
  readonly count = (): void => void this.rejected++;

  /** Nothing is left, and all that was asked has ended. */
  async end(asked: number): Promise<void> {
    assertEquals(this.rejected, asked);
    assertEquals(this.clock.holding, 0, "timers that hold the process");
    const [actor] = this.system.tree().children;
    assertEquals([actor?.mailboxMessages, actor?.processed], [0, asked]);
    await this.system.shutdown();
    assertEquals(this.clock.pending, 0, "timers");
    assertEquals(this.system.deadLetters, 0);
  }
}

Deno.test("Asks that time out leave nothing behind, however many", async () => {
  const mute = new Mute();
  let asked = 0;
  await soak(async () => {
    for (let i = 0; i < BATCH; i++) {
      mute.ref.ask<never>((replyTo) => ({ replyTo })).catch(mute.count);
    }
    asked += BATCH;
    await mute.system.idle();
    mute.clock.advance(5000);
    await mute.system.idle();
  });
  await mute.end(asked);
});

Deno.test("Asks that are aborted leave nothing behind, however many", async () => {
  const mute = new Mute();
  let asked = 0;
  await soak(async () => {
    const controllers: AbortController[] = [];
    for (let i = 0; i < BATCH; i++) {
      if (i % PER_SIGNAL === 0) controllers.push(new AbortController());
      const signal = controllers.at(-1)?.signal as AbortSignal;
      mute.ref.ask<never>((replyTo) => ({ replyTo }), { signal })
        .catch(mute.count);
    }
    asked += BATCH;
    await mute.system.idle();
    for (const controller of controllers) controller.abort();
    await mute.system.idle();
  });
  await mute.end(asked);
});

Deno.test("Asks that share a signal which never aborts leave nothing on it", async () => {
  const clock = new ManualClock();
  await using system = new ActorSystem({ clock });
  const echo = system.spawn<{ readonly replyTo: { tell(value: 1): boolean } }>(
    () => ({ receive: ({ replyTo }) => void replyTo.tell(1) }),
  );
  const { signal } = new AbortController();
  let answered = 0;
  let asked = 0;
  await soak(async () => {
    for (let i = 0; i < BATCH; i += PER_SIGNAL) {
      const asks = Array.from(
        { length: PER_SIGNAL },
        () => echo.ask<1>((replyTo) => ({ replyTo }), { signal }),
      );
      for (const value of await Promise.all(asks)) answered += value;
    }
    asked += BATCH;
  });
  assertEquals(answered, asked);
  assertEquals(clock.holding, 0);
});

Deno.test("Actors that come and go leave nothing behind, however many", async () => {
  const clock = new ManualClock();
  const system = new ActorSystem({ clock });
  let started = 0;
  let spawned = 0;
  await soak(async () => {
    for (let i = 0; i < BATCH; i += PER_SIGNAL) {
      const refs = Array.from(
        { length: PER_SIGNAL },
        () =>
          system.spawn<void>((context) => {
            started++;
            context.after(1000, undefined);
            return { receive() {} };
          }),
      );
      await system.idle();
      for (const ref of refs) ref.stop();
      await Promise.all(refs.map(({ stopped }) => stopped));
    }
    spawned += BATCH;
  });
  assertEquals(started, spawned);
  assertEquals(system.tree().children, []);
  assertEquals(clock.holding, 0, "timers that hold the process");
  await system.shutdown();
  assertEquals(clock.pending, 0, "timers");
});
