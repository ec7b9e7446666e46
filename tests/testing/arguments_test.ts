// What the types forbid, as a program without types does it.
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ActorSystem } from "../../src/actor/mod.ts";
import {
  ManualClock,
  MemoryNetwork,
  Probe,
  seededRandom,
  seededScheduler,
} from "../../src/testing/mod.ts";

Deno.test("the test kit refuses arguments that are wrong, at the call", async () => {
  await using system = new ActorSystem();
  const clock = new ManualClock();
  const network = new MemoryNetwork();
  for (
    const [act, ErrorClass, text] of [
      [
        () => Reflect.construct(Probe, []),
        TypeError,
        "system: it is missing, it must be an ActorSystem",
      ],
      [
        () => Reflect.construct(Probe, [{}]),
        TypeError,
        "system: it is an object, it must be an ActorSystem",
      ],
      [
        () => Reflect.construct(Probe, [system, { clok: clock }]),
        TypeError,
        'option "clok" of Probe: it is not known, did you mean "clock"?',
      ],
      [
        () => Reflect.construct(Probe, [system, { clock: 5 }]),
        TypeError,
        "clock: it is a number, it must be a clock",
      ],
      [
        () => Reflect.construct(ManualClock, [1000]),
        TypeError,
        "an argument of ManualClock: it is 1000, it must be left out",
      ],
      [
        () => Reflect.construct(MemoryNetwork, [{ refuses: true }]),
        TypeError,
        "an argument of MemoryNetwork: it is an object, it must be left out",
      ],
      [
        () => Reflect.apply(clock.schedule, clock, [5]),
        TypeError,
        "callback: it is missing, it must be a function",
      ],
      [
        () => Reflect.apply(clock.advance, clock, ["5"]),
        TypeError,
        'ms: it is "5", it must be a number',
      ],
      [
        () => Reflect.apply(seededRandom, undefined, []),
        TypeError,
        "seed: it is missing, it must be a number",
      ],
      [
        () => seededRandom(0.5),
        RangeError,
        "seed: it is 0.5, it must be a whole number",
      ],
      [
        () => Reflect.apply(seededScheduler, undefined, ["42"]),
        TypeError,
        'seed: it is "42", it must be a number',
      ],
      [
        () => Reflect.apply(network.halfClose, network, ["dialer"]),
        TypeError,
        'from: it is "dialer", did you mean "dialler"?',
      ],
      [
        () => Reflect.set(network, "refuses", "x"),
        TypeError,
        'refuses: it is "x", it must be true or false',
      ],
      [
        () => Reflect.set(network, "stalled", "yes"),
        TypeError,
        'stalled: it is "yes", it must be true or false',
      ],
    ] as const
  ) assertThrows(act, ErrorClass, `Cannot use ${text}`);
});

Deno.test("the expectations of a probe refuse options that are wrong", async () => {
  await using system = new ActorSystem();
  const probe = new Probe<string>(system);
  for (
    const [act, ErrorClass, text] of [
      [
        () => Reflect.apply(probe.expectMessage, probe, [{ timeout: 5 }]),
        TypeError,
        'option "timeout" of the expectation: it is not known, did you mean "timeoutMs"?',
      ],
      [
        () => probe.expectMessage({ timeoutMs: -1 }),
        RangeError,
        "timeoutMs: it is -1",
      ],
      [
        () => Reflect.apply(probe.expectMessage, probe, [5]),
        TypeError,
        "options of the expectation: it is a number",
      ],
      [
        () => Reflect.apply(probe.expectStopped, probe, [undefined]),
        TypeError,
        "ref: it is missing, it must be a reference to an actor",
      ],
      [
        () => Reflect.apply(probe.expectStopped, probe, [probe.ref, { a: 1 }]),
        TypeError,
        'option "a" of the expectation: it is not known',
      ],
    ] as const
  ) {
    await assertRejects(
      () => Promise.resolve(act()),
      ErrorClass,
      `Cannot use ${text}`,
    );
  }
});

Deno.test("a MemoryNetwork takes no property that it does not have", () => {
  const network = new MemoryNetwork();
  assertThrows(
    () => Object.assign(network, { stall: true }),
    TypeError,
    "stall",
  );
  class Counted extends MemoryNetwork {
    count = 0;
  }
  assertEquals(new Counted().count, 0);
});

Deno.test("advanceAsync() refuses what is no actor system", async () => {
  const clock = new ManualClock();
  await assertRejects(
    () => Reflect.apply(clock.advanceAsync, clock, [5, {}]),
    TypeError,
    "Cannot use one of systems: it is an object without idle(), it must be an ActorSystem",
  );
  assertEquals(clock.now(), 0);
});
