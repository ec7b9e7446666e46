/**
 * What the types of sessions, TCP and tcp-conn forbid is refused at run time
 * too, by name. The calls below are those of a program without types.
 */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ConnectionRefusedError } from "../../src/session/errors.ts";
import { ErrorCode } from "../../src/session/wire/protocol.ts";
import { listen } from "../../src/tcp/listener.ts";
import { ListenError } from "../../src/tcp/tcp_acceptor.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";
import { listenTcpConn } from "../../src/tcp_conn/listener.ts";
import { TcpConnPool } from "../../src/tcp_conn/pool.ts";
import { utf8 } from "../support/bytes.ts";
import { bounded, echo, Net, roundTrip } from "../support/net.ts";
import { Net as TcpConnNet } from "../tcp_conn/support.ts";

/** A call, and what its error starts with. */
type Wrong = readonly [call: () => unknown, error: string];

/** Calls a function with arguments that its type would not allow. */
function untyped(
  target: object,
  name: string,
  ...given: unknown[]
): () => unknown {
  return () => Reflect.apply(Reflect.get(target, name), target, given);
}

/** Constructs likewise. */
function made(constructor: object, ...given: unknown[]): () => unknown {
  return () => {
    if (typeof constructor !== "function") throw new Error("No constructor");
    return Reflect.construct(constructor, given);
  };
}

async function assertRefused(wrong: readonly Wrong[]): Promise<void> {
  for (const [call, expected] of wrong) {
    const error = await assertRejects(async () => await call(), TypeError);
    assertEquals(error.message.slice(0, expected.length), expected);
  }
}

const serve = echo;

Deno.test(
  "listeners, pools and connects refuse options that are misspelt or of the wrong type, by name",
  bounded,
  async () => {
    await using net = new Net();
    const { system, pool, listener: { address } } = net;
    const functions = { listen, listenTcpConn };
    const listens = (options: object, error: string): Wrong => [
      untyped(functions, "listen", system, { port: 0, serve, ...options }),
      error,
    ];
    const connects = (options: unknown, error: string): Wrong => [
      untyped(pool, "connect", address, options),
      error,
    ];
    await assertRefused([
      [untyped(functions, "listen"), "Cannot use system: it is missing"],
      [
        untyped(functions, "listen", system),
        "Cannot use options of listen(): it is missing",
      ],
      listens(
        { maxStream: 1 },
        'Cannot use option "maxStream" of listen(): it is not known, did you mean "maxStreams"?',
      ),
      listens({ onError: () => {} }, 'Cannot use option "onError" of listen()'),
      [
        made(ConnectionPool, system, { tls: { caCert: [] } }),
        'Cannot use option "caCert" of tls: it is not known, did you mean "caCerts"?',
      ],
      listens({ accept: true }, "Cannot use accept: it is a boolean"),
      [made(ConnectionPool), "Cannot use system: it is missing"],
      [
        made(ConnectionPool, system, { lingerMS: 1 }),
        'Cannot use option "lingerMS" of ConnectionPool: it is not known, did you mean "lingerMs"?',
      ],
      [
        made(ConnectionPool, system, 5),
        "Cannot use options of ConnectionPool: it is a number",
      ],
      [untyped(pool, "connect"), "Cannot use the address: it is missing"],
      [
        untyped(pool, "connect", { host: "db.test", port: 1 }),
        'Cannot use option "host" of an address: it is not known, did you mean "hostname"?',
      ],
      connects({ identity: "x" }, 'Cannot use option "identity" of connect()'),
      connects(5, "Cannot use options of connect(): it is a number"),
      connects(
        { signal: new AbortController() },
        "Cannot use signal: it is an AbortController",
      ),
      connects({ holder: {} }, "Cannot use holder.signal: it is missing"),
      connects({ holder: null }, "Cannot use holder: it is missing"),
      connects(
        { priority: "hihg" },
        'Cannot use priority: it is "hihg", did you mean "high"?',
      ),
      [
        untyped(net.listener, "drain", { retryAfterMS: 1 }),
        'Cannot use option "retryAfterMS" of drain()',
      ],
      [
        untyped(net.listener, "drain", { signal: 5 }),
        "Cannot use signal: it is a number",
      ],
    ]);
    // The listener that was to drain goes on.
    await net.connect();
    assertEquals(net.pool.stats().leases, 1);
  },
);

Deno.test(
  "a misspelt clientCaCerts opens no port that asks for no certificates",
  bounded,
  async () => {
    await using net = new Net();
    const tls = { cert: "", key: "", clientCACerts: [] };
    const error = await assertRejects(
      async () =>
        await untyped({ listen }, "listen", net.system, {
          port: 0,
          serve,
          tls,
        })(),
      ListenError,
    );
    assertStringIncludes(error.message, 'did you mean "clientCaCerts"?');
  },
);

Deno.test(
  "the listener and the pool of tcp-conn refuse options that are misspelt or of the wrong type, by name",
  bounded,
  async () => {
    await using net = new TcpConnNet();
    const { system, pool, listener: { address } } = net;
    const functions = { listenTcpConn };
    const connects = (options: unknown, error: string): Wrong => [
      untyped(pool, "connect", address, options),
      error,
    ];
    await assertRefused([
      [untyped(functions, "listenTcpConn"), "Cannot use system: it is missing"],
      [
        untyped(functions, "listenTcpConn", system, { port: 0, serve, id: [] }),
        'Cannot use option "id" of listenTcpConn(): it is not known, did you mean "ids"?',
      ],
      [made(TcpConnPool), "Cannot use system: it is missing"],
      [
        made(TcpConnPool, system, { dialMS: 1 }),
        'Cannot use option "dialMS" of TcpConnPool: it is not known, did you mean "dialMs"?',
      ],
      [
        untyped(pool, "connect", { host: "db.test", port: 1 }),
        'Cannot use option "host" of an address: it is not known, did you mean "hostname"?',
      ],
      connects({ ID: "x" }, 'Cannot use option "ID" of connect()'),
      connects({ id: 5 }, "Cannot use id: it is 5"),
      connects({ signal: {} }, "Cannot use signal: it is an object"),
      connects({ holder: {} }, "Cannot use holder.signal: it is missing"),
    ]);
    const [here] = await net.pair();
    await assertRefused([
      [
        untyped(here, "receive", { into: new Uint8Array(1) }),
        'Cannot use option "into" of receive()',
      ],
      [
        untyped(here, "receive", null),
        "Cannot use options of receive(): it is missing",
      ],
      [
        untyped(here, "receive", { signal: 5 }),
        "Cannot use signal: it is a number",
      ],
    ]);
  },
);

Deno.test(
  "a connection refuses options of a single call that it does not know, and goes on",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    const connection = await net.connect();
    const message = utf8("x");
    await assertRefused([
      [
        untyped(connection, "send", message, { signals: 1 }),
        'Cannot use option "signals" of send(): it is not known, did you mean "signal"?',
      ],
      [
        untyped(connection, "send", message, { signal: "now" }),
        "Cannot use signal: it is a string",
      ],
      [
        untyped(connection, "send", message, 5),
        "Cannot use options of send(): it is a number",
      ],
      [
        untyped(connection, "send", message, { transfer: 1 }),
        "Cannot use transfer: it is 1, it must be true or false",
      ],
      [
        untyped(connection, "send", "text", { transfer: true }),
        "Cannot use message: it is a string",
      ],
      [
        untyped(connection, "send", message, { onReturn: () => {} }),
        "Cannot use onReturn: the message is not transferred, give transfer: true",
      ],
      [
        untyped(connection, "send", message, { transfer: true, onReturn: 1 }),
        "Cannot use onReturn: it is a number",
      ],
      [
        untyped(connection, "sendAll", message),
        "Cannot use messages: it is a single message, it must be an array or another iterable of Uint8Arrays",
      ],
      [
        untyped(connection, "sendAll", "messages"),
        "Cannot use messages: it is a string",
      ],
      [
        untyped(connection, "sendAll", [message], { signals: 1 }),
        'Cannot use option "signals" of sendAll(): it is not known, did you mean "signal"?',
      ],
      [
        untyped(connection, "sendAll", [message], { signal: "now" }),
        "Cannot use signal: it is a string",
      ],
      [
        untyped(connection, "receive", { buffer: message }),
        'Cannot use option "buffer" of receive()',
      ],
      [
        untyped(connection, "receive", null),
        "Cannot use options of receive(): it is missing",
      ],
      [
        untyped(connection, "receive", { into: [] }),
        "Cannot use into: it is an array",
      ],
      [
        untyped(connection, "batches", { maxbytes: 1 }),
        'Cannot use option "maxbytes" of batches(): it is not known, did you mean "maxBytes"?',
      ],
      [
        untyped(connection, "batches", { maxBytes: "1" }),
        'Cannot use maxBytes: it is "1"',
      ],
      [
        untyped(connection, "reset", "CANCELLED"),
        'Cannot use code: it is "CANCELLED"',
      ],
      [untyped(connection, "reset", 6, 7), "Cannot use reason: it is 7"],
    ]);
    await assertRejects(
      async () => await untyped(connection, "reset", 1.5)(),
      RangeError,
      "Cannot use code: it is 1.5",
    );
    await assertRejects(
      async () => await untyped(connection, "batches", { maxBytes: 0 })(),
      RangeError,
      "Cannot use maxBytes: it is 0",
    );
    await roundTrip(connection);
  },
);

Deno.test(
  "an accept() that returns neither true nor a text refuses the connection, and is reported",
  bounded,
  async () => {
    const verdicts: unknown[] = [undefined, false, Promise.resolve(true), {}];
    for (const verdict of verdicts) {
      await using net = new Net({ serve: echo });
      const options = { port: 0, serve, accept: () => verdict };
      await using listener = Reflect.apply(listen, undefined, [
        net.system,
        options,
      ]);
      const connection = await net.pool.connect(listener.address);
      const error = await assertRejects(() => connection.accepted);
      // It is the server that is at fault.
      assertEquals(error instanceof ConnectionRefusedError, false);
      assertEquals(Reflect.get(Object(error), "code"), ErrorCode.INTERNAL);
      const failure = await net.failures.next();
      assertEquals(
        String(failure).split(", it must")[0],
        `TypeError: Cannot use what accept() returned: it is ${
          verdict === undefined
            ? "missing"
            : verdict === false
            ? "false"
            : "an object"
        }`,
      );
    }
  },
);
