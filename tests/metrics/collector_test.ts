import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { ActorSystem, TroupeError } from "../../src/actor/mod.ts";
import { MetricsCollector } from "../../src/metrics/collector.ts";
import type { MetricsCollectorOptions } from "../../src/metrics/collector_options.ts";
import type { MetricsEvent } from "../../src/metrics/feed.ts";
import {
  InstrumentError,
  MetricsHistoryError,
} from "../../src/metrics/metrics_errors.ts";
import { Happenings } from "../support/happenings.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { bounded } from "../support/net.ts";

const START_MS = 1_800_000_000_000;

/** A collector whose time a test moves. */
function collectorOf(options: MetricsCollectorOptions = {}) {
  const clock = new ManualClock();
  const timeOfDay = (): number => START_MS + clock.now();
  const errors: unknown[] = [];
  const collector = new MetricsCollector({
    clock,
    timeOfDay,
    onError: (error) => errors.push(error),
    ...options,
  });
  return { clock, collector, errors };
}

/** The events of a collector, in short. */
function eventsOf(collector: MetricsCollector): string[] {
  const events: string[] = [];
  collector.subscribe((event) => events.push(inShort(event)));
  return events;
}

function inShort(event: MetricsEvent): string {
  return event.type === "snapshot"
    ? `snapshot ${event.snapshot.sequence}`
    : `${event.alert.state} ${event.alert.name}`;
}

Deno.test("a collector collects when it starts and then once an interval", async () => {
  const { clock, collector: made } = collectorOf({ intervalMs: 500 });
  await using collector = made;
  const events = eventsOf(collector);
  assertEquals(collector.latest, undefined);
  clock.advance(10_000);
  assertEquals(events, []);
  collector.start();
  collector.start();
  assertEquals(events, ["snapshot 1"]);
  clock.advance(499);
  assertEquals(events.length, 1);
  clock.advance(1);
  assertEquals(events, ["snapshot 1", "snapshot 2"]);
  clock.advance(2000);
  assertEquals(events.length, 6);
  assertEquals(collector.latest?.sequence, 6);
  assertEquals(collector.latest?.atMs, START_MS + 12_500);
});

Deno.test(
  "a collector on the real clock collects by itself",
  bounded,
  async () => {
    await using collector = new MetricsCollector({ intervalMs: 20 });
    const events = new Happenings<MetricsEvent>();
    collector.subscribe((event) => events.push(event));
    // The test holds the process meanwhile: the collector does not.
    const held = setInterval(() => {}, 1000);
    collector.start();
    const first = await events.next();
    await events.next();
    const third = await events.next();
    clearInterval(held);
    assert(first.type === "snapshot" && third.type === "snapshot");
    assertEquals(third.snapshot.sequence, 3);
    assert(Math.abs(Date.now() - third.snapshot.atMs) < 60_000);
    assert(third.snapshot.atMs >= first.snapshot.atMs);
    assert(Number(third.snapshot.process.rssBytes) > 1e7);
    assert(third.snapshot.process.gc !== null);
    assertEquals(third.snapshot.actors, null);
  },
);

Deno.test("a collector that was not started collects on demand", async () => {
  const { clock, collector: made } = collectorOf();
  await using collector = made;
  const snapshot = collector.collect();
  assertEquals(snapshot.sequence, 1);
  assertEquals(snapshot.eventLoop, null);
  assertEquals(snapshot.process.gc, null);
  assert(collector.latest === snapshot);
  assertEquals(collector.history, [snapshot]);
  assertEquals(clock.pending, 0);
});

Deno.test("a snapshot on demand does not move the interval", async () => {
  const { clock, collector: made } = collectorOf();
  await using collector = made;
  collector.start();
  clock.advance(900);
  collector.collect();
  clock.advance(100);
  assertEquals(collector.latest?.sequence, 3);
});

Deno.test("a snapshot has the actors of the system and the instruments", async () => {
  await using system = new ActorSystem();
  await using collector = new MetricsCollector({ system });
  system.spawn(() => ({ receive() {} }), { name: "worker" });
  collector.instruments.counter("orders").add(3);
  const { actors, instruments } = collector.collect();
  assertEquals(actors?.groups.map(({ name }) => name), ["worker"]);
  assertEquals(instruments, [{
    type: "counter",
    name: "orders",
    help: "",
    unit: "",
    labels: {},
    value: 3,
  }]);
});

Deno.test("the collector uses the clock of the system", async () => {
  const clock = new ManualClock();
  await using system = new ActorSystem({ clock });
  await using collector = new MetricsCollector({ system });
  collector.start();
  clock.advance(3000);
  assertEquals(collector.latest?.sequence, 4);
  assertEquals(collector.latest?.eventLoop?.delayMaxMs, 0);
});

Deno.test("the history goes back as far as its retention", async () => {
  const { clock, collector: made } = collectorOf({
    intervalMs: 1000,
    retentionMs: 3000,
  });
  await using collector = made;
  collector.start();
  clock.advance(10_000);
  const kept = collector.history.map(({ sequence }) => sequence);
  assertEquals(kept, [8, 9, 10, 11]);
});

Deno.test("a time of day that is set far forward and back takes nothing from the history", async () => {
  const directory = await Deno.makeTempDir();
  const historyPath = `${directory}/history.db`;
  const clock = new ManualClock();
  let jumpMs = 0;
  const options = {
    clock,
    timeOfDay: (): number => START_MS + clock.now() + jumpMs,
    retentionMs: 60_000,
    historyPath,
  };
  const count = 30;
  try {
    {
      await using collector = new MetricsCollector(options);
      collector.start();
      for (let n = 1; n < count; n++) {
        jumpMs = n === 10 ? 86_400_000 : n > 20 ? -3_600_000 : 0;
        clock.advance(1000);
      }
      const { history } = collector;
      assertEquals(history.length, count);
      assertEquals(
        history.map(({ steadyMs }) => steadyMs),
        history.map((_, index) => START_MS + 1000 * index),
      );
      assertEquals(history[10]?.atMs, START_MS + 10_000 + 86_400_000);
    }
    // After a restart whose time of day is behind, too.
    jumpMs = -7_200_000;
    await using collector = new MetricsCollector(options);
    assertEquals(collector.history.length, count);
    const { atMs, steadyMs } = collector.collect();
    assertEquals(atMs, START_MS + 29_000 - 7_200_000);
    assertEquals(steadyMs, START_MS + 29_001);
    assertEquals(collector.history.length, count + 1);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("the history has no more snapshots than its limit", async () => {
  const { clock, collector: made } = collectorOf({ maxSnapshots: 2 });
  await using collector = made;
  collector.start();
  clock.advance(10_000);
  assertEquals(collector.history.map(({ sequence }) => sequence), [10, 11]);
});

Deno.test("a history that was returned does not change", async () => {
  const { collector: made } = collectorOf();
  await using collector = made;
  collector.collect();
  const { history } = collector;
  collector.collect();
  assertEquals(history.length, 1);
});

Deno.test("a listener that throws is reported, and does not stop others", async () => {
  const { collector: made, errors } = collectorOf();
  await using collector = made;
  const broken = new Error("broken");
  collector.subscribe(() => {
    throw broken;
  });
  const events = eventsOf(collector);
  collector.collect();
  collector.collect();
  assertEquals(events, ["snapshot 1", "snapshot 2"]);
  assertEquals(errors, [broken, broken]);
});

Deno.test("disposing a subscription ends it, and no other", async () => {
  const { collector: made } = collectorOf();
  await using collector = made;
  const events: string[] = [];
  const listener = (event: MetricsEvent): void =>
    void events.push(inShort(event));
  const one = collector.subscribe(listener);
  collector.subscribe(listener);
  collector.collect();
  one[Symbol.dispose]();
  one[Symbol.dispose]();
  collector.collect();
  assertEquals(events, ["snapshot 1", "snapshot 1", "snapshot 2"]);
});

Deno.test("an alert comes after the snapshot that fires it, and is kept while it fires", async () => {
  const { clock, collector: made } = collectorOf({
    alerts: [{
      name: "queue",
      metric: ({ instruments }) => {
        const [sample] = instruments;
        return sample?.type === "gauge" ? sample.value : null;
      },
      above: 10,
      clearAt: 5,
      forMs: 2000,
    }],
  });
  await using collector = made;
  const queue = collector.instruments.gauge("queue");
  const events = eventsOf(collector);
  collector.start();
  queue.set(20);
  clock.advance(2000);
  assertEquals(events, ["snapshot 1", "snapshot 2", "snapshot 3"]);
  clock.advance(1000);
  assertEquals(events.slice(3), ["snapshot 4", "firing queue"]);
  assertEquals(collector.firing.map(({ value }) => value), [20]);
  queue.set(8);
  clock.advance(5000);
  assertEquals(
    collector.firing.map(({ value, message, atMs }) => [value, message, atMs]),
    [[8, "queue is 8, above 10", START_MS + 3000]],
  );
  queue.set(5);
  clock.advance(1000);
  assertEquals(events.at(-1), "resolved queue");
  assertEquals(collector.firing, []);
});

Deno.test("an alert may name its metric by a path", async () => {
  const { collector: made } = collectorOf({
    alerts: [
      { name: "memory", metric: "process.rssBytes", above: 1 },
      { name: "lag", metric: "eventLoop.delayMaxMs", below: 1e9 },
    ],
  });
  await using collector = made;
  collector.collect();
  // There is no delay before the start.
  assertEquals(collector.firing.map(({ name }) => name), ["memory"]);
});

Deno.test("an alert may watch an instrument, by its labels or summed up", async () => {
  const errors = { instrument: "errors", labels: { route: "/a" } };
  const { clock, collector: made } = collectorOf({
    alerts: [
      { name: "some", metric: errors, above: 2 },
      { name: "all", metric: { instrument: "errors" }, above: 10 },
      { name: "slow", metric: { instrument: "time" }, above: 100 },
      {
        name: "burst",
        metric: { instrument: "errors", perSecond: true },
        above: 4,
      },
    ],
  });
  await using collector = made;
  const firing = (): string[] => collector.firing.map(({ name }) => name);
  const counter = collector.instruments.counter("errors");
  const time = collector.instruments.histogram("time", { unit: "ms" });
  collector.start();
  assertEquals(firing(), []);
  counter.add(2, { route: "/a", status: "500" });
  counter.add(1, { route: "/a", status: "503" });
  counter.add(7, { route: "/b", status: "500" });
  clock.advance(1000);
  // A rate is unknown until there are two counts.
  assertEquals(firing(), ["some"]);
  counter.add(5, { route: "/b", status: "500" });
  time.record(3, { route: "/a" });
  time.record(200, { route: "/b" });
  clock.advance(1000);
  assertEquals(
    collector.firing.map(({ name, value }) => [name, Math.round(value)]),
    [["some", 3], ["all", 15], ["slow", 200], ["burst", 5]],
  );
  clock.advance(1000);
  assertEquals(firing(), ["some", "all", "slow"]);
});

for (
  const [what, metric, text] of [
    [
      "instrument",
      { instrument: "erors" },
      'there is no instrument "erors", did you mean "errors"?',
    ],
    [
      "instrument without a similar one",
      { instrument: "cache" },
      'there is no instrument "cache", create it when the program starts',
    ],
    [
      "label",
      { instrument: "errors", labels: { rout: "/a" } },
      'there is no label "rout" of "errors", did you mean "route"?',
    ],
  ] as const
) {
  Deno.test(`an alert on an instrument that does not come is reported after a minute, once: ${what}`, async () => {
    const { clock, collector: made, errors } = collectorOf({
      alerts: [{ name: "many", metric, above: 2 }],
    });
    await using collector = made;
    collector.instruments.counter("errors").add(1, { route: "/a" });
    collector.start();
    clock.advance(59_000);
    assertEquals(errors, []);
    clock.advance(120_000);
    assertEquals(
      errors.map((error) => [error instanceof InstrumentError, String(error)]),
      [[
        true,
        `InstrumentError: Cannot watch the alert "many": after 60 seconds ${text}`,
      ]],
    );
  });
}

Deno.test("an alert on an instrument that comes within a minute is not reported, nor one whose labels come later", async () => {
  const { clock, collector: made, errors } = collectorOf({
    alerts: [
      { name: "some", metric: { instrument: "errors" }, above: 2 },
      {
        name: "those",
        metric: { instrument: "errors", labels: { route: "/a" } },
        above: 2,
      },
    ],
  });
  await using collector = made;
  collector.start();
  clock.advance(59_000);
  const counter = collector.instruments.counter("errors");
  clock.advance(120_000);
  counter.add(3, { route: "/a" });
  clock.advance(1000);
  assertEquals(errors, []);
  assertEquals(collector.firing.map(({ name }) => name), ["some", "those"]);
});

for (
  const [what, metric, text] of [
    [
      "a field of a counter",
      { instrument: "errors", field: "p99" },
      'the instrument "errors" is a counter, which has no "p99", leave field out',
    ],
    [
      "a field of a gauge",
      { instrument: "depth", field: "max" },
      'the instrument "depth" is a gauge, which has no "max"',
    ],
    [
      "the growth of a gauge",
      { instrument: "depth", perSecond: true },
      'the instrument "depth" is a gauge, which does not count',
    ],
  ] as const
) {
  Deno.test(`an alert on a number that its instrument does not have is reported at once, and does not fire: ${what}`, async () => {
    const { clock, collector: made, errors } = collectorOf({
      alerts: [{ name: "many", metric, above: 2 }],
    });
    await using collector = made;
    collector.instruments.counter("errors").add(10);
    collector.instruments.gauge("depth").set(10);
    collector.start();
    clock.advance(5000);
    assertEquals(errors.length, 1);
    assertStringIncludes(String(errors[0]), `the alert "many": ${text}`);
    assertEquals(collector.firing, []);
  });
}

Deno.test("a metric of an alert that throws is reported, and stops nothing", async () => {
  const broken = new Error("broken");
  const { collector: made, errors } = collectorOf({
    alerts: [
      {
        name: "broken",
        metric: () => {
          throw broken;
        },
        above: 1,
      },
      { name: "memory", metric: "process.rssBytes", above: 1 },
    ],
  });
  await using collector = made;
  const events = eventsOf(collector);
  collector.collect();
  assertEquals(events, ["snapshot 1", "firing memory"]);
  assertEquals(errors, [broken]);
});

Deno.test("a closed collector has no timer, and refuses to collect", async () => {
  const { clock, collector } = collectorOf();
  collector.start();
  clock.advance(1000);
  assert(clock.pending > 0);
  assertEquals(clock.holding, 0);
  await collector[Symbol.asyncDispose]();
  await collector[Symbol.asyncDispose]();
  assertEquals(clock.pending, 0);
  assertThrows(() => collector.collect(), TroupeError, "Cannot collect");
  assertThrows(() => collector.start(), TroupeError, "Cannot start");
  assertEquals(collector.latest?.sequence, 2);
});

Deno.test("a listener may close the collector", () => {
  const { clock, collector, errors } = collectorOf();
  collector.subscribe(() => void collector[Symbol.asyncDispose]());
  collector.start();
  assertEquals(clock.pending, 0);
  assertEquals(errors, []);
});

Deno.test("a collector closes with its signal", () => {
  const abort = new AbortController();
  const { clock, collector } = collectorOf({ signal: abort.signal });
  collector.start();
  abort.abort();
  assertEquals(clock.pending, 0);
  const late = collectorOf({ signal: abort.signal });
  assertThrows(() => late.collector.start(), TroupeError, "is closed");
});

Deno.test("an actor that creates a collector with its signal closes it", async () => {
  const clock = new ManualClock();
  await using system = new ActorSystem({ clock });
  const actor = system.spawn<never>((context) => {
    const { signal } = context;
    new MetricsCollector({ system, signal }).start();
    return { receive() {} };
  });
  await system.idle();
  assert(clock.pending > 0);
  actor.stop();
  await actor.stopped;
  assertEquals(clock.pending, 0);
});

Deno.test("a history in a file continues after a restart", async () => {
  const directory = await Deno.makeTempDir();
  const historyPath = `${directory}/history.db`;
  try {
    {
      const { clock, collector: made } = collectorOf({ historyPath });
      await using collector = made;
      collector.start();
      clock.advance(3000);
    }
    const { collector: made, errors } = collectorOf({ historyPath });
    await using collector = made;
    const before = collector.history;
    assertEquals(before.map(({ sequence }) => sequence), [1, 2, 3, 4]);
    assertEquals(collector.latest, undefined);
    const { sequence } = collector.collect();
    assertEquals(sequence, 5);
    assertEquals(collector.history.length, 5);
    // There is no CPU time between two processes.
    assertEquals(collector.latest?.process.cpuCores, null);
    assertEquals(errors, []);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("the constructor throws if the history cannot be opened", async () => {
  const historyPath = await Deno.makeTempFile();
  await Deno.writeTextFile(historyPath, "no database ".repeat(100));
  assertThrows(() => collectorOf({ historyPath }), MetricsHistoryError);
  await Deno.remove(historyPath);
});

Deno.test("a snapshot has at most maxActorGroups groups of actors", async () => {
  await using system = new ActorSystem();
  for (const name of ["a", "b", "c"]) {
    system.spawn(() => ({ receive() {} }), { name });
  }
  await using collector = new MetricsCollector({ system, maxActorGroups: 2 });
  const { actors } = collector.collect();
  assertEquals(actors?.groups.map(({ name, actors }) => [name, actors]), [
    ["a", 1],
    ["//others", 2],
  ]);
});

for (
  const [name, values] of [
    ["intervalMs", [0, -1, NaN, Infinity]],
    ["retentionMs", [-1, NaN]],
    ["maxSnapshots", [0, 1.5, NaN, Infinity]],
    ["maxActorGroups", [0, 1.5, NaN, Infinity]],
    ["maxLabelSets", [0]],
  ] as const
) {
  Deno.test(`an invalid ${name} is refused by name`, () => {
    for (const value of values) {
      assertThrows(
        () => new MetricsCollector({ [name]: value }),
        RangeError,
        `Cannot use ${name}: it is ${value}`,
      );
    }
  });
}
