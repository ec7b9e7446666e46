import { assertEquals, assertThrows } from "@std/assert";
import {
  type SystemEvent,
  SystemEvents,
} from "../../src/actor/system_events.ts";
import { ActorSystem } from "../../src/actor/mod.ts";
import { crash, settle, soon, stepper, TestSystem } from "./fixtures.ts";

/** Runs `action` while what goes to stderr through the console is kept. */
async function captureErrors(
  action: () => void | Promise<void>,
): Promise<unknown[][]> {
  const lines: unknown[][] = [];
  const { error } = console;
  console.error = (...args: unknown[]) => void lines.push(args);
  try {
    await action();
  } finally {
    console.error = error;
  }
  return lines;
}

/** Any event. */
function someEvent(system: ActorSystem): SystemEvent {
  return { type: "started", actor: system.spawn(stepper()) };
}

Deno.test("System events are active while somebody listens", () => {
  const events = new SystemEvents();
  assertEquals(events.active, false);
  const subscription = events.subscribe(() => {});
  assertEquals(events.active, true);
  subscription[Symbol.dispose]();
  assertEquals(events.active, false);
});

Deno.test("A listener is not called after its subscription is disposed", async () => {
  await using system = new ActorSystem();
  const heard: string[] = [];
  {
    using _first = system.events.subscribe(() => heard.push("first"));
    using _second = system.events.subscribe(() => heard.push("second"));
    system.spawn(stepper());
  }
  system.spawn(stepper());
  assertEquals(heard, ["first", "second"]);
});

Deno.test("A function that subscribes twice is called twice, and each subscription ends on its own", async () => {
  await using system = new ActorSystem();
  let heard = 0;
  const listener = (): void => void heard++;
  using _kept = system.events.subscribe(listener);
  system.events.subscribe(listener)[Symbol.dispose]();
  system.spawn(stepper());
  assertEquals(heard, 1);
});

Deno.test("A listener that throws is reported, stays subscribed, and does not harm the others", async () => {
  await using system = new ActorSystem();
  const error = new Error("listener");
  let heard = 0;
  using _throwing = system.events.subscribe(() => {
    throw error;
  });
  using _other = system.events.subscribe(() => heard++);
  const event = someEvent(system);
  heard = 0;
  const lines = await captureErrors(() => {
    system.events.publish(event);
    system.events.publish(event);
  });
  assertEquals(heard, 2);
  assertEquals(lines.map(([, cause]) => cause), [error, error]);
});

Deno.test("A failure that nobody listens for is printed with the path of the actor", async () => {
  await using system = new ActorSystem();
  const error = new Error("unheard");
  const lines = await captureErrors(async () => {
    const ref = system.spawn(stepper(), { name: "a" });
    ref.tell(crash(error));
    await soon(ref.stopped);
  });
  assertEquals(lines, [["The actor /a failed:", error]]);
});

Deno.test("A failure is printed although somebody listens to events", async () => {
  await using system = new ActorSystem();
  const error = new Error("unhandled");
  const seen: string[] = [];
  using _counting = system.events.subscribe(({ type }) => seen.push(type));
  const lines = await captureErrors(async () => {
    const ref = system.spawn(stepper(), { name: "a" });
    ref.tell(crash(error));
    await soon(ref.stopped);
  });
  assertEquals(lines, [["The actor /a failed:", error]]);
  assertEquals(seen, ["started", "failed", "stopped"]);
});

Deno.test("A failure is not printed when a listener says that it handles failures", async () => {
  await using system = new ActorSystem();
  const failures: unknown[] = [];
  using _counting = system.events.subscribe(() => {});
  const handling = system.events.subscribe((event) => {
    if (event.type === "failed") failures.push(event.cause);
  }, { handlesFailures: true });
  const lines = await captureErrors(async () => {
    for (const [name, cause] of [["a", 1], ["b", 2]] as const) {
      const ref = system.spawn(stepper(), { name });
      ref.tell(crash(cause));
      await soon(ref.stopped);
      handling[Symbol.dispose]();
    }
  });
  assertEquals(failures, [1]);
  assertEquals(lines, [["The actor /b failed:", 2]], "after the subscription");
});

Deno.test("A failure that its listener fails to handle is printed", async () => {
  await using system = new ActorSystem();
  const cause = new Error("crash");
  const error = new Error("listener");
  using _handling = system.events.subscribe((event) => {
    if (event.type === "failed") throw error;
  }, { handlesFailures: true });
  const lines = await captureErrors(async () => {
    const ref = system.spawn(stepper(), { name: "a" });
    ref.tell(crash(cause));
    await soon(ref.stopped);
  });
  assertEquals(lines, [
    ["A listener to system events threw:", error],
    ["The actor /a failed:", cause],
  ]);
});

Deno.test("A failure whose cause cannot be printed ends nothing else", async () => {
  await using system = new ActorSystem();
  const cause = {
    [Symbol.for("Deno.customInspect")]() {
      throw new Error("not printable");
    },
    toString: () => "a cause",
  };
  const texts: string[] = [];
  const { error } = console;
  // As the real one does, which would write to the output of the tests.
  console.error = (...args: unknown[]) => {
    texts.push(args.map((arg) => Deno.inspect(arg)).join(" "));
  };
  const ref = system.spawn(stepper(), { name: "a" });
  const other = system.spawn(stepper(), { name: "b" });
  try {
    ref.tell(crash(cause));
    await soon(ref.stopped);
  } finally {
    console.error = error;
  }
  assertEquals(texts, ['"The actor /a failed:" "a cause"']);
  assertEquals(other.alive, true);
});

Deno.test("A listener whose promise rejects is reported, and stays subscribed", async () => {
  await using system = new ActorSystem();
  const error = new Error("listener");
  let heard = 0;
  using _rejecting = system.events.subscribe(() => {
    heard++;
    return Promise.reject(error);
  });
  const lines = await captureErrors(async () => {
    system.spawn(stepper());
    system.spawn(stepper());
    await settle();
  });
  assertEquals(heard, 2);
  assertEquals(
    lines,
    [error, error].map((
      cause,
    ) => ["A listener to system events threw:", cause]),
  );
});

Deno.test("A subscription refuses a misspelt option, and what is no function", () => {
  const { subscribe } = SystemEvents.prototype;
  assertThrows(
    () =>
      Reflect.apply(subscribe, new SystemEvents(), [
        () => {},
        { handleFailures: true },
      ]),
    TypeError,
    'did you mean "handlesFailures"?',
  );
  assertThrows(
    () => Reflect.apply(subscribe, new SystemEvents(), ["log"]),
    TypeError,
    "Cannot use listener: it is a string, it must be a function",
  );
});

Deno.test("Starts, failures, restarts and stops are reported in order", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised({}, { name: "a", restart: "transient" });
  ref.tell(crash());
  ref.tell((context) => context.stop());
  await soon(ref.stopped);
  assertEquals(test.story, [
    "started /root",
    "started /root/a",
    "failed /root/a",
    "restarted /root/a",
    "stopped /root/a",
  ]);
});

Deno.test("The end of an actor is reported before the end of its parent", async () => {
  await using test = new TestSystem();
  const parent = test.spawn({
    started(context) {
      context.spawn(stepper(), { name: "b" });
      context.spawn(stepper(), { name: "c" });
    },
  }, { name: "a" });
  parent.tell((context) => context.stop());
  await soon(parent.stopped);
  assertEquals(test.gone, ["/a/b", "/a/c", "/a"]);
});

Deno.test("A listener may spawn an actor of the name that has just become free", async () => {
  await using test = new TestSystem();
  const { system } = test;
  using _respawning = system.events.subscribe((event) => {
    if (event.type !== "stopped" || event.reason.type !== "failed") return;
    system.spawn(stepper(), { name: event.actor.name });
  });
  test.spawn({}, { name: "a" }).tell(crash());
  await settle();
  assertEquals(test.story, [
    "started /a",
    "failed /a",
    // The test's own listener was first, so it hears of the stop first.
    "stopped /a",
    "started /a",
  ]);
});

Deno.test("A listener may kill an actor as it starts", async () => {
  await using test = new TestSystem();
  using _killing = test.system.events.subscribe((event) => {
    if (event.type === "started") event.actor.kill();
  });
  let started = false;
  const ref = test.spawn({ started: () => void (started = true) });
  assertEquals(await soon(ref.stopped), { type: "killed" });
  assertEquals(started, false);
});

Deno.test("A listener may kill an actor as it fails", async () => {
  await using test = new TestSystem();
  using _killing = test.system.events.subscribe((event) => {
    if (event.type === "failed") event.actor.kill();
  });
  let cleaned = false;
  const ref = test.spawn({ stopped: () => void (cleaned = true) });
  ref.tell(crash());
  await soon(ref.stopped);
  await settle();
  assertEquals(test.gone, [ref.path]);
  assertEquals(cleaned, false, "a killed actor does not clean up");
});

Deno.test("A listener may kill the parent of an actor that stops", async () => {
  await using test = new TestSystem();
  const parent = test.spawn({
    started(context) {
      for (const name of ["b", "c", "d"]) context.spawn(stepper(), { name });
    },
  }, { name: "a" });
  using _killing = test.system.events.subscribe((event) => {
    if (event.type === "stopped") parent.kill();
  });
  await settle();
  parent.stop();
  await soon(parent.stopped);
  assertEquals(test.gone, ["/a/b", "/a/c", "/a/d", "/a"]);
});

Deno.test("A listener may kill an actor whose messages go to dead letters", async () => {
  await using test = new TestSystem();
  using _killing = test.system.events.subscribe((event) => {
    if (event.type === "dead_letter") event.target.kill();
  });
  const ref = test.spawn();
  ref.tell(() => {});
  ref.tell(() => {});
  ref.stop();
  await soon(ref.stopped);
  assertEquals(test.of("dead_letter").length, 2);
  assertEquals(test.gone, [ref.path]);
});

Deno.test("A listener may kill the parent of an actor whose messages go to dead letters", async () => {
  await using test = new TestSystem();
  const parent = test.spawn({
    started(context) {
      const child = context.spawn(stepper(), { name: "b" });
      child.tell(crash());
      child.tell(() => {});
    },
  }, { name: "a" });
  using _killing = test.system.events.subscribe((event) => {
    if (event.type === "dead_letter") parent.kill();
  });
  await soon(parent.stopped);
  assertEquals(test.gone, ["/a/b", "/a"]);
});
