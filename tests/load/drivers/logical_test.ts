import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { logicalDriver } from "../../../src/load/drivers/logical.ts";
import type { Serve } from "../../../src/session/connection_actor.ts";
import { RequestFailedError } from "../../../src/rpc/request_errors.ts";
import { serveRequests } from "../../../src/rpc/responder.ts";
import { CodecError, json, msgpack } from "../../../src/codec/mod.ts";
import { bounded, echo, Net } from "../../support/net.ts";
import { call, issuesOf, openUser } from "./calls.ts";

const doubles = {
  json: json({ parse: Number }),
  msgpack: msgpack({ parse: Number }),
};

/** Doubles numbers, but for 13. */
const serveDoubles = (codec: "json" | "msgpack"): Serve => (connection) =>
  serveRequests(
    connection,
    { request: doubles[codec], reply: doubles[codec], onError() {} },
    (value) => {
      if (value === 13) throw new Error("It is unlucky");
      return value * 2;
    },
  );

for (const codec of ["json", "msgpack"] as const) {
  Deno.test(`a request in ${codec} gets its reply`, bounded, async () => {
    await using net = new Net({ serve: serveDoubles(codec) });
    await using user = await openUser(logicalDriver());
    const { port } = net.listener.address;
    const outcome = await user.perform(call({ port, codec, value: 21 }));
    assertEquals(outcome.body, 42);
    assertEquals(outcome.sentBytes, codec === "json" ? 2 : 1);
    assertEquals(outcome.receivedBytes, codec === "json" ? 2 : 1);
  });
}

Deno.test(
  "the next message ends an exchange of messages",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    await using user = await openUser(logicalDriver());
    const { port } = net.listener.address;
    const request = {
      port,
      exchange: "message",
      codec: "text",
      value: "grüezi",
    };
    assertEquals(await user.perform(call(request)), {
      sentBytes: 7,
      receivedBytes: 7,
      body: "grüezi",
    });
  },
);

Deno.test(
  "a single message is delivered, even if the user ends at once",
  bounded,
  async () => {
    await using net = new Net();
    const user = await openUser(logicalDriver());
    const { port } = net.listener.address;
    const request = { port, exchange: "send", value: { a: [1] } };
    assertEquals(await user.perform(call(request)), { sentBytes: 9 });
    await user[Symbol.asyncDispose]();
    const served = await net.served.next();
    const message = await served.receive();
    assertEquals(new TextDecoder().decode(message), '{"a":[1]}');
  },
);

Deno.test(
  "all users share one socket, and each keeps its connection",
  bounded,
  async () => {
    let count = 0;
    await using net = new Net({
      serve: (connection, context) => {
        count++;
        return serveDoubles("json")(connection, context);
      },
    });
    const driver = logicalDriver();
    await using ada = await openUser(driver);
    await using bob = await openUser(driver);
    const request = call({ port: net.listener.address.port, value: 1 });
    for (const user of [ada, bob, ada, bob]) await user.perform(request);
    assertEquals(count, 2);
    assertEquals(net.listener.stats().sockets, 1);
  },
);

Deno.test(
  "a handler that throws is a failure, and the next operation is fine",
  bounded,
  async () => {
    await using net = new Net({ serve: serveDoubles("json") });
    await using user = await openUser(logicalDriver());
    const { port } = net.listener.address;
    await assertRejects(
      () => user.perform(call({ port, value: 13 })),
      RequestFailedError,
    );
    assertEquals((await user.perform(call({ port, value: 1 }))).body, 2);
  },
);

Deno.test("a reply in another codec is a failure", bounded, async () => {
  await using net = new Net({
    serve: (connection) => connection.send(new Uint8Array([0xc1])),
  });
  await using user = await openUser(logicalDriver());
  const { port } = net.listener.address;
  await assertRejects(
    () => user.perform(call({ port, exchange: "message", value: 1 })),
    CodecError,
  );
});

for (const exchange of ["request", "message"] as const) {
  Deno.test(`a ${exchange} ends when its signal aborts`, bounded, async () => {
    await using net = new Net();
    await using user = await openUser(logicalDriver());
    const given = new AbortController();
    const { port } = net.listener.address;
    const performed = user.perform(
      call({ port, exchange, value: 1 }, given.signal),
    );
    const served = await net.served.next();
    await served.receive();
    const reason = new Error("timed out");
    given.abort(reason);
    assertStrictEquals(await assertRejects(() => performed), reason);
    await served.close();
  });
}

Deno.test("a wrong request is refused, with what was probably meant", () => {
  assertEquals(issuesOf(logicalDriver(), { port: 1, codec: "jsno" }), [
    "value is missing, it must be a JSON value",
    'codec is "jsno", did you mean "json"?',
  ]);
});

Deno.test(
  "the reply is the message that matches, and all others are discarded",
  bounded,
  async () => {
    await using net = new Net();
    await using user = await openUser(logicalDriver());
    const { port } = net.listener.address;
    const request = call({
      port,
      value: "hello",
      exchange: "message",
      reply: { field: "type", equals: "said" },
    });
    const said = (number: number) =>
      new TextEncoder().encode(JSON.stringify({ type: "said", number }));
    const heard = new TextEncoder().encode('{"type":"heard"}');

    const first = user.perform(request);
    const served = await net.served.next();
    await served.receive();
    for (const message of [heard, said(1), heard]) {
      await served.send(message);
    }
    assertEquals((await first).body, { type: "said", number: 1 });

    const second = user.perform(request);
    await served.receive();
    await served.send(said(2));
    assertEquals((await second).body, { type: "said", number: 2 });
    await served.close();
    await assertRejects(() => user.perform(request));
  },
);

Deno.test(
  "a stream is sent in chunks, and ends with the end of the one that comes back",
  bounded,
  async () => {
    await using net = new Net();
    await using user = await openUser(logicalDriver());
    const { port } = net.listener.address;
    const performed = user.perform(call({
      port,
      value: "abc",
      codec: "text",
      exchange: "stream",
      chunks: 2,
      chunkBytes: 7,
    }));
    const served = await net.served.next();
    const texts: string[] = [];
    for (let i = 0; i < 3; i++) {
      texts.push(new TextDecoder().decode(await served.receive()));
    }
    assertEquals(texts, ["abcabca", "abcabca", ""]);
    await served.send(new Uint8Array(10));
    await served.send(new Uint8Array(5));
    await served.send(new Uint8Array());
    assertEquals(await performed, { sentBytes: 14, receivedBytes: 15 });
    await served.close();
  },
);

Deno.test("a stream of one message is the body", bounded, async () => {
  await using net = new Net({ serve: echo });
  await using user = await openUser(logicalDriver());
  const { port } = net.listener.address;
  const request = { port, value: [1], exchange: "stream" };
  for (let i = 0; i < 2; i++) {
    assertEquals(await user.perform(call(request)), {
      sentBytes: 3,
      receivedBytes: 3,
      body: [1],
    });
  }
});

Deno.test("a reply that is not JSON is a failure", bounded, async () => {
  await using net = new Net({
    serve: (connection) => connection.send(new Uint8Array([0x7b])),
  });
  await using user = await openUser(logicalDriver());
  const { port } = net.listener.address;
  for (const reply of [undefined, { field: "a", equals: 1 }]) {
    const matched = reply === undefined ? {} : { reply };
    await assertRejects(
      () =>
        user.perform(
          call({ port, exchange: "message", value: 1, ...matched }),
        ),
      CodecError,
    );
  }
});
