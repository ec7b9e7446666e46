// Whatever a collector calls may fail, and nothing of it ends the process.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type ActorSnapshot, ActorSystem } from "../../src/actor/mod.ts";
import { MetricsCollector } from "../../src/metrics/collector.ts";
import type { MetricsCollectorOptions } from "../../src/metrics/collector_options.ts";
import { Happenings } from "../support/happenings.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { bounded } from "../support/net.ts";

const broken = new Error("broken");

function fail(): never {
  throw broken;
}

/** A collector whose time a test moves, and the errors it reports. */
function collectorOf(options: MetricsCollectorOptions) {
  const clock = new ManualClock();
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const collector = new MetricsCollector({ clock, onError, ...options });
  return { clock, collector, errors };
}

/** What is printed as errors meanwhile. */
function printed(run: () => void): unknown[] {
  const { error } = console;
  const lines: unknown[] = [];
  console.error = (...words: unknown[]) => void lines.push(...words);
  try {
    run();
  } finally {
    console.error = error;
  }
  return lines;
}

Deno.test("a timeOfDay that throws is reported once until it works again, and the collector goes on", async () => {
  let isBroken = true;
  const { clock, collector: made, errors } = collectorOf({
    timeOfDay: () => isBroken ? fail() : 5,
  });
  await using collector = made;
  collector.start();
  clock.advance(3000);
  assertEquals(errors, [broken]);
  assertEquals(collector.latest?.sequence, 4);
  assert(Math.abs(Number(collector.latest?.atMs) - Date.now()) < 60_000);
  isBroken = false;
  clock.advance(1000);
  assertEquals(collector.latest?.atMs, 5);
  isBroken = true;
  clock.advance(2000);
  assertEquals(errors, [broken, broken]);
});

Deno.test("a timeOfDay whose result is not a number is reported", async () => {
  for (const result of [NaN, "now", undefined]) {
    const { collector: made, errors } = collectorOf({
      // As a program without types does.
      timeOfDay: () => JSON.parse(JSON.stringify(result) ?? "null"),
    });
    await using collector = made;
    assert(collector.collect().atMs > 1e12);
    assertEquals(errors.length, 1);
    assertStringIncludes(`${errors[0]}`, "the result of timeOfDay");
  }
});

Deno.test("a system whose tree cannot be read has no actors in a snapshot, and is reported once", async () => {
  class BrokenSystem extends ActorSystem {
    override tree(): ActorSnapshot {
      return fail();
    }
  }
  await using system = new BrokenSystem();
  const { clock, collector: made, errors } = collectorOf({ system });
  await using collector = made;
  collector.start();
  clock.advance(3000);
  assertEquals(errors, [broken]);
  assertEquals(collector.latest?.sequence, 4);
  assertEquals(collector.latest?.actors, null);
  assert(collector.latest?.process.rssBytes !== null);
});

Deno.test("an onError that throws ends nothing: both errors are printed", async () => {
  const failure = new Error("onError");
  const onError = (): void => {
    throw failure;
  };
  const clock = new ManualClock();
  await using collector = new MetricsCollector({ clock, onError });
  collector.subscribe((event) => {
    if (event.type === "snapshot" && event.snapshot.sequence === 2) fail();
  });
  const lines = printed(() => {
    collector.start();
    clock.advance(3000);
  });
  assertEquals(lines.filter((line) => line instanceof Error), [
    broken,
    failure,
  ]);
  assertEquals(collector.latest?.sequence, 4);
});

Deno.test(
  "a listener that rejects is reported, as one that throws",
  bounded,
  async () => {
    const errors = new Happenings<unknown>();
    await using collector = new MetricsCollector({
      onError: (error) => errors.push(error),
    });
    collector.subscribe(() => Promise.reject(broken));
    // A promise of another library.
    const then = (_: unknown, rejected: (error: unknown) => void): void =>
      rejected(broken);
    collector.subscribe(() => ({ then }));
    collector.collect();
    assertEquals([await errors.next(), await errors.next()], [broken, broken]);
  },
);

Deno.test(
  "a metric of an alert that is async is reported, and counts as missing",
  bounded,
  async () => {
    const errors = new Happenings<unknown>();
    const metric = () => Promise.reject(broken);
    const made: MetricsCollector = Reflect.construct(MetricsCollector, [{
      onError: (error: unknown) => errors.push(error),
      // As a program without types does.
      alerts: [{ name: "slow", metric, above: 1 }],
    }]);
    await using collector = made;
    collector.collect();
    assertStringIncludes(
      `${await errors.next()}`,
      'the metric of the alert "slow": its result is an object, it must be a number or null',
    );
    assertEquals(await errors.next(), broken);
    assertEquals(collector.firing, []);
  },
);

Deno.test(
  "an onError that rejects ends nothing: both errors are printed",
  bounded,
  async () => {
    const failure = new Error("onError");
    const both = Promise.withResolvers<unknown[]>();
    const { error } = console;
    const lines: unknown[] = [];
    console.error = (...words: unknown[]) => {
      lines.push(...words.filter((word) => word instanceof Error));
      if (lines.length === 2) both.resolve(lines);
    };
    try {
      await using collector = new MetricsCollector({
        onError: () => Promise.reject(failure),
      });
      collector.subscribe(fail);
      collector.collect();
      assertEquals(await both.promise, [broken, failure]);
    } finally {
      console.error = error;
    }
  },
);
