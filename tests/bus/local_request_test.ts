import { assert, assertEquals, assertRejects } from "@std/assert";
import { ActorSystem } from "../../src/actor/mod.ts";
import {
  Bus,
  BusClosedError,
  BusTimeoutError,
  NoRespondersError,
  subject,
} from "../../src/bus/mod.ts";
import { engineOf } from "../../src/bus/local/bus.ts";
import { json, msgpack } from "../../src/codec/mod.ts";
import { ManualClock } from "../support/manual_clock.ts";

Deno.test("the first reply to a request counts, and later ones are let go and counted", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  for (const name of ["first", "second"]) {
    bus.subscribe("ask", { handler: (message) => message.respond(name) });
  }
  assertEquals(await bus.request("ask", 1), "first");
  await system.idle();
  assertEquals(engineOf(bus).lateReplies, 1);
});

Deno.test("a request that nobody subscribes to is refused at once", async () => {
  const clock = new ManualClock();
  await using system = new ActorSystem({ clock });
  await using bus = new Bus(system);
  await assertRejects(() => bus.request("ask", 1), NoRespondersError);
  await assertRejects(
    () => bus.requestMany("ask", 1).next(),
    NoRespondersError,
  );
  // A message that is none may have no subscriber.
  await bus.publish("ask", 1);
});

Deno.test("a request without a reply is over when its time is, and its reply is late", async () => {
  const clock = new ManualClock();
  await using system = new ActorSystem({ clock });
  await using bus = new Bus(system);
  const subscription = bus.subscribe("ask");
  const request = bus.request("ask", 1, { timeoutMs: 100 });
  const outcome = assertRejects(() => request, BusTimeoutError, "ask");
  const message = await subscription.receive();
  assert(message?.isRequest);
  clock.advance(100);
  await outcome;
  await message.respond("late");
  assertEquals(engineOf(bus).lateReplies, 1);
});

Deno.test("a request is given up by its signal, and by the close of the bus", async () => {
  await using system = new ActorSystem();
  const bus = new Bus(system);
  bus.subscribe("ask", { handler: () => {} });
  const controller = new AbortController();
  const request = bus.request("ask", 1, { signal: controller.signal });
  controller.abort(new Error("enough"));
  await assertRejects(() => request, Error, "enough");
  const left = bus.request("ask", 1);
  const outcome = assertRejects(() => left, BusClosedError);
  await bus.close();
  await outcome;
});

Deno.test("a request for many replies yields them until there are enough, or the time is over", async () => {
  const clock = new ManualClock();
  await using system = new ActorSystem({ clock });
  await using bus = new Bus(system);
  for (let member = 0; member < 5; member++) {
    bus.subscribe("ask", { handler: (message) => message.respond(member) });
  }
  const enough: unknown[] = [];
  for await (const reply of bus.requestMany("ask", 1, { maxReplies: 3 })) {
    enough.push(reply);
  }
  assertEquals(enough, [0, 1, 2]);
  const all: unknown[] = [];
  const loop = (async () => {
    const replies = bus.requestMany("ask", 1, { timeoutMs: 50 });
    for await (const reply of replies) all.push(reply);
  })();
  await system.idle();
  assertEquals(all, [0, 1, 2, 3, 4]);
  clock.advance(50);
  await loop;
});

Deno.test("the requests to a queue group are spread over its members, and replies have their type", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  const square = subject(
    "square",
    msgpack({ parse: Number }),
    json({ parse: (value) => ({ of: Number(Object(value).of) }) }),
  );
  const counts = [0, 0];
  counts.forEach((_, index) =>
    bus.subscribe(square, {
      queue: "workers",
      handler: (message) => {
        counts[index]!++;
        return message.respond({ of: message.value ** 2 });
      },
    })
  );
  for (let index = 0; index < 20; index++) {
    const { of } = await bus.request(square, index);
    assertEquals(of, index ** 2);
  }
  assertEquals(counts, [10, 10]);
});
