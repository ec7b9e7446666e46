// The bus on NATS while its server is away, and after it has come back.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  BusClosedError,
  BusLimitError,
  type MessageBus,
  StreamNotFoundError,
} from "../../src/bus/mod.ts";
import {
  BusInterruptedError,
  natsBus,
  type NatsBusOptions,
  NatsConnectError,
} from "../../src/bus/nats/mod.ts";
import { isSlow } from "../support/slow.ts";
import { next, take, until, work } from "./conformance/waiting.ts";
import { NatsServer, natsServerMissing } from "./support/nats_server.ts";

const ignore = natsServerMissing !== undefined;
/** Nobody leaves by silence in these tests. */
const PRESENCE_MS = 600_000;

function connect(
  server: NatsServer,
  options: Partial<NatsBusOptions> = {},
): Promise<MessageBus> {
  return natsBus({
    servers: server.address,
    presenceMs: PRESENCE_MS,
    maxReconnectDelayMs: 200,
    drainMs: 500,
    ...options,
  });
}

/** Kills the server, and waits until a bus knows. */
async function kill(server: NatsServer, ...buses: MessageBus[]): Promise<void> {
  await server.kill();
  for (const bus of buses) await untilLost(bus);
}

/** Waits until what is published waits, as there is no server. */
async function untilLost(bus: MessageBus): Promise<void> {
  for (;;) {
    const settled = await Promise.race([
      bus.publish("is.anybody.there", 1).then(() => true, () => true),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 100)),
    ]);
    if (!settled) return;
  }
}

Deno.test(
  "What is published while there is no server of NATS is kept in order and once when there is one again",
  { ignore },
  async () => {
    await using server = await NatsServer.start({ hasJetStream: true });
    await using bus = await connect(server);
    const log = await bus.stream("log", {
      subjects: ["log.>"],
      durability: "written",
    });
    await bus.publish("log.a", 0);
    await kill(server, bus);
    const publishing: Promise<void>[] = [];
    for (let index = 1; index <= 1000; index++) {
      publishing.push(bus.publish("log.a", index));
    }
    const flushed = bus.flush();
    await server.start();
    await Promise.all(publishing);
    await flushed;
    await using consumer = await log.consume("log.>");
    assertEquals(await work(consumer, 1001), [...Array(1001).keys()]);
    assertEquals((await log.info()).messages, 1001);
  },
);

Deno.test(
  "NATS's own client loses what is published while it has no server, without a word",
  { ignore },
  async () => {
    // Why there is an outbox: if this changes, there need not be one.
    const { connect } = await import("@nats-io/transport-node");
    await using server = await NatsServer.start();
    const lonely = await connect({
      servers: server.address,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 50,
    });
    const seen: string[] = [];
    lonely.subscribe("log", {
      callback: (_error, message) => void seen.push(message.string()),
    });
    await lonely.flush();
    const statuses = lonely.status()[Symbol.asyncIterator]();
    const status = async (wanted: string) => {
      while ((await statuses.next()).value?.type !== wanted);
    };
    await server.kill();
    await status("disconnect");
    for (let index = 0; index < 100; index++) lonely.publish("log", "lost");
    await server.start();
    await status("reconnect");
    lonely.publish("log", "after");
    await lonely.flush();
    assertEquals(seen.at(-1), "after");
    assert(seen.length < 101, `${seen.length} have come`);
    await lonely.close();
  },
);

Deno.test(
  "A publish that the server of NATS has not confirmed when it dies is rejected as uncertain, and not sent again",
  { ignore },
  async () => {
    await using server = await NatsServer.start({ hasJetStream: true });
    await using bus = await connect(server);
    const log = await bus.stream("log", {
      subjects: ["log.>"],
      durability: "written",
    });
    server.freeze();
    const uncertain = bus.publish("log.a", 1);
    const kept = log.publish("log.a", 2, { id: "two" });
    await Promise.all([
      assertRejects(() => uncertain, BusInterruptedError),
      assertRejects(() => kept, BusInterruptedError),
      server.kill(),
    ]);
    await server.start();
    await log.publish("log.a", 2, { id: "two" });
    await bus.publish("log.a", 3);
    await using consumer = await log.consume("log.>");
    const values = [await work(consumer, 1), await work(consumer, 1)].flat();
    // The first may have been kept: it is there once at most.
    assert(JSON.stringify(values).endsWith("2,3]") || values.at(0) === 1);
    assertEquals((await log.info()).messages <= 3, true);
  },
);

Deno.test(
  "What waits for a server of NATS is bounded, and refused by name beyond",
  { ignore },
  async () => {
    await using server = await NatsServer.start();
    await using bus = await connect(server, {
      maxOutboxBytes: 10_000,
      drainMs: 50,
    });
    await kill(server, bus);
    const value = "x".repeat(1000);
    const publishing = Array.from(
      { length: 20 },
      () => bus.publish("log", value).catch((error) => error),
    );
    await bus.close();
    const errors = await Promise.all(publishing);
    const waited = errors.filter((one) => one instanceof BusClosedError).length;
    const refused = errors.filter((one) => one instanceof BusLimitError).length;
    // One of 1,003 bytes costs a little more; one published before waits, too.
    assert(waited >= 8 && waited <= 9, `${waited} have waited`);
    assertEquals(waited + refused, 20);
  },
);

Deno.test(
  "Publishes that wait for a server of NATS to keep them are bounded, and refused by name beyond",
  { ignore },
  async () => {
    await using server = await NatsServer.start({ hasJetStream: true });
    await using bus = await connect(server, { drainMs: 50 });
    const log = await bus.stream("log", {
      subjects: ["log"],
      durability: "written",
    });
    server.freeze();
    const publishing: Promise<unknown>[] = [];
    for (let index = 0; index < 10_000; index++) {
      publishing.push(log.publish("log", index).catch((error) => error));
    }
    await assertRejects(() => log.publish("log", "more"), BusLimitError);
    await server.kill();
    for (const outcome of await Promise.all(publishing)) {
      assert(outcome instanceof BusInterruptedError, String(outcome));
    }
  },
);

Deno.test(
  "A message that is larger than the server of NATS takes is refused by name",
  { ignore },
  async () => {
    await using server = await NatsServer.start({
      config: "max_payload: 1024",
    });
    await using bus = await connect(server);
    await assertRejects(
      () => bus.publish("log", "x".repeat(2000)),
      BusLimitError,
    );
    await bus.publish("log", "x".repeat(1000));
  },
);

Deno.test(
  "A bus on NATS closes in its time without a server, and what waited is rejected",
  { ignore },
  async () => {
    await using server = await NatsServer.start();
    const bus = await connect(server, { drainMs: 50 });
    const subscription = bus.subscribe("log");
    await subscription.ready;
    await kill(server, bus);
    const publishing = assertRejects(
      () => bus.publish("log", 1),
      BusClosedError,
    );
    const asking = assertRejects(
      () => bus.request("log", 1, { timeoutMs: 600_000 }),
      BusClosedError,
    );
    await bus.close();
    await Promise.all([publishing, asking]);
    await bus.closed;
    assertEquals(await subscription.receive(), undefined);
  },
);

Deno.test(
  "A publish that waits for a server of NATS ends with its signal, and is not sent",
  { ignore },
  async () => {
    await using server = await NatsServer.start();
    await using bus = await connect(server);
    await using subscription = bus.subscribe("log");
    await subscription.ready;
    await kill(server, bus);
    const aborter = new AbortController();
    const { signal } = aborter;
    const publishing = bus.publish("log", "withdrawn", { signal });
    const after = bus.publish("log", "after");
    const reason = new Error("no longer");
    aborter.abort(reason);
    assertEquals(await publishing.catch((error) => error), reason);
    await server.start();
    await after;
    assertEquals(await take(subscription, 1), ["after"]);
  },
);

Deno.test(
  "A server of NATS that does not let a client in any more ends its bus with the reason",
  { ignore },
  async () => {
    const users = (pass: string) =>
      `authorization { user: "ann", password: "${pass}" }`;
    await using server = await NatsServer.start({ config: users("old") });
    const bus = await connect(server, { user: "ann", pass: "old" });
    const subscription = bus.subscribe("log");
    await subscription.ready;
    await server.kill();
    await server.start(users("new"));
    await assertRejects(() => bus.closed, BusClosedError);
    await assertRejects(() => subscription.closed, BusClosedError);
    await assertRejects(() => bus.publish("log", 1), BusClosedError);
    await bus.close();
    await assertRejects(
      () => connect(server, { user: "ann", pass: "wrong" }),
      NatsConnectError,
    );
  },
);

Deno.test(
  "A server of NATS that is killed in the middle of everything loses nothing that was acknowledged",
  { ignore },
  async () => {
    await using server = await NatsServer.start({ hasJetStream: true });
    await using bus = await connect(server);
    await using other = await connect(server);
    const log = await bus.stream("log", {
      subjects: ["log.>"],
      durability: "written",
    });
    const same = await other.stream("log", {
      subjects: ["log.>"],
      durability: "written",
    });
    await using live = other.subscribe("live.*");
    await using responder = other.subscribe("ask", {
      handler: (message) => message.respond(message.value),
    });
    await using presence = other.presence("room");
    const ann = await bus.track("room", "ann", 0);
    await bus.publish("state", "kept", { retain: true });
    await Promise.all([live.ready, responder.ready, presence.ready]);
    const leaves: unknown[] = [];
    const watching = (async () => {
      for await (const change of presence) leaves.push(...change.leaves);
    })();

    // One consumes by name, another without one, while one publishes.
    const seen = new Set<unknown>();
    const named = await same.consume("log.>", {
      name: "worker",
      ackWaitMs: 2000,
    });
    const working = (async () => {
      for await (const message of named) {
        seen.add(message.value);
        // One that was interrupted comes again.
        await message.ack().catch(() => {});
      }
    })();
    await using plain = await same.consume("log.>");
    const plainly = new Set<unknown>();
    const reading = (async () => {
      for await (const message of plain) {
        plainly.add(message.value);
        await message.ack().catch(() => {});
      }
    })();
    let published = 0;
    let isOver = false;
    let retries = 0;
    const publishing = (async () => {
      while (!isOver) {
        const id = String(published);
        try {
          await log.publish("log.a", published, { id });
          published++;
        } catch (error) {
          if (error instanceof StreamNotFoundError) throw error;
          retries++;
        }
      }
    })();
    const rounds = isSlow ? 20 : 3;
    for (let round = 1; round <= rounds; round++) {
      const before = published;
      await until(() => published > before + 20, "it is under way");
      await server.kill();
      await server.start();
      await until(() => published > before + 40, "it goes on");
      assertEquals(await other.request("ask", round), round);
      // What is live is known again before what is asked.
      await other.publish("live.x", round);
      assertEquals((await next(live)).value, round);
      await ann.update(round);
      await until(
        () => presence.members()[0]?.meta === round,
        "presence goes on",
      );
      const late = bus.subscribe("state");
      const { value, isRetained } = await next(late);
      assertEquals([value, isRetained], ["kept", true]);
      await late.unsubscribe();
    }
    isOver = true;
    await publishing;
    await until(() => seen.size === published, "each was worked on");
    await until(() => plainly.size === published, "each was read");
    const info = await log.info();
    assertEquals([info.messages, info.lastSequence], [published, published]);
    assertEquals(leaves, []);
    assert(retries > 0, "no publish was interrupted");
    await Promise.all([named.close(), plain.close()]);
    await presence[Symbol.asyncDispose]();
    await Promise.all([working, reading, watching]);
  },
);
