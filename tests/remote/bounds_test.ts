// Deadlines, cancellation, bounds and back-pressure over real sockets.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { MailboxFullError } from "../../src/actor/errors.ts";
import { msgpack } from "../../src/codec/mod.ts";
import {
  command,
  connectActor,
  expose,
  implement,
  InvalidMessageError,
  protocol,
  request,
  type StandardSchema,
} from "../../src/remote/mod.ts";
import {
  RequestCancelledError,
  RequestTimeoutError,
} from "../../src/rpc/mod.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { bounded, echo, Net, roundTrip } from "../support/net.ts";
import { Happenings } from "../support/happenings.ts";
import { Counter, type CounterMessage, RemoteNet } from "./remote_net.ts";

const Slow = protocol("slow/1", { work: request<void, string>() });

/** Requests wait until the test lets them go. */
function slow() {
  const calls = new Happenings<{
    signal: AbortSignal;
    remainingMs: number;
    reply: (text: string) => void;
  }>();
  const implementation = implement(Slow, {
    work: (_, { signal, remainingMs }) =>
      new Promise<string>((reply) =>
        calls.push({ signal, remainingMs, reply })
      ),
  });
  return { calls, implementation };
}

Deno.test(
  "A deadline travels: it aborts the handler's signal over there",
  bounded,
  async () => {
    const { calls, implementation } = slow();
    await using net = new RemoteNet(() => [implementation]);
    const clock = new ManualClock();
    await using stub = await net.connect(Slow, { clock });
    const reply = stub.work(undefined, { timeoutMs: 60_000 });
    const refused = assertRejects(() => reply, RequestTimeoutError);
    const call = await calls.next();
    assert(call.remainingMs > 50_000 && call.remainingMs <= 60_000);
    const aborted = new Promise((resolve) => call.signal.onabort = resolve);
    await clock.advance(60_000);
    await refused;
    await aborted;
    assert(call.signal.reason instanceof RequestCancelledError);
    call.reply("too late");
  },
);

Deno.test(
  "Cancellation travels, and a late reply is dropped and counted",
  bounded,
  async () => {
    const { calls, implementation } = slow();
    await using net = new RemoteNet(() => [implementation]);
    await using stub = await net.connect(Slow);
    const controller = new AbortController();
    const reply = stub.work(undefined, { signal: controller.signal });
    const call = await calls.next();
    const aborted = new Promise((resolve) => call.signal.onabort = resolve);
    controller.abort(new Error("Nobody needs it"));
    await assertRejects(() => reply, Error, "Nobody needs it");
    await aborted;
    assert(call.signal.reason instanceof RequestCancelledError);
    call.reply("too late");
    const next = stub.work();
    (await calls.next()).reply("in time");
    assertEquals(await next, "in time");
    assertEquals(net.exposed.stats().lateReplies, 1);
    assertEquals(stub.stats().lateReplies, 0);
  },
);

Deno.test(
  "A full mailbox over there stops the stub's credit, and loses nothing",
  bounded,
  async () => {
    const handled: number[] = [];
    const gate = Promise.withResolvers<void>();
    await using net = new RemoteNet(({ system }) => [
      implement(
        Counter,
        system.spawn<CounterMessage>(() => ({
          async receive(message) {
            await gate.promise;
            if (message.type === "add") handled.push(message.by);
            if (message.type === "read") message.replyTo.tell(handled.length);
          },
        }), { mailbox: { maxMessages: 5 } }),
        {
          add: ({ by }) => ({ type: "add", by }),
          read: (_, replyTo) => ({ type: "read", replyTo }),
        },
      ),
    ], { listen: { windowBytes: 65_536 } });
    await using stub = await net.connect(Counter, { maxQueued: 100 });
    let sent = 0;
    // It is refused at last: the mailbox, the window and the queue are full.
    const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
    for (let idle = 0; idle < 20; await turn()) {
      idle++;
      while (stub.add({ by: sent })) {
        sent++;
        idle = 0;
      }
    }
    assertEquals(stub.stats().queued, 100);
    assertEquals(handled, []);
    assert(sent < 20_000, `${sent} were taken of those that nobody handles`);
    await assertRejects(() => stub.read(), MailboxFullError);
    gate.resolve();
    await stub.ready();
    assertEquals(stub.add({ by: sent++ }), true);
    assertEquals(await stub.read(), sent);
    assertEquals(handled, Array.from({ length: sent }, (_, index) => index));
    assertEquals(net.net.system.deadLetters, 0);
  },
);

Deno.test("A request beyond maxPending rejects at once", bounded, async () => {
  const { calls, implementation } = slow();
  await using net = new RemoteNet(() => [implementation]);
  await using stub = await net.connect(Slow, { maxPending: 2 });
  const replies = [stub.work(), stub.work()];
  await assertRejects(() => stub.work(), MailboxFullError);
  for (const text of ["a", "b"]) (await calls.next()).reply(text);
  assertEquals(await Promise.all(replies), ["a", "b"]);
});

Deno.test(
  "A server reads no more requests than it may have under way",
  bounded,
  async () => {
    const { calls, implementation } = slow();
    await using net = new RemoteNet(() => [implementation], {
      expose: { maxPending: 3 },
    });
    await using stub = await net.connect(Slow);
    const replies = Array.from({ length: 10 }, () => stub.work());
    const first = [await calls.next(), await calls.next(), await calls.next()];
    await new Promise((resolve) => setTimeout(resolve, 5));
    assertEquals(calls.untaken, 0);
    for (const { reply } of first) reply("first");
    for (let more = 0; more < 7; more++) (await calls.next()).reply("more");
    assertEquals((await Promise.all(replies)).length, 10);
  },
);

/** A schema as the libraries make them. */
function numbersFrom(min: number): StandardSchema<{ items: { n: number }[] }> {
  return {
    "~standard": {
      version: 1,
      vendor: "test",
      validate(value) {
        const items: { n: number }[] = Reflect.get(Object(value), "items");
        const index = items.findIndex(({ n }) => n < min);
        return index === -1 ? { value: { items } } : {
          issues: [{
            message: `must be at least ${min}`,
            path: ["items", index, { key: "n" }],
          }],
        };
      },
    },
  };
}

const Checked = protocol("checked/1", {
  put: command({ in: numbersFrom(1) }),
  sum: request({ in: numbersFrom(1), out: numbersFrom(10) }),
});
/** The same without schemas: a client that checks nothing. */
const Unchecked = protocol("checked/1", {
  put: command<{ items: { n: number }[] }>(),
  sum: request<{ items: { n: number }[] }, { items: { n: number }[] }>(),
});

Deno.test(
  "A message that does not match its schema is refused before the actor sees it, with the path",
  bounded,
  async () => {
    const seen: unknown[] = [];
    await using net = new RemoteNet(({ system }) => [
      implement(
        Checked,
        system.spawn<unknown>(() => ({
          receive: (message) => void seen.push(message),
        })),
        { put: (value) => value, sum: (value) => value },
      ),
    ]);
    await using stub = await net.connect(Unchecked);
    const wrong = { items: [{ n: 1 }, { n: 0 }] };
    const error = await assertRejects(
      () => stub.sum(wrong),
      InvalidMessageError,
      "items[1].n",
    );
    assertEquals(error.faults, [
      { path: "items[1].n", message: "must be at least 1" },
    ]);
    stub.put(wrong);
    const reported = await net.errors.next();
    assert(reported instanceof InvalidMessageError);
    assertEquals(reported.faults[0]?.path, "items[1].n");
    assertEquals(net.exposed.stats().refusedMessages, 2);
    assertEquals(seen, []);
  },
);

Deno.test(
  "A caller with the schema learns at the call, and of replies that do not match",
  bounded,
  async () => {
    await using net = new RemoteNet(() => [
      implement(Unchecked, { put() {}, sum: (value) => value }),
    ]);
    await using stub = await net.connect(Checked);
    assertThrows(() => stub.put({ items: [{ n: 0 }] }), InvalidMessageError);
    await assertRejects(
      () => stub.sum({ items: [{ n: 5 }] }),
      InvalidMessageError,
      "its items[0].n is wrong, must be at least 10",
    );
    assertEquals(await stub.sum({ items: [{ n: 10 }] }), {
      items: [{ n: 10 }],
    });
  },
);

Deno.test(
  "A client that reads no replies makes the server stop reading, and the others are served",
  bounded,
  async () => {
    let handled = 0;
    const Echo = protocol("echo/1", { echo: request<string, string>() });
    await using net = new RemoteNet(() => [
      implement(Echo, {
        echo(text) {
          handled++;
          return text;
        },
      }),
    ], {
      expose: { maxQueued: 50 },
      listen: { windowBytes: 65_536, maxWindowBytes: 65_536 },
      pool: { windowBytes: 65_536, maxWindowBytes: 65_536 },
    });
    await using good = await net.connect(Echo);
    const bad = await net.net.pool.connect(net.net.proxy.address, {
      id: "echo/1",
      metadata: new Uint8Array([1]),
    });
    const ask = (id: number): Uint8Array => {
      const head = new Uint8Array(13);
      const view = new DataView(head.buffer);
      view.setUint8(0, 1);
      view.setUint32(1, id);
      const text = msgpack().encode("x".repeat(1000));
      return new Uint8Array([...head, ...text]);
    };
    // Five megabytes, of which a window and a queue may come back.
    const sending = bad.sendAll(Array.from({ length: 5000 }, (_, n) => ask(n)));
    const refused = assertRejects(() => sending);
    let seen = -1;
    for (let idle = 0; idle < 20; idle++) {
      if (handled !== seen) idle = 0;
      seen = handled;
      assertEquals(await good.echo("still there?"), "still there?");
      seen++;
    }
    assert(handled < 1000 + 20, `${handled} were handled`);
    bad.reset();
    await refused;
  },
);

Deno.test(
  "A listener serves actors beside other things, by the id of the connection",
  bounded,
  async () => {
    const Echo = protocol("echo/1", { echo: request<string, string>() });
    await using net = new Net({
      serve: (connection, context) =>
        exposed.serves(connection)
          ? exposed.serve(connection, context)
          : echo(connection, context),
      listen: {
        accept: (opening) =>
          !exposed.serves(opening) || exposed.accept(opening),
      },
    });
    const exposed = expose(net.system, [
      implement(Echo, { echo: (text) => text }),
    ]);
    const peer = net.pool.peer(net.listener.address);
    await using stub = await connectActor(peer, Echo);
    await using plain = await peer.connect({ id: "something else" });
    await roundTrip(plain);
    assertEquals(await stub.echo("typed"), "typed");
  },
);
