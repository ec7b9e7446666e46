import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { DriverError } from "../../../src/load/drivers/driver_error.ts";
import { sseDriver } from "../../../src/load/drivers/sse.ts";
import { Happenings } from "../../support/happenings.ts";
import { bounded } from "../../support/net.ts";
import { call, issuesOf, openUser } from "./calls.ts";

/** A stream of events to one subscriber. */
class Subscriber {
  readonly left = new Happenings<void>();
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  #controller:
    | ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>
    | undefined;

  constructor() {
    this.body = new ReadableStream({
      start: (controller) => void (this.#controller = controller),
      cancel: () => this.left.push(),
    });
  }

  send(text: string): void {
    this.#controller?.enqueue(new TextEncoder().encode(text));
  }

  end(): void {
    this.#controller?.close();
  }
}

/** A server that ends with the test, after its subscribers. */
class Server implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly subscribers = new Happenings<Subscriber>();

  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => {
        const subscriber = new Subscriber();
        this.subscribers.push(subscriber);
        return new Response(subscriber.body, {
          headers: { "content-type": "text/event-stream" },
        });
      },
    );
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

Deno.test(
  "each operation subscribes, and ends with the first event",
  bounded,
  async () => {
    await using server = new Server();
    await using user = await openUser(sseDriver());
    for (const n of [1, 2]) {
      const performed = user.perform(call({ url: server.url }));
      const subscriber = await server.subscribers.next();
      subscriber.send(`: hello\n\nid: 1\ndata: {"n":${n}}\n\n`);
      assertEquals(await performed, {
        status: 200,
        receivedBytes: 7,
        body: { n },
      });
      await subscriber.left.next();
    }
  },
);

Deno.test("events of other types are discarded", bounded, async () => {
  await using server = new Server();
  await using user = await openUser(sseDriver());
  const performed = user.perform(
    call({ url: server.url, event: "price", contains: "ada" }),
  );
  const subscriber = await server.subscribers.next();
  subscriber.send("data: for ada\n\nevent: price\ndata: for bob\n\n");
  subscriber.send("event: price\ndata: for ada\ndata: 5\n\n");
  assertEquals((await performed).body, "for ada\n5");
});

Deno.test(
  "a subscription that is kept waits for later events",
  bounded,
  async () => {
    await using server = new Server();
    await using user = await openUser(sseDriver());
    const request = call({ url: server.url, keep: true, contains: "now" });
    const first = user.perform(request);
    const subscriber = await server.subscribers.next();
    subscriber.send("data: now 1\n\n");
    assertEquals((await first).body, "now 1");
    const second = user.perform(request);
    subscriber.send("data: now 2\n\n");
    assertEquals((await second).body, "now 2");
    assertEquals(server.subscribers.untaken, 0);
  },
);

Deno.test("a stream that ends is a failure", bounded, async () => {
  await using server = new Server();
  await using user = await openUser(sseDriver());
  const performed = user.perform(call({ url: server.url }));
  (await server.subscribers.next()).end();
  await assertRejects(
    () => performed,
    DriverError,
    "the service has ended the stream",
  );
});

Deno.test(
  "a response that is not an event stream is a failure",
  bounded,
  async () => {
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => new Response("no", { status: 403 }),
    );
    await using user = await openUser(sseDriver());
    await assertRejects(
      () =>
        user.perform(call({ url: `http://127.0.0.1:${server.addr.port}/` })),
      DriverError,
      "Cannot subscribe: the response is 403 of type text/plain;charset=UTF-8",
    );
  },
);

Deno.test(
  "an operation ends when its signal aborts, and the subscription with it",
  bounded,
  async () => {
    await using server = new Server();
    await using user = await openUser(sseDriver());
    const given = new AbortController();
    const request = { url: server.url, keep: true };
    const performed = user.perform(call(request, given.signal));
    const subscriber = await server.subscribers.next();
    subscriber.send(": the headers are sent with the first byte\n\n");
    const reason = new Error("timed out");
    given.abort(reason);
    assertStrictEquals(await assertRejects(() => performed), reason);
    await subscriber.left.next();
  },
);

Deno.test("a wrong request is refused, with what was probably meant", () => {
  assertEquals(issuesOf(sseDriver(), { url: "ws://a/", keeps: true }), [
    "url starts with ws:, it must start with http: or https:",
    'keeps is not a known field, did you mean "keep"?',
  ]);
});

Deno.test(
  "latency counts from the time in the event",
  bounded,
  async () => {
    await using server = new Server();
    await using user = await openUser(sseDriver());
    const request = { url: server.url, keep: true, sentAt: "at" };
    const performed = user.perform(call(request));
    const subscriber = await server.subscribers.next();
    const at = performance.timeOrigin + performance.now() - 60_000;
    subscriber.send(`data: ${JSON.stringify({ at })}\n\n`);
    const { latencyMs = 0 } = await performed;
    assert(latencyMs >= 60_000 && latencyMs < 120_000, String(latencyMs));
  },
);
