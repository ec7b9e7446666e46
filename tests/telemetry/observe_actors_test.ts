import { assert, assertEquals, assertThrows } from "@std/assert";
import { metrics } from "@opentelemetry/api";
import {
  type DataPoint,
  MeterProvider,
  MetricReader,
} from "@opentelemetry/sdk-metrics";
import { coreOf } from "../../src/actor/core.ts";
import { type ActorRef, ActorSystem } from "../../src/actor/mod.ts";
import { observeActors } from "../../src/telemetry/mod.ts";
import {
  crash,
  handled,
  settle,
  soon,
  type Step,
  stepper,
  TestSystem,
} from "../actor/fixtures.ts";

/** Gives what is collected to the test. */
class Reader extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** The global meter provider, for one test. */
class Metrics implements AsyncDisposable {
  readonly #reader = new Reader();
  readonly #provider = new MeterProvider({ readers: [this.#reader] });

  constructor() {
    metrics.setGlobalMeterProvider(this.#provider);
  }

  /** What is collected now, by name. */
  async collect() {
    const { resourceMetrics, errors } = await this.#reader.collect();
    assertEquals(errors, []);
    const all = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
    return new Map(all.map((metric) => [metric.descriptor.name, metric]));
  }

  /** The values of one metric by attributes, as they are printed. */
  async values(name: string): Promise<Record<string, number>> {
    const points = (await this.collect()).get(name)?.dataPoints ?? [];
    return Object.fromEntries(
      (points as DataPoint<number>[]).map(({ attributes, value }) => [
        Object.entries(attributes).map(([key, value]) => `${key}=${value}`)
          .join(),
        value,
      ]),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    metrics.disable();
    await this.#provider.shutdown();
  }
}

/** Two actors at the top, one with two children; some messages handled. */
async function family(test: TestSystem): Promise<ActorRef<Step>[]> {
  const children: ActorRef<Step>[] = [];
  const first = test.spawn({
    started: (context) => {
      children.push(context.spawn(stepper(), { name: "x" }));
      children.push(context.spawn(stepper(), { name: "y" }));
    },
  }, { name: "a" });
  const second = test.spawn({}, { name: "b" });
  await settle();
  const all = [first, second, ...children];
  for (const ref of all) await handled(ref);
  return all;
}

Deno.test("Each metric has a name, a unit, a description and a kind", async () => {
  await using otel = new Metrics();
  await using test = new TestSystem({ measureBusyTime: true });
  test.spawn();
  using _metrics = observeActors(test.system);
  const found = [...(await otel.collect()).values()].map((metric) => {
    const { name, unit, description } = metric.descriptor;
    assert(description !== "", name);
    const isMonotonic = "isMonotonic" in metric && metric.isMonotonic;
    return `${name} ${unit} ${isMonotonic ? "grows" : "rises and falls"}`;
  });
  assertEquals(found.sort(), [
    "troupe.actor.busy_time s grows",
    "troupe.actor.restarts {restart} grows",
    "troupe.actors {actor} rises and falls",
    "troupe.dead_letters {message} grows",
    "troupe.late_replies {reply} grows",
    "troupe.mailbox.bytes By rises and falls",
    "troupe.mailbox.messages {message} rises and falls",
    "troupe.messages.processed {message} grows",
  ]);
});

Deno.test("By default there is a sum for each actor at the top, with all below it", async () => {
  await using otel = new Metrics();
  await using test = new TestSystem();
  using _metrics = observeActors(test.system);
  await family(test);
  assertEquals(await otel.values("troupe.actors"), {
    "troupe.actor.name=a": 3,
    "troupe.actor.name=b": 1,
  });
  assertEquals(await otel.values("troupe.messages.processed"), {
    "troupe.actor.name=a": 3,
    "troupe.actor.name=b": 1,
  });
});

Deno.test("With groupBy path there is a sum for each actor", async () => {
  await using otel = new Metrics();
  await using test = new TestSystem();
  using _metrics = observeActors(test.system, { groupBy: "path" });
  await family(test);
  assertEquals(await otel.values("troupe.actors"), {
    "troupe.actor.path=/a": 1,
    "troupe.actor.path=/a/x": 1,
    "troupe.actor.path=/a/y": 1,
    "troupe.actor.path=/b": 1,
  });
});

Deno.test("With groupBy system there is one sum for all actors", async () => {
  await using otel = new Metrics();
  await using test = new TestSystem();
  using _metrics = observeActors(test.system, { groupBy: "system" });
  assertEquals(await otel.values("troupe.actors"), { "": 0 });
  await family(test);
  assertEquals(await otel.values("troupe.actors"), { "": 4 });
});

Deno.test("Actors over maxGroups are one group named //others", async () => {
  await using otel = new Metrics();
  await using test = new TestSystem();
  using metrics = observeActors(test.system, { maxGroups: 2 });
  await family(test);
  test.spawn({}, { name: "c" });
  assertEquals(await otel.values("troupe.actors"), {
    "troupe.actor.name=a": 3,
    "troupe.actor.name=//others": 2,
  });
  metrics[Symbol.dispose]();
  using _paths = observeActors(test.system, { groupBy: "path", maxGroups: 2 });
  assertEquals(
    (await otel.values("troupe.actors"))["troupe.actor.path=//others"],
    4,
  );
});

Deno.test("OpenTelemetry gets at most 100 groups of actors by default", async () => {
  await using otel = new Metrics();
  await using test = new TestSystem();
  using _metrics = observeActors(test.system);
  for (let i = 0; i < 1000; i++) test.spawn();
  const counts = await otel.values("troupe.actors");
  assertEquals(Object.keys(counts).length, 100);
  assertEquals(counts["troupe.actor.name=//others"], 901);
});

Deno.test("Attributes of the options tell systems apart", async () => {
  await using otel = new Metrics();
  await using one = new TestSystem();
  await using two = new TestSystem();
  using _one = observeActors(one.system, {
    groupBy: "system",
    attributes: { system: "one" },
  });
  using _two = observeActors(two.system, {
    groupBy: "system",
    attributes: { system: "two" },
  });
  one.spawn();
  assertEquals(await otel.values("troupe.actors"), {
    "system=one": 1,
    "system=two": 0,
  });
  assertEquals(await otel.values("troupe.dead_letters"), {
    "system=one": 0,
    "system=two": 0,
  });
});

Deno.test("Metrics show messages and bytes that wait", async () => {
  await using otel = new Metrics();
  await using test = new TestSystem();
  using _metrics = observeActors(test.system, { groupBy: "system" });
  const ref = test.spawn({}, {
    mailbox: { maxBytes: 100, sizeOf: () => 7 },
  });
  const gate = Promise.withResolvers<void>();
  for (let i = 0; i < 3; i++) ref.tell(() => gate.promise);
  await settle();
  assertEquals(await otel.values("troupe.mailbox.messages"), { "": 2 });
  assertEquals(await otel.values("troupe.mailbox.bytes"), { "": 14 });
  gate.resolve();
  await settle();
  assertEquals(await otel.values("troupe.mailbox.messages"), { "": 0 });
});

Deno.test("Metrics count restarts", async () => {
  await using otel = new Metrics();
  await using test = new TestSystem();
  using _metrics = observeActors(test.system, { groupBy: "system" });
  const ref = await test.supervised();
  ref.tell(crash());
  await handled(ref);
  assertEquals(await otel.values("troupe.actor.restarts"), { "": 1 });
});

Deno.test("Metrics count dead letters and late replies", async () => {
  await using otel = new Metrics();
  await using test = new TestSystem();
  using _metrics = observeActors(test.system);
  const ref = test.spawn();
  await soon(ref.ask<void>((replyTo) => () => {
    replyTo.tell();
    replyTo.tell();
  }));
  ref.kill();
  for (let i = 0; i < 3; i++) ref.tell(() => {});
  assertEquals(await otel.values("troupe.dead_letters"), { "": 3 });
  assertEquals(await otel.values("troupe.late_replies"), { "": 1 });
});

Deno.test("Counters do not fall when an actor ends that was counted", async () => {
  await using otel = new Metrics();
  await using test = new TestSystem();
  using _group = observeActors(test.system);
  using _system = observeActors(test.system, { groupBy: "system" });
  const [, , x, y] = await family(test);
  const before = await otel.values("troupe.messages.processed");
  x?.kill();
  y?.stop();
  await settle();
  assertEquals(await otel.values("troupe.messages.processed"), before);
  assertEquals(before, {
    "troupe.actor.name=a": 3,
    "troupe.actor.name=b": 1,
    "": 4,
  });
});

Deno.test("The counters of a system go on when an actor at its top ends", async () => {
  await using otel = new Metrics();
  await using test = new TestSystem();
  using _metrics = observeActors(test.system, { groupBy: "system" });
  const [first] = await family(test);
  first?.stop();
  await settle();
  assertEquals(await otel.values("troupe.messages.processed"), { "": 4 });
  assertEquals(await otel.values("troupe.actors"), { "": 1 });
});

Deno.test("Busy time is reported in seconds, if it is measured", async () => {
  for (const measureBusyTime of [true, false]) {
    await using otel = new Metrics();
    await using test = new TestSystem({ measureBusyTime });
    using _metrics = observeActors(test.system, { groupBy: "system" });
    test.spawn().tell(() => {
      for (const start = performance.now(); performance.now() < start + 5;);
    });
    await settle();
    const seconds = (await otel.values("troupe.actor.busy_time"))[""];
    if (!measureBusyTime) assertEquals(seconds, undefined);
    else assert(seconds !== undefined && seconds >= 0.005 && seconds < 1);
  }
});

Deno.test("Metrics end when they are disposed", async () => {
  await using otel = new Metrics();
  await using test = new TestSystem();
  test.spawn();
  const metrics = observeActors(test.system, { groupBy: "system" });
  assertEquals(await otel.values("troupe.actors"), { "": 1 });
  metrics[Symbol.dispose]();
  test.spawn();
  assertEquals(await otel.values("troupe.actors"), { "": 1 });
});

Deno.test("An actor that is gone is no longer counted, and its counters stay", async () => {
  await using otel = new Metrics();
  await using test = new TestSystem();
  using _metrics = observeActors(test.system);
  const ref = test.spawn({}, { name: "a" });
  await handled(ref);
  assertEquals(await otel.values("troupe.actors"), {
    "troupe.actor.name=a": 1,
  });
  ref.kill();
  for (let i = 0; i < 2; i++) {
    assertEquals(await otel.values("troupe.actors"), {
      "troupe.actor.name=a": 0,
    });
    assertEquals(await otel.values("troupe.messages.processed"), {
      "troupe.actor.name=a": 1,
    });
  }
});

Deno.test("Metrics may be collected after the system has shut down", async () => {
  await using otel = new Metrics();
  const system = new ActorSystem();
  using _metrics = observeActors(system, { groupBy: "system" });
  const ref = system.spawn(stepper());
  await handled(ref);
  await system.shutdown();
  assertEquals(await otel.values("troupe.actors"), { "": 0 });
  assertEquals(await otel.values("troupe.messages.processed"), { "": 1 });
});

Deno.test("Without a meter provider, metrics are harmless", async () => {
  await using test = new TestSystem();
  using _metrics = observeActors(test.system);
  await handled(test.spawn());
});

Deno.test("Metrics put nothing on the path of a message", async () => {
  await using otel = new Metrics();
  await using system = new ActorSystem();
  using _metrics = observeActors(system);
  await otel.collect();
  const { tracing, events, measuresBusyTime } = coreOf(system);
  assertEquals(tracing, undefined);
  assertEquals([events.active, measuresBusyTime], [false, false]);
});

Deno.test("An invalid groupBy is refused", async () => {
  await using test = new TestSystem();
  assertThrows(
    // As a program without types does.
    () =>
      Reflect.apply(observeActors, undefined, [test.system, {
        groupBy: "name",
      }]),
    TypeError,
    'groupBy: it is "name"',
  );
});

Deno.test("An invalid maxGroups is refused", async () => {
  await using test = new TestSystem();
  for (const maxGroups of [0, NaN]) {
    assertThrows(
      () => observeActors(test.system, { maxGroups }),
      RangeError,
      "maxGroups",
    );
  }
});
