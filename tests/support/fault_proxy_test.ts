import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { pattern } from "./bytes.ts";
import { FaultProxy } from "./fault_proxy.ts";
import { bounded } from "./net.ts";

/** A listener, a proxy to it, and the two ends of one connection through it. */
class Setup implements AsyncDisposable {
  readonly #ends: Deno.TcpConn[] = [];
  readonly listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly proxy = new FaultProxy(this.listener.addr);

  /** Dials through the proxy. */
  async dial(): Promise<Deno.TcpConn> {
    const dialler = await Deno.connect(this.proxy.address);
    this.#ends.push(dialler);
    return dialler;
  }

  /** Dials, and gives the dialler's end and the target's. */
  async pair(): Promise<[Deno.TcpConn, Deno.TcpConn]> {
    const [dialler, target] = await Promise.all([
      this.dial(),
      this.listener.accept(),
    ]);
    this.#ends.push(target);
    return [dialler, target];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
    for (const end of this.#ends) end.close();
    this.listener.close();
  }
}

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await conn.write(bytes.subarray(at));
  }
}

/** Reads exactly so many bytes. */
async function readBytes(conn: Deno.Conn, count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(count);
  for (let at = 0; at < count;) {
    const got = await conn.read(bytes.subarray(at));
    if (got === null) throw new Error(`It ended after ${at} bytes`);
    at += got;
  }
  return bytes;
}

/** Reads until the connection ends, in order or not. */
async function readToEnd(conn: Deno.Conn): Promise<number> {
  const buffer = new Uint8Array(64 * 1024);
  let total = 0;
  try {
    for (let got; (got = await conn.read(buffer)) !== null;) total += got;
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  }
  return total;
}

Deno.test(
  "a proxy forwards and counts what goes each way",
  bounded,
  async () => {
    await using setup = new Setup();
    const [dialler, target] = await setup.pair();
    const bytes = pattern(300_000);
    const [got] = await Promise.all([
      readBytes(target, bytes.length),
      writeAll(dialler, bytes),
    ]);
    assertEquals(got, bytes);
    await writeAll(target, bytes.subarray(0, 10));
    assertEquals(await readBytes(dialler, 10), bytes.slice(0, 10));
    assertEquals(setup.proxy.forwarded, { to_target: 300_000, to_dialler: 10 });
    assertEquals([setup.proxy.accepted, setup.proxy.open], [1, 1]);
  },
);

Deno.test(
  "a proxy forwards the end of one direction, and closes after both",
  bounded,
  async () => {
    await using setup = new Setup();
    const [dialler, target] = await setup.pair();
    const connection = await setup.proxy.connections.next();
    await dialler.closeWrite();
    assertEquals(await readToEnd(target), 0);
    await writeAll(target, pattern(5));
    assertEquals(await readBytes(dialler, 5), pattern(5));
    assertEquals(setup.proxy.open, 1);
    await target.closeWrite();
    await connection.closed;
    assertEquals([setup.proxy.accepted, setup.proxy.open], [1, 0]);
  },
);

Deno.test("a proxy connects to the target of the moment", bounded, async () => {
  await using setup = new Setup();
  const [before] = await setup.pair();
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  setup.proxy.target = other.addr;
  const [after, accepted] = await Promise.all([setup.dial(), other.accept()]);
  await writeAll(before, pattern(1));
  await writeAll(after, pattern(3));
  assertEquals(await readBytes(accepted, 3), pattern(3));
  accepted.close();
});

Deno.test(
  "a proxy whose target is not there closes the connection",
  bounded,
  async () => {
    await using setup = new Setup();
    const gone = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    setup.proxy.target = gone.addr;
    gone.close();
    assertEquals(await readToEnd(await setup.dial()), 0);
    assertEquals(setup.proxy.open, 0);
  },
);

Deno.test("cut() destroys all connections on both sides", bounded, async () => {
  await using setup = new Setup();
  const [one, two] = [await setup.pair(), await setup.pair()];
  setup.proxy.cut();
  for (const end of [...one, ...two]) assertEquals(await readToEnd(end), 0);
  assertEquals(setup.proxy.open, 0);
});

Deno.test(
  "cut() does not wait for a write that nobody reads",
  bounded,
  async () => {
    await using setup = new Setup();
    const [dialler] = await setup.pair();
    // More than all the buffers on the way hold.
    const writing = writeAll(dialler, pattern(64 * 1024 * 1024));
    await setup.proxy.connections.next();
    const failed = assertRejects(() => writing);
    setup.proxy.cut();
    await failed;
  },
);

Deno.test(
  "cut() reaches a connection that the target has not got yet",
  bounded,
  async () => {
    await using setup = new Setup();
    const dialler = await setup.dial();
    const connection = await setup.proxy.connections.next();
    setup.proxy.cut();
    await connection.closed;
    assertEquals(await readToEnd(dialler), 0);
  },
);

Deno.test("new connections work after cut()", bounded, async () => {
  await using setup = new Setup();
  await setup.pair();
  setup.proxy.cut();
  const [dialler, target] = await setup.pair();
  await writeAll(dialler, pattern(4));
  assertEquals(await readBytes(target, 4), pattern(4));
});

Deno.test("a connection can be cut alone", bounded, async () => {
  await using setup = new Setup();
  const [one] = await setup.pair();
  const [two, target] = await setup.pair();
  (await setup.proxy.connections.next()).cut();
  assertEquals(await readToEnd(one), 0);
  await writeAll(two, pattern(4));
  assertEquals(await readBytes(target, 4), pattern(4));
});

for (const direction of ["to_target", "to_dialler"] as const) {
  const inOrder = <T>([dialler, target]: [T, T]): [T, T] =>
    direction === "to_target" ? [dialler, target] : [target, dialler];

  Deno.test(
    `cutAfter() lets exactly that many bytes pass ${direction}`,
    bounded,
    async () => {
      await using setup = new Setup();
      const [from, to] = inOrder(await setup.pair());
      await writeAll(from, pattern(10));
      await readBytes(to, 10);
      setup.proxy.cutAfter(100_001, direction);
      const writing = writeAll(from, pattern(150_000)).catch(() => {});
      assertEquals(await readToEnd(to), 100_001);
      await writing;
      assertEquals(setup.proxy.forwarded[direction], 100_011);
    },
  );

  Deno.test(
    `cutAfter() does not count what goes against ${direction}`,
    bounded,
    async () => {
      await using setup = new Setup();
      const [from, to] = inOrder(await setup.pair());
      setup.proxy.cutAfter(3, direction);
      await writeAll(to, pattern(10));
      assertEquals(await readBytes(from, 10), pattern(10));
      await writeAll(from, pattern(2));
      assertEquals(await readBytes(to, 2), pattern(2));
      assertEquals(setup.proxy.open, 1);
    },
  );

  Deno.test(
    `stall() holds back what goes ${direction} until flow(), and nothing else`,
    bounded,
    async () => {
      await using setup = new Setup();
      const [from, to] = inOrder(await setup.pair());
      setup.proxy.stall(direction);
      await writeAll(from, pattern(1000));
      await writeAll(to, pattern(10));
      assertEquals(await readBytes(from, 10), pattern(10));
      assertEquals(setup.proxy.forwarded[direction], 0);
      setup.proxy.flow(direction);
      assertEquals(await readBytes(to, 1000), pattern(1000));
    },
  );
}

Deno.test(
  "cutAfter() counts over all connections and cuts them all",
  bounded,
  async () => {
    await using setup = new Setup();
    const [one, oneTarget] = await setup.pair();
    const [two, twoTarget] = await setup.pair();
    setup.proxy.cutAfter(1000, "to_target");
    await writeAll(one, pattern(600));
    await writeAll(two, pattern(600));
    const taken = await Promise.all([oneTarget, twoTarget].map(readToEnd));
    assertEquals(taken.reduce((sum, part) => sum + part), 1000);
  },
);

Deno.test("cutAfter() is over with the cut", bounded, async () => {
  await using setup = new Setup();
  const [first, cut] = await setup.pair();
  setup.proxy.cutAfter(5, "to_target");
  await writeAll(first, pattern(5));
  assertEquals(await readToEnd(cut), 5);
  const [dialler, target] = await setup.pair();
  await writeAll(dialler, pattern(20));
  assertEquals(await readBytes(target, 20), pattern(20));
});

Deno.test(
  "cutAfter() refuses what is no number of bytes",
  bounded,
  async () => {
    await using setup = new Setup();
    assertThrows(() => setup.proxy.cutAfter(-1, "to_target"), RangeError);
    assertThrows(() => setup.proxy.cutAfter(0.5, "to_target"), RangeError);
  },
);

Deno.test(
  "stall() stops the sender when the buffers are full, and loses nothing",
  bounded,
  async () => {
    await using setup = new Setup();
    const [dialler, target] = await setup.pair();
    setup.proxy.stall("to_target");
    const bytes = pattern(64 * 1024 * 1024);
    let isWritten = false;
    const writing = writeAll(dialler, bytes).then(() => isWritten = true);
    // What it says afterwards has gone there and back while the writer waited.
    await writeAll(target, pattern(1));
    await readBytes(dialler, 1);
    assertEquals([isWritten, setup.proxy.forwarded.to_target], [false, 0]);
    setup.proxy.flow("to_target");
    const got = await readBytes(target, bytes.length);
    await writing;
    assert(bytes.every((byte, index) => got[index] === byte));
  },
);

Deno.test(
  "halfOpen() drops everything both ways, the ends too, and tells nobody",
  bounded,
  async () => {
    await using setup = new Setup();
    const [dialler, target] = await setup.pair();
    await setup.proxy.connections.next();
    setup.proxy.halfOpen();
    const heard = [readToEnd(dialler), readToEnd(target)];
    let isTold = false;
    Promise.race(heard).then(() => isTold = true);
    // More than the buffers hold: that it ends shows that the proxy reads.
    await writeAll(dialler, pattern(32 * 1024 * 1024));
    await writeAll(target, pattern(1000));
    await dialler.closeWrite();
    // The proxy has had time for the end of the silent connection by then.
    const [other, otherTarget] = await setup.pair();
    await writeAll(other, pattern(9));
    assertEquals(await readBytes(otherTarget, 9), pattern(9));
    assertEquals([isTold, setup.proxy.open], [false, 2]);
    setup.proxy.cut();
    assertEquals(await Promise.all(heard), [0, 0]);
  },
);

Deno.test("halfOpen() drops what stall() held back", bounded, async () => {
  await using setup = new Setup();
  const [dialler, target] = await setup.pair();
  setup.proxy.stall("to_target");
  await writeAll(dialler, pattern(1000));
  setup.proxy.halfOpen();
  await writeAll(dialler, pattern(32 * 1024 * 1024));
  setup.proxy.cut();
  assertEquals(await readToEnd(target), 0);
});

Deno.test(
  "a silent connection is gone when both ends have closed it",
  bounded,
  async () => {
    await using setup = new Setup();
    const [dialler, target] = await setup.pair();
    const connection = await setup.proxy.connections.next();
    setup.proxy.halfOpen();
    await dialler.closeWrite();
    await target.closeWrite();
    await connection.closed;
    assertEquals(setup.proxy.open, 0);
  },
);

Deno.test(
  "refuse closes new connections at once and leaves the others",
  bounded,
  async () => {
    await using setup = new Setup();
    const [dialler, target] = await setup.pair();
    setup.proxy.refuse = true;
    assertEquals(await readToEnd(await setup.dial()), 0);
    const came = [
      await setup.proxy.connections.next(),
      await setup.proxy.connections.next(),
    ];
    assertEquals(came.map(({ isRefused }) => isRefused), [false, true]);
    await writeAll(dialler, pattern(4));
    assertEquals(await readBytes(target, 4), pattern(4));
    assertEquals([setup.proxy.accepted, setup.proxy.open], [2, 1]);
  },
);

Deno.test(
  "splitBytes with delayTurns makes a reader see every write",
  bounded,
  async () => {
    await using setup = new Setup();
    setup.proxy.splitBytes = 1;
    setup.proxy.delayTurns = 2;
    const [dialler, target] = await setup.pair();
    await writeAll(dialler, pattern(50));
    const buffer = new Uint8Array(50);
    const first = await target.read(buffer);
    assert(first !== null && first < 50, `The first read gave ${first} bytes`);
    const rest = await readBytes(target, 50 - first);
    assertEquals(
      new Uint8Array([...buffer.subarray(0, first), ...rest]),
      pattern(50),
    );
  },
);

Deno.test(
  "a proxy that is disposed leaves no connection and no listener",
  bounded,
  async () => {
    await using setup = new Setup();
    const [dialler, target] = await setup.pair();
    await setup.proxy[Symbol.asyncDispose]();
    assertEquals(await readToEnd(dialler) + await readToEnd(target), 0);
    await assertRejects(() => setup.dial(), Deno.errors.ConnectionRefused);
  },
);
