import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  type ActorRef,
  ActorSystem,
  RegistryKey,
  type RegistryListener,
} from "../../src/actor/mod.ts";
import {
  crash,
  handled,
  settle,
  soon,
  type Step,
  stepper,
  TestSystem,
} from "./fixtures.ts";

/** A key of a test, for steppers. */
const steppers = new RegistryKey<Step>("stepper");

/** Collects what a subscription is called with, as names. */
function names<M>(heard: string[][]): RegistryListener<M> {
  return (refs) => heard.push(refs.map(({ name }) => name));
}

/** What was written to stderr while `act` ran. */
function errorsOf(act: () => void): unknown[][] {
  const lines: unknown[][] = [];
  const { error } = console;
  console.error = (...line: unknown[]) => lines.push(line);
  try {
    act();
  } finally {
    console.error = error;
  }
  return lines;
}

// Types.

Deno.test("A key accepts an actor of its type, or of a wider one", async () => {
  await using system = new ActorSystem();
  const texts = new RegistryKey<string>("texts");
  const text = system.spawn<string>(() => ({ receive() {} }));
  const wide = system.spawn<string | number>(() => ({ receive() {} }));
  system.registry.register(texts, text);
  system.registry.register(texts, wide);
  const found: ActorRef<string> | undefined = system.registry.find(texts);
  assertStrictEquals(found, text);
});

Deno.test("A key accepts no actor of another type", async () => {
  await using system = new ActorSystem();
  const texts = new RegistryKey<string>("texts");
  const number = system.spawn<number>(() => ({ receive() {} }));
  // @ts-expect-error: it takes numbers alone.
  system.registry.register(texts, number);
});

Deno.test("A key accepts no actor that accepts only some of its messages", async () => {
  await using system = new ActorSystem();
  const both = new RegistryKey<string | number>("both");
  const text = system.spawn<string>(() => ({ receive() {} }));
  // @ts-expect-error: it takes no numbers.
  system.registry.register(both, text);
});

Deno.test("A key is neither widened nor narrowed", () => {
  const both = new RegistryKey<string | number>("both");
  const text = new RegistryKey<string>("text");
  // @ts-expect-error: what is found under `both` must accept both.
  const narrowed: RegistryKey<string> = both;
  // @ts-expect-error: those under `text` do not take numbers.
  const widened: RegistryKey<string | number> = text;
  assertEquals([narrowed.name, widened.name], ["both", "text"]);
});

Deno.test("An actor found under a key accepts the messages of the key alone", async () => {
  await using test = new TestSystem();
  const texts = new RegistryKey<string>("texts");
  // @ts-expect-error: it takes texts.
  test.system.registry.find(texts)?.tell(1);
  // @ts-expect-error: they take texts.
  for (const ref of test.system.registry.list(texts)) ref.tell(1);
});

Deno.test("Only an actor can be registered", async () => {
  await using test = new TestSystem();
  const fake = { ...test.spawn() } as ActorRef<Step>;
  assertThrows(
    () => test.system.registry.register(steppers, fake),
    TypeError,
    "it must be a reference to an actor",
  );
});

// Finding.

Deno.test("A registry finds nothing under an unused key", async () => {
  await using test = new TestSystem();
  assertStrictEquals(test.system.registry.find(steppers), undefined);
  assertEquals(test.system.registry.list(steppers), []);
});

Deno.test("A registry lists several under a key, and finds the oldest", async () => {
  await using test = new TestSystem();
  const { registry } = test.system;
  const refs = [test.spawn(), test.spawn(), test.spawn()];
  for (const ref of refs) registry.register(steppers, ref);
  assertEquals(registry.list(steppers), refs);
  assertStrictEquals(registry.find(steppers), refs[0]);
});

Deno.test("Keys of the same name are different keys", async () => {
  await using test = new TestSystem();
  const { registry } = test.system;
  registry.register(steppers, test.spawn());
  const other = new RegistryKey<Step>(steppers.name);
  assertEquals(registry.list(other), []);
});

Deno.test("A key has its own actors in each system", async () => {
  await using one = new TestSystem();
  await using two = new TestSystem();
  one.system.registry.register(steppers, one.spawn());
  assertEquals(two.system.registry.list(steppers), []);
});

Deno.test("An actor may be under several keys", async () => {
  await using test = new TestSystem();
  const { registry } = test.system;
  const other = new RegistryKey<Step>("other");
  const ref = test.spawn();
  const first = registry.register(steppers, ref);
  registry.register(other, ref);
  first[Symbol.dispose]();
  assertEquals(registry.list(steppers), []);
  assertStrictEquals(registry.find(other), ref);
});

Deno.test("An actor that is registered twice is there once", async () => {
  await using test = new TestSystem();
  const { registry } = test.system;
  const ref = test.spawn();
  registry.register(steppers, ref);
  registry.register(steppers, ref);
  assertEquals(registry.list(steppers), [ref]);
});

Deno.test("A registration that did nothing removes nothing", async () => {
  await using test = new TestSystem();
  const { registry } = test.system;
  const ref = test.spawn();
  registry.register(steppers, ref);
  registry.register(steppers, ref)[Symbol.dispose]();
  assertEquals(registry.list(steppers), [ref]);
});

Deno.test("A registration that has ended does not end the next one", async () => {
  await using test = new TestSystem();
  const { registry } = test.system;
  const ref = test.spawn();
  const first = registry.register(steppers, ref);
  first[Symbol.dispose]();
  registry.register(steppers, ref);
  first[Symbol.dispose]();
  assertEquals(registry.list(steppers), [ref]);
});

// Ends.

Deno.test("An actor is removed when it is gone, however it ends", async () => {
  const ends: ((ref: ActorRef<Step>) => void)[] = [
    (ref) => void ref.tell((context) => context.stop()),
    (ref) => ref.stop(),
    (ref) => ref.drain(),
    (ref) => ref.kill(),
    (ref) => void ref.tell(crash()),
  ];
  await using test = new TestSystem();
  const { registry } = test.system;
  for (const end of ends) {
    const ref = test.spawn();
    registry.register(steppers, ref);
    end(ref);
    await soon(ref.stopped);
    assertEquals(registry.list(steppers), []);
  }
});

Deno.test("An actor that has stopped cannot come in", async () => {
  await using test = new TestSystem();
  const { registry } = test.system;
  const ref = test.spawn();
  ref.kill();
  registry.register(steppers, ref);
  assertEquals(registry.list(steppers), []);
});

Deno.test("An actor that restarts stays registered", async () => {
  await using test = new TestSystem();
  const { registry } = test.system;
  const ref = await test.supervised({
    started: ({ self }) => void registry.register(steppers, self),
  });
  ref.tell(crash());
  await handled(ref);
  assertEquals(test.of("restarted").length, 1);
  assertEquals(registry.list(steppers), [ref]);
});

Deno.test("A watcher that is notified of an actor no longer finds it", async () => {
  await using test = new TestSystem();
  const { registry } = test.system;
  const [watcher, ref] = [test.spawn(), test.spawn()];
  const found: number[] = [];
  const look = (): void => void found.push(registry.list(steppers).length);
  watcher.tell((context) => context.watch(ref, () => look));
  await settle();
  registry.register(steppers, ref);
  ref.tell(crash());
  await settle();
  assertEquals(found, [0]);
});

Deno.test("An actor that comes and goes under a key leaves nothing behind", async () => {
  await using test = new TestSystem();
  const { registry } = test.system;
  const ref = test.spawn();
  const heard: string[][] = [];
  for (let i = 0; i < 3; i++) {
    registry.register(steppers, ref)[Symbol.dispose]();
  }
  using _heard = registry.subscribe(steppers, names(heard));
  ref.kill();
  await settle();
  assertEquals(heard, [[]], "its end is no change");
});

// Subscriptions.

Deno.test("A subscription gets the current actors, and each change", async () => {
  await using test = new TestSystem();
  const { registry } = test.system;
  const [a, b] = [test.spawn({}, { name: "a" }), test.spawn({}, { name: "b" })];
  registry.register(steppers, a);
  const heard: string[][] = [];
  using _subscription = registry.subscribe(steppers, names(heard));
  const registration = registry.register(steppers, b);
  a.kill();
  await settle();
  registration[Symbol.dispose]();
  assertEquals(heard, [["a"], ["a", "b"], ["b"], []]);
});

Deno.test("A subscription is not called where nothing changed", async () => {
  await using test = new TestSystem();
  const { registry } = test.system;
  const ref = test.spawn({}, { name: "a" });
  const registration = registry.register(steppers, ref);
  const heard: string[][] = [];
  using _subscription = registry.subscribe(steppers, names(heard));
  registry.register(steppers, ref);
  registration[Symbol.dispose]();
  registration[Symbol.dispose]();
  assertEquals(heard, [["a"], []]);
});

Deno.test("A subscription is not called after it is disposed", async () => {
  await using test = new TestSystem();
  const { registry } = test.system;
  const heard: string[][] = [];
  registry.subscribe(steppers, names(heard))[Symbol.dispose]();
  registry.register(steppers, test.spawn());
  assertEquals(heard, [[]]);
});

Deno.test("A function that subscribes twice is called twice, and each subscription ends on its own", async () => {
  await using test = new TestSystem();
  const { registry } = test.system;
  const heard: string[][] = [];
  const listener = names<Step>(heard);
  using _kept = registry.subscribe(steppers, listener);
  registry.subscribe(steppers, listener)[Symbol.dispose]();
  heard.length = 0;
  registry.register(steppers, test.spawn({}, { name: "a" }));
  assertEquals(heard, [["a"]]);
});

Deno.test("A list that was returned does not change afterwards", async () => {
  await using test = new TestSystem();
  const { registry } = test.system;
  registry.register(steppers, test.spawn());
  const before = registry.list(steppers);
  registry.register(steppers, test.spawn());
  assertEquals(before.length, 1);
});

Deno.test("A listener that throws is reported, stays subscribed, and harms no other", async () => {
  await using test = new TestSystem();
  const { registry } = test.system;
  const cause = new Error("listener");
  const heard: string[][] = [];
  const ref = test.spawn({}, { name: "a" });
  const lines = errorsOf(() => {
    registry.subscribe(steppers, () => {
      throw cause;
    });
    registry.subscribe(steppers, names(heard));
    registry.register(steppers, ref);
    ref.kill();
  });
  assertEquals(heard, [[], ["a"], []]);
  assertEquals(lines.map(([, error]) => error), [cause, cause, cause]);
  assertEquals(ref.alive, false);
});

Deno.test("A listener that changes the registry leaves no other listener with an old list", async () => {
  await using test = new TestSystem();
  const { registry } = test.system;
  const [a, b] = [test.spawn({}, { name: "a" }), test.spawn({}, { name: "b" })];
  const heard: string[][] = [];
  using _first = registry.subscribe(steppers, (refs) => {
    if (refs.length === 1) registry.register(steppers, b);
  });
  using _second = registry.subscribe(steppers, names(heard));
  registry.register(steppers, a);
  assertEquals(heard.at(-1), ["a", "b"]);
});

Deno.test("A listener may end the actor, its parent and its subscription", async () => {
  await using test = new TestSystem();
  const { registry } = test.system;
  const parent = test.spawn();
  let child: ActorRef<Step> | undefined;
  parent.tell((context) => {
    child = context.spawn(stepper());
    registry.register(steppers, child);
    const subscription = registry.subscribe(steppers, (refs) => {
      if (refs.length > 0) return;
      subscription[Symbol.dispose]();
      parent.kill();
    });
  });
  await settle();
  child?.kill();
  assertEquals(await soon(parent.stopped), { type: "killed" });
  assertEquals(test.gone.length, 2);
});

Deno.test("A shutdown leaves a registry empty", async () => {
  const system = new ActorSystem();
  const ref = system.spawn(stepper());
  system.registry.register(steppers, ref);
  await system.shutdown();
  assertEquals(system.registry.list(steppers), []);
});

Deno.test("A listener to events does not find the actor that has just stopped", async () => {
  await using test = new TestSystem();
  const { registry } = test.system;
  const ref = test.spawn({}, { name: "a" });
  const keys = [new RegistryKey<Step>("one"), new RegistryKey<Step>("two")];
  for (const key of keys) registry.register(key, ref);
  const found: unknown[] = [];
  const look = (): void => {
    for (const key of keys) {
      found.push(registry.find(key), ...registry.list(key));
    }
  };
  using _events = test.system.events.subscribe(({ type }) => {
    if (type === "stopped") look();
  });
  // Nor does a listener to one key, under another.
  let calls = 0;
  using _one = registry.subscribe(keys[0] as RegistryKey<Step>, (refs) => {
    if (calls++ > 0) found.push(...refs);
    if (!ref.alive) look();
  });
  using _two = registry.subscribe(keys[1] as RegistryKey<Step>, () => {
    if (!ref.alive) look();
  });
  ref.kill();
  assertEquals(found, Array.from({ length: 6 }, () => undefined));
});

Deno.test("A listener to the registry whose promise rejects ends nothing", async () => {
  await using test = new TestSystem();
  const key = new RegistryKey<Step>("key");
  const lines: unknown[][] = [];
  const { error } = console;
  console.error = (...args: unknown[]) => void lines.push(args);
  try {
    using _rejecting = test.system.registry.subscribe(
      key,
      () => Promise.reject(new Error("listener")),
    );
    await settle();
  } finally {
    console.error = error;
  }
  assertEquals(lines.map(([text]) => text), [
    "A listener to the registry threw:",
  ]);
});
