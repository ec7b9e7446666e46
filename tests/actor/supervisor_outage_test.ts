import {
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  restartChild,
  RestartLimitError,
  startChild,
  supervisor,
  terminateChild,
  UnavailableError,
} from "../../src/actor/mod.ts";
import { crash, handled, settle, soon, TestSystem } from "./fixtures.ts";
import {
  Cast,
  delays,
  find,
  fixedChance,
  phasesOf,
} from "./supervisor_fixtures.ts";

const outage = new UnavailableError("nobody is there");

Deno.test("An outage has a back-off even when failures have none", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const ref = await test.supervised();
  ref.tell(crash(outage));
  await test.advance(49);
  assertEquals(test.of("restarted"), []);
  await test.advance(1);
  await handled(ref);
});

Deno.test("The back-off of an outage has its own options", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const root = test.supervise({
    maxRestarts: 0,
    unavailable: { backoff: { initialMs: 1000, maxMs: 3000 } },
  });
  const ref = await test.supervised({}, {}, root);
  assertEquals(await delays(test, ref, 4, outage), [500, 1000, 1500, 1500]);
});

Deno.test("An outage never counts against maxRestarts", async () => {
  using _chance = fixedChance(0);
  await using test = new TestSystem();
  const root = test.supervise({ maxRestarts: 0 });
  const ref = await test.supervised({}, {}, root);
  for (let i = 0; i < 100; i++) ref.tell(crash(outage));
  await handled(ref);
  assertEquals(test.of("restarted").length, 100);
  assertEquals(test.of("gave_up"), []);
});

Deno.test("A failure counts although outages came before it", async () => {
  using _chance = fixedChance(0);
  await using test = new TestSystem();
  const root = test.supervise({ maxRestarts: 1 });
  const ref = await test.supervised({}, {}, root);
  for (const error of [outage, "bug", outage]) ref.tell(crash(error));
  await handled(ref);
  assertEquals(test.of("gave_up"), []);
  ref.tell(crash("bug"));
  await soon(root.stopped);
});

Deno.test("Alternating outages and failures have a back-off each", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const root = test.supervise({
    maxRestarts: 9,
    backoff: { initialMs: 100 },
    unavailable: { backoff: { initialMs: 1000 } },
  });
  const ref = await test.supervised({}, {}, root);
  const waits: number[] = [];
  for (const error of [outage, "bug", outage, "bug", "bug", outage]) {
    waits.push(...await delays(test, ref, 1, error));
  }
  assertEquals(waits, [500, 50, 1000, 100, 200, 2000]);
});

Deno.test("A failure after an outage is not delayed when failures have no back-off", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const ref = await test.supervised();
  assertEquals(await delays(test, ref, 1, outage), [50]);
  assertEquals(await delays(test, ref, 1, "bug"), [0]);
});

Deno.test("A failure that only has an outage as its cause counts", async () => {
  await using test = new TestSystem();
  const root = test.supervise({ maxRestarts: 0 });
  const ref = await test.supervised({}, {}, root);
  ref.tell(crash(new Error("bug", { cause: outage })));
  await soon(root.stopped);
});

Deno.test("A start that fails with an outage is tried again for as long as it takes", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const cast = new Cast();
  cast.spoil("start a", ...Array.from({ length: 50 }, () => outage));
  const root = test.supervise({
    maxRestarts: 0,
    children: cast.children("a", "b"),
  });
  for (let i = 0; i < 50; i++) await test.advance(5000);
  assertEquals(cast.news().slice(-2), ["start a", "start b"]);
  assertEquals(await phasesOf(root), ["a up", "b up"]);
});

Deno.test("A supervisor gives up when an outage lasts too long", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const cast = new Cast();
  cast.spoil("start a", ...Array.from({ length: 50 }, () => outage));
  const root = test.supervise({
    children: cast.children("a"),
    unavailable: {
      backoff: { initialMs: 100, maxMs: 100 },
      giveUpAfterMs: 500,
    },
  });
  for (let i = 0; i < 10; i++) await test.advance(50);
  assertEquals(cast.news().length, 11);
  assertEquals(test.of("gave_up"), []);
  await test.advance(50);
  const reason = await soon(root.stopped);
  const error = reason.type === "failed" ? reason.cause : undefined;
  assertInstanceOf(error, RestartLimitError);
  assertEquals(
    error.message,
    "/root gave up: /root/a was unavailable too long, see cause",
  );
  assertStrictEquals(error.cause, outage);
  assertStrictEquals(test.of("gave_up")[0]?.cause, outage);
});

Deno.test("An outage after a healthy time is another one", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const root = test.supervise({
    unavailable: {
      backoff: { initialMs: 100, resetAfterMs: 1000 },
      giveUpAfterMs: 500,
    },
  });
  const ref = await test.supervised({}, {}, root);
  for (let i = 0; i < 3; i++) {
    assertEquals(await delays(test, ref, 2, outage), [50, 100]);
    await test.advance(1000);
  }
  assertEquals(test.of("gave_up"), []);
});

Deno.test("An outage ends when the child is up: two short ones are not a long one", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const root = test.supervise({ unavailable: { giveUpAfterMs: 500 } });
  const ref = await test.supervised({}, {}, root);
  for (let i = 0; i < 5; i++) {
    ref.tell(crash(outage));
    await test.advance(2000);
    await handled(ref);
  }
  assertEquals(test.of("gave_up"), []);
});

Deno.test("An outage ends when the child is up, although that life ends with a failure", async () => {
  using _chance = fixedChance(0);
  await using test = new TestSystem();
  const cast = new Cast();
  const a = cast.child("a");
  const root = test.supervise({
    children: [a],
    unavailable: { giveUpAfterMs: 500 },
  });
  const ref = await find(root, a);
  ref.tell(crash(outage));
  await test.advance(600);
  cast.spoil("start a", outage, outage);
  ref.tell(crash("bug"));
  await handled(ref);
  assertEquals(test.of("gave_up"), []);
});

Deno.test("The back-off grows although the child is up between two outages", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const root = test.supervise({ unavailable: { giveUpAfterMs: 500 } });
  const ref = await test.supervised({}, {}, root);
  const waits: number[] = [];
  for (let i = 0; i < 3; i++) {
    waits.push(...await delays(test, ref, 1, outage));
    await test.advance(1000);
  }
  assertEquals(waits, [50, 100, 200]);
});

Deno.test("A start that waits for a peer before it fails is part of the outage", async () => {
  using _chance = fixedChance(0);
  await using test = new TestSystem();
  const gates = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
  const { root } = await test.onlyChild(
    { started: (_, life) => gates[life]?.promise },
    { unavailable: { giveUpAfterMs: 500 } },
  );
  for (const gate of gates) {
    await test.advance(400);
    gate.reject(outage);
  }
  await soon(root.stopped);
});

Deno.test("An outage that started before a child was terminated is forgotten", async () => {
  using _chance = fixedChance(0);
  await using test = new TestSystem();
  const root = test.supervise({ unavailable: { giveUpAfterMs: 500 } });
  const a = new Cast().child("a");
  (await soon(startChild(root, a))).tell(crash(outage));
  await settle();
  await soon(terminateChild(root, "a"));
  await test.advance(1000);
  await soon(restartChild(root, "a"));
  const ref = await find(root, a);
  ref.tell(crash(outage));
  await handled(ref);
  assertEquals(test.of("gave_up"), []);
});

Deno.test("Each child has its own outages", async () => {
  using _chance = fixedChance(0);
  await using test = new TestSystem();
  const root = test.supervise({ unavailable: { giveUpAfterMs: 500 } });
  const first = await test.supervised({}, {}, root);
  const second = await test.supervised({}, {}, root);
  first.tell(crash(outage));
  await test.advance(1000);
  second.tell(crash(outage));
  await handled(second);
  assertEquals(test.of("gave_up"), []);
});

Deno.test("An outage affects the siblings as any failure does", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const cast = new Cast();
  const [a, b] = [cast.child("a"), cast.child("b")];
  const root = test.supervise({ strategy: "one_for_all", children: [a, b] });
  const ref = await find(root, b);
  await settle();
  cast.news();
  ref.tell(crash(outage));
  await test.advance(49);
  assertEquals(cast.news(), ["stop b", "stop a"]);
  await test.advance(1);
  assertEquals(cast.news(), ["start a", "start b"]);
});

Deno.test("A temporary child is not restarted after an outage", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised({}, { restart: "temporary" });
  ref.tell(crash(outage));
  assertEquals(await soon(ref.stopped), { type: "failed", cause: outage });
});

Deno.test("Options for outages are checked when the supervisor is created", () => {
  for (const giveUpAfterMs of [-1, NaN]) {
    assertThrows(
      () => supervisor({ unavailable: { giveUpAfterMs } }),
      RangeError,
    );
  }
  assertThrows(
    () => supervisor({ unavailable: { backoff: { maxMs: -1 } } }),
    RangeError,
  );
});
