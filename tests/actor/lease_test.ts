import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { SharedResource } from "../../src/actor/lease.ts";
import { TroupeError } from "../../src/actor/errors.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { settle, soon } from "./fixtures.ts";

/** A resource whose openings the test settles, numbered from 0. */
function setUp(lingerMs = 100) {
  const clock = new ManualClock();
  const openings: PromiseWithResolvers<string>[] = [];
  const closed: string[] = [];
  const resource = new SharedResource<string>({
    clock,
    lingerMs,
    open() {
      const opening = Promise.withResolvers<string>();
      openings.push(opening);
      return opening.promise;
    },
    close: (value) => void closed.push(value),
  });
  return {
    clock,
    openings,
    closed,
    resource,
    /** Lets the opening of this number succeed. */
    open: (index = 0) => openings[index]?.resolve(`value ${index}`),
  };
}

Deno.test("A resource is opened once for all who acquire it while it opens", async () => {
  const { openings, open, resource } = setUp();
  const acquiring = [resource.acquire(), resource.acquire()];
  assertEquals(resource.isOpen, true);
  open();
  const leases = await Promise.all(acquiring);
  assertEquals(leases.map(({ value }) => value), ["value 0", "value 0"]);
  assertEquals(resource.leases, 2);
  assertEquals(openings.length, 1);
});

Deno.test("A resource is not opened before somebody acquires it", () => {
  const { openings, resource } = setUp();
  assertEquals(openings.length, 0);
  assertEquals(resource.isOpen, false);
});

Deno.test("A resource is closed when the last lease is released and it has lingered", async () => {
  const { clock, closed, open, resource } = setUp(100);
  const acquiring = [resource.acquire(), resource.acquire()];
  open();
  const [first, second] = await Promise.all(acquiring);
  first?.release();
  clock.advance(1000);
  await settle();
  assertEquals(closed, [], "the second lease still holds it");
  second?.release();
  clock.advance(99);
  await settle();
  assertEquals(closed, []);
  clock.advance(1);
  await settle();
  assertEquals(closed, ["value 0"]);
  assertEquals(resource.isOpen, false);
});

Deno.test("A lease that is released twice counts once", async () => {
  const { open, resource } = setUp();
  const acquiring = [resource.acquire(), resource.acquire()];
  open();
  const [first] = await Promise.all(acquiring);
  first?.release();
  first?.release();
  assertEquals(resource.leases, 1);
});

Deno.test("A lease is released when it is disposed", async () => {
  const { open, resource } = setUp();
  const acquiring = resource.acquire();
  open();
  {
    await using _lease = await acquiring;
    assertEquals(resource.leases, 1);
  }
  assertEquals(resource.leases, 0);
});

Deno.test("A lease that is taken while the resource lingers keeps it open", async () => {
  const { clock, closed, open, openings, resource } = setUp(100);
  const acquiring = resource.acquire();
  open();
  (await acquiring).release();
  clock.advance(50);
  const again = await resource.acquire();
  clock.advance(1000);
  await settle();
  assertEquals(closed, []);
  assertEquals(openings.length, 1);
  again.release();
  clock.advance(99);
  await settle();
  assertEquals(closed, [], "it lingers anew");
  clock.advance(1);
  await settle();
  assertEquals(closed, ["value 0"]);
});

Deno.test("A resource that lingers does not keep the process alive", async () => {
  const { clock, open, resource } = setUp(100);
  const acquiring = resource.acquire();
  open();
  (await acquiring).release();
  assertEquals(clock.pending, 1);
  assertEquals(clock.holding, 0);
});

Deno.test("A resource without linger time is closed with the last release", async () => {
  const { clock, closed, open, resource } = setUp(0);
  const acquiring = resource.acquire();
  open();
  (await acquiring).release();
  assertEquals(resource.isOpen, false);
  await settle();
  assertEquals(closed, ["value 0"]);
  assertEquals(clock.pending, 0);
});

Deno.test("A lease is released when its holder's signal aborts", async () => {
  const { open, resource } = setUp();
  const holder = new AbortController();
  const acquiring = resource.acquire(holder);
  open();
  const lease = await acquiring;
  holder.abort();
  assertEquals(resource.leases, 0);
  lease.release();
  assertEquals(resource.leases, 0);
});

Deno.test("A holder whose signal has aborted gets no lease, and opens nothing", async () => {
  const { openings, resource } = setUp();
  const signal = AbortSignal.abort(new Error("gone"));
  await assertRejects(() => resource.acquire({ signal }), Error, "gone");
  assertEquals(openings.length, 0);
  assertEquals(resource.leases, 0);
});

Deno.test("A holder whose signal aborts during the opening does not wait for it", async () => {
  const { resource } = setUp();
  const holder = new AbortController();
  const acquiring = resource.acquire(holder);
  const other = resource.acquire();
  holder.abort(new Error("gone"));
  await assertRejects(() => soon(acquiring), Error, "gone");
  assertEquals(resource.leases, 1);
  other.catch(() => {});
});

Deno.test("A holder whose signal aborts just as the resource has opened gets no lease", async () => {
  const { open, openings, resource } = setUp();
  const holder = new AbortController();
  const acquiring = resource.acquire(holder);
  open();
  openings[0]?.promise.then(() => holder.abort(new Error("gone")));
  await assertRejects(() => acquiring, Error, "gone");
  assertEquals(resource.leases, 0);
});

Deno.test("A resource that everybody abandoned during its opening is closed again", async () => {
  const { clock, closed, open, resource } = setUp(100);
  const holder = new AbortController();
  const acquiring = resource.acquire(holder);
  holder.abort(new Error("gone"));
  await assertRejects(() => soon(acquiring), Error, "gone");
  clock.advance(100);
  open();
  await settle();
  assertEquals(closed, ["value 0"]);
});

Deno.test("A failing opening rejects all who wait, and the next call tries again", async () => {
  const { openings, open, resource } = setUp();
  const acquiring = [resource.acquire(), resource.acquire()];
  const failure = new Error("refused");
  openings[0]?.reject(failure);
  for (const lease of acquiring) {
    assertStrictEquals(await assertRejects(() => lease), failure);
  }
  assertEquals(resource.leases, 0);
  assertEquals(resource.isOpen, false);
  const again = resource.acquire();
  open(1);
  assertEquals((await again).value, "value 1");
  assertEquals(resource.leases, 1);
});

Deno.test("A failing opening does not disturb the one that came after it", async () => {
  const { openings, open, resource } = setUp();
  const first = resource.acquire();
  resource.evict();
  const second = resource.acquire();
  openings[0]?.reject(new Error("refused"));
  await assertRejects(() => first, Error, "refused");
  open(1);
  assertEquals((await second).value, "value 1");
  assertEquals(resource.leases, 1);
});

Deno.test("An opening that throws counts no lease", async () => {
  const failure = new Error("thrown");
  const resource = new SharedResource<string>({
    clock: new ManualClock(),
    lingerMs: 0,
    open() {
      throw failure;
    },
    close() {},
  });
  assertStrictEquals(await assertRejects(() => resource.acquire()), failure);
  assertEquals(resource.leases, 0);
  assertEquals(resource.isOpen, false);
});

Deno.test("An opening that fails leaves nothing on the holder's signal", async () => {
  const { openings, resource } = setUp();
  const holder = new AbortController();
  const failing = resource.acquire(holder);
  openings[0]?.reject(new Error("refused"));
  await assertRejects(() => failing, Error, "refused");
  const other = resource.acquire();
  holder.abort();
  assertEquals(resource.leases, 1, "the other's wait still counts");
  other.catch(() => {});
});

/** Counts the listeners of a signal. */
function countListeners(signal: AbortSignal): () => number {
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: unknown[]) => {
    listeners++;
    Reflect.apply(addEventListener, signal, args);
  };
  signal.removeEventListener = (...args: unknown[]) => {
    listeners--;
    Reflect.apply(removeEventListener, signal, args);
  };
  return () => listeners;
}

Deno.test("A lease leaves nothing on its holder's signal, however it ends", async () => {
  const { open, openings, resource } = setUp();
  const { signal } = new AbortController();
  const listeners = countListeners(signal);
  const failing = resource.acquire({ signal });
  assertEquals(listeners(), 1);
  openings[0]?.reject(new Error("refused"));
  await assertRejects(() => failing, Error, "refused");
  assertEquals(listeners(), 0, "after a failing opening");
  const acquiring = resource.acquire({ signal });
  open(1);
  (await acquiring).release();
  assertEquals(listeners(), 0, "after a release");
  const losing = resource.acquire({ signal });
  resource.evict();
  await assertRejects(() => losing, TroupeError, "lost");
  assertEquals(listeners(), 0, "after an eviction");
});

Deno.test("close() while the resource lingers closes it once, and ends the timer", async () => {
  const { clock, closed, open, resource } = setUp(100);
  const acquiring = resource.acquire();
  open();
  (await acquiring).release();
  resource.close();
  assertEquals(clock.pending, 0);
  await settle();
  assertEquals(closed, ["value 0"]);
});

Deno.test("An evicted resource is not closed, and the next lease opens it again", async () => {
  const { closed, open, openings, resource } = setUp(0);
  const acquiring = resource.acquire();
  open();
  const lost = await acquiring;
  resource.evict();
  assertEquals(resource.leases, 0);
  const again = resource.acquire();
  open(1);
  assertEquals((await again).value, "value 1");
  lost.release();
  await settle();
  assertEquals(resource.leases, 1, "a lease on what was lost counts no more");
  assertEquals(openings.length, 2);
  assertEquals(closed, []);
});

Deno.test("An eviction during the opening rejects those who wait", async () => {
  const { open, resource } = setUp();
  const acquiring = resource.acquire();
  resource.evict();
  open();
  await assertRejects(() => acquiring, TroupeError, "lost");
});

Deno.test("An eviction while the resource lingers ends the timer", async () => {
  const { clock, open, resource } = setUp(100);
  const acquiring = resource.acquire();
  open();
  (await acquiring).release();
  resource.evict();
  assertEquals(clock.pending, 0);
});

Deno.test("close() closes the resource once, whoever holds it", async () => {
  const { clock, closed, open, resource } = setUp(100);
  const acquiring = resource.acquire();
  open();
  const lease = await acquiring;
  resource.close();
  resource.close();
  lease.release();
  clock.advance(1000);
  await settle();
  assertEquals(closed, ["value 0"]);
  assertEquals(clock.pending, 0);
});

Deno.test("close() during the opening closes the resource once it is open", async () => {
  const { closed, open, resource } = setUp();
  const acquiring = resource.acquire();
  resource.close();
  open();
  await assertRejects(() => acquiring, TroupeError, "lost");
  assertEquals(closed, ["value 0"]);
});

Deno.test("An opening that fails when all have given up is forgotten, and the next call tries again", async () => {
  const { clock, openings, open, resource } = setUp(100);
  const holder = new AbortController();
  const acquiring = resource.acquire(holder);
  holder.abort(new Error("gone"));
  await assertRejects(() => soon(acquiring), Error, "gone");
  openings[0]?.reject(new Error("refused, long ago"));
  await settle();
  assertEquals(resource.isOpen, false);
  assertEquals(clock.pending, 0, "it does not linger");
  const again = resource.acquire();
  open(1);
  assertEquals((await soon(again)).value, "value 1");
});

Deno.test("What comes of an opening after evict() is closed", async () => {
  const { closed, open, resource } = setUp();
  const first = resource.acquire();
  resource.evict();
  const second = resource.acquire();
  open(0);
  await assertRejects(() => soon(first), TroupeError, "lost");
  assertEquals(closed, ["value 0"]);
  open(1);
  assertEquals((await soon(second)).value, "value 1");
  assertEquals(closed, ["value 0"]);
});

Deno.test("evict() does not close what was open: it is lost", async () => {
  const { closed, open, resource } = setUp();
  const acquiring = resource.acquire();
  open();
  (await acquiring).release();
  resource.evict();
  await settle();
  assertEquals(closed, []);
});

for (
  const [how, fail] of [
    ["throws", (error: Error) => {
      throw error;
    }],
    ["rejects", (error: Error) => Promise.reject(error)],
  ] as const
) {
  Deno.test(`A close that ${how} is reported, and the resource may be opened again`, async () => {
    const failure = new Error("close");
    const resource = new SharedResource<string>({
      clock: new ManualClock(),
      lingerMs: 0,
      open: () => Promise.resolve("value"),
      close: () => fail(failure),
    });
    const lines: unknown[][] = [];
    const { error } = console;
    console.error = (...args: unknown[]) => void lines.push(args);
    try {
      (await resource.acquire()).release();
      await settle();
    } finally {
      console.error = error;
    }
    assertEquals(lines, [["A shared resource could not be closed:", failure]]);
    assertEquals((await resource.acquire()).value, "value");
  });
}
