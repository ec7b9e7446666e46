import {
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import type { ActorRef } from "../../src/actor/ref.ts";
import type { LogicalConnectionMessage } from "../../src/session/connection_actor.ts";
import type { ActorContext } from "../../src/actor/behavior.ts";
import { ConnectionResetError } from "../../src/session/errors.ts";
import { ErrorCode } from "../../src/session/wire/protocol.ts";
import { pattern, text, utf8 } from "../support/bytes.ts";
import { Happenings } from "../support/happenings.ts";
import { bounded, echo, Net, roundTrip } from "../support/net.ts";

type Context = ActorContext<LogicalConnectionMessage>;

Deno.test(
  "code that throws resets the connection it serves and no other",
  bounded,
  async () => {
    await using net = new Net({
      async serve(connection, context) {
        if (connection.id !== "bad") return await echo(connection, context);
        await connection.receive();
        throw new Error("a secret of the server");
      },
    });
    const lively = await net.connect();
    const bad = await net.connect({ id: "bad" });
    const read = assertRejects(() => bad.receive(), ConnectionResetError);
    await bad.send(utf8("go on, fail"));
    const error = await read;
    assertEquals(error.code, ErrorCode.INTERNAL);
    assertEquals(error.message.includes("secret"), false);
    const failure = await net.failures.next();
    assertInstanceOf(failure, Error);
    assertStringIncludes(failure.message, "a secret of the server");
    await roundTrip(lively);
    await roundTrip(await net.connect());
    const { accepted, sockets, sessions } = net.listener.stats();
    assertEquals([accepted, sockets, sessions], [1, 1, 1]);
  },
);

Deno.test(
  "code that throws synchronously resets its own connection only as well",
  bounded,
  async () => {
    await using net = new Net({
      serve() {
        throw new TypeError("no promise");
      },
    });
    const connection = await net.connect();
    const error = await assertRejects(
      () => connection.receive(),
      ConnectionResetError,
    );
    assertEquals(error.code, ErrorCode.INTERNAL);
    assertInstanceOf(await net.failures.next(), TypeError);
  },
);

Deno.test(
  "the connection is closed in order when the code that serves it returns",
  bounded,
  async () => {
    await using net = new Net({
      async serve(connection) {
        await connection.send(pattern(200_000));
        await connection.send(utf8("that is all"));
      },
    });
    const connection = await net.connect();
    assertEquals((await connection.receive())?.length, 200_000);
    assertEquals(text(await connection.receive()), "that is all");
    assertEquals(await connection.receive(), undefined);
    await connection.close();
    await connection.closed;
    assertEquals(net.failures.untaken, 0);
  },
);

Deno.test(
  "code that returns while its sends wait has them delivered",
  bounded,
  async () => {
    await using net = new Net({
      serve(connection) {
        for (let i = 0; i < 20; i++) connection.send(pattern(65_536, i));
      },
    });
    await using connection = await net.connect();
    let bytes = 0;
    for await (const message of connection) bytes += message.length;
    assertEquals(bytes, 20 * 65_536);
  },
);

Deno.test(
  "code that returns at once ends the direction of its peer",
  bounded,
  async () => {
    await using net = new Net({ serve() {} });
    const connection = await net.connect();
    const error = await assertRejects(async () => {
      while (true) await connection.send(pattern(65_536));
    }, ConnectionResetError);
    assertEquals(error.code, ErrorCode.CANCELLED);
    await connection.closed;
  },
);

Deno.test(
  "a peer that goes away is no failure of the code that serves it",
  bounded,
  async () => {
    const ended = new Happenings<void>();
    await using net = new Net({
      async serve(connection) {
        try {
          while (await connection.receive() !== undefined);
        } finally {
          ended.push();
        }
      },
    });
    const one = await net.connect();
    await one.send(utf8("x"));
    one.reset();
    await ended.next();
    await net.connect();
    await net.pool.close();
    await ended.next();
    assertEquals(net.failures.untaken, 0);
  },
);

Deno.test(
  "code that serves a connection and fails because another one ended has not crashed",
  bounded,
  async () => {
    await using back = new Net();
    await using net = new Net({
      async serve() {
        const onward = await back.connect();
        (await back.served.next()).reset(ErrorCode.REFUSED);
        await onward.receive();
      },
    });
    const connection = await net.connect();
    const error = await assertRejects(
      () => connection.receive(),
      ConnectionResetError,
    );
    assertEquals(error.code, ErrorCode.CANCELLED);
    assertEquals(net.failures.untaken, 0);
  },
);

Deno.test(
  "actors that are spawned to serve a connection end with it",
  bounded,
  async () => {
    const spawned = new Happenings<ActorRef<never>>();
    await using net = new Net({
      async serve(connection, context) {
        spawned.push(context.spawn<never>(() => ({ receive() {} })));
        await connection.receive();
      },
    });
    for (const how of ["close", "reset"] as const) {
      const connection = await net.connect();
      const actor = await spawned.next();
      connection[how]();
      assertEquals((await actor.stopped).type, "shutdown");
    }
    await net.connect();
    const actor = await spawned.next();
    await net.pool.close();
    assertEquals((await actor.stopped).type, "shutdown");
  },
);

Deno.test(
  "the signal of a serve aborts when the peer resets",
  bounded,
  async () => {
    const contexts = new Happenings<Context>();
    const aborted = Promise.withResolvers<void>();
    await using net = new Net({
      serve(connection, context) {
        contexts.push(context);
        return connection.closed.then(() => aborted.promise);
      },
    });
    const connection = await net.connect();
    const { signal } = await contexts.next();
    signal.addEventListener("abort", () => aborted.resolve());
    connection.reset();
    await aborted.promise;
  },
);

Deno.test(
  "stopping the actor of a connection resets the connection",
  bounded,
  async () => {
    const contexts = new Happenings<Context>();
    await using net = new Net({
      serve(connection, context) {
        contexts.push(context);
        return connection.closed;
      },
    });
    const connection = await net.connect();
    (await contexts.next()).stop();
    const error = await assertRejects(
      () => connection.receive(),
      ConnectionResetError,
    );
    assertEquals(error.code, ErrorCode.CANCELLED);
  },
);

Deno.test(
  "code that outlives the connection it serves is awaited, and its failure reported",
  bounded,
  async () => {
    const gate = Promise.withResolvers<void>();
    await using net = new Net({
      async serve(connection) {
        net.served.push(connection);
        await gate.promise;
        throw new Error("saving what was sent failed");
      },
    });
    // Those of the listener and the pool start first.
    await net.system.idle();
    const before = net.actors;
    const [here, there] = await net.pair();
    here.reset();
    await there.closed;
    // The actor of each end, the peers, sockets and sessions stay or go.
    await net.pool.close();
    gate.resolve();
    assertMatch(String(await net.failures.next()), /saving what was sent/);
    await net.until(() => net.actors <= before);
    await assertRejects(() => here.receive());
  },
);

Deno.test(
  "the code that serves a connection may connect to others and forward what it receives",
  bounded,
  async () => {
    await using back = new Net({ serve: echo });
    await using front = new Net({
      async serve(connection, context) {
        await using onward = await back.connect({ holder: context });
        await Promise.all([
          connection.readable.pipeTo(onward.writable),
          onward.readable.pipeTo(connection.writable),
        ]);
      },
    });
    await using connection = await front.connect();
    await roundTrip(connection, "through two");
    await connection.closeWrite();
    assertEquals(await connection.receive(), undefined);
    await connection.closed;
  },
);
