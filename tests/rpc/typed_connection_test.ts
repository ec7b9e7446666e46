import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ConnectionClosedError,
  ConnectionResetError,
} from "../../src/session/errors.ts";
import { TypedConnection } from "../../src/rpc/typed_connection.ts";
import { CodecError, json, msgpack } from "../../src/codec/mod.ts";
import { ErrorCode } from "../../src/session/wire/protocol.ts";
import { utf8 } from "../support/bytes.ts";
import { bounded, Net } from "../support/net.ts";

interface Order {
  readonly item: string;
  readonly count: number;
}

function toOrder(value: unknown): Order {
  if (
    typeof value !== "object" || value === null ||
    !("item" in value) || typeof value.item !== "string" ||
    !("count" in value) || typeof value.count !== "number"
  ) throw new TypeError("It is no order");
  return { item: value.item, count: value.count };
}

const EMPTY = new Uint8Array(0);
const codecs = {
  json: json({ parse: toOrder }),
  msgpack: msgpack({ parse: toOrder }),
};

/** Both ends of a connection that speaks of orders. */
async function typedPair(net: Net, codec = codecs.json) {
  const [here, there] = await net.pair();
  return {
    here: new TypedConnection(here, codec),
    there: new TypedConnection(there, codec),
  };
}

for (
  const [what, codec, message] of [
    [
      "no codec",
      [],
      "codec: it is missing, it must be a codec, such as json()",
    ],
    ["a function for a codec", [json], "codec: it is a function"],
    ["half a codec", [{ encode: () => EMPTY }], "codec: it is an object"],
    ["no codec for what comes", [codecs.json, null], "incoming: it is missing"],
  ] as const
) {
  Deno.test(`a typed connection with ${what} is refused`, bounded, async () => {
    await using net = new Net();
    const [here] = await net.pair();
    // As a program without types does.
    assertThrows(
      () => Reflect.construct(TypedConnection, [here, ...codec]),
      TypeError,
      `Cannot use ${message}`,
    );
  });
}

Deno.test("a typed connection without a connection is refused", () => {
  assertThrows(
    () => Reflect.construct(TypedConnection, [undefined, codecs.json]),
    TypeError,
    "Cannot use connection: it is missing, it must be a logical connection",
  );
});

for (const name of ["json", "msgpack"] as const) {
  Deno.test(`values make a round trip in ${name}`, bounded, async () => {
    await using net = new Net();
    const { here, there } = await typedPair(net, codecs[name]);
    await here.send({ item: "nails", count: 100 });
    const order = await there.receive();
    assertEquals(order, { item: "nails", count: 100 });
    await there.send({ item: "screws", count: 7 });
    assertEquals(await here.receive(), { item: "screws", count: 7 });
  });

  Deno.test(
    `a message that is not ${name} resets the connection with CodecError`,
    bounded,
    async () => {
      await using net = new Net();
      const { here, there } = await typedPair(net, codecs[name]);
      const refused = assertRejects(
        () => here.connection.receive(),
        ConnectionResetError,
      );
      await here.connection.send(new Uint8Array([0xc1, 0xff]));
      await assertRejects(() => there.receive(), CodecError);
      assertEquals((await refused).code, ErrorCode.PROTOCOL);
      await assertRejects(() => there.receive(), ConnectionClosedError);
    },
  );
}

Deno.test(
  "a value that the parser refuses resets its own connection only",
  bounded,
  async () => {
    await using net = new Net();
    const other = await typedPair(net);
    const { here, there } = await typedPair(net);
    await here.connection.send(utf8('{"item":1}'));
    await assertRejects(() => there.receive(), CodecError, "parse refused");
    await here.connection.closed;
    await other.here.send({ item: "nails", count: 1 });
    assertEquals((await other.there.receive())?.item, "nails");
  },
);

Deno.test(
  "a value that cannot be encoded is a CodecError and costs nothing",
  bounded,
  async () => {
    await using net = new Net();
    const tight = json({ parse: toOrder, maxBytes: 40 });
    const { here, there } = await typedPair(net, tight);
    const large = { item: "x".repeat(100), count: 1 };
    await assertRejects(() => here.send(large), CodecError);
    await here.send({ item: "small", count: 1 });
    assertEquals((await there.receive())?.item, "small");
  },
);

Deno.test("each direction may have its own codec", bounded, async () => {
  await using net = new Net();
  const [here, there] = await net.pair();
  const numbers = json({ parse: Number });
  const client = new TypedConnection(here, codecs.msgpack, numbers);
  const server = new TypedConnection(there, numbers, codecs.msgpack);
  await client.send({ item: "nails", count: 12 });
  await server.send((await server.receive())?.count ?? NaN);
  assertEquals(await client.receive(), 12);
});

Deno.test(
  "iterating yields values until the peer closes its side",
  bounded,
  async () => {
    await using net = new Net();
    const { here, there } = await typedPair(net);
    for (let count = 0; count < 3; count++) {
      await here.send({ item: "nails", count });
    }
    await here.close();
    const counts: number[] = [];
    for await (const { count } of there) counts.push(count);
    assertEquals(counts, [0, 1, 2]);
    assertEquals(await there.receive(), undefined);
  },
);

Deno.test(
  "iterating over an invalid message throws CodecError and resets",
  bounded,
  async () => {
    await using net = new Net();
    const { here, there } = await typedPair(net);
    await here.send({ item: "nails", count: 1 });
    await here.connection.send(utf8("not json"));
    let values = 0;
    await assertRejects(async () => {
      for await (const _ of there) values++;
    }, CodecError);
    assertEquals(values, 1);
    await Promise.all([here.connection.closed, there.connection.closed]);
  },
);

for (const name of ["json", "msgpack"] as const) {
  Deno.test(
    `values in ${name} that wait for credit arrive as they were sent, whatever is sent meanwhile`,
    bounded,
    async () => {
      await using net = new Net({
        listen: { windowBytes: 65_536, maxWindowBytes: 65_536 },
      });
      const { here, there } = await typedPair(net, codecs[name]);
      // More than the window, so that most wait in the memory they share.
      const orders = Array.from({ length: 5_000 }, (_, count): Order => ({
        item: `${count}`.repeat(10),
        count,
      }));
      const sends = orders.map((order) => here.send(order));
      for (const order of orders) {
        assertEquals(await there.receive(), order);
      }
      await Promise.all(sends);
    },
  );
}

for (const name of ["json", "msgpack"] as const) {
  Deno.test(
    `a value in ${name} that is transferred takes no other's bytes with it`,
    bounded,
    async () => {
      await using net = new Net({
        listen: { windowBytes: 65_536, maxWindowBytes: 65_536 },
      });
      const { here, there } = await typedPair(net, codecs[name]);
      const orders = Array.from({ length: 5_000 }, (_, count): Order => ({
        item: `${count}`.repeat(10),
        count,
      }));
      // Those that wait for credit when the one in the middle is transferred
      // would have lost their bytes, were they in the same buffer.
      const sends = orders.map((order, count) =>
        here.send(order, count === 4_000 ? { transfer: true } : {})
      );
      for (const order of orders) {
        assertEquals(await there.receive(), order);
      }
      await Promise.all(sends);
    },
  );
}

Deno.test("leaving an iteration early reads no more", bounded, async () => {
  await using net = new Net();
  const { here, there } = await typedPair(net);
  await here.send({ item: "nails", count: 1 });
  for await (const _ of there) break;
  await assertRejects(() => there.receive(), ConnectionClosedError);
});

Deno.test(
  "values can be read between two of an iteration",
  bounded,
  async () => {
    await using net = new Net();
    const { here, there } = await typedPair(net);
    for (let count = 0; count < 4; count++) {
      await here.send({ item: "nails", count });
    }
    await here.connection.closeWrite();
    const counts: (number | undefined)[] = [];
    for await (const { count } of there) {
      counts.push(count, (await there.receive())?.count);
    }
    assertEquals(counts, [0, 1, 2, 3]);
  },
);

Deno.test(
  "a typed send that nobody awaits does not end the process when it fails",
  bounded,
  async () => {
    const unhandled: unknown[] = [];
    const onRejection = (event: PromiseRejectionEvent) => {
      event.preventDefault();
      unhandled.push(event.reason);
    };
    globalThis.addEventListener("unhandledrejection", onRejection);
    try {
      await using net = new Net();
      const { here } = await typedPair(net);
      here.connection.reset();
      void here.send({ item: "nails", count: 1 });
      await here.connection.closed;
      await new Promise((resolve) => setTimeout(resolve, 0));
    } finally {
      globalThis.removeEventListener("unhandledrejection", onRejection);
    }
    assertEquals(unhandled, []);
  },
);

Deno.test("a typed read can be cancelled", bounded, async () => {
  await using net = new Net();
  const { here, there } = await typedPair(net);
  const signal = AbortSignal.abort(new Error("no time"));
  await assertRejects(() => there.receive({ signal }), Error, "no time");
  await here.send({ item: "nails", count: 1 });
  assertEquals((await there.receive())?.count, 1);
});

Deno.test("`await using` closes the typed connection", bounded, async () => {
  await using net = new Net();
  const [here, there] = await net.pair();
  {
    await using typed = new TypedConnection(here, codecs.json);
    await typed.send({ item: "nails", count: 1 });
  }
  await there.receive();
  assertEquals(await there.receive(), undefined);
});
