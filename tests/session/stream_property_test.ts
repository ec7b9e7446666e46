import { setImmediate } from "node:timers/promises";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { LogicalConnection } from "../../src/session/logical_connection.ts";
import { Digest, pattern } from "../support/bytes.ts";
import { bounded, echo, Net, roundTrip } from "../support/net.ts";

/** What an end may do; nothing is awaited, so that it happens at once. */
const acts = {
  sendSmall: (end) => end.send(pattern(10)),
  sendLarge: (end) => end.send(pattern(300_000)),
  receive: (end) => end.receive(),
  receiveAll: async (end) => {
    while (await end.receive() !== undefined);
  },
  giveUpReading: (end) => {
    const controller = new AbortController();
    queueMicrotask(() => controller.abort());
    return end.receive({ signal: controller.signal });
  },
  leave: async (end) => {
    for await (const _ of end) break;
  },
  closeWrite: (end) => end.closeWrite(),
  close: (end) => end.close(),
  reset: (end) => Promise.resolve(end.reset()),
} satisfies Record<string, (end: LogicalConnection) => Promise<unknown>>;

type Act = keyof typeof acts;
const actNames: Act[] = Object.keys(acts) as Act[];

const step = fc.record({
  pair: fc.nat({ max: 3 }),
  end: fc.constantFrom(0, 1),
  act: fc.constantFrom(...actNames),
  /** Whether the sockets have their turn after it. */
  yields: fc.boolean(),
});

Deno.test(
  "whatever both ends do, the session survives and every wait ends",
  bounded,
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        await using net = new Net();
        const pairs = [];
        for (let i = 0; i < 4; i++) pairs.push(await net.pair());
        const others = await net.pair();
        const waits: Promise<unknown>[] = [];
        for (const { pair, end, act, yields } of steps) {
          const connection = pairs[pair]?.[end];
          if (connection === undefined) throw new Error("There is no such end");
          const wait: Promise<unknown> = acts[act](connection);
          waits.push(wait.catch(() => {}));
          if (yields) await setImmediate();
        }
        const [lively, itsEnd] = others;
        const answer = itsEnd.receive().then((message) =>
          itsEnd.send(message ?? pattern(0))
        );
        await Promise.all([roundTrip(lively), answer]);
        // Whoever still waits, waits for the other end to do something.
        for (const [here, there] of pairs) {
          here.reset();
          await Promise.all([here.closed, there.closed]);
        }
        await Promise.all(waits);
        assertEquals(net.pool.stats().leases, 1);
        assertEquals(net.pool.stats().dials, 1);
        assertEquals(net.peerErrors.untaken, 0);
      }),
      { numRuns: 100 },
    );
  },
);

Deno.test(
  "whatever the sizes, messages arrive whole and in order both ways at once",
  bounded,
  async () => {
    const size = fc.oneof(
      fc.nat({ max: 300 }),
      fc.nat({ max: 200_000 }),
      fc.constantFrom(65_535, 65_536, 65_537, 262_080, 262_144),
    );
    const sizes = fc.array(size, { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(sizes, sizes, async (there, back) => {
        await using net = new Net();
        const ends = await net.pair();
        const plans = [there, back] as const;
        await Promise.all(ends.map(async (end, i) => {
          const mine = plans[i] ?? [];
          const sent = mine.map((length, j) => end.send(pattern(length, j)));
          const ended = end.closeWrite();
          const lengths: number[] = [];
          const [got, expected] = [new Digest(), new Digest()];
          for await (const message of end) {
            lengths.push(message.length);
            got.update(message);
          }
          const theirs = plans[1 - i] ?? [];
          theirs.forEach((length, j) => expected.update(pattern(length, j)));
          assertEquals(lengths, theirs);
          assertEquals(got.hex(), expected.hex());
          await Promise.all([...sent, ended]);
        }));
        await Promise.all(ends.map((end) => end.closed));
      }),
      { numRuns: 30 },
    );
  },
);

Deno.test(
  "every wait ends, whichever side ends the session",
  bounded,
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 20 }),
        fc.constantFrom("pool", "listener", "both"),
        async (steps, who) => {
          await using net = new Net({
            serve(connection, context) {
              if (connection.id === "echo") return echo(connection, context);
              net.served.push(connection);
              return connection.closed;
            },
          });
          const pairs = [];
          for (let i = 0; i < 4; i++) pairs.push(await net.pair());
          const waits: Promise<unknown>[] = [];
          for (const { pair, end, act } of steps) {
            const connection = pairs[pair]?.[end];
            if (connection === undefined) {
              throw new Error(
                "There is no such end",
              );
            }
            const wait: Promise<unknown> = acts[act](connection);
            waits.push(wait.catch(() => {}));
          }
          await Promise.all([
            who === "listener" || net.pool.close(),
            who === "pool" || net.listener.close(),
          ]);
          await Promise.all(pairs.flat().map((end) => end.closed));
          await Promise.all(waits);
          assertEquals(net.peerErrors.untaken, 0);
          assertEquals(net.failures.untaken, 0);
        },
      ),
      { numRuns: 100 },
    );
  },
);
