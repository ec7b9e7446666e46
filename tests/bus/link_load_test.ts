// Cuts, slow readers and many subscriptions, under load. Sizes are small here,
// and full with --slow.
import { assert, assertEquals } from "@std/assert";
import type { MessageBus } from "../../src/bus/mod.ts";
import { settledMemory } from "../support/memory.ts";
import { randomFrom } from "../support/random.ts";
import { isSlow } from "../support/slow.ts";
import { next, until } from "./conformance/waiting.ts";
import { LinkRig } from "./link_rig.ts";

/**
 * Publishes numbers from 0 on, on each of some subjects, in turn, until it is
 * over; returns how many.
 */
async function publishNumbers(
  bus: MessageBus,
  subjects: readonly string[],
  isOver: () => boolean,
): Promise<number> {
  let count = 0;
  for (; !isOver(); count++) {
    for (const subject of subjects) void bus.publish(subject, count);
    if (count % 50 === 49) await bus.flush();
  }
  await bus.flush();
  return count;
}

const CUTS = isSlow ? 200 : 6;

Deno.test(
  `each live message comes once and in order to every subscriber over ${CUTS} cuts`,
  {
    timeout: isSlow ? 600_000 : 60_000,
  },
  async () => {
    await using rig = new LinkRig();
    const clients = await Promise.all(
      Array.from({ length: 4 }, () =>
        rig.connect({
          onLoss: ({ cause }) => {
            throw cause;
          },
        })),
    );
    const publishers = clients.slice(0, 2);
    const subjects = publishers.map((_, index) => [
      `from.${index}.a`,
      `from.${index}.b`,
    ]);
    const seen: Map<string, number>[] = [];
    const subscriptions = clients.flatMap(({ bus }) =>
      ["from.*.*", "from.>", "from.0.a"].map((pattern) => {
        const last = new Map<string, number>();
        seen.push(last);
        return bus.subscribe(pattern, {
          overflow: "wait",
          handler({ subject, value, gap }) {
            assertEquals(gap, 0);
            assertEquals(value, (last.get(subject) ?? -1) + 1, subject);
            last.set(subject, Number(value));
          },
          onError: (error) => {
            throw error;
          },
        });
      })
    );
    await Promise.all(subscriptions.map(({ ready }) => ready));
    let cuts = 0;
    const random = randomFrom(14);
    const below = (count: number) => Math.floor(random() * count);
    const cutting = (async () => {
      for (; cuts < CUTS; cuts++) {
        const client = clients[below(clients.length)];
        if (client === undefined) continue;
        const { proxy } = client;
        // Those who only subscribe send little.
        const way = publishers.includes(client) && below(2) === 0
          ? "to_target"
          : "to_dialler";
        const before = proxy.cuts;
        proxy.cutAfter(1 + below(20_000), way);
        await until(() => proxy.cuts > before, "it is cut");
      }
    })();
    const counts = await Promise.all(
      publishers.map(({ bus }, index) =>
        publishNumbers(bus, subjects[index] ?? [], () => cuts === CUTS)
      ),
    );
    await cutting;
    await until(
      () =>
        seen.every((last) =>
          [...last].every(([subject, value]) =>
            value === (counts[Number(subject.split(".")[1])] ?? 0) - 1
          )
        ),
      "all has come",
    );
    assertEquals(seen.map(({ size }) => size).toSorted((a, b) => a - b), [
      ...Array(4).fill(1),
      ...Array(8).fill(4),
    ]);
  },
);

Deno.test(
  `each acknowledged message of a stream is there once over ${CUTS} cuts`,
  {
    timeout: isSlow ? 600_000 : 60_000,
  },
  async () => {
    const directory = await Deno.makeTempDir();
    try {
      await using rig = new LinkRig({ bus: { directory } });
      const { bus, proxy } = await rig.connect();
      const log = await bus.stream("log", { subjects: ["log.*"] });
      const acknowledged: number[] = [];
      const count = CUTS * 40;
      const publishing: Promise<void>[] = [];
      for (let index = 0; index < count; index++) {
        publishing.push(
          log.publish("log.a", index, { id: `m${index}` }).then(
            ({ sequence, isDuplicate }) => {
              assertEquals([sequence, isDuplicate], [index + 1, false]);
              acknowledged.push(index);
            },
          ),
        );
        if (index % 40 === 20) proxy.cut();
        if (index % 40 === 0) await publishing.at(-1);
      }
      await Promise.all(publishing);
      assertEquals(acknowledged.length, count);
      assertEquals((await log.info()).messages, count);
      await using consumer = await log.consume("log.*");
      for (let index = 0; index < count; index++) {
        const message = await consumer.receive();
        assertEquals([message?.value, message?.deliveries], [index, 1]);
        if (index % 100 === 50) proxy.cut();
        void message?.ack().catch(() => {});
      }
      assert(proxy.cuts >= CUTS);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);

Deno.test(
  "a subscriber that stops reading takes nothing from 20 lively ones, and memory stays bounded",
  {
    timeout: isSlow ? 600_000 : 60_000,
  },
  async () => {
    await using rig = new LinkRig();
    const publisher = await rig.connect();
    const deaf = await rig.connect();
    const before = await settledMemory();
    await using slow = deaf.bus.subscribe("data", {
      maxMessages: 100,
      handler: () => new Promise(() => {}),
    });
    let delivered = 0;
    const lively = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const { bus } = await rig.connect();
        const subscription = bus.subscribe("data", {
          overflow: "wait",
          handler: () => void delivered++,
        });
        await subscription.ready;
        return subscription;
      }),
    );
    await slow.ready;
    // Its socket is not read any more either.
    deaf.proxy.stall("to_dialler");
    const count = isSlow ? 50_000 : 2000;
    const bytes = new Uint8Array(1000);
    for (let index = 0; index < count; index++) {
      await publisher.bus.publish("data", bytes);
      if (index % 100 === 0) await publisher.bus.flush();
    }
    await until(() => delivered === 20 * count, "the lively ones have all");
    assertEquals(lively.map((one) => one.stats().dropped), Array(20).fill(0));
    const after = await settledMemory();
    const grown = after.heap + after.external - before.heap - before.external;
    if (isSlow) {
      console.log(
        `${count} messages of 1 kB beside one that does not read: ${
          (grown / 1e6).toFixed(1)
        } MB more`,
      );
    }
    assert(grown < 64e6, `${grown} bytes more`);
    deaf.proxy.flow("to_dialler");
  },
);

const MANY = isSlow ? 10_000 : 500;

Deno.test(
  `${MANY} subscriptions share one session, and each has its own messages`,
  {
    timeout: isSlow ? 600_000 : 60_000,
  },
  async () => {
    await using rig = new LinkRig();
    const { bus, pool } = await rig.connect();
    const before = await settledMemory();
    const subscriptions = Array.from(
      { length: MANY },
      (_, index) => bus.subscribe(`many.${index}`),
    );
    await Promise.all(subscriptions.map(({ ready }) => ready));
    assertEquals(pool.stats().sockets, 1);
    assertEquals(rig.server.stats().subscriptions, MANY);
    for (let index = 0; index < MANY; index++) {
      void rig.bus.publish(`many.${index}`, index);
    }
    for (const [index, subscription] of subscriptions.entries()) {
      assertEquals((await next(subscription)).value, index);
    }
    if (isSlow) {
      const after = await settledMemory();
      const each =
        (after.heap + after.external - before.heap - before.external) /
        MANY;
      console.log(
        `${MANY} subscriptions on one session: ${
          each.toFixed(0)
        } bytes each, both sides together`,
      );
      assert(each < 40_000);
    }
    await Promise.all(subscriptions.map((one) => one.unsubscribe()));
    await until(() => rig.server.stats().subscriptions === 0, "all have gone");
  },
);

Deno.test(
  `a message comes once to a process, and to all ${MANY} of its subscriptions`,
  {
    timeout: isSlow ? 600_000 : 60_000,
  },
  async () => {
    await using rig = new LinkRig();
    const { bus, proxy } = await rig.connect();
    let delivered = 0;
    const subscriptions = Array.from(
      { length: MANY },
      () =>
        bus.subscribe("news", {
          // So that nothing else is on its way.
          retained: false,
          handler: () => void delivered++,
        }),
    );
    await Promise.all(subscriptions.map(({ ready }) => ready));
    assertEquals(rig.server.stats().subscriptions, 1);
    const before = proxy.forwarded.to_dialler;
    const bytes = new Uint8Array(10_000);
    for (let index = 0; index < 10; index++) {
      await rig.bus.publish("news", bytes);
    }
    await until(() => delivered === 10 * MANY, "all have all");
    assert(proxy.forwarded.to_dialler - before < 10 * 11_000);
  },
);
