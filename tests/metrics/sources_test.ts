// The real system: what a test does is seen in what is measured.
import { assert, assertEquals } from "@std/assert";
import { setImmediate } from "node:timers";
import { ActorSystem, type Behavior } from "../../src/actor/mod.ts";
import { type Clock, realClock } from "../../src/actor/clock.ts";
import { readActors } from "../../src/metrics/actor_source.ts";
import { EventLoopDelay } from "../../src/metrics/event_loop_delay.ts";
import { HostSource } from "../../src/metrics/host_source.ts";
import {
  parseDiskBytes,
  ProcessSource,
} from "../../src/metrics/process_source.ts";
import type { ProcessMetrics } from "../../src/metrics/snapshot.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { cpuTimeMs } from "../support/cpu_time.ts";
import { settledMemory } from "../support/memory.ts";
import { bounded } from "../support/net.ts";

const onLinux = { ignore: Deno.build.os !== "linux" };

/** Holds the thread for so many milliseconds. */
function hold(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

Deno.test("processor time shows in cpuUserMs and cpuCores", () => {
  using source = new ProcessSource();
  const before = source.read(performance.now());
  assertEquals(before.cpuCores, null);
  // However long it takes to have it, where others want it too.
  for (const end = cpuTimeMs() + 50; cpuTimeMs() < end;);
  const after = source.read(performance.now());
  const used = (source: ProcessMetrics) =>
    Number(source.cpuUserMs) + Number(source.cpuSystemMs);
  assert(used(after) - used(before) >= 50);
  assert(Number(after.cpuCores) > 0.01);
});

Deno.test("cpuCores is processor time per time of the clock", () => {
  using source = new ProcessSource();
  const one = source.read(0);
  const two = source.read(50);
  const used = Number(two.cpuUserMs) + Number(two.cpuSystemMs) -
    Number(one.cpuUserMs) - Number(one.cpuSystemMs);
  assert(Math.abs(Number(two.cpuCores) - used / 50) < 1e-6);
  assertEquals(source.read(50).cpuCores, null);
});

Deno.test("allocated memory shows in the heap, in buffers and in rss", async () => {
  using source = new ProcessSource();
  // What others have left must not go away meanwhile.
  await settledMemory();
  const before = source.read(0);
  const objects = Array.from({ length: 500_000 }, (_, index) => ({ index }));
  const buffer = new Uint8Array(50_000_000).fill(1);
  const after = source.read(1);
  const grown = (name: "heapUsedBytes" | "externalBytes" | "rssBytes") =>
    Number(after[name]) - Number(before[name]);
  assert(grown("heapUsedBytes") > 5_000_000);
  assert(grown("externalBytes") >= 50_000_000);
  assert(grown("rssBytes") > 30_000_000);
  assert(Number(after.heapTotalBytes) >= Number(after.heapUsedBytes));
  assertEquals([objects.length, buffer.length], [500_000, 50_000_000]);
});

Deno.test("heap spaces have names and sizes", () => {
  using source = new ProcessSource();
  const spaces = source.read(0).heapSpaces ?? [];
  const old = spaces.find(({ name }) => name === "old_space");
  assert(old !== undefined);
  assert(old.usedBytes > 0 && old.sizeBytes >= old.usedBytes);
});

Deno.test("garbage collections are counted from the start, with their pauses", () => {
  using source = new ProcessSource();
  const clock = new ManualClock();
  const garbage = (): number => {
    let kept: unknown[] = [];
    const startMs = performance.now();
    for (let i = 0; i < 2_000_000; i++) {
      kept.push({ i });
      if (kept.length === 50_000) kept = [];
    }
    return performance.now() - startMs;
  };
  garbage();
  assertEquals(source.read(0).gc, null);
  source.start(clock);
  // There may have been one since the start.
  assert(Number(source.read(1).gc?.count) <= 1);
  const firstMs = garbage();
  const first = source.read(2).gc;
  assert(first !== null && first.count > 0);
  // Milliseconds: some, and no more than there were.
  assert(first.pauseMs > 0.02 && first.pauseMs <= firstMs);
  garbage();
  // Looks of its own lose nothing.
  clock.advance(1000);
  const second = source.read(3).gc;
  assert(second !== null && second.count > first.count);
  assert(second.pauseMs > first.pauseMs);
  assertEquals(clock.holding, 0);
  source[Symbol.dispose]();
  assertEquals(clock.pending, 0);
});

Deno.test("open files show in openFiles", onLinux, async () => {
  using source = new ProcessSource();
  const before = Number(source.read(0).openFiles);
  const files = await Promise.all(
    Array.from({ length: 50 }, () => Deno.open(new URL(import.meta.url))),
  );
  const after = Number(source.read(0).openFiles);
  for (const file of files) file.close();
  // The runtime opens and closes some itself.
  assert(after - before >= 40, `${before} and then ${after}`);
});

Deno.test(
  "bytes of disks and networks come from the kernel",
  onLinux,
  () => {
    using source = new ProcessSource();
    const { diskReadBytes, diskWrittenBytes } = source.read(0);
    const host = new HostSource().read();
    for (
      const bytes of [
        diskReadBytes,
        diskWrittenBytes,
        host.networkReceivedBytes,
        host.networkSentBytes,
      ]
    ) assert(bytes !== null && Number.isSafeInteger(bytes) && bytes >= 0);
  },
);

Deno.test("the machine has cores, memory and a load average", onLinux, () => {
  const host = new HostSource().read();
  assert(Number(host.cores) >= 1);
  assert(Number(host.memoryTotalBytes) > 1e8);
  assert(Number(host.memoryAvailableBytes) > 0);
  assert(
    Number(host.memoryAvailableBytes) <= Number(host.memoryTotalBytes),
  );
  assertEquals(host.load?.length, 3);
  assert(host.load?.every((load) => Number.isFinite(load) && load >= 0));
});

Deno.test("disk bytes are those that reached a disk", () => {
  const text =
    "rchar: 1\nwchar: 2\nread_bytes: 30\nwrite_bytes: 40\ncancelled_write_bytes: 5\n";
  assertEquals(parseDiskBytes(text), {
    diskReadBytes: 30,
    diskWrittenBytes: 40,
  });
});

Deno.test("what is missing in a text of the kernel is null", () => {
  const unknownDisks = { diskReadBytes: null, diskWrittenBytes: null };
  assertEquals(parseDiskBytes("rchar: 1\n"), unknownDisks);
  assertEquals(parseDiskBytes(null), unknownDisks);
});

Deno.test("a blocked thread shows in the delay", bounded, async () => {
  const ticked = Promise.withResolvers<void>();
  const clock: Clock = {
    now: () => realClock.now(),
    schedule: (delayMs, callback) =>
      realClock.schedule(delayMs, () => {
        callback();
        ticked.resolve();
      }),
  };
  using delay = new EventLoopDelay(clock);
  // The test holds the process meanwhile: the timer of the delay does not.
  const held = setInterval(() => {}, 1000);
  hold(60);
  await ticked.promise;
  clearInterval(held);
  const seen = delay.read();
  assert(seen !== null && seen.delayMaxMs >= 40 && seen.delayMaxMs < 10_000);
  assert(seen.delayP50Ms <= seen.delayP99Ms);
  assert(seen.delayP99Ms <= seen.delayMaxMs);
});

/** A clock whose timers fire late by `lateMs`. */
class LateClock extends ManualClock {
  lateMs = 0;
  override now(): number {
    return super.now() + this.lateMs;
  }
}

Deno.test("the delay is that since the last read", () => {
  const clock = new LateClock();
  using delay = new EventLoopDelay(clock);
  assertEquals(delay.read(), null);
  clock.advance(9);
  assertEquals(delay.read(), null);
  clock.lateMs = 30;
  clock.advance(1);
  assertEquals(delay.read()?.delayMaxMs, 30);
  clock.advance(1000);
  assertEquals(delay.read(), {
    delayP50Ms: 0,
    delayP99Ms: 0,
    delayMaxMs: 0,
  });
  assertEquals(delay.read(), null);
});

Deno.test("the timer of the delay does not keep the process alive, and ends", () => {
  const clock = new ManualClock();
  const delay = new EventLoopDelay(clock);
  assertEquals([clock.pending, clock.holding], [1, 0]);
  clock.advance(100);
  assertEquals([clock.pending, clock.holding], [1, 0]);
  delay[Symbol.dispose]();
  assertEquals(clock.pending, 0);
});

/** Ignores its messages. */
const sink: Behavior<unknown> = () => ({ receive() {} });
/** Has two children, and passes its messages on to both. */
const parent: Behavior<unknown> = (context) => {
  const children = [context.spawn(sink), context.spawn(sink)];
  return {
    receive(message) {
      for (const one of children) one.tell(message);
    },
  };
};

Deno.test("actors are summed up by those at the top of the tree", async () => {
  await using system = new ActorSystem();
  const one = system.spawn(parent, { name: "one" });
  const two = system.spawn(sink, { name: "two" });
  one.tell(1);
  two.tell(1);
  two.tell(2);
  const before = readActors(system, 100);
  assertEquals(before.groups.map(({ mailboxMessages }) => mailboxMessages), [
    1,
    2,
  ]);
  await system.idle();
  await new Promise<void>((resolve) => setImmediate(() => resolve()));
  const rest = {
    mailboxMessages: 0,
    mailboxBytes: 0,
    restarts: 0,
    busyMs: null,
  };
  assertEquals(readActors(system, 100), {
    deadLetters: 0,
    lateReplies: 0,
    groups: [
      { name: "one", actors: 3, processed: 3, ...rest },
      { name: "two", actors: 1, processed: 2, ...rest },
    ],
  });
  two.stop();
  await two.stopped;
  two.tell(3);
  const after = readActors(system, 100);
  assertEquals(after.deadLetters, 1);
  assertEquals(after.groups.map(({ name }) => name), ["one"]);
});

Deno.test("time in handlers is reported if it is measured", async () => {
  await using system = new ActorSystem({ measureBusyTime: true });
  const busy: Behavior<number> = () => ({ receive: hold });
  system.spawn(busy, { name: "busy" }).tell(5);
  await system.idle();
  const [group] = readActors(system, 100).groups;
  assert(Number(group?.busyMs) >= 5);
});

Deno.test("the actors over the limit of groups are one group", async () => {
  await using system = new ActorSystem();
  const spawn = (count: number): void => {
    for (let i = 0; i < count; i++) system.spawn(sink);
  };
  spawn(100);
  assertEquals(
    readActors(system, 100).groups.map(({ actors }) => actors).length,
    100,
  );
  assertEquals(readActors(system, 100).groups.at(-1)?.name, "100");
  spawn(900);
  const { groups } = readActors(system, 100);
  assertEquals(groups.length, 100);
  assertEquals([groups[0]?.name, groups[98]?.name], ["1", "99"]);
  assertEquals([groups[99]?.name, groups[99]?.actors], ["//others", 901]);
});
