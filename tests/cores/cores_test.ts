import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { ActorSystem } from "../../src/actor/system.ts";
import {
  CoreLostError,
  CoreRequestError,
  CoreStartError,
} from "../../src/cores/errors.ts";
import { cores } from "../../src/cores/cores.ts";
import type { CoreState } from "../../src/cores/core_seat.ts";
import { CoreTopic } from "../../src/cores/core_topic.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { Happenings } from "../support/happenings.ts";
import { double, end, given, said, say } from "./modules/topics.ts";

const PLAIN = new URL("./modules/plain.ts", import.meta.url);

/** Fast, as tests wait for it. */
const backoff = { initialMs: 1, maxMs: 1 };

Deno.test("each worker gets its index, the count and a copy of the data", async () => {
  await using system = new ActorSystem();
  await using service = await cores(system, PLAIN, {
    count: 2,
    data: { name: "a", bytes: new Uint8Array([1]) },
  });
  const replies = await service.askAll(given, undefined);
  assertEquals(
    replies,
    [0, 1].map((index) => ({
      index,
      value: {
        index,
        count: 2,
        data: { name: "a", bytes: new Uint8Array([1]) },
        listens: Deno.build.os === "linux" || index === 0,
      },
    })),
  );
});

Deno.test("a worker is asked, and asks the main thread", async () => {
  await using system = new ActorSystem();
  await using service = await cores(system, PLAIN, {
    count: 2,
    handlers: [said.handledBy((text, from) => `${from} has said ${text}`)],
  });
  const reply = await service.ask(1, double, 21);
  assertEquals(reply, { value: 42, index: 1, incarnation: 1 });
  assertEquals(await service.ask(0, say, "hello"), "0 has said hello");
  assertEquals(await service.ask(1, say, "hello"), "1 has said hello");
  using _handler = service.handle(said, () => "something else");
  assertEquals(await service.ask(1, say, "hello"), "something else");
});

for (const how of ["throw", "reject", "exit", "close"] as const) {
  Deno.test(`a worker that ends (${how}) is started again, and the others go on`, async () => {
    await using system = new ActorSystem();
    using _failures = system.events.subscribe(() => {}, {
      handlesFailures: true,
    });
    const states = new Happenings<CoreState>();
    await using service = await cores(system, PLAIN, {
      count: 2,
      backoff,
      onState: (state) => states.push(state),
    });
    assert(service.tell(0, end, how));
    await until(states, 0, "lost");
    assertEquals(await service.ask(1, double, 1), {
      value: 2,
      index: 1,
      incarnation: 1,
    });
    await until(states, 0, "running");
    assertEquals(await service.ask(0, double, 1), {
      value: 2,
      index: 0,
      incarnation: 2,
    });
  });
}

Deno.test("a request that nobody handles, or whose handler fails, is an error of who asks", async () => {
  await using system = new ActorSystem();
  await using service = await cores(system, PLAIN, { count: 1 });
  await assertRejects(
    () => service.ask(0, new CoreTopic<void>("unheard"), undefined),
    CoreRequestError,
    "worker 0 says: nobody handles unheard here",
  );
  await assertRejects(
    () => service.ask(0, say, "x"),
    CoreRequestError,
    "worker 0 says: the main thread says: nobody handles said here",
  );
});

Deno.test("what cannot be copied is an error of who says it, and of no other", async () => {
  await using system = new ActorSystem();
  await using service = await cores(system, PLAIN, { count: 1 });
  const odd = new CoreTopic<unknown, unknown>("double");
  const [bad, good] = await Promise.allSettled([
    service.ask(0, odd, () => {}),
    service.ask(0, double, 4),
  ]);
  assert(bad.status === "rejected" && bad.reason instanceof DOMException);
  assert(good.status === "fulfilled");
  assertEquals(good.value.value, 8);
});

Deno.test("an ask of a worker that ends meanwhile rejects with CoreLostError", async () => {
  await using system = new ActorSystem();
  using _failures = system.events.subscribe(() => {}, {
    handlesFailures: true,
  });
  await using service = await cores(system, PLAIN, { count: 1 });
  await assertRejects(
    () => service.ask(0, end, "exit"),
    CoreLostError,
    "Worker 0 has ended by itself",
  );
  await assertRejects(
    () => service.ask(0, double, 1),
    CoreLostError,
    "try again when it runs",
  );
});

Deno.test("cores() rejects when a module cannot be loaded, has no function or throws", async () => {
  await using system = new ActorSystem();
  using _failures = system.events.subscribe(() => {}, {
    handlesFailures: true,
  });
  for (
    const [module, text] of [
      ["./modules/nowhere.ts", "Module not found"],
      ["./modules/topics.ts", "has no function as its default export"],
      ["./modules/throws.ts", "thrown at the start"],
      ["./modules/exits.ts", "has ended by itself"],
    ] as const
  ) {
    await assertRejects(
      () => cores(system, new URL(module, import.meta.url), { count: 2 }),
      CoreStartError,
      text,
    );
  }
  assertEquals(system.tree().children, []);
});

Deno.test("a start that takes too long is given up", async () => {
  const clock = new ManualClock();
  await using system = new ActorSystem({ clock });
  using _failures = system.events.subscribe(() => {}, {
    handlesFailures: true,
  });
  const starting = Promise.withResolvers<void>();
  const service = cores(
    system,
    new URL("./modules/hangs.ts", import.meta.url),
    {
      count: 1,
      startMs: 100,
      handlers: [said.handledBy((text) => {
        starting.resolve();
        return text;
      })],
    },
  );
  await starting.promise;
  clock.advance(100);
  await assertRejects(() => service, CoreStartError, "Cannot start worker 0");
});

Deno.test("a worker that no longer responds is started again once its thread has ended", async () => {
  const clock = new ManualClock();
  await using system = new ActorSystem({ clock });
  using _failures = system.events.subscribe(() => {}, {
    handlesFailures: true,
  });
  const states = new Happenings<CoreState>();
  await using service = await cores(system, PLAIN, {
    count: 2,
    backoff,
    unresponsiveMs: 300,
    onState: (state) => states.push(state),
  });
  // A sign of life that came.
  clock.advance(100);
  await service.ask(0, double, 1);
  assert(service.tell(0, end, "loop"));
  // Each of these passes a deadline as soon as there is one.
  const moving = setInterval(() => clock.advance(50), 5);
  const { cause } = await until(states, 0, "lost");
  assertStringIncludes(String(cause), "has not responded for 300 ms");
  await until(states, 0, "stuck");
  assertEquals((await service.ask(1, double, 1)).incarnation, 1);
  await until(states, 0, "running");
  clearInterval(moving);
  assertEquals((await service.ask(0, double, 1)).incarnation, 2);
});

Deno.test("close() ends all workers in order, and shuts their systems down", async () => {
  await using system = new ActorSystem();
  const heard: string[] = [];
  const service = await cores(
    system,
    new URL("./modules/orderly.ts", import.meta.url),
    {
      count: 2,
      handlers: [said.handledBy((text, from) => {
        heard.push(`${from} ${text}`);
        return text;
      })],
    },
  );
  await service.close();
  assertEquals(heard.sort(), [
    "0 actor stopped",
    "0 disposed",
    "0 signal",
    "1 actor stopped",
    "1 disposed",
    "1 signal",
  ]);
  assertEquals(service.workers.map(({ phase }) => phase), [
    "stopped",
    "stopped",
  ]);
  await service.close();
});

Deno.test("a worker that does not shut down in time is ended", async () => {
  const clock = new ManualClock();
  await using system = new ActorSystem({ clock });
  const stopping = Promise.withResolvers<void>();
  const service = await cores(
    system,
    new URL("./modules/orderly.ts", import.meta.url),
    {
      count: 1,
      shutdownMs: 1_000_000,
      data: "hang",
      handlers: [said.handledBy((text) => {
        if (text === "disposed") stopping.resolve();
        return text;
      })],
    },
  );
  const closed = service.close();
  await stopping.promise;
  clock.advance(1_000_250);
  await closed;
});

Deno.test("the end of the system ends the workers", async () => {
  const system = new ActorSystem();
  const service = await cores(system, PLAIN, { count: 2 });
  const { killed } = await system.shutdown();
  assertEquals(killed, []);
  await service.closed;
  await assertRejects(() => service.ask(0, double, 1), CoreLostError);
});

Deno.test("cores() refuses what cannot be right", async () => {
  await using system = new ActorSystem();
  const refused = (options: object, module: unknown = PLAIN) =>
    cores(system, module as URL, options);
  await assertRejects(() => refused({ count: 0 }), RangeError, "count");
  await assertRejects(() => refused({ count: 1.5 }), RangeError, "count");
  await assertRejects(() => refused({ cuont: 1 }), TypeError, '"count"');
  await assertRejects(() => refused({ spread: "os" }), TypeError, "spread");
  await assertRejects(() => refused({ startMs: -1 }), RangeError, "startMs");
  await assertRejects(
    () => refused({ unresponsiveMs: 0 }),
    RangeError,
    "unresponsiveMs",
  );
  await assertRejects(() => refused({ handlers: {} }), TypeError, "handlers");
  await assertRejects(() => refused({}, "./service.ts"), TypeError, "module");
  await assertRejects(() => refused({}, 5), TypeError, "module");
});

/** Waits until a worker is in a phase. */
async function until(
  states: Happenings<CoreState>,
  index: number,
  phase: CoreState["phase"],
): Promise<CoreState> {
  while (true) {
    const state = await states.next();
    if (state.index === index && state.phase === phase) return state;
  }
}
