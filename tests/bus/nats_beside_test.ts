// The same calls through NATS's own client, on the same server: what subjects,
// queue groups, requests and streams mean is NATS's, for all engines.
import {
  AckPolicy,
  DiscardPolicy,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from "@nats-io/jetstream";
import { connect, nanos, type NatsConnection } from "@nats-io/transport-node";
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import {
  type MessageBus,
  NoRespondersError,
  StreamConfigError,
  StreamConflictError,
  StreamFullError,
} from "../../src/bus/mod.ts";
import { natsBus } from "../../src/bus/nats/mod.ts";
import {
  checkPattern,
  checkSubject,
  matches,
} from "../../src/bus/subject_rules.ts";
import { json } from "../../src/codec/mod.ts";
import { subject } from "../../src/bus/mod.ts";
import { isSlow } from "../support/slow.ts";
import { nextOf, take, until } from "./conformance/waiting.ts";
import { NatsServer, natsServerMissing } from "./support/nats_server.ts";

const ignore = natsServerMissing !== undefined;
const NUMBERS = json({ parse: Number });

/** One server, a bus on it, and NATS's own client beside it. */
async function beside(
  test: (bus: MessageBus, nats: NatsConnection) => Promise<void>,
): Promise<void> {
  await using server = await NatsServer.start({ hasJetStream: true });
  await using bus = await natsBus({ servers: server.address, drainMs: 100 });
  const nats = await connect({ servers: server.address });
  try {
    await test(bus, nats);
  } finally {
    await nats.close();
  }
}

const token = fc.constantFrom("a", "b", "ä", "*", ">", "$x", "_");
const anyText = fc.array(token, { minLength: 1, maxLength: 4 })
  .map((tokens) => tokens.join("."));

Deno.test(
  "The rules of subjects match as NATS's server does",
  { ignore },
  () =>
    beside(async (_bus, nats) => {
      const isPattern = (text: string) => accepts(checkPattern, text);
      const isSubject = (text: string) => accepts(checkSubject, text);
      const property = fc.asyncProperty(
        fc.array(anyText.filter(isPattern), { minLength: 1, maxLength: 8 }),
        fc.array(anyText.filter(isSubject), { minLength: 1, maxLength: 8 }),
        async (patterns, subjects) => {
          const seen = new Set<string>();
          const subscriptions = patterns.map((pattern) =>
            nats.subscribe(pattern, {
              callback: (_error, message) =>
                void seen.add(`${pattern} ${message.subject}`),
            })
          );
          await nats.flush();
          for (const subject of subjects) nats.publish(subject);
          await nats.flush();
          const expected = new Set(
            patterns.flatMap((pattern) =>
              subjects.filter((subject) => matches(pattern, subject))
                .map((subject) => `${pattern} ${subject}`)
            ),
          );
          assertEquals(seen, expected);
          for (const subscription of subscriptions) subscription.unsubscribe();
        },
      );
      await fc.assert(property, { numRuns: isSlow ? 2000 : 60 });
    }),
);

function accepts(
  check: (name: string, value: unknown) => void,
  text: string,
): boolean {
  try {
    check("text", text);
    return true;
  } catch {
    return false;
  }
}

Deno.test(
  "A bus on NATS and NATS's own client understand each other",
  { ignore },
  () =>
    beside(async (bus, nats) => {
      const numbers = subject("numbers.*", NUMBERS, NUMBERS);
      await using subscription = bus.subscribe(numbers);
      await subscription.ready;
      nats.publish("numbers.one", "1");
      assertEquals(await take(subscription, 1), [1]);
      const seen = Promise.withResolvers<string>();
      nats.subscribe("numbers.two", {
        callback: (_error, message) => seen.resolve(message.string()),
      });
      nats.subscribe("ask", {
        callback: (_error, message) => void message.respond(message.data),
      });
      await nats.flush();
      await bus.publish(numbers.at("two"), 2);
      assertEquals(await seen.promise, "2");
      assertEquals(await bus.request(subject("ask", NUMBERS, NUMBERS), 7), 7);
      await using responder = bus.subscribe(subject("back", NUMBERS, NUMBERS), {
        handler: (message) => message.respond(message.value + 1),
      });
      await responder.ready;
      assertEquals((await nats.request("back", "41")).string(), "42");
    }),
);

Deno.test(
  "A queue group of a bus and of NATS's own client is one group, which has each message once",
  { ignore },
  () =>
    beside(async (bus, nats) => {
      let ours = 0;
      let theirs = 0;
      const handler = () => void ours++;
      await using wide = bus.subscribe("work.>", { queue: "q", handler });
      await using exact = bus.subscribe("work.a", { queue: "q", handler });
      await Promise.all([wide.ready, exact.ready]);
      for (const pattern of ["work.a", "work.*"]) {
        nats.subscribe(pattern, { queue: "q", callback: () => void theirs++ });
      }
      await nats.flush();
      for (let index = 0; index < 400; index++) nats.publish("work.a", "1");
      await until(() => ours + theirs >= 400, "all have come");
      await Promise.all([bus.flush(), nats.flush()]);
      assertEquals(ours + theirs, 400);
      assert(ours > 0 && theirs > 0, `${ours} and ${theirs}`);
    }),
);

Deno.test(
  "A request to nobody is refused at once by a bus on NATS as by NATS's own client",
  { ignore },
  () =>
    beside(async (bus, nats) => {
      const timeout = 600_000;
      const theirs = await assertRejects(() =>
        nats.request("nobody", "", { timeout })
      );
      assert(theirs instanceof Error && /no responders/i.test(theirs.message));
      await assertRejects(
        () => bus.request("nobody", 1, { timeoutMs: timeout }),
        NoRespondersError,
      );
      // Whoever subscribes to everything could reply.
      await using all = bus.subscribe(">");
      await all.ready;
      await assertRejects(
        () => nats.request("nobody", "", { timeout: 50 }),
        Error,
        "timeout",
      );
    }),
);

Deno.test(
  "A stream of a bus is one of JetStream with the options that it was given",
  { ignore },
  () =>
    beside(async (bus, nats) => {
      const manager = await jetstreamManager(nats);
      await bus.stream("orders", {
        subjects: ["orders.*.a", "orders.b"],
        durability: "written",
        maxMessages: 10,
        maxMessagesPerSubject: 3,
        maxBytes: 100_000,
        maxAgeMs: 60_000,
        discard: "newest",
        retention: "work_queue",
        duplicateWindowMs: 1000,
      });
      const { config } = await manager.streams.info("orders");
      assertEquals(
        {
          subjects: config.subjects,
          storage: config.storage,
          max_msgs: config.max_msgs,
          max_msgs_per_subject: config.max_msgs_per_subject,
          max_bytes: config.max_bytes,
          max_age: config.max_age,
          discard: config.discard,
          retention: config.retention,
          duplicate_window: config.duplicate_window,
        },
        {
          subjects: ["orders.*.a", "orders.b"],
          storage: StorageType.File,
          max_msgs: 10,
          max_msgs_per_subject: 3,
          max_bytes: 100_000,
          max_age: nanos(60_000),
          discard: DiscardPolicy.New,
          retention: RetentionPolicy.Workqueue,
          duplicate_window: nanos(1000),
        },
      );
      // One that somebody else has made is taken as it is.
      await manager.streams.add({ name: "theirs", subjects: ["theirs.>"] });
      const theirs = await bus.stream("theirs", {
        subjects: ["theirs.>"],
        durability: "written",
      });
      assertEquals((await theirs.info()).messages, 0);
      await assertRejects(
        () =>
          bus.stream("theirs", {
            subjects: ["theirs.>"],
            durability: "memory",
          }),
        StreamConfigError,
      );
    }),
);

Deno.test(
  "De-duplication, expectations and discard end as through NATS's own client",
  { ignore },
  () =>
    beside(async (bus, nats) => {
      const js = jetstream(nats);
      const orders = await bus.stream("orders", {
        subjects: ["orders.>"],
        durability: "written",
        maxMessages: 3,
        discard: "newest",
      });
      // The same id, from whichever side it comes first.
      const first = await js.publish("orders.a", "1", { msgID: "x" });
      const second = await orders.publish("orders.a", 1, { id: "x" });
      assertEquals([first.seq, first.duplicate], [1, false]);
      assertEquals([second.sequence, second.isDuplicate], [1, true]);
      const third = await orders.publish("orders.a", 2, { id: "y" });
      const fourth = await js.publish("orders.a", "2", { msgID: "y" });
      assertEquals([third.sequence, fourth.seq, fourth.duplicate], [
        2,
        2,
        true,
      ]);
      // The same expectation is refused to both.
      const theirs = await assertRejects(() =>
        js.publish("orders.a", "3", { expect: { lastSequence: 7 } })
      );
      assert(/wrong last sequence/.test(String(theirs)));
      await assertRejects(
        () => orders.publish("orders.a", 3, { expectedLastSequence: 7 }),
        StreamConflictError,
      );
      await js.publish("orders.a", "3", { expect: { lastSequence: 2 } });
      // It is full for both.
      const full = await assertRejects(() => js.publish("orders.a", "4"));
      assert(/maximum messages/.test(String(full)));
      await assertRejects(() => orders.publish("orders.a", 4), StreamFullError);
      assertEquals((await orders.info()).messages, 3);
    }),
);

Deno.test(
  "What is acknowledged, refused and left alone comes again as through NATS's own client",
  { ignore },
  () =>
    beside(async (bus, nats) => {
      const manager = await jetstreamManager(nats);
      const log = await bus.stream("log", {
        subjects: ["log.>"],
        durability: "written",
      });
      for (let index = 1; index <= 3; index++) {
        await log.publish("log.a", index);
      }
      await manager.consumers.add("log", {
        durable_name: "theirs",
        ack_policy: AckPolicy.Explicit,
        ack_wait: nanos(300),
      });
      const theirs = await jetstream(nats).consumers.get("log", "theirs");
      await using ours = await log.consume("log.>", {
        name: "ours",
        ackWaitMs: 300,
      });
      // The first is acknowledged; the second is refused, and the third left
      // alone, when they come first.
      const seen: [ours: unknown[], theirs: unknown[]] = [[], []];
      for (let step = 0; step < 5; step++) {
        const message = await nextOf(ours);
        seen[0].push([message.sequence, message.deliveries]);
        if (message.sequence === 1 || message.deliveries > 1) {
          await message.ack();
        } else if (message.sequence === 2) await message.nak();
      }
      for (let step = 0; step < 5; step++) {
        const message = await theirs.next();
        if (message === null) throw new Error("It has not come");
        const { seq, info } = message;
        seen[1].push([seq, info.deliveryCount]);
        if (seq === 1 || info.deliveryCount > 1) await message.ackAck();
        else if (seq === 2) message.nak();
      }
      assertEquals(sorted(seen[0]), sorted(seen[1]));
      const infos = await Promise.all(
        ["ours", "theirs"].map((name) => manager.consumers.info("log", name)),
      );
      assertEquals(
        infos.map((info) => [info.num_ack_pending, info.ack_floor.stream_seq]),
        [[0, 3], [0, 3]],
      );
    }),
);

function sorted(values: readonly unknown[]): string[] {
  return values.map((value) => JSON.stringify(value)).toSorted();
}
