// Streams of values over real sockets.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  implement,
  InvalidMessageError,
  protocol,
  RemoteError,
  type StandardSchema,
  stream,
  type StreamSink,
} from "../../src/remote/mod.ts";
import { Happenings } from "../support/happenings.ts";
import { bounded } from "../support/net.ts";
import { RemoteNet } from "./remote_net.ts";

const Numbers = protocol("numbers/1", { count: stream<number, number>() });

/** Counts, and says how far it has got. */
function counting() {
  const state = { made: 0, left: Promise.withResolvers<unknown>() };
  const implementation = implement(Numbers, {
    async *count(end, { signal }) {
      try {
        for (let n = 0; n < end; n++) {
          state.made++;
          yield n;
        }
      } finally {
        state.left.resolve(signal.reason);
      }
    },
  });
  return { state, implementation };
}

Deno.test(
  "A stream brings all its values in order, and ends",
  bounded,
  async () => {
    const { state, implementation } = counting();
    await using net = new RemoteNet(() => [implementation]);
    await using stub = await net.connect(Numbers);
    const values = await Array.fromAsync(stub.count(1000));
    assertEquals(values, Array.from({ length: 1000 }, (_, n) => n));
    assertEquals(await state.left.promise, undefined);
    assertEquals(stub.stats().inFlight, 0);
  },
);

Deno.test(
  "A stream makes no more values than its reader has room for",
  bounded,
  async () => {
    const { state, implementation } = counting();
    await using net = new RemoteNet(() => [implementation]);
    await using stub = await net.connect(Numbers);
    const values = stub.count(1_000_000, { window: 8 });
    assertEquals(state.made, 0);
    assertEquals((await values.next()).value, 0);
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert(state.made <= 9, `${state.made} were made`);
    for (let n = 1; n < 100; n++) assertEquals((await values.next()).value, n);
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert(state.made <= 108, `${state.made} were made`);
    await values.return?.();
  },
);

Deno.test(
  "A reader who leaves ends the stream over there, and its signal aborts",
  bounded,
  async () => {
    const { state, implementation } = counting();
    await using net = new RemoteNet(() => [implementation]);
    await using stub = await net.connect(Numbers);
    for await (const n of stub.count(1_000_000)) if (n === 10) break;
    assert(await state.left.promise instanceof Error);
    assertEquals(await Array.fromAsync(stub.count(2)), [0, 1]);
  },
);

Deno.test(
  "A stream whose signal aborts fails with its reason",
  bounded,
  async () => {
    const { state, implementation } = counting();
    await using net = new RemoteNet(() => [implementation]);
    await using stub = await net.connect(Numbers);
    const controller = new AbortController();
    const { signal } = controller;
    await assertRejects(
      async () => {
        for await (const n of stub.count(1_000_000, { signal })) {
          if (n === 10) controller.abort(new Error("It is enough"));
        }
      },
      Error,
      "It is enough",
    );
    assert(await state.left.promise instanceof Error);
  },
);

Deno.test(
  "A stream that fails brings what came before, and then its failure as data",
  bounded,
  async () => {
    await using net = new RemoteNet(() => [
      implement(Numbers, {
        async *count(end) {
          for (let n = 0; n < end; n++) yield n;
          throw new RangeError("That is all there is");
        },
      }),
    ]);
    await using stub = await net.connect(Numbers);
    const seen: number[] = [];
    const error = await assertRejects(async () => {
      for await (const n of stub.count(3)) seen.push(n);
    }, RemoteError);
    assertEquals(seen, [0, 1, 2]);
    assertEquals(error.remoteName, "RangeError");
    assert(await net.errors.next() instanceof RangeError);
  },
);

Deno.test(
  "A slow reader of one stream holds up no other call of the stub",
  bounded,
  async () => {
    const { implementation } = counting();
    await using net = new RemoteNet(() => [implementation]);
    await using stub = await net.connect(Numbers);
    const slow = stub.count(1_000_000, { window: 2 });
    await slow.next();
    const values = await Array.fromAsync(stub.count(5000));
    assertEquals(values.length, 5000);
    await slow.return?.();
  },
);

Deno.test(
  "An actor puts values into a sink, which refuses what the reader has no room for",
  bounded,
  async () => {
    type Message = { end: number; sink: StreamSink<number> };
    const sinks = new Happenings<StreamSink<number>>();
    await using net = new RemoteNet(({ system }) => [
      implement(
        Numbers,
        system.spawn<Message>(() => ({
          receive: ({ sink }) => sinks.push(sink),
        })),
        { count: (end, sink) => ({ end, sink }) },
      ),
    ]);
    await using stub = await net.connect(Numbers);
    const values = stub.count(0, { window: 2 });
    const first = values.next();
    const sink = await sinks.next();
    assertEquals([sink.tell(1), sink.tell(2), sink.tell(3)], [
      true,
      true,
      false,
    ]);
    assertEquals((await first).value, 1);
    await sink.ready();
    assertEquals(sink.tell(4), true);
    assertEquals((await values.next()).value, 2);
    assertEquals((await values.next()).value, 4);
    sink.end();
    assertEquals((await values.next()).done, true);
    assertEquals(sink.tell(5), false);
  },
);

Deno.test(
  "What waits until there is room takes no options, on either side",
  bounded,
  async () => {
    const sinks = new Happenings<StreamSink<number>>();
    await using net = new RemoteNet(({ system }) => [
      implement(
        Numbers,
        system.spawn<StreamSink<number>>(() => ({
          receive: (sink) => sinks.push(sink),
        })),
        { count: (_, sink) => sink },
      ),
    ]);
    await using stub = await net.connect(Numbers);
    const values = stub.count(0);
    const first = values.next();
    const sink = await sinks.next();
    for (const waiting of [stub, sink]) {
      await waiting.ready();
      // As a program without types does.
      await assertRejects(
        () => Reflect.apply(waiting.ready, waiting, [{ timeoutMs: 5 }]),
        TypeError,
        "Cannot use an argument of ready()",
      );
    }
    sink.end();
    assertEquals((await first).done, true);
  },
);

Deno.test(
  "A reader who leaves aborts the signal of the sink",
  bounded,
  async () => {
    const sinks = new Happenings<StreamSink<number>>();
    await using net = new RemoteNet(({ system }) => [
      implement(
        Numbers,
        system.spawn<StreamSink<number>>(() => ({
          receive: (sink) => sinks.push(sink),
        })),
        { count: (_, sink) => sink },
      ),
    ]);
    await using stub = await net.connect(Numbers);
    const values = stub.count(0);
    const first = values.next();
    const sink = await sinks.next();
    const aborted = new Promise((resolve) => sink.signal.onabort = resolve);
    await values.return?.();
    assertEquals(await first, { done: true, value: undefined });
    await aborted;
    await sink.ready();
    assertEquals(sink.tell(1), false);
  },
);

Deno.test(
  "A value that does not match its schema ends the stream for its reader, with the path",
  bounded,
  async () => {
    const even: StandardSchema<number> = {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: (value) =>
          typeof value === "number" && value % 2 === 0
            ? { value }
            : { issues: [{ message: "must be even" }] },
      },
    };
    const Even = protocol("numbers/1", {
      count: stream<number, number>({ out: even }),
    });
    const { state, implementation } = counting();
    await using net = new RemoteNet(() => [implementation]);
    await using stub = await net.connect(Even);
    await assertRejects(
      () => Array.fromAsync(stub.count(1_000_000)),
      InvalidMessageError,
      "must be even",
    );
    await state.left.promise;
  },
);
