import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { ConnectError } from "../../src/session/errors.ts";
import {
  PoolEntries,
  type PoolEntry,
  PoolOpening,
  type SocketSource,
} from "../../src/session/pool_entries.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** A pool whose sockets are numbers, opened and closed by a test. */
class Bench {
  readonly clock = new ManualClock();
  readonly entries: PoolEntries<number>;
  /** Openings, first to last. */
  readonly openings: PoolOpening<number>[] = [];
  readonly closed: number[] = [];
  readonly #source: SocketSource<number> = {
    open: (entry) => {
      const opening = new PoolOpening(this.entries, entry);
      this.openings.push(opening);
      return opening.opened;
    },
    close: (socket) => void this.closed.push(socket),
  };

  constructor(socketsPerKey: number = 1, lingerMs: number = 0) {
    const { clock } = this;
    this.entries = new PoolEntries({ clock, lingerMs, socketsPerKey });
  }

  entryFor(key: string): PoolEntry<number> {
    return this.entries.entryFor(key, this.#source);
  }
}

Deno.test("PoolEntries opens one socket for all leases of a key", async () => {
  const bench = new Bench();
  const leases = ["a", "a", "a"].map((key) =>
    bench.entryFor(key).resource.acquire()
  );
  assertEquals([bench.openings.length, bench.entries.leases], [1, 3]);
  bench.openings[0]?.ready(7);
  for (const lease of await Promise.all(leases)) {
    assertEquals(lease.value, 7);
  }
  assertEquals(bench.entries.counters.sockets, 1);
});

Deno.test("PoolEntries keeps the sockets of different keys apart", () => {
  const bench = new Bench();
  const [a, b] = [bench.entryFor("a"), bench.entryFor("b")];
  assertEquals([a.key, b.key, [...bench.entries]], ["a", "b", [a, b]]);
  assertStrictEquals(bench.entryFor("a"), a);
});

Deno.test("PoolEntries opens another socket while all are in use, and then takes the one with the fewest leases", () => {
  const bench = new Bench(2);
  const first = bench.entryFor("a");
  first.resource.acquire();
  const second = bench.entryFor("a");
  second.resource.acquire();
  second.resource.acquire();
  assertEquals(bench.openings.length, 2);
  assertStrictEquals(bench.entryFor("a"), first);
  first.resource.acquire();
  first.resource.acquire();
  assertStrictEquals(bench.entryFor("a"), second);
});

Deno.test("PoolEntries takes a socket that nobody uses before it opens another", async () => {
  const bench = new Bench(2, 1000);
  const first = bench.entryFor("a");
  const lease = first.resource.acquire();
  bench.openings[0]?.ready(1);
  (await lease).release();
  assertStrictEquals(bench.entryFor("a"), first);
});

Deno.test("PoolEntries closes a socket when the last lease is released and its linger time has passed", async () => {
  const bench = new Bench(1, 100);
  const leases = [0, 1].map(() => bench.entryFor("a").resource.acquire());
  bench.openings[0]?.ready(5);
  for (const lease of await Promise.all(leases)) lease.release();
  bench.clock.advance(99);
  await Promise.resolve();
  assertEquals(bench.closed, []);
  bench.clock.advance(1);
  await Promise.resolve();
  assertEquals(bench.closed, [5]);
});

Deno.test("PoolEntries.retire() gives an entry to nobody else, and its leases no longer count", async () => {
  const bench = new Bench();
  const entry = bench.entryFor("a");
  const lease = entry.resource.acquire();
  bench.openings[0]?.ready(1);
  await lease;
  bench.entries.retire(entry);
  bench.entries.retire(entry);
  assertEquals([bench.entries.leases, [...bench.entries]], [0, []]);
  const next = bench.entryFor("a");
  next.resource.acquire();
  assertEquals(bench.openings.length, 2);
  (await lease).release();
  assertEquals([bench.entries.leases, bench.closed], [1, []]);
});

Deno.test("a pool opening that fails retires its entry, and the next lease opens another", async () => {
  const bench = new Bench();
  const failed = assertRejects(
    () => bench.entryFor("a").resource.acquire(),
    Error,
    "refused",
  );
  bench.openings[0]?.failed(new Error("refused"));
  await failed;
  const lease = bench.entryFor("a").resource.acquire();
  bench.openings[1]?.ready(2);
  assertEquals((await lease).value, 2);
});

Deno.test("a pool opening of an earlier socket does not retire an entry that has another", async () => {
  const bench = new Bench();
  const entry = bench.entryFor("a");
  const lease = entry.resource.acquire();
  bench.openings[0]?.ready(1);
  (await lease).release();
  // The socket is still on its way out.
  const next = bench.entryFor("a").resource.acquire();
  bench.openings[0]?.retire();
  bench.openings[0]?.stopped();
  bench.openings[1]?.ready(2);
  assertEquals((await next).value, 2);
  assertStrictEquals(bench.entryFor("a"), entry);
});

Deno.test("a pool opening counts a lost socket as an eviction, but not one that never came", async () => {
  const bench = new Bench();
  const { counters } = bench.entries;
  const never = assertRejects(() => bench.entryFor("a").resource.acquire());
  bench.openings[0]?.lost();
  bench.openings[0]?.failed(new Error("refused"));
  await never;
  assertEquals([counters.evictions, counters.sockets], [0, 0]);
  const lease = bench.entryFor("a").resource.acquire();
  bench.openings[1]?.ready(2);
  await lease;
  bench.openings[1]?.lost();
  bench.openings[1]?.stopped();
  assertEquals([counters.evictions, counters.sockets], [1, 0]);
});

Deno.test("a pool opening whose actor stops before there is a socket says that the pool was closed", async () => {
  const bench = new Bench();
  const waiting = assertRejects(
    () => bench.entryFor("a").resource.acquire(),
    ConnectError,
    "closed",
  );
  bench.openings[0]?.stopped();
  await waiting;
  assertEquals(bench.entries.counters.sockets, 0);
});
