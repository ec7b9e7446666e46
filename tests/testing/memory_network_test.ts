import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ActorSystem } from "../../src/actor/mod.ts";
import {
  ConnectError,
  ConnectionPool,
  KeepAliveError,
  listen,
  ListenError,
  type ListenOptions,
  ResumeLostError,
} from "../../src/tcp/mod.ts";
import { json, Requester, serveRequests } from "../../mod.ts";
import { MemoryNetwork } from "../../src/testing/mod.ts";
import { pattern } from "../support/bytes.ts";
import { MemoryNet } from "../support/memory_net.ts";
import { roundTrip } from "../support/net.ts";

Deno.test("A connection over a network in memory carries messages both ways, and needs no time", async () => {
  await using net = new MemoryNet();
  const [here, there] = await net.pair({ id: "orders" });
  assertEquals(there.id, "orders");
  await here.send(pattern(100_000));
  assertEquals(await there.receive(), pattern(100_000));
  await there.send(pattern(5));
  assertEquals(await here.receive(), pattern(5));
  assertEquals(net.clock.now(), 0);
  assertEquals(net.network.sockets, 1);
});

Deno.test("A connection over a network in memory is half-closed as any other", async () => {
  await using net = new MemoryNet();
  const [here, there] = await net.pair();
  await here.send(pattern(3));
  await here.closeWrite();
  assertEquals(await there.receive(), pattern(3));
  assertEquals(await there.receive(), undefined);
  await there.send(pattern(4));
  await there.closeWrite();
  assertEquals(await here.receive(), pattern(4));
  assertEquals(await here.receive(), undefined);
  await here.closed;
});

Deno.test("A slow reader stops its sender over a network in memory", async () => {
  await using net = new MemoryNet();
  const [here, there] = await net.pair();
  let sent = 0;
  const sending = (async () => {
    for (; sent < 100; sent++) await here.send(pattern(50_000));
  })();
  await net.system.idle();
  const before = sent;
  assertEquals(before < 50, true, `${before}`);
  for (let i = 0; i < 100; i++) await there.receive();
  await sending;
  assertEquals(sent, 100);
});

Deno.test("A cut is survived: the pool dials again after the back-off that the test has set", async () => {
  await using net = new MemoryNet();
  const [here, there] = await net.pair();
  assertEquals(await net.phases(2), ["connecting", "connected"]);
  net.network.cut();
  assertEquals(await net.phases(1), ["resuming"]);
  await here.send(pattern(3));
  net.clock.advance(49);
  await net.system.idle();
  assertEquals(here.phase, "resuming");
  net.clock.advance(1);
  assertEquals(await net.phases(1), ["connected"]);
  assertEquals(await there.receive(), pattern(3));
  assertEquals(net.clock.now(), 50);
});

Deno.test("A cut has reached the sessions when their system is idle, also while a reader leaves others a turn", async () => {
  for (let messages = 0; messages < 4; messages++) {
    await using net = new MemoryNet();
    const [here, there] = await net.pair();
    for (let i = 0; i < messages; i++) {
      await here.send(pattern(3));
      await there.receive();
    }
    // A reader that has run this long leaves a turn after every fourth read.
    const start = performance.now();
    while (performance.now() - start < 2);
    await here.send(pattern(3));
    net.network.cut();
    await net.system.idle();
    assertEquals(here.phase, "resuming", `after ${messages} messages`);
  }
});

for (const side of ["dialler", "listener"] as const) {
  Deno.test(`A socket that the ${side} half-closes is replaced, and nothing is lost`, async () => {
    await using net = new MemoryNet();
    const [here, there] = await net.pair();
    await net.phases(2);
    net.network.halfClose(side);
    await here.send(pattern(3));
    await there.send(pattern(4));
    assertEquals(await net.phases(1), ["resuming"]);
    net.clock.advance(100);
    assertEquals(await net.phases(1), ["connected"]);
    assertEquals(await there.receive(), pattern(3));
    assertEquals(await here.receive(), pattern(4));
  });
}

Deno.test("A session that finds no network for resumeMs is lost", async () => {
  await using net = new MemoryNet({
    listen: { resumeMs: 1000 },
    pool: { resumeMs: 1000 },
  });
  const [here] = await net.pair();
  await net.phases(2);
  net.network.refuses = true;
  net.network.cut();
  assertEquals(await net.phases(1), ["resuming"]);
  const failing = assertRejects(() => here.receive(), ResumeLostError);
  net.clock.advance(1000);
  await failing;
});

Deno.test("A network that stalls is found out by keep-alive, when the clock says so", async () => {
  await using net = new MemoryNet();
  const [here, there] = await net.pair();
  await net.phases(2);
  net.network.stalled = true;
  await here.send(pattern(3));
  await net.clock.advanceAsync(40_000, net.system);
  const state = await net.states.next();
  assertEquals(state.phase, "resuming");
  assertEquals(
    state.phase === "resuming" && state.cause instanceof KeepAliveError,
    true,
    Deno.inspect(state),
  );
  net.network.stalled = false;
  await net.clock.advanceAsync(10_000, net.system);
  assertEquals(await there.receive(), pattern(3));
});

Deno.test("A connection on which nothing happens for an hour is still there", async () => {
  await using net = new MemoryNet();
  const [here, there] = await net.pair();
  await net.phases(2);
  await net.clock.advanceAsync(3_600_000, net.system);
  assertEquals(net.clock.now(), 3_600_000);
  assertEquals(net.states.untaken, 0);
  await here.send(pattern(3));
  assertEquals(await there.receive(), pattern(3));
});

Deno.test("What is stalled arrives when the network goes on", async () => {
  await using net = new MemoryNet();
  const [here, there] = await net.pair();
  assertEquals(net.network.stalled, false);
  net.network.stalled = true;
  await here.send(pattern(3));
  const received = there.receive();
  let arrived = false;
  void received.then(() => arrived = true);
  await net.system.idle();
  assertEquals(arrived, false);
  net.network.stalled = false;
  assertEquals(await received, pattern(3));
});

Deno.test("Requests time out on the clock of the test", async () => {
  const number = json({ parse: Number });
  const codecs = { request: number, reply: number };
  await using net = new MemoryNet();
  const { clock } = net;
  const [here, there] = await net.pair();
  const served = serveRequests(
    there,
    { ...codecs, clock },
    (value, { signal }) =>
      value > 0
        ? value * 2
        : new Promise((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason))
        ),
  );
  const requester = new Requester(here, { ...codecs, clock });
  assertEquals(await requester.request(21), 42);
  const late = requester.request(0, { timeoutMs: 60_000 });
  const failing = assertRejects(() => late, Error, "within 60000 ms");
  await clock.advanceAsync(60_000, net.system);
  await failing;
  await requester.close();
  await served;
});

Deno.test("A network in memory refuses a dial where nobody listens, or when it is set so", async () => {
  await using net = new MemoryNet();
  const { port } = net.listener.address;
  for (const address of [{ port: 1 }, { port, hostname: "10.0.0.1" }]) {
    const error = await assertRejects(
      () => net.pool.connect(address),
      ConnectError,
      "Connection refused",
    );
    assertEquals(error.cause instanceof Deno.errors.ConnectionRefused, true);
  }
  net.network.refuses = true;
  await assertRejects(() => net.pool.connect({ port }), ConnectError);
  net.network.refuses = false;
  const connection = await net.pool.connect({ port, hostname: "localhost" });
  await connection.accepted;
});

Deno.test("An address of a network in memory is taken until its listener is closed", async () => {
  const network = new MemoryNetwork();
  await using system = new ActorSystem();
  const options: ListenOptions = {
    network,
    hostname: "0.0.0.0",
    port: 80,
    async serve(connection) {
      for await (const message of connection) await connection.send(message);
    },
  };
  const first = listen(system, options);
  assertEquals(first.address, { hostname: "0.0.0.0", port: 80 });
  assertThrows(() => listen(system, options), ListenError, "in use");
  await first.close();
  await using second = listen(system, options);
  await using pool = new ConnectionPool(system, { network });
  const address = { hostname: "orders.internal", port: second.address.port };
  await roundTrip(await pool.connect(address));
});

Deno.test("Two networks in memory know nothing of each other", async () => {
  await using net = new MemoryNet();
  await using other = new MemoryNet();
  await assertRejects(
    () => other.pool.connect({ ...net.listener.address, port: 1 }),
    ConnectError,
  );
  await net.pair();
  assertEquals([net.network.sockets, other.network.sockets], [1, 0]);
});

Deno.test("a network that is none, or comes with TLS, is refused", async () => {
  await using system = new ActorSystem();
  const network = new MemoryNetwork();
  const serve = () => {};
  for (
    const [options, text] of [
      [{ network: 5 }, "network: it is a number, it must be a network"],
      [{ network: {} }, "network.listen: it is missing"],
      [{ network, tls: {} }, "tls: the network has no TLS, leave one out"],
    ] as const
  ) {
    assertThrows(
      () =>
        Reflect.apply(listen, undefined, [system, {
          port: 0,
          serve,
          ...options,
        }]),
      TypeError,
      `Cannot use ${text}`,
    );
    assertThrows(
      () => Reflect.construct(ConnectionPool, [system, options]),
      TypeError,
      `Cannot use ${text}`,
    );
  }
});
