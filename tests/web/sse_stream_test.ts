import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { SseLog } from "../../src/web/sse_log.ts";
import { SseStream, type SseStreamOptions } from "../../src/web/sse_stream.ts";
import { Happenings } from "../support/happenings.ts";
import { bounded } from "../support/net.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { Reader } from "./event_reader.ts";

function request(
  { lastEventId, query = "" }: {
    readonly lastEventId?: string;
    readonly query?: string;
  } = {},
): Request {
  return new Request(`http://localhost/events${query}`, {
    headers: lastEventId === undefined ? {} : { "last-event-id": lastEventId },
  });
}

function connect(
  stream: SseStream,
  options?: Parameters<typeof request>[0],
): Reader {
  return new Reader(stream.respond(request(options)));
}

function publish(stream: SseStream, from: number, to: number): void {
  for (let i = from; i <= to; i++) stream.publish("n", String(i));
}

/** Data of so many next events. */
async function take(reader: Reader, count: number): Promise<string[]> {
  const data: string[] = [];
  while (data.length < count) data.push((await reader.event()).data);
  return data;
}

Deno.test(
  "Events arrive with their names and lines, and ids that go up",
  bounded,
  async () => {
    using stream = new SseStream();
    await using reader = connect(stream);
    stream.publish("one", "a");
    stream.publish("two", ' {"b": 1}\n\nc\r\nd\re\n');
    const first = await reader.event();
    const second = await reader.event();
    assertEquals([first.event, first.data], ["one", "a"]);
    assertEquals([second.event, second.data], [
      "two",
      ' {"b": 1}\n\nc\nd\ne\n',
    ]);
    assertEquals(
      [first.id, second.id].map((id) => id?.replace(/^[0-9a-f]{8}/, "name")),
      ["name-1", "name-2"],
    );
  },
);

Deno.test(
  "A client gets the time to reconnect, and nothing may store events",
  bounded,
  async () => {
    using stream = new SseStream({ retryMs: 1234 });
    const response = stream.respond(request());
    assertEquals(response.headers.get("content-type"), "text/event-stream");
    assertEquals(
      response.headers.get("cache-control"),
      "no-store, no-transform",
    );
    await using reader = new Reader(response);
    publish(stream, 1, 1);
    await reader.event();
    assertEquals(reader.retry, "1234");
  },
);

Deno.test(
  "A new client gets what follows, and nothing from before",
  bounded,
  async () => {
    using stream = new SseStream();
    publish(stream, 1, 3);
    await using reader = connect(stream);
    publish(stream, 4, 4);
    assertEquals(await take(reader, 1), ["4"]);
  },
);

Deno.test(
  "The stream of a client that does not follow ends when it has all events",
  bounded,
  async () => {
    // Smaller than the events, so that it takes several pieces.
    using stream = new SseStream({ chunkBytes: 64 });
    publish(stream, 1, 20);
    const all = connect(stream, { query: "?lastEventId=0&follow=false" });
    assertEquals(stream.clients, 1);
    assertEquals(await take(all, 20), [
      ...Array.from({ length: 20 }, (_, index) => `${index + 1}`),
    ]);
    assertEquals(await all.rest(), []);
    assertEquals(stream.clients, 0);
    // Without an id it has all already.
    const none = connect(stream, { query: "?follow=false" });
    assertEquals(await none.rest(), []);
    const late = connect(stream, { query: "?lastEventId=0&follow=false" });
    assertEquals((await late.event()).data, "1");
    stream.publish("n", "21");
    assertEquals((await take(late, 20)).at(-1), "21");
    assertEquals(await late.rest(), []);
  },
);

Deno.test(
  "A client that reconnects with the id of its last event misses nothing",
  bounded,
  async () => {
    using stream = new SseStream();
    await using before = connect(stream);
    publish(stream, 1, 2);
    await take(before, 1);
    const { id = "" } = await before.event();
    await before.cancel();
    publish(stream, 3, 4);
    for (
      const options of [{ lastEventId: id }, { query: `?lastEventId=${id}` }, {
        lastEventId: id,
        query: "?lastEventId=0",
      }]
    ) {
      await using after = connect(stream, options);
      assertEquals(await take(after, 2), ["3", "4"]);
    }
  },
);

Deno.test(
  "A client that asks for the events after 0 gets all that are kept",
  bounded,
  async () => {
    using stream = new SseStream();
    publish(stream, 1, 3);
    await using reader = connect(stream, { query: "?lastEventId=0" });
    assertEquals(await take(reader, 3), ["1", "2", "3"]);
  },
);

Deno.test(
  "A client that reconnects too late gets the number of events it missed",
  bounded,
  async () => {
    using stream = new SseStream({ bufferBytes: 100 });
    await using before = connect(stream);
    publish(stream, 1, 1);
    const { id = "" } = await before.event();
    await before.cancel();
    publish(stream, 2, 10);
    await using after = connect(stream, { lastEventId: id });
    const gap = await after.event();
    assertEquals([gap.event, gap.id], ["gap", undefined]);
    const { missed } = JSON.parse(gap.data);
    assert(missed > 0);
    const next = Number((await after.event()).data);
    assertEquals(next, missed + 2);
    assertEquals(stream.skipped, 0);
  },
);

for (const id of ["00000000-1", "nonsense", "-1", "99"]) {
  Deno.test(
    `A client whose id ${id} is of another stream gets a gap, and all events that are kept`,
    bounded,
    async () => {
      using stream = new SseStream();
      publish(stream, 1, 2);
      await using reader = connect(stream, { lastEventId: id });
      const gap = await reader.event();
      assertEquals([gap.event, gap.data], ["gap", '{"missed":null}']);
      assertEquals(await take(reader, 2), ["1", "2"]);
    },
  );
}

Deno.test(
  "An id that this stream has not used yet is of another one",
  bounded,
  async () => {
    using stream = new SseStream();
    await using before = connect(stream);
    publish(stream, 1, 1);
    const { id = "" } = await before.event();
    await using reader = connect(stream, {
      lastEventId: id.replace("-1", "-2"),
    });
    assertEquals((await reader.event()).data, '{"missed":null}');
  },
);

Deno.test(
  "A client that does not read has no queue, and gets the number it missed when it reads again",
  bounded,
  async () => {
    using stream = new SseStream({ bufferBytes: 1000 });
    const unread = stream.respond(request());
    await using quick = connect(stream);
    const got: string[] = [];
    for (let i = 1; i <= 1000; i++) {
      publish(stream, i, i);
      got.push(...await take(quick, 1));
    }
    assertEquals(got.length, 1000);
    assert(stream.bufferedBytes <= 1000);
    const { skipped } = stream;
    assert(skipped > 900);
    const slow = new Reader(unread);
    const gap = await slow.event();
    assertEquals([gap.event, gap.data], ["gap", `{"missed":${skipped}}`]);
    const rest = await take(slow, 1000 - skipped);
    assertEquals(rest[0], String(skipped + 1));
    assertEquals(rest.at(-1), "1000");
    await slow.cancel();
    assertEquals(stream.skipped, skipped);
  },
);

Deno.test(
  "An event longer than the buffer is a gap",
  bounded,
  async () => {
    using stream = new SseStream({ bufferBytes: 100 });
    await using reader = connect(stream);
    stream.publish("long", "x".repeat(200));
    assertEquals((await reader.event()).data, '{"missed":1}');
    publish(stream, 1, 1);
    assertEquals(await take(reader, 1), ["1"]);
    assertEquals(stream.skipped, 1);
  },
);

Deno.test(
  "Events that wait together are written as pieces of chunkBytes",
  bounded,
  async () => {
    using stream = new SseStream({ chunkBytes: 200 });
    const { body } = stream.respond(request());
    publish(stream, 1, 100);
    stream[Symbol.dispose]();
    const sizes: number[] = [];
    const late = new SseStream({ chunkBytes: 200 });
    publish(late, 1, 100);
    const reader = late.respond(request({ query: "?lastEventId=0" })).body
      ?.getReader();
    await body?.cancel();
    for (let i = 0; i < 5; i++) {
      sizes.push((await reader?.read())?.value?.length ?? 0);
    }
    assert(
      sizes.slice(1).every((size) => size > 150 && size <= 200),
      `${sizes}`,
    );
    late[Symbol.dispose]();
    await reader?.cancel();
  },
);

Deno.test(
  "A client that waits gets a comment every heartbeatMs",
  bounded,
  async () => {
    const clock = new ManualClock();
    using stream = new SseStream({ clock, heartbeatMs: 1000 });
    assertEquals(clock.pending, 0);
    await using reader = connect(stream);
    await using other = connect(stream);
    publish(stream, 1, 1);
    assertEquals([await take(reader, 1), await take(other, 1)], [["1"], ["1"]]);
    const comment = reader.comment();
    clock.advance(999);
    assertEquals(reader.comments, 0);
    clock.advance(1);
    await comment;
    clock.advance(1000);
    await reader.comment();
    await reader.cancel();
    await other.cancel();
    assertEquals(clock.pending, 0);
  },
);

Deno.test(
  "One client too many is refused, until another one leaves",
  bounded,
  async () => {
    using stream = new SseStream({ maxClients: 1 });
    const first = connect(stream);
    const refused = stream.respond(request());
    assertEquals([refused.status, stream.refused], [503, 1]);
    assert(refused.headers.has("retry-after"));
    await refused.body?.cancel();
    await first.cancel();
    assertEquals(stream.clients, 0);
    await using _second = connect(stream);
    assertEquals(stream.clients, 1);
  },
);

Deno.test(
  "A closed stream sends its clients the rest and ends, and refuses more",
  bounded,
  async () => {
    const clock = new ManualClock();
    const stream = new SseStream({ clock });
    const reader = connect(stream);
    publish(stream, 1, 3);
    stream[Symbol.dispose]();
    stream[Symbol.dispose]();
    publish(stream, 4, 4);
    assertEquals(await reader.rest(), ["1", "2", "3"]);
    assertEquals([stream.clients, clock.pending], [0, 0]);
    const refused = stream.respond(request());
    assertEquals(refused.status, 503);
    await refused.body?.cancel();
  },
);

Deno.test("A name that would break the framing is refused", () => {
  using stream = new SseStream();
  for (const name of ["", "a\nb", "a\rb", "gap"]) {
    assertThrows(() => stream.publish(name, ""), TypeError, "Cannot publish");
  }
});

for (
  const options of [
    { bufferBytes: 0 },
    { maxClients: 0 },
    { heartbeatMs: 0 },
    { retryMs: -1 },
    { chunkBytes: 1.5 },
  ] satisfies SseStreamOptions[]
) {
  Deno.test(`An SSE stream refuses ${JSON.stringify(options)}`, () => {
    assertThrows(() => new SseStream(options), RangeError, "it must be");
  });
}

Deno.test("A log keeps its last events, as many as fit", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 60 });
  fc.assert(fc.property(sizes, fc.integer({ min: 1, max: 30 }), (all, max) => {
    const log = new SseLog(max);
    let kept: number[] = [];
    all.forEach((size, number) => {
      log.add(new Uint8Array(size));
      kept.push(size);
      while (kept.reduce((a, b) => a + b, 0) > max) kept = kept.slice(1);
      assertEquals([log.start, log.end], [
        number + 1 - kept.length,
        number + 1,
      ]);
      const read = log.read(log.start, Infinity).map(({ length }) => length);
      assertEquals(read, kept);
    });
  }));
});

Deno.test(
  "Over a real socket, a client that stops reading delays no other and costs no memory",
  bounded,
  async () => {
    using stream = new SseStream({ bufferBytes: 1024 * 1024 });
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => stream.respond(request),
    );
    const { port } = server.addr;
    using stalled = await Deno.connect({ hostname: "127.0.0.1", port });
    const ask = "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
    await stalled.write(new TextEncoder().encode(ask));
    await using quick = new Reader(await fetch(`http://127.0.0.1:${port}/`));
    publish(stream, 0, 0);
    await take(quick, 1);
    // Until the stalled one is there too.
    while (stream.clients < 2) {
      publish(stream, 0, 0);
      await take(quick, 1);
    }
    // Ten times what the kernel holds of a connection, and more.
    const data = "x".repeat(100_000);
    const count = 400;
    for (let i = 0; i < count; i++) {
      stream.publish("n", data);
      assertEquals((await quick.event()).data.length, data.length);
    }
    assert(stream.bufferedBytes <= 1024 * 1024);
    // Whatever the server and the kernel hold for it is a part of them.
    assert(stream.skipped > count / 2);
    const { skipped } = stream;
    const reader = new Reader(
      new Response(stalled.readable, {}),
      // The head of the answer comes first.
      "\r\n\r\n",
    );
    let event = await reader.event();
    while (event.event !== "gap") event = await reader.event();
    assertEquals(JSON.parse(event.data).missed, skipped);
    await reader.cancel();
  },
);

Deno.test(
  "Over a real socket, a client that disconnects is removed, idle or stalled",
  bounded,
  async () => {
    using stream = new SseStream();
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => {
        const response = stream.respond(request);
        came.push(stream.clients);
        return response;
      },
    );
    const came = new Happenings<number>();
    const { port } = server.addr;
    const watcher = await fetch(`http://127.0.0.1:${port}/`);
    await using reader = new Reader(watcher);
    assertEquals(await came.next(), 1);
    for (const bytes of [0, 10_000_000]) {
      const gone = await Deno.connect({ hostname: "127.0.0.1", port });
      const ask = "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
      await gone.write(new TextEncoder().encode(ask));
      assertEquals(await came.next(), 2);
      for (let sent = 0; sent < bytes; sent += 100_000) {
        stream.publish("n", "x".repeat(100_000));
        await reader.event();
      }
      gone.close();
      // The server hears of it when the kernel does.
      while (stream.clients > 1) {
        publish(stream, 1, 1);
        await reader.event();
      }
    }
  },
);

Deno.test(
  "A client that reads slowly gets the last event of each key, and misses no other",
  bounded,
  async () => {
    using stream = new SseStream();
    await using reader = connect(stream);
    publish(stream, 1, 1);
    assertEquals(await take(reader, 1), ["1"]);
    for (let i = 1; i <= 1000; i++) {
      stream.publishLatest("a", "state", `a ${i}`);
      stream.publishLatest("b", "state", `b ${i}`);
    }
    publish(stream, 2, 2);
    // The first was sent at once, as the client waited for it.
    const events: [string, string | undefined][] = [];
    for (let i = 0; i < 4; i++) {
      const { data, id } = await reader.event();
      events.push([data, id?.replace(/^[0-9a-f]{8}/, "name")]);
    }
    assertEquals(events, [
      ["a 1", undefined],
      ["2", "name-2"],
      ["a 1000", undefined],
      ["b 1000", undefined],
    ]);
    assertEquals(stream.skipped, 0);
  },
);

Deno.test(
  "A client that connects gets the last event of each key that is not forgotten",
  bounded,
  async () => {
    using stream = new SseStream();
    stream.publishLatest("a", "state", "a");
    stream.publishLatest("b", "state", "b");
    stream.forgetLatest("a");
    await using reader = connect(stream);
    assertEquals(await take(reader, 1), ["b"]);
    const leaves = connect(stream, { query: "?follow=false" });
    assertEquals(await leaves.rest(), []);
    assertThrows(() => stream.publishLatest("c", "gap", ""), TypeError);
    assertEquals(stream.bufferedBytes, 0);
  },
);
