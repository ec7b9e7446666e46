import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { DriverError } from "../../../src/load/drivers/driver_error.ts";
import { websocketDriver } from "../../../src/load/drivers/websocket.ts";
import { Happenings } from "../../support/happenings.ts";
import { bounded } from "../../support/net.ts";
import { call, issuesOf, openUser } from "./calls.ts";

/** A server that ends with the test. */
class Server implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /** The header `x-own` of each socket. */
  readonly headers: (string | null)[] = [];
  readonly received = new Happenings<string>();

  constructor(reply: (socket: WebSocket, message: string) => void) {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => {
        this.headers.push(request.headers.get("x-own"));
        const { socket, response } = Deno.upgradeWebSocket(request);
        socket.onmessage = ({ data }) => {
          this.received.push(data);
          reply(socket, data);
        };
        return response;
      },
    );
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#server.addr.port}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

Deno.test("the next message ends the operation", bounded, async () => {
  await using server = new Server((socket, message) => socket.send(message));
  await using user = await openUser(websocketDriver());
  const outcome = await user.perform(call({ url: server.url, text: "grüezi" }));
  assertEquals(outcome, { sentBytes: 7, receivedBytes: 7, body: "grüezi" });
});

Deno.test(
  "a user has one socket to a URL, with its headers",
  bounded,
  async () => {
    await using server = new Server((socket, message) => socket.send(message));
    await using user = await openUser(websocketDriver());
    const request = {
      url: server.url,
      json: { n: 1 },
      headers: { "x-own": "yes" },
    };
    await user.perform(call(request));
    assertEquals((await user.perform(call(request))).body, { n: 1 });
    assertEquals(server.headers, ["yes"]);
  },
);

Deno.test("messages other than the reply are discarded", bounded, async () => {
  await using server = new Server((socket) => {
    socket.send("not json");
    socket.send(new Uint8Array(3));
    socket.send('{"type":"said","by":{"name":"bob"}}');
    socket.send('{"type":"said","by":{"name":"ada"}}');
  });
  await using user = await openUser(websocketDriver());
  const { body } = await user.perform(call({
    url: server.url,
    text: "hello",
    reply: { field: "by.name", equals: "ada" },
  }));
  assertEquals(body, { type: "said", by: { name: "ada" } });
});

Deno.test("a reply can be required to contain a text", bounded, async () => {
  await using server = new Server((socket) => {
    socket.send("working");
    socket.send("it is done");
  });
  await using user = await openUser(websocketDriver());
  const { body } = await user.perform(
    call({ url: server.url, text: "go", reply: { contains: "done" } }),
  );
  assertEquals(body, "it is done");
});

Deno.test(
  "without a reply the operation ends when the message was sent",
  bounded,
  async () => {
    await using server = new Server(() => {});
    await using user = await openUser(websocketDriver());
    assertEquals(
      await user.perform(
        call({ url: server.url, text: "hello", reply: "none" }),
      ),
      { sentBytes: 5 },
    );
    assertEquals(await server.received.next(), "hello");
  },
);

Deno.test(
  "a socket that the server closes is a failure, and the next operation has another",
  bounded,
  async () => {
    await using server = new Server((socket, message) => {
      if (message === "bye") socket.close(4000, "as asked");
      else socket.send(message);
    });
    await using user = await openUser(websocketDriver());
    await assertRejects(
      () => user.perform(call({ url: server.url, text: "bye" })),
      DriverError,
      "Cannot use the socket: it was closed with 4000 as asked",
    );
    const { body } = await user.perform(
      call({ url: server.url, text: "hello" }),
    );
    assertEquals(body, "hello");
  },
);

Deno.test("a late reply is not the next operation's", bounded, async () => {
  const sockets: WebSocket[] = [];
  await using server = new Server((socket, message) => {
    sockets.push(socket);
    if (message === "one") return;
    // On the socket of the first operation, if it were still used.
    if (sockets[0]?.readyState === WebSocket.OPEN) sockets[0].send("late");
    socket.send("in time");
  });
  await using user = await openUser(websocketDriver());
  const given = new AbortController();
  const performed = user.perform(
    call({ url: server.url, text: "one" }, given.signal),
  );
  await server.received.next();
  const reason = new Error("timed out");
  given.abort(reason);
  assertStrictEquals(await assertRejects(() => performed), reason);
  const { body } = await user.perform(call({ url: server.url, text: "two" }));
  assertEquals(body, "in time");
});

Deno.test(
  "a socket that the service has closed while it was idle is replaced",
  bounded,
  async () => {
    const closed = new Happenings<void>();
    await using server = new Server((socket, message) => {
      // It happens when the other side has closed the socket as well.
      socket.onclose = () => closed.push();
      socket.send(message);
      socket.close();
    });
    await using user = await openUser(websocketDriver());
    for (let round = 1; round <= 3; round++) {
      await user.perform(call({ url: server.url, text: "hello" }));
      await closed.next();
      assertEquals(server.headers.length, round);
    }
  },
);

Deno.test("an upgrade that is refused is a failure", bounded, async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("no", { status: 403 }),
  );
  await using user = await openUser(websocketDriver());
  const url = `ws://127.0.0.1:${server.addr.port}/`;
  await assertRejects(
    () => user.perform(call({ url })),
    DriverError,
    `Cannot open a socket to ${url}`,
  );
});

Deno.test(
  "an upgrade without a response ends when the signal aborts",
  bounded,
  async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await using user = await openUser(websocketDriver());
    const given = new AbortController();
    const performed = user.perform(
      call({ url: `ws://127.0.0.1:${listener.addr.port}/` }, given.signal),
    );
    const connection = await listener.accept();
    const reason = new Error("timed out");
    given.abort(reason);
    assertStrictEquals(await assertRejects(() => performed), reason);
    connection.close();
    listener.close();
  },
);

Deno.test("a wrong request is refused, with what was probably meant", () => {
  assertEquals(
    issuesOf(websocketDriver(), {
      url: "http://a/",
      text: "a",
      json: {},
      reply: { field: "a" },
    }),
    [
      "url starts with http:, it must start with ws: or wss:",
      "reply.equals is missing, it must be a JSON value",
      "json is given beside text, remove one of them",
    ],
  );
});

Deno.test(
  "latency counts from the time in the message",
  bounded,
  async () => {
    const now = () => performance.timeOrigin + performance.now();
    await using server = new Server((socket, message) => {
      const sentAt = message === "when?" ? now() - 60_000 : "just now";
      socket.send(JSON.stringify({ event: { sentAt } }));
    });
    await using user = await openUser(websocketDriver());
    const request = { url: server.url, text: "when?", sentAt: "event.sentAt" };
    const { latencyMs = 0 } = await user.perform(call(request));
    assert(latencyMs >= 60_000 && latencyMs < 120_000, String(latencyMs));
    await assertRejects(
      () => user.perform(call({ ...request, text: "?" })),
      DriverError,
      "Cannot compute the latency: event.sentAt of the message is not a number",
    );
  },
);
