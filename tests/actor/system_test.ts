import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { ActorSystem, type ReplyTo, TroupeError } from "../../src/actor/mod.ts";
import { cpuTimeMs } from "../support/cpu_time.ts";
import {
  crash,
  handled,
  settle,
  soon,
  stepper,
  TestSystem,
} from "./fixtures.ts";

const never = (): Promise<void> => new Promise(() => {});

Deno.test("A shutdown stops the actors last to first, each with its children", async () => {
  await using test = new TestSystem();
  const log: string[] = [];
  for (const name of ["a", "b"]) {
    test.spawn({
      started(context) {
        context.spawn(
          stepper({ stopped: () => void log.push(`below ${name}`) }),
        );
      },
      stopped: () => void log.push(name),
    }, { name });
  }
  await settle();
  const report = await soon(test.system.shutdown());
  assertEquals(log, ["below b", "b", "below a", "a"]);
  assertEquals(report, { killed: [] });
});

Deno.test("A shutdown stops an actor when the actor after it is gone", async () => {
  await using test = new TestSystem();
  const gate = Promise.withResolvers<void>();
  const log: string[] = [];
  test.spawn({ stopped: () => void log.push("first") });
  test.spawn({
    stopped() {
      log.push("second");
      return gate.promise;
    },
  });
  await settle();
  const report = test.system.shutdown();
  await settle();
  assertEquals(log, ["second"]);
  gate.resolve();
  await soon(report);
  assertEquals(log, ["second", "first"]);
});

Deno.test("A shutdown reports an actor that was killed at its own deadline", async () => {
  await using test = new TestSystem();
  test.spawn({}, { name: "a" });
  test.spawn({ stopped: never }, { name: "b", shutdownMs: 70 });
  await settle();
  const report = test.system.shutdown();
  await test.advance(70);
  assertEquals(await soon(report), { killed: ["/b"] });
});

Deno.test("A shutdown reports actors that were killed along with their parent", async () => {
  await using test = new TestSystem();
  test.spawn({
    started(context) {
      context.spawn(stepper({ stopped: never }), { name: "b" });
    },
  }, { name: "a" });
  await settle();
  const report = test.system.shutdown();
  await test.advance(5000);
  assertEquals(await soon(report), { killed: ["/a", "/a/b"] });
});

Deno.test("A shutdown kills the actors left at its deadline, and reports them", async () => {
  await using test = new TestSystem({ shutdownMs: 100 });
  test.spawn({
    started(context) {
      context.spawn(stepper(), { name: "b", shutdownMs: Infinity });
      context.spawn(stepper({ stopped: never }), {
        name: "c",
        shutdownMs: Infinity,
      });
    },
  }, { name: "a", shutdownMs: Infinity });
  test.spawn({}, { name: "d" });
  await settle();
  const report = test.system.shutdown();
  await test.advance(99);
  assertEquals(test.gone, ["/d", "/a/b"]);
  await test.advance(1);
  assertEquals(await soon(report), { killed: ["/a", "/a/c"] });
});

Deno.test("A shutdown does not report actors that were killed before it", async () => {
  await using test = new TestSystem();
  const ref = test.spawn({ stopped: never }, { shutdownMs: 70 });
  await settle();
  ref.stop();
  await test.advance(70);
  assertEquals(await soon(ref.stopped), { type: "killed" });
  assertEquals(await soon(test.system.shutdown()), { killed: [] });
});

Deno.test("A shutdown has ten seconds by default", async () => {
  await using test = new TestSystem();
  const ref = test.spawn({ stopped: never }, { shutdownMs: Infinity });
  await settle();
  const report = test.system.shutdown();
  await test.advance(9999);
  assertEquals(test.gone, []);
  await test.advance(1);
  assertEquals(await soon(report), { killed: [ref.path] });
});

Deno.test("A shutdown leaves no timer", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  ref.tell((context) => void context.after(1000, () => {}));
  const asking = ref.ask<void>((replyTo) => () => void replyTo.tell());
  await soon(asking);
  assertEquals(test.clock.pending, 2);
  await soon(test.system.shutdown());
  assertEquals(test.clock.pending, 0);
});

Deno.test("A shutdown with the real clock leaves nothing for the sanitizers", async () => {
  const system = new ActorSystem();
  const echo = system.spawn<ReplyTo<void>>((context) => {
    context.after(60_000, { tell: () => true });
    return { receive: (replyTo) => void replyTo.tell() };
  });
  await echo.ask<void>((replyTo) => replyTo);
  await system.shutdown();
});

Deno.test("A shutdown of a system without actors ends", async () => {
  const system = new ActorSystem();
  assertEquals(await system.shutdown(), { killed: [] });
});

Deno.test("A second shutdown returns the same report", async () => {
  await using test = new TestSystem();
  assertStrictEquals(test.system.shutdown(), test.system.shutdown());
});

Deno.test("A shutdown ends actors that crash, drain, start or back off", async () => {
  await using test = new TestSystem();
  const gate = Promise.withResolvers<void>();
  const root = test.supervise({ backoff: {} });
  (await test.supervised({}, {}, root)).tell(crash());
  test.spawn({ started: () => gate.promise }).tell(() => {});
  const draining = test.spawn();
  draining.tell(() => gate.promise);
  draining.tell(() => {});
  test.spawn().tell(crash());
  await settle();
  draining.drain();
  const report = test.system.shutdown();
  gate.resolve();
  assertEquals(await soon(report), { killed: [] });
  assertEquals(test.gone.length, 5);
});

Deno.test("A shutdown from inside a handler ends the system", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  ref.tell(() => void test.system.shutdown());
  assertEquals(await soon(ref.stopped), { type: "shutdown" });
});

Deno.test("A shutdown of very many actors is not slower than their number", async () => {
  await using system = new ActorSystem();
  const behavior = stepper();
  for (let i = 0; i < 50_000; i++) system.spawn(behavior);
  const start = cpuTimeMs();
  await system.shutdown();
  const tookMs = cpuTimeMs() - start;
  // Each stop must not visit all actors left, which took two seconds.
  assertEquals(tookMs < 1000, true, `${tookMs} ms`);
});

Deno.test("Nothing can be spawned once a shutdown has started", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  await handled(ref);
  const report = test.system.shutdown();
  assertThrows(() => test.spawn(), TroupeError, "shutting down");
  await soon(report);
});

Deno.test("A shutdown deadline that is negative or not a number is refused", () => {
  for (const shutdownMs of [-1, NaN]) {
    assertThrows(() => new ActorSystem({ shutdownMs }), RangeError);
  }
  new ActorSystem({ shutdownMs: 0 });
});

Deno.test("A system exposes its clock", async () => {
  await using test = new TestSystem();
  assertStrictEquals(test.system.clock, test.clock);
});
