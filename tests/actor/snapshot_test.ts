import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  type ActorRef,
  type ActorSnapshot,
  ActorSystem,
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

/** What a system shows of an actor; `undefined` when it is not in the tree. */
function seen(
  test: TestSystem,
  ref: { readonly path: string },
): ActorSnapshot | undefined {
  const find = (snapshot: ActorSnapshot): ActorSnapshot | undefined =>
    snapshot.path === ref.path
      ? snapshot
      : snapshot.children.map(find).find((found) => found !== undefined);
  return find(test.system.tree());
}

/** A time that passes only on request, while this is in use. */
class HeldTime implements Disposable {
  #ms = 1000;

  constructor() {
    performance.now = () => this.#ms;
  }

  /** Lets time pass, as if the thread were held for so long. */
  spin(ms: number): void {
    this.#ms += ms;
  }

  [Symbol.dispose](): void {
    Reflect.deleteProperty(performance, "now");
  }
}

// The tree.

Deno.test("A system without actors shows its root", async () => {
  await using test = new TestSystem();
  await settle();
  assertEquals(test.system.tree(), {
    path: "/",
    state: "running",
    mailboxMessages: 0,
    mailboxBytes: 0,
    processed: 0,
    restarts: 0,
    lastFailure: undefined,
    busyMs: undefined,
    gone: { processed: 0, restarts: 0, busyMs: 0 },
    children: [],
  });
});

Deno.test("The tree shows all actors below their parents, in the order in which they were spawned", async () => {
  await using test = new TestSystem();
  test.spawn({
    started: (context) => {
      for (const name of ["c", "b"]) context.spawn(stepper(), { name });
    },
  }, { name: "z" });
  test.spawn({}, { name: "a" });
  await settle();
  const paths = ({ path, children }: ActorSnapshot): string[] => [
    path,
    ...children.flatMap(paths),
  ];
  assertEquals(paths(test.system.tree()), ["/", "/z", "/z/c", "/z/b", "/a"]);
});

Deno.test("The tree does not show an actor that is gone", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  ref.kill();
  assertStrictEquals(seen(test, ref), undefined);
});

Deno.test("A tree that was returned does not change", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const before = seen(test, ref);
  await handled(ref);
  assertEquals([before?.state, before?.processed], ["starting", 0]);
});

// States.

Deno.test("An actor is starting until its behaviour has returned a handler", async () => {
  await using test = new TestSystem();
  const gate = Promise.withResolvers<void>();
  const ref = test.spawn({ started: () => gate.promise });
  assertEquals(seen(test, ref)?.state, "starting");
  await settle();
  assertEquals(seen(test, ref)?.state, "starting");
  gate.resolve();
  await settle();
  assertEquals(seen(test, ref)?.state, "running");
});

Deno.test("An actor is stopping while its children stop and while it cleans up", async () => {
  await using test = new TestSystem();
  const child = Promise.withResolvers<void>();
  const own = Promise.withResolvers<void>();
  const ref = test.spawn({
    started: (context) => {
      context.spawn(stepper({ stopped: () => child.promise }));
    },
    stopped: () => own.promise,
  });
  await settle();
  ref.stop();
  await settle();
  assertEquals(seen(test, ref)?.state, "stopping");
  assertEquals(seen(test, ref)?.children[0]?.state, "stopping");
  child.resolve();
  await settle();
  assertEquals(seen(test, ref)?.children, []);
  assertEquals(seen(test, ref)?.state, "stopping");
  own.resolve();
  await soon(ref.stopped);
});

Deno.test("An actor waits while its supervisor backs off", async () => {
  await using test = new TestSystem();
  const root = test.supervise({ backoff: { initialMs: 1000 } });
  const ref = await test.supervised({}, {}, root);
  ref.tell(crash());
  await settle();
  assertEquals(seen(test, ref)?.state, "waiting");
  await test.advance(1000);
  assertEquals(seen(test, ref)?.state, "running");
});

Deno.test("A system that has shut down shows its root, stopped", async () => {
  const system = new ActorSystem();
  system.spawn(stepper());
  await system.shutdown();
  const { state, children } = system.tree();
  assertEquals([state, children], ["stopped", []]);
});

// Mailboxes.

Deno.test("The tree shows how many messages wait, without the current one", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const gate = Promise.withResolvers<void>();
  for (let i = 0; i < 3; i++) ref.tell(() => gate.promise);
  assertEquals(seen(test, ref)?.mailboxMessages, 3);
  await settle();
  assertEquals(seen(test, ref)?.mailboxMessages, 2);
  gate.resolve();
  await settle();
  assertEquals(seen(test, ref)?.mailboxMessages, 0);
});

Deno.test("The tree shows how many bytes wait, where they are bounded", async () => {
  await using test = new TestSystem();
  const bounded = test.spawn({}, {
    mailbox: { maxBytes: 1000, sizeOf: () => 7 },
  });
  const unbounded = test.spawn({}, { mailbox: { sizeOf: () => 7 } });
  for (const ref of [bounded, unbounded]) {
    ref.tell(() => {});
    ref.tell(() => {});
  }
  assertEquals(seen(test, bounded)?.mailboxBytes, 14);
  assertEquals(seen(test, unbounded)?.mailboxBytes, 0);
  await settle();
  assertEquals(seen(test, bounded)?.mailboxBytes, 0);
});

Deno.test("The tree does not count stashed messages as waiting", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const step: Step = (context) => void context.stash(step);
  ref.tell(step);
  await settle();
  assertEquals(seen(test, ref)?.mailboxMessages, 0);
});

// What it has done.

Deno.test("The tree counts the messages that were handled, notices and ticks too", async () => {
  await using test = new TestSystem();
  const [ref, other] = [test.spawn(), test.spawn()];
  ref.tell((context) => {
    context.watch(other, () => () => {});
    context.after(10, () => {});
  });
  ref.tell(() => Promise.resolve());
  other.kill();
  await test.advance(10);
  assertEquals(seen(test, ref)?.processed, 4);
});

Deno.test("The tree counts no message on which an actor has crashed", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised();
  ref.tell(() => {});
  ref.tell(crash());
  ref.tell(() => Promise.reject(new Error("crash")));
  ref.tell(() => {});
  await settle();
  assertEquals(seen(test, ref)?.processed, 2);
});

Deno.test("The tree counts restarts, and shows the last failure", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised();
  assertEquals(seen(test, ref)?.lastFailure, undefined);
  const [first, second] = [new Error("first"), new Error("second")];
  for (const error of [first, second]) ref.tell(crash(error));
  await settle();
  assertEquals(seen(test, ref)?.restarts, 2);
  assertStrictEquals(seen(test, ref)?.lastFailure, second);
});

Deno.test("The tree keeps the work of actors that are gone", async () => {
  await using test = new TestSystem();
  const ref = test.spawn({}, { name: "a" });
  let grandchild: ActorRef<Step> | undefined;
  ref.tell((context) => {
    const child = context.spawn(stepper());
    child.tell((context) => {
      grandchild = context.spawn(stepper());
      for (let i = 0; i < 5; i++) grandchild.tell(() => {});
    });
    child.tell(() => {});
  });
  await settle();
  const sum = { processed: 0, restarts: 0, busyMs: 0 };
  assertEquals(seen(test, ref)?.gone, sum);
  ref.tell(() => grandchild?.stop());
  await settle();
  assertEquals(seen(test, ref)?.children[0]?.gone, { ...sum, processed: 5 });
  assertEquals(seen(test, ref)?.gone, sum);
  ref.stop();
  await soon(ref.stopped);
  assertEquals(test.system.tree().gone, { ...sum, processed: 9 });
});

Deno.test("The tree keeps the restarts of actors that are gone", async () => {
  await using test = new TestSystem();
  const root = test.supervise();
  const ref = await test.supervised({}, { restart: "transient" }, root);
  ref.tell(crash());
  await handled(ref);
  ref.tell((context) => context.stop());
  await soon(ref.stopped);
  const gone = seen(test, root)?.gone;
  assertEquals([gone?.restarts, gone?.processed], [1, 2]);
});

// Time.

Deno.test("The tree shows no busy time unless it is measured", async () => {
  using time = new HeldTime();
  await using test = new TestSystem();
  const ref = test.spawn();
  ref.tell(() => time.spin(1));
  await settle();
  assertStrictEquals(seen(test, ref)?.busyMs, undefined);
  ref.kill();
  assertEquals(test.system.tree().gone.busyMs, 0);
});

Deno.test("The tree shows how long handlers held the thread, when it is measured", async () => {
  using time = new HeldTime();
  await using test = new TestSystem({ measureBusyTime: true });
  const [busy, idle] = [test.spawn(), test.spawn()];
  for (let i = 0; i < 2; i++) busy.tell(() => time.spin(5));
  await settle();
  assertEquals([seen(test, busy)?.busyMs, seen(test, idle)?.busyMs], [10, 0]);
});

Deno.test("Busy time does not count the waits of a handler", async () => {
  using time = new HeldTime();
  await using test = new TestSystem({ measureBusyTime: true });
  const ref = test.spawn();
  const gate = Promise.withResolvers<void>();
  ref.tell(() => {
    time.spin(2);
    return gate.promise;
  });
  await settle();
  time.spin(50);
  gate.resolve();
  await settle();
  assertEquals(seen(test, ref)?.busyMs, 2);
});

Deno.test("The tree keeps the busy time of actors that are gone", async () => {
  using time = new HeldTime();
  await using test = new TestSystem({ measureBusyTime: true });
  const ref = test.spawn();
  ref.tell(() => time.spin(5));
  await settle();
  ref.kill();
  assertEquals(test.system.tree().gone.busyMs, 5);
});

// Idle.

Deno.test("A system is idle when all messages have been handled, and those that they led to", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  let rounds = 0;
  const step: Step = ({ self }) => {
    if (++rounds < 5000) self.tell(step);
  };
  ref.tell(step);
  await test.system.idle();
  assertEquals(rounds, 5000);
});

Deno.test("A system is idle when the reactions to settled promises have run", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  let done = false;
  ref.tell(async () => {
    for (let i = 0; i < 1000; i++) await Promise.resolve();
    done = true;
  });
  await test.system.idle();
  assertEquals(done, true);
});

Deno.test("A system is idle although an actor waits for time or for a promise", async () => {
  await using test = new TestSystem();
  const gate = Promise.withResolvers<void>();
  const ref = test.spawn();
  ref.tell((context) => {
    context.after(10, () => {});
    return gate.promise;
  });
  await test.system.idle();
  assertEquals(seen(test, ref)?.processed, 0);
  gate.resolve();
});

Deno.test("A system is idle when it has no actors, and after its shutdown", async () => {
  const system = new ActorSystem();
  await system.idle();
  await system.shutdown();
  await system.idle();
});
