// What a bus over logical connections does when its session is lost for good.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { BusClosedError, type BusLoss } from "../../src/bus/mod.ts";
import { LinkRig } from "./link_rig.ts";
import { next, take, until } from "./conformance/waiting.ts";
import { bounded } from "../support/net.ts";

Deno.test(
  "a bus connects again when its session is lost, and every subscription gets a gap that nobody can count",
  bounded,
  async () => {
    await using rig = new LinkRig();
    const losses: BusLoss[] = [];
    const back = Promise.withResolvers<void>();
    const { bus } = await rig.connect({
      onLoss: (loss) => losses.push(loss),
      onReconnect: back.resolve,
    });
    await using a = bus.subscribe("a.*");
    await using same = bus.subscribe("a.*");
    await using b = bus.subscribe("b", { overflow: "wait" });
    await Promise.all([a.ready, same.ready, b.ready]);
    await rig.bus.publish("a.1", 1);
    assertEquals((await next(a)).gap, 0);
    assertEquals((await next(same)).gap, 0);
    await rig.restart();
    await back.promise;
    assertEquals(losses.length, 1);
    assertEquals([losses[0]?.reconnects, losses[0]?.subscriptions], [true, 2]);
    await until(() => rig.server.stats().subscriptions === 2, "both are back");
    await rig.bus.publish("a.2", 2);
    await rig.bus.publish("b", 3);
    await rig.bus.publish("a.3", 4);
    const [first, second] = [await next(a), await next(a)];
    assertEquals([first.value, first.gap], [2, Infinity]);
    assertEquals([second.value, second.gap], [4, 0]);
    assertEquals((await next(same)).gap, Infinity);
    assertEquals((await next(b)).gap, Infinity);
    assertEquals(a.stats().dropped, 0);
  },
);

Deno.test(
  "what is pending when a session is lost rejects, and is not sent again",
  bounded,
  async () => {
    await using rig = new LinkRig();
    const { bus } = await rig.connect();
    let requests = 0;
    await using silent = rig.bus.subscribe("silent", {
      handler: () => void requests++,
    });
    await silent.ready;
    const asked = assertRejects(
      () => bus.request("silent", 1, { timeoutMs: 600_000 }),
      BusClosedError,
      "the session with the bus was lost",
    );
    await until(() => requests === 1, "it is asked");
    await rig.restart();
    await asked;
    // It goes on, with new ones.
    const aborter = new AbortController();
    const { signal } = aborter;
    const again = bus.request("silent", 2, { signal }).catch((error) => error);
    await until(() => requests === 2, "it is asked again");
    aborter.abort("enough");
    assertEquals(await again, "enough");
    assertEquals(requests, 2);
  },
);

Deno.test(
  "what is published while there is no session is sent over the next one, in order and within a bound",
  bounded,
  async () => {
    await using rig = new LinkRig();
    const lost = Promise.withResolvers<void>();
    const { bus, proxy } = await rig.connect({
      onLoss: () => lost.resolve(),
      maxOutboxBytes: 10_000,
    });
    await using seen = rig.bus.subscribe("later");
    proxy.refuse = true;
    await rig.restart();
    await lost.promise;
    const published = [...Array(50).keys()].map((index) =>
      bus.publish("later", index)
    );
    const tooMuch = await bus.publish("later", "x".repeat(10_000))
      .catch((error) => error);
    assert(String(tooMuch).includes("wait for it already"), String(tooMuch));
    proxy.refuse = false;
    await Promise.all(published);
    assertEquals(await take(seen, 50), [...Array(50).keys()]);
  },
);

Deno.test(
  "a bus that is not to connect again ends with its session, and everything of it",
  bounded,
  async () => {
    await using rig = new LinkRig();
    const losses: BusLoss[] = [];
    const { bus } = await rig.connect({
      reconnect: false,
      onLoss: (loss) => losses.push(loss),
    });
    const subscription = bus.subscribe("a");
    const presence = bus.presence("room");
    await Promise.all([subscription.ready, presence.ready]);
    const reading = subscription.receive();
    const looking = presence[Symbol.asyncIterator]();
    await looking.next();
    const changed = looking.next();
    const ended = [bus.closed, subscription.closed, reading, changed].map((
      one,
    ) => assertRejects(async () => void await one, BusClosedError));
    await rig.listener.close();
    await Promise.all(ended);
    assertEquals(losses.map(({ reconnects }) => reconnects), [false]);
    await assertRejects(() => bus.publish("a", 1), BusClosedError);
  },
);

Deno.test(
  "an entry of presence is made again over the next session, and a look says what has changed",
  bounded,
  async () => {
    await using rig = new LinkRig();
    const one = await rig.connect();
    const other = await rig.connect();
    await using ann = await one.bus.track("room", "ann", 1);
    await using presence = other.bus.presence("room");
    await presence.ready;
    const keys = () => presence.members().map(({ key, meta }) => [key, meta]);
    assertEquals(keys(), [["ann", 1]]);
    await rig.restart();
    await ann.update(2);
    await until(
      () => keys().length === 1 && keys()[0]?.[1] === 2,
      "she is there again",
    );
  },
);

Deno.test(
  "a consumer goes on over the next session with what was not acknowledged",
  bounded,
  async () => {
    await using rig = new LinkRig();
    const { bus } = await rig.connect();
    const log = await bus.stream("log", {
      subjects: ["log.*"],
      durability: "memory",
    });
    for (let index = 0; index < 10; index++) await log.publish("log.a", index);
    await using consumer = await log.consume("log.*");
    const values: unknown[] = [];
    for (let index = 0; index < 4; index++) {
      const message = await consumer.receive();
      values.push(message?.value);
      // One of them is not acknowledged.
      if (index !== 2) await message?.ack();
    }
    assertEquals(values, [0, 1, 2, 3]);
    await rig.restart();
    const rest: unknown[] = [];
    while (rest.length < 7) {
      const message = await consumer.receive();
      rest.push(message?.value);
      await message?.ack();
    }
    assertEquals(rest, [2, 4, 5, 6, 7, 8, 9]);
  },
);

Deno.test(
  "a publish that nobody waits for costs no reply, and one that somebody waits for was taken",
  bounded,
  async () => {
    await using rig = new LinkRig();
    const { bus, proxy } = await rig.connect();
    await bus.publish("a", 0);
    assertEquals(rig.bus.stats().published, 1);
    const before = proxy.forwarded.to_dialler;
    const promises = [...Array(1000).keys()].map((index) =>
      bus.publish("a", index)
    );
    assertEquals(new Set(promises).size, 1);
    await until(() => rig.bus.stats().published === 1001, "all was published");
    // Nothing but what the session itself says.
    assert(proxy.forwarded.to_dialler - before < 100);
    await promises[0];
    const last = bus.publish("a", 1);
    assert(last !== promises[0]);
    await last;
    assertEquals(rig.bus.stats().published, 1002);
  },
);
