// Commands and requests over real sockets.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { ActorFailedError, ActorStoppedError } from "../../src/actor/errors.ts";
import { CodecError } from "../../src/codec/mod.ts";
import {
  command,
  implement,
  protocol,
  ProtocolMismatchError,
  RemoteError,
  request,
  stream,
  UnknownOperationError,
} from "../../src/remote/mod.ts";
import { RequestFailure } from "../../src/rpc/mod.ts";
import { ConnectionRefusedError } from "../../src/session/mod.ts";
import { bounded } from "../support/net.ts";
import {
  Counter,
  counter,
  type CounterMessage,
  counterOf,
  RemoteNet,
} from "./remote_net.ts";

Deno.test(
  "A stub tells and asks an actor of another process",
  bounded,
  async () => {
    await using net = new RemoteNet(({ system }) => [
      counterOf(system.spawn(counter)),
    ]);
    await using stub = await net.connect(Counter);
    assertEquals(stub.add({ by: 40 }), true);
    assertEquals(stub.add({ by: 2 }), true);
    assertEquals(await stub.read(), 42);
  },
);

Deno.test(
  "Handlers serve in the place of an actor, commands one at a time",
  bounded,
  async () => {
    const seen: string[] = [];
    await using net = new RemoteNet(() => [
      implement(Counter, {
        async add({ by }) {
          seen.push(`begin ${by}`);
          await Promise.resolve();
          seen.push(`end ${by}`);
        },
        read: () => Promise.resolve(seen.length),
      }),
    ]);
    await using stub = await net.connect(Counter);
    stub.add({ by: 1 });
    stub.add({ by: 2 });
    assertEquals(await stub.read(), 4);
    assertEquals(seen, ["begin 1", "end 1", "begin 2", "end 2"]);
  },
);

Deno.test(
  "Values that are left out travel as undefined, both ways",
  bounded,
  async () => {
    const Maybe = protocol("maybe/1", {
      echo: request<string | undefined, string | undefined>(),
      nothing: request(),
    });
    await using net = new RemoteNet(() => [
      implement(Maybe, { echo: (value) => value, nothing: () => {} }),
    ]);
    await using stub = await net.connect(Maybe);
    assertEquals(await stub.nothing(), undefined);
    assertEquals(await stub.echo("here"), "here");
    assertEquals(await stub.echo(), undefined);
  },
);

Deno.test(
  "Many requests are under way at once, and replies come in any order",
  bounded,
  async () => {
    const Echo = protocol("echo/1", { echo: request<number, number>() });
    const open: { value: number; reply: (value: number) => void }[] = [];
    await using net = new RemoteNet(() => [
      implement(Echo, {
        echo: (value) =>
          new Promise<number>((reply) => {
            open.push({ value, reply });
            // The last one comes: all get their replies, in reverse.
            if (open.length < 50) return;
            for (const { value, reply } of open.reverse()) reply(value);
          }),
      }),
    ]);
    await using stub = await net.connect(Echo);
    const values = Array.from({ length: 50 }, (_, index) => index);
    assertEquals(
      await Promise.all(values.map((value) => stub.echo(value))),
      values,
    );
  },
);

const Failing = protocol("failing/1", {
  fail: request<string>(),
  tell: command<string>(),
});

class OrderError extends Error {
  override name = "OrderError";
  readonly code = "NO_SUCH_ORDER";
}

function failing(kind: string): never {
  if (kind === "refused") throw new RequestFailure(404, "There is none");
  const cause = new Error("The password is 1234");
  throw new OrderError(`There is no order ${kind}`, { cause });
}

Deno.test(
  "A failure travels as name, message and code, without stack and cause",
  bounded,
  async () => {
    await using net = new RemoteNet(() => [
      implement(Failing, { fail: failing, tell: failing }),
    ]);
    await using stub = await net.connect(Failing);
    const error = await assertRejects(() => stub.fail("7"), RemoteError);
    assertEquals(error.remoteName, "OrderError");
    assertEquals(error.text, "There is no order 7");
    assertEquals(error.code, "NO_SUCH_ORDER");
    assertEquals(error.cause, undefined);
    assertEquals(error.stack?.includes("failing("), false);
    assertInstanceOf(await net.errors.next(), OrderError);
    const refused = await assertRejects(
      () => stub.fail("refused"),
      RemoteError,
    );
    assertEquals([refused.code, refused.text], [404, "There is none"]);
  },
);

Deno.test("A cause travels if the server says so", bounded, async () => {
  await using net = new RemoteNet(() => [
    implement(Failing, { fail: failing, tell: failing }),
  ], {
    expose: {
      describeFailure: () => ({
        name: "Failure",
        message: "It failed",
        cause: { name: "Reason", message: "So it is" },
      }),
    },
  });
  await using stub = await net.connect(Failing);
  const error = await assertRejects(() => stub.fail("7"), RemoteError);
  assertInstanceOf(error.cause, RemoteError);
  assertEquals([error.cause.remoteName, error.cause.text], [
    "Reason",
    "So it is",
  ]);
});

Deno.test(
  "The failure of a command is reported on the server, and the next is handled",
  bounded,
  async () => {
    await using net = new RemoteNet(() => [
      implement(Failing, { fail: () => {}, tell: failing }),
    ]);
    await using stub = await net.connect(Failing);
    stub.tell("8");
    const error = await net.errors.next();
    assertInstanceOf(error, OrderError);
    assertEquals(error.message, "There is no order 8");
    await stub.fail("9");
  },
);

Deno.test(
  "What cannot be encoded is refused at the call",
  bounded,
  async () => {
    await using net = new RemoteNet(({ system }) => [
      counterOf(system.spawn(counter)),
    ]);
    await using stub = await net.connect(Counter);
    // As a program without types does.
    assertThrows(
      () => Reflect.apply(stub.add, stub, [{ by: new Date(0) }]),
      CodecError,
      "by",
    );
    assertEquals(await stub.read(), 0);
  },
);

Deno.test(
  "An operation that the other side lacks is a typed error at the call, and the connection goes on",
  bounded,
  async () => {
    const Newer = protocol("counter/1", {
      reset: command(),
      read: request<void, number>(),
      average: request<void, number>(),
      // It is of another kind over there.
      add: request<{ by: number }, number>(),
      changes: stream<void, number>(),
    });
    await using net = new RemoteNet(({ system }) => [
      counterOf(system.spawn(counter)),
    ]);
    await using stub = await net.connect(Newer);
    const error = assertThrows(() => stub.reset(), UnknownOperationError);
    assertEquals(error.operation, "reset");
    await assertRejects(() => stub.average(), UnknownOperationError);
    await assertRejects(() => stub.add({ by: 1 }), UnknownOperationError);
    await assertRejects(() => stub.changes().next(), UnknownOperationError);
    assertEquals(await stub.read(), 0);
  },
);

Deno.test(
  "Another version of the protocol is refused at the open, and says which there are",
  bounded,
  async () => {
    const Counter2 = protocol("counter/2", { read: request<void, number>() });
    const Counter3 = protocol("counter/3", { read: request<void, number>() });
    await using net = new RemoteNet(({ system }) => [
      counterOf(system.spawn(counter)),
      implement(Counter3, { read: () => 3 }),
    ]);
    const error = await assertRejects(
      () => net.connect(Counter2),
      ProtocolMismatchError,
    );
    assertEquals(error.served, ["counter/1", "counter/3"]);
    await using stub = await net.connect(Counter3);
    assertEquals(await stub.read(), 3);
  },
);

Deno.test(
  "A protocol that is not served is refused at the open",
  bounded,
  async () => {
    const Other = protocol("other/1", { read: request<void, number>() });
    await using net = new RemoteNet(({ system }) => [
      counterOf(system.spawn(counter)),
    ]);
    const error = await assertRejects(
      () => net.connect(Other),
      ConnectionRefusedError,
    );
    assertMatch(error.message, /There is no other\/1 here, but counter\/1/);
  },
);

Deno.test(
  "An ask that crashes the actor rejects, and says no more than that",
  bounded,
  async () => {
    await using net = new RemoteNet(({ system }) => [
      implement(Counter, system.spawn(counter), {
        add: ({ by }) => ({ type: "add", by }),
        read: () => ({ type: "crash" }),
      }),
    ]);
    await using stub = await net.connect(Counter);
    const error = await assertRejects(() => stub.read());
    assert(
      error instanceof RemoteError || error instanceof ActorStoppedError,
      `${error}`,
    );
    if (error instanceof RemoteError) {
      assertEquals(error.remoteName, ActorFailedError.name);
    }
    assertInstanceOf(await net.net.failures.next(), RangeError);
  },
);

Deno.test(
  "An actor that is made for each client is stopped when that has gone",
  bounded,
  async () => {
    const stopped: Promise<unknown>[] = [];
    await using net = new RemoteNet(() => [
      implement(Counter, ({ spawn }) => {
        const ref = spawn<CounterMessage>(counter);
        stopped.push(ref.stopped);
        return ref;
      }, {
        add: ({ by }) => ({ type: "add", by }),
        read: (_, replyTo) => ({ type: "read", replyTo }),
      }),
    ]);
    await using one = await net.connect(Counter);
    {
      await using other = await net.connect(Counter);
      other.add({ by: 5 });
      assertEquals(await other.read(), 5);
    }
    await stopped[1];
    one.add({ by: 3 });
    assertEquals(await one.read(), 3);
    assertEquals(net.exposed.stats().clients, 1);
  },
);

Deno.test(
  "Handlers that are made for each client are disposed when that has gone",
  bounded,
  async () => {
    const disposed = Promise.withResolvers<string>();
    await using net = new RemoteNet(() => [
      implement(Counter, ({ remote }) => ({
        add() {},
        read: () => remote.port,
        [Symbol.dispose]() {
          disposed.resolve(remote.hostname);
        },
      })),
    ]);
    {
      await using stub = await net.connect(Counter);
      assert(await stub.read() > 0);
    }
    assertEquals(await disposed.promise, "127.0.0.1");
  },
);
