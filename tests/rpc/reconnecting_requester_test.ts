import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { TextLineStream } from "@std/streams";
import { ActorSystem } from "../../src/actor/mod.ts";
import { CodecError, json } from "../../src/codec/mod.ts";
import {
  ReconnectingRequester,
  RequestFailedError,
  RequestFailure,
  RequestTimeoutError,
} from "../../src/rpc/mod.ts";
import {
  ConnectError,
  ConnectionClosedError,
  ConnectionPool,
  ConnectionRefusedError,
  ConnectionResetError,
  type LogicalConnection,
  ResumeLostError,
  SessionLostError,
} from "../../src/tcp/mod.ts";
import { bounded } from "../support/net.ts";
import { codecs, PORT, Restartable } from "./restartable.ts";

Deno.test("A reconnecting requester connects at its first request, and once", async () => {
  await using test = new Restartable();
  test.start();
  assertEquals(test.dials, 0);
  const replies = ["a", "b"].map((request) => test.requester.request(request));
  await test.idle();
  assertEquals(test.requester.stats(), {
    connections: 1,
    inFlight: 2,
    waiting: 0,
    repeats: 0,
  });
  await test.reply();
  await test.reply();
  assertEquals(await Promise.all(replies), ["reply to a", "reply to b"]);
  const third = test.requester.request("c");
  await test.reply();
  assertEquals(await third, "reply to c");
  assertEquals(test.dials, 1);
});

Deno.test("A request that is idempotent is sent again when the service was restarted", async () => {
  await using test = new Restartable();
  test.start();
  const reply = test.requester.request("a", { idempotent: true });
  await test.idle();
  assertEquals((await test.calls.next()).request, "a");
  await test.crash();
  test.start();
  await test.advance(1000);
  await test.reply();
  assertEquals(await reply, "reply to a");
  assertEquals(test.requester.stats(), {
    connections: 2,
    inFlight: 0,
    waiting: 0,
    repeats: 1,
  });
});

Deno.test("A request that is not idempotent rejects when it may have been handled, and the next one connects again", async () => {
  await using test = new Restartable();
  test.start();
  const reply = test.requester.request("a");
  await test.idle();
  await test.calls.next();
  await test.crash();
  test.start();
  const failing = assertRejects(() => reply, ResumeLostError);
  await test.advance(1000);
  await failing;
  const next = test.requester.request("b");
  await test.advance(1000);
  await test.reply();
  assertEquals(await next, "reply to b");
  assertEquals(test.requester.stats().repeats, 0);
});

Deno.test("A request that waits for its turn when the service crashes is sent to the next one", async () => {
  await using test = new Restartable({ maxPending: 1 });
  test.start();
  const first = test.requester.request("a");
  const second = test.requester.request("b");
  await test.idle();
  assertEquals(test.requester.stats(), {
    connections: 1,
    inFlight: 1,
    waiting: 1,
    repeats: 0,
  });
  assertEquals((await test.calls.next()).request, "a");
  await test.crash();
  test.start();
  const failing = assertRejects(() => first, ResumeLostError);
  await test.advance(1000);
  await failing;
  await test.reply();
  assertEquals(await second, "reply to b");
});

Deno.test("A request waits for a service that is not there yet, with a back-off, until its time is over", async () => {
  await using test = new Restartable();
  test.network.refuses = true;
  const early = test.requester.request("a", { timeoutMs: 500 });
  const failing = assertRejects(
    () => early,
    RequestTimeoutError,
    "there was no connection within 500 ms",
  );
  const late = test.requester.request("b", { timeoutMs: 60_000 });
  await test.idle();
  assertEquals(test.requester.stats().waiting, 2);
  // Half of 100, 200, 400 and 800 ms, and then of the cap.
  const dials: number[] = [];
  for (const ms of [50, 100, 200, 400, 500, 500]) {
    await test.advance(ms - 1);
    const before = test.dials;
    await test.advance(1);
    dials.push(test.dials - before);
  }
  assertEquals(dials, [1, 1, 1, 1, 1, 1]);
  assertEquals(test.dials, 7);
  const error = await failing;
  assert(error.cause instanceof ConnectError, Deno.inspect(error.cause));
  test.start();
  await test.advance(500);
  await test.reply();
  assertEquals(await late, "reply to b");
});

Deno.test("Nobody dials when no request waits any more", async () => {
  await using test = new Restartable();
  test.network.refuses = true;
  const controller = new AbortController();
  const { signal } = controller;
  const request = test.requester.request("a", { signal });
  const failing = assertRejects(() => request, Error, "enough");
  await test.advance(50);
  assertEquals(test.dials, 2);
  controller.abort(new Error("enough"));
  await failing;
  await test.advance(60_000);
  assertEquals(test.dials, 2);
  assertEquals(test.requester.stats().waiting, 0);
});

Deno.test("A connection that comes when nobody waits any more is closed", async () => {
  const opened = Promise.withResolvers<LogicalConnection>();
  const signals: AbortSignal[] = [];
  await using test = new Restartable({
    connect(signal) {
      signals.push(signal);
      return opened.promise;
    },
  });
  test.start();
  const late = test.requester.request("a", { timeoutMs: 10 });
  const failing = assertRejects(() => late, RequestTimeoutError);
  await test.advance(10);
  await failing;
  assertEquals(signals.map(({ aborted }) => aborted), [true]);
  const connection = await test.pool.connect({ port: PORT });
  opened.resolve(connection);
  await connection.closed;
});

Deno.test("A request over a connection that is refused is sent again, as nobody has handled it", async () => {
  await using test = new Restartable();
  let refusals = 2;
  test.start({ accept: () => refusals-- > 0 ? "Not now" : true });
  const reply = test.requester.request("a");
  await test.advance(50);
  await test.advance(100);
  await test.reply();
  assertEquals(await reply, "reply to a");
  assertEquals(test.requester.stats().repeats, 2);
});

Deno.test("A request over connections that are always refused ends with its time", async () => {
  await using test = new Restartable();
  test.start({ accept: () => "Never" });
  const reply = test.requester.request("a", { timeoutMs: 1000 });
  const failing = assertRejects(() => reply, RequestTimeoutError);
  for (let i = 0; i < 20; i++) await test.advance(50);
  const { cause } = await failing;
  assert(cause instanceof ConnectionRefusedError, Deno.inspect(cause));
  assert(test.dials < 7, `${test.dials} dials`);
});

Deno.test("A service that closes the connection in order is connected to again", async () => {
  await using test = new Restartable();
  test.start();
  const first = test.requester.request("a");
  const connection = await test.connections.next();
  await test.reply();
  await first;
  await connection.close();
  await test.idle();
  const second = test.requester.request("b");
  await test.advance(50);
  await test.reply();
  assertEquals(await second, "reply to b");
  const other = await test.connections.next();
  const kept = test.requester.request("c", { idempotent: true });
  const lost = test.requester.request("d");
  const failing = assertRejects(() => lost, ConnectionResetError);
  await test.idle();
  other.reset();
  await failing;
  await test.idle();
  // Those of the connection that was reset.
  for (let i = 0; i < 2; i++) await test.calls.next();
  await test.advance(100);
  await test.reply();
  assertEquals(await kept, "reply to c");
});

Deno.test("The back-off starts over when a connection has held for resetAfterMs", async () => {
  await using test = new Restartable({
    backoff: { initialMs: 100, resetAfterMs: 1000, random: () => 0.5 },
  });
  test.start();
  let reply = test.requester.request("a");
  for (
    const [upMs, waitMs] of [
      [0, 50],
      [0, 100],
      [999, 200],
      [1000, 50],
    ] as const
  ) {
    const connection = await test.connections.next();
    await test.reply();
    await reply;
    await test.advance(upMs);
    connection.reset();
    await test.idle();
    reply = test.requester.request("a");
    await test.advance(waitMs - 1);
    assertEquals(test.connections.untaken, 0, `after ${upMs} ms`);
    await test.advance(1);
    assertEquals(test.connections.untaken, 1, `after ${upMs} ms`);
  }
  await test.reply();
  assertEquals(await reply, "reply to a");
});

Deno.test("What trying again does not help rejects at once", async () => {
  const unauthorized = new SessionLostError("The peer refuses", { code: 13 });
  for (const error of [new TypeError("connect is wrong"), unauthorized]) {
    let dials = 0;
    await using test = new Restartable({
      connect() {
        dials++;
        throw error;
      },
    });
    await assertRejects(
      () => test.requester.request("a", { idempotent: true }),
      error instanceof TypeError ? TypeError : SessionLostError,
      error.message,
    );
    assertEquals(dials, 1);
  }
  await using test = new Restartable();
  test.start({ authenticate: () => undefined });
  await assertRejects(() => test.requester.request("a"), SessionLostError);
  assertEquals(test.dials, 1);
});

Deno.test("A failure of the service is no reason to ask again", async () => {
  await using test = new Restartable();
  test.start();
  const reply = test.requester.request("a", { idempotent: true });
  (await test.calls.next()).reject(new RequestFailure(404, "no such order"));
  await assertRejects(() => reply, RequestFailedError, "no such order");
  assertEquals(test.requester.stats().repeats, 0);
});

Deno.test("A request that cannot be encoded opens no connection", async () => {
  await using test = new Restartable({
    request: json({ parse: String, maxBytes: 10 }),
  });
  await assertRejects(
    () => test.requester.request("x".repeat(100)),
    CodecError,
  );
  assertEquals(test.dials, 0);
});

Deno.test("A deadline counts from the first try, and is passed on to the service", async () => {
  await using test = new Restartable();
  test.network.refuses = true;
  const reply = test.requester.request("a", { timeoutMs: 1000 });
  const failing = assertRejects(() => reply, RequestTimeoutError);
  await test.advance(300);
  test.start();
  await test.advance(200);
  assertEquals((await test.calls.next()).request, "a");
  await test.advance(499);
  assertEquals(test.requester.stats().inFlight, 1);
  await test.advance(1);
  await failing;
});

Deno.test("close() rejects requests that wait, and those that are in flight", async () => {
  for (const refuses of [true, false]) {
    await using test = new Restartable();
    test.start();
    test.network.refuses = refuses;
    const reply = test.requester.request("a", { idempotent: true });
    const failing = assertRejects(
      () => reply,
      ConnectionClosedError,
      "Cannot request: the requester is closed",
    );
    await test.idle();
    await test.requester.close();
    await failing;
    await assertRejects(
      () => test.requester.request("b"),
      ConnectionClosedError,
    );
    if (!refuses) (await test.calls.next()).resolve("");
  }
});

Deno.test("a reconnecting requester refuses arguments that are wrong", async () => {
  const connect = () => Promise.reject(new Error("unused"));
  for (
    const [options, ErrorClass, message] of [
      [undefined, TypeError, "options of ReconnectingRequester: it is missing"],
      [
        { ...codecs, conect: connect },
        TypeError,
        'option "conect" of ReconnectingRequester: it is not known, did you mean "connect"?',
      ],
      [codecs, TypeError, "connect: it is missing, it must be a function"],
      [{ connect }, TypeError, "request: it is missing, it must be a codec"],
      [
        { ...codecs, connect, backoff: { initialMs: 2, maxMs: 1 } },
        RangeError,
        "initialMs: it is 2",
      ],
      [
        { ...codecs, connect, timeoutMs: "5" },
        TypeError,
        'timeoutMs: it is "5"',
      ],
    ] as const
  ) {
    assertThrows(
      () => Reflect.construct(ReconnectingRequester, [options]),
      ErrorClass,
      `Cannot use ${message}`,
    );
  }
  const requester = new ReconnectingRequester({ ...codecs, connect });
  for (
    const [options, message] of [
      [{ idempotant: true }, 'did you mean "idempotent"?'],
      [{ idempotent: "yes" }, 'idempotent: it is "yes", it must be true or'],
      [{ signal: 5 }, "signal: it is a number, it must be an AbortSignal"],
    ] as const
  ) {
    await assertRejects(
      () => Reflect.apply(requester.request, requester, ["a", options]),
      TypeError,
      message,
    );
  }
});

/** A service in a process of its own. */
class Service implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #isKilled = false;

  constructor(port: number, name: string) {
    const script = new URL("../support/request_server.ts", import.meta.url);
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-net", script.href, `${port}`, name],
      stdin: "null",
      stdout: "piped",
    }).spawn();
    this.#lines = this.#child.stdout
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream())
      .getReader();
  }

  /** The next line that it prints. */
  async line(): Promise<string> {
    const { value } = await this.#lines.read();
    return value ?? "";
  }

  async kill(): Promise<void> {
    if (this.#isKilled) return;
    this.#isKilled = true;
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#lines.cancel();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}

Deno.test(
  "Requests survive the kill of the service's process, if they are idempotent",
  bounded,
  async () => {
    await using first = new Service(0, "first");
    const port = Number(await first.line());
    await using system = new ActorSystem();
    await using pool = new ConnectionPool(system, {
      backoff: { initialMs: 10, maxMs: 50 },
    });
    await using requester = new ReconnectingRequester({
      ...codecs,
      timeoutMs: 60_000,
      backoff: { initialMs: 10, maxMs: 50 },
      connect: (signal) => pool.connect({ port }, { signal }),
    });
    assertEquals(await requester.request("hello"), "first: hello");
    assertEquals(await first.line(), "hello");
    const safe = requester.request("wait: safe", { idempotent: true });
    assertEquals(await first.line(), "wait: safe");
    const unsafe = requester.request("wait: unsafe");
    const failing = assertRejects(() => unsafe, ResumeLostError);
    assertEquals(await first.line(), "wait: unsafe");
    await first.kill();
    await using second = new Service(port, "second");
    assertEquals(await second.line(), `${port}`);
    assertEquals(await safe, "second: wait: safe");
    await failing;
    assertEquals(await requester.request("hello"), "second: hello");
    assertEquals(requester.stats().repeats, 1);
  },
);
