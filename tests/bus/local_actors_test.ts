import { assertEquals } from "@std/assert";
import {
  ActorSystem,
  type Behavior,
  child,
  type ReplyTo,
  supervisor,
} from "../../src/actor/mod.ts";
import { Bus } from "../../src/bus/mod.ts";
import type { MsgpackValue } from "../../src/codec/mod.ts";

Deno.test("an actor has what it subscribes to in its mailbox for as long as it lives, and again when it is restarted", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  const seen: MsgpackValue[] = [];
  const actor: Behavior<MsgpackValue> = (context) => {
    bus.subscribe("orders.*", {
      holder: context,
      handler: ({ value }) => void context.self.tell(value),
    });
    return {
      receive(value) {
        seen.push(value);
        if (value === "boom") throw new Error("boom");
      },
    };
  };
  using _failures = system.events.subscribe(() => {}, {
    handlesFailures: true,
  });
  const parent = system.spawn(
    supervisor({
      strategy: "one_for_one",
      children: [child({ name: "actor", behavior: actor })],
    }),
  );
  await system.idle();
  for (const value of [1, "boom", 2]) {
    bus.publish("orders.eu", value);
    await system.idle();
  }
  assertEquals(seen, [1, "boom", 2]);
  assertEquals(bus.stats().subscriptions, 1);
  parent.stop();
  await parent.stopped;
  assertEquals(bus.stats().subscriptions, 0);
});

Deno.test("a handler that asks its actor leaves what waits to the policy of the subscription", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  interface Job {
    readonly value: MsgpackValue;
    readonly replyTo: ReplyTo<void>;
  }
  const jobs: Job[] = [];
  const actor: Behavior<Job> = (context) => {
    bus.subscribe("jobs", {
      holder: context,
      maxMessages: 1,
      overflow: "wait",
      handler: ({ value }) =>
        context.self.ask<void>((replyTo) => ({ value, replyTo })),
    });
    return { receive: (job) => void jobs.push(job) };
  };
  system.spawn(actor);
  await system.idle();
  let taken = 0;
  for (let job = 0; job < 4; job++) {
    bus.publish("jobs", job).then(() => taken++);
    await system.idle();
  }
  // One with the actor, one that waits in the subscription.
  assertEquals([jobs.length, taken], [1, 2]);
  for (let done = 0; done < 4; done++) {
    jobs[done]?.replyTo.tell();
    await system.idle();
  }
  assertEquals([jobs.map(({ value }) => value), taken], [[0, 1, 2, 3], 4]);
});
