import { setImmediate } from "node:timers/promises";
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import type { LogicalConnection } from "../../src/session/logical_connection.ts";
import {
  ConnectionClosedError,
  ConnectionResetError,
} from "../../src/session/errors.ts";
import type { RequestContext } from "../../src/rpc/request_context.ts";
import {
  RequestCancelledError,
  RequestFailedError,
  RequestFailure,
  RequestTimeoutError,
} from "../../src/rpc/request_errors.ts";
import { Requester } from "../../src/rpc/requester.ts";
import type { RequesterOptions } from "../../src/rpc/requester_options.ts";
import {
  type RequestHandler,
  serveRequests,
  type ServeRequestsOptions,
} from "../../src/rpc/responder.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { CodecError, json, msgpack } from "../../src/codec/mod.ts";
import { ErrorCode } from "../../src/session/wire/protocol.ts";
import { Happenings } from "../support/happenings.ts";
import { bounded, Net, roundTrip } from "../support/net.ts";

function toNumber(value: unknown): number {
  if (typeof value === "number") return value;
  throw new TypeError("It is no number");
}

const numbers = json({ parse: toNumber });
const codecs = { request: numbers, reply: numbers };

/** A requester, and what serves its requests at the other end. */
interface Served {
  readonly requester: Requester<number, number>;
  readonly here: LogicalConnection;
  readonly there: LogicalConnection;
  /** The end of `serveRequests`. */
  readonly end: Promise<void>;
  /** What went to `onError`. */
  readonly errors: Happenings<unknown>;
}

async function serve(
  net: Net,
  handle: RequestHandler<number, number>,
  asking: Partial<RequesterOptions<number, number>> = {},
  answering: Partial<ServeRequestsOptions<number, number>> = {},
): Promise<Served> {
  const [here, there] = await net.pair();
  const errors = new Happenings<unknown>();
  const onError = (error: unknown) => errors.push(error);
  const end = serveRequests(
    there,
    { ...codecs, onError, ...answering },
    handle,
  );
  // A test that cares awaits it.
  end.catch(() => {});
  const requester = new Requester(here, { ...codecs, ...asking });
  return { requester, here, there, end, errors };
}

/** A call of a handler to which a test replies. */
interface Call extends PromiseWithResolvers<number> {
  readonly request: number;
  readonly context: RequestContext;
}

/** A handler whose calls a test receives and replies to. */
function held(): [Happenings<Call>, RequestHandler<number, number>] {
  const calls = new Happenings<Call>();
  return [calls, (request, context) => {
    const call = { request, context, ...Promise.withResolvers<number>() };
    calls.push(call);
    return call.promise;
  }];
}

/** Resolves with the reason for which a signal aborts. */
function aborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    const tell = () => resolve(signal.reason);
    if (signal.aborted) tell();
    else signal.addEventListener("abort", tell, { once: true });
  });
}

for (const create of [json, msgpack]) {
  const codec = create({ parse: toNumber });
  Deno.test(`a request gets its reply in ${codec.name}`, bounded, async () => {
    await using net = new Net();
    const both = { request: codec, reply: codec };
    const { requester } = await serve(net, (n) => n * 2, both, both);
    assertEquals(await requester.request(21), 42);
    assertEquals(await requester.request(-1.5), -3);
  });
}

Deno.test(
  "each request gets its own reply, in whatever order they come",
  bounded,
  async () => {
    await using net = new Net();
    const order = fc.integer({ min: 1, max: 30 }).chain((count) =>
      fc.record({
        /** The requests in the order of their replies. */
        answers: fc.shuffledSubarray(
          Array.from({ length: count }, (_, i) => i),
          { minLength: count },
        ),
        maxPending: fc.integer({ min: count, max: 40 }),
      })
    );
    await fc.assert(
      fc.asyncProperty(order, async ({ answers, maxPending }) => {
        const [calls, handle] = held();
        const { requester } = await serve(net, handle, { maxPending });
        await using _ = requester;
        const replies = answers.map((_, i) => requester.request(i));
        const called = new Map<number, Call>();
        while (called.size < answers.length) {
          const call = await calls.next();
          called.set(call.request, call);
        }
        for (const i of answers) called.get(i)?.resolve(i + 1000);
        assertEquals(
          await Promise.all(replies),
          replies.map((_, i) => i + 1000),
        );
      }),
      { numRuns: 50 },
    );
  },
);

Deno.test(
  "whatever happens to requests, each ends as it should and leaves nothing",
  bounded,
  async () => {
    await using net = new Net();
    const fates = ["reply", "failure", "abort", "timeout"] as const;
    const bounds = fc.integer({ min: 1, max: 5 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...fates), { maxLength: 30 }),
        bounds,
        bounds,
        fc.boolean(),
        async (plan, maxPending, maxConcurrent, yields) => {
          const clock = new ManualClock();
          const { requester } = await serve(
            net,
            async (i, { signal }) => {
              switch (plan[i]) {
                case "reply":
                  return i;
                case "failure":
                  throw new RequestFailure(i, "as planned");
                default:
                  throw await aborted(signal);
              }
            },
            { clock, maxPending },
            { maxConcurrent, maxQueued: maxPending },
          );
          const controller = new AbortController();
          const { signal } = controller;
          const outcomes = plan.map((fate, i) =>
            requester.request(i, {
              timeoutMs: fate === "timeout" ? 10 : Infinity,
              signal: fate === "abort" ? signal : new AbortController().signal,
            }).then(
              (reply) => reply === i ? "reply" : `the reply ${reply}`,
              (error) => {
                if (error instanceof RequestTimeoutError) return "timeout";
                if (error === signal.reason) return "abort";
                return error instanceof RequestFailedError && error.code === i
                  ? "failure"
                  : error;
              },
            )
          );
          if (yields) await setImmediate();
          controller.abort();
          clock.advance(10);
          assertEquals(await Promise.all(outcomes), plan);
          // A place is free again, however the others were lost.
          plan.push("reply");
          const i = plan.length - 1;
          assertEquals(await requester.request(i), i);
          assertEquals(requester.stats().inFlight, 0);
          assertEquals(requester.stats().waiting, 0);
          assertEquals(clock.holding, 0);
          await requester.close();
          assertEquals(clock.pending, 0);
        },
      ),
      { numRuns: 100 },
    );
  },
);

Deno.test(
  "a request that times out rejects, and its handler sees the cancellation",
  bounded,
  async () => {
    await using net = new Net();
    const clock = new ManualClock();
    const [calls, handle] = held();
    const { requester } = await serve(net, handle, { clock });
    const reply = requester.request(1, { timeoutMs: 70 });
    const { context } = await calls.next();
    clock.advance(69);
    assertEquals(requester.stats().inFlight, 1);
    clock.advance(1);
    assertEquals(requester.stats().inFlight, 0);
    await assertRejects(() => reply, RequestTimeoutError, "within 70 ms");
    const reason = await aborted(context.signal);
    assert(reason instanceof RequestCancelledError);
    assertEquals(clock.holding, 0);
  },
);

Deno.test(
  "a request waits five seconds by default",
  bounded,
  async () => {
    await using net = new Net();
    const clock = new ManualClock();
    const [calls, handle] = held();
    const { requester } = await serve(net, handle, { clock });
    const reply = requester.request(1);
    const unlimited = requester.request(2, { timeoutMs: Infinity });
    clock.advance(4999);
    const first = await calls.next();
    assertEquals(first.context.remainingMs > 0, true);
    assertEquals((await calls.next()).context.remainingMs, Infinity);
    clock.advance(1);
    await assertRejects(() => reply, RequestTimeoutError);
    assertEquals(requester.stats().inFlight, 1);
    await requester.close();
    await assertRejects(() => unlimited, ConnectionClosedError);
  },
);

Deno.test(
  "a request that is aborted rejects with the reason and cancels its handler",
  bounded,
  async () => {
    await using net = new Net();
    const [calls, handle] = held();
    const { requester, errors } = await serve(net, handle);
    const controller = new AbortController();
    const { signal } = controller;
    const reply = requester.request(1, { signal });
    const call = await calls.next();
    const reason = new Error("no time");
    controller.abort(reason);
    assertEquals(await reply.catch((error) => error), reason);
    call.reject(await aborted(call.context.signal));
    // Its own abort is no error to report, and the connection goes on.
    const other = requester.request(2);
    (await calls.next()).resolve(2);
    assertEquals(await other, 2);
    assertEquals(errors.untaken, 0);
    assertEquals(requester.stats().lateReplies, 0);
  },
);

Deno.test("a request leaves no listener on its signal", bounded, async () => {
  await using net = new Net();
  const clock = new ManualClock();
  const [calls, handle] = held();
  const { requester } = await serve(net, handle, { clock });
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--;
    remove(...args);
  };
  const answered = requester.request(1, { signal });
  (await calls.next()).resolve(1);
  await answered;
  assertEquals(listeners, 0);
  const late = requester.request(2, { signal, timeoutMs: 10 });
  assertEquals(listeners, 1);
  clock.advance(10);
  await assertRejects(() => late, RequestTimeoutError);
  assertEquals(listeners, 0);
});

Deno.test("a request with an aborted signal is not sent", bounded, async () => {
  await using net = new Net();
  const [calls, handle] = held();
  const { requester } = await serve(net, handle);
  const signal = AbortSignal.abort(new Error("no time"));
  await assertRejects(() => requester.request(1, { signal }), Error, "no time");
  const reply = requester.request(2);
  const { request, resolve } = await calls.next();
  assertEquals(request, 2);
  resolve(0);
  await reply;
});

Deno.test(
  "the signal of a handler aborts at the deadline, without a message from the requester",
  bounded,
  async () => {
    await using net = new Net();
    const clock = new ManualClock();
    const [calls, handle] = held();
    const still = new ManualClock();
    const { requester, errors } = await serve(
      net,
      handle,
      { clock: still },
      { clock },
    );
    const reply = requester.request(1, { timeoutMs: 100 });
    const { context, reject } = await calls.next();
    assertEquals(context.remainingMs, 100);
    clock.advance(60);
    assertEquals(context.remainingMs, 40);
    assertEquals(context.signal.aborted, false);
    clock.advance(40);
    assertEquals(context.remainingMs, 0);
    assert(context.signal.reason instanceof RequestTimeoutError);
    reject(context.signal.reason);
    const error = await assertRejects(() => reply, RequestFailedError);
    assertEquals(error.code, ErrorCode.TIMEOUT);
    assertEquals(errors.untaken, 0);
  },
);

Deno.test(
  "a handler that does not read its signal costs no timer",
  bounded,
  async () => {
    await using net = new Net();
    const clock = new ManualClock();
    const [calls, handle] = held();
    const { requester } = await serve(net, handle, {}, { clock });
    const reply = requester.request(1);
    const { context, resolve } = await calls.next();
    assertEquals(clock.pending, 0);
    assertEquals(context.signal.aborted, false);
    assertEquals(clock.pending, 1);
    resolve(1);
    await reply;
    assertEquals(clock.pending, 0);
    clock.advance(10_000);
    assertEquals(context.signal.aborted, false);
  },
);

Deno.test(
  "a signal that is first read after the end of the handler never aborts",
  bounded,
  async () => {
    await using net = new Net();
    const clock = new ManualClock();
    const [calls, handle] = held();
    const { requester } = await serve(net, handle, {}, { clock });
    const reply = requester.request(1);
    const { context, resolve } = await calls.next();
    resolve(1);
    await reply;
    assertEquals(context.signal.aborted, false);
    assertEquals(clock.pending, 0);
  },
);

Deno.test(
  "a handler that reads its signal late finds it aborted",
  bounded,
  async () => {
    await using net = new Net();
    const [calls, handle] = held();
    const { requester } = await serve(net, handle);
    const controller = new AbortController();
    const reply = requester.request(1, { signal: controller.signal });
    const first = await calls.next();
    controller.abort();
    await assertRejects(() => reply);
    void requester.request(2).catch(() => {});
    // What came after the cancellation is here.
    await calls.next();
    assert(first.context.signal.reason instanceof RequestCancelledError);
  },
);

Deno.test(
  "what a handler throws is reported as a failure without its text",
  bounded,
  async () => {
    await using net = new Net();
    const secret = new Error("the password is swordfish");
    const { requester, errors } = await serve(net, () => {
      throw secret;
    });
    const error = await assertRejects(
      () => requester.request(1),
      RequestFailedError,
    );
    assertEquals(error.code, ErrorCode.INTERNAL);
    assertEquals(error.text, "The handler failed");
    assertEquals(await errors.next(), secret);
  },
);

Deno.test(
  "a handler chooses code and text with RequestFailure",
  bounded,
  async () => {
    await using net = new Net();
    const { requester, errors } = await serve(net, (n) => {
      const cause = new Error("the password is swordfish");
      throw new RequestFailure(n, "There is no such order", { cause });
    });
    for (const code of [404, 0, 2 ** 32 - 1]) {
      const error = await assertRejects(
        () => requester.request(code),
        RequestFailedError,
        "There is no such order",
      );
      assertEquals(error.code, code);
      assertEquals(error.text, "There is no such order");
      assertEquals(error.cause, undefined);
    }
    assertEquals(errors.untaken, 0);
  },
);

Deno.test("RequestFailure refuses a code that cannot travel", () => {
  for (const code of [-1, 0.5, NaN, 2 ** 32]) {
    try {
      new RequestFailure(code, "");
    } catch (error) {
      assert(error instanceof RangeError);
      continue;
    }
    throw new Error(`It took ${code}`);
  }
});

Deno.test(
  "a reply that cannot be encoded is a failure of the handler",
  bounded,
  async () => {
    await using net = new Net();
    const { requester, errors } = await serve(net, () => NaN);
    const error = await assertRejects(
      () => requester.request(1),
      RequestFailedError,
    );
    assertEquals(error.code, ErrorCode.INTERNAL);
    assert(await errors.next() instanceof CodecError);
  },
);

Deno.test(
  "a request that cannot be encoded is a CodecError and costs nothing",
  bounded,
  async () => {
    await using net = new Net();
    const { requester } = await serve(net, (n) => n);
    await assertRejects(() => requester.request(NaN), CodecError);
    assertEquals(requester.stats().inFlight, 0);
    assertEquals(await requester.request(1), 1);
  },
);

Deno.test(
  "a request that cannot be decoded fails alone",
  bounded,
  async () => {
    await using net = new Net();
    const small = json({
      parse(value): number {
        const number = toNumber(value);
        if (number < 10) return number;
        throw new RangeError("It is too large");
      },
    });
    const { requester, errors } = await serve(net, (n) => n, {}, {
      request: small,
    });
    const error = await assertRejects(
      () => requester.request(10),
      RequestFailedError,
      "parse refused",
    );
    assertEquals(error.code, ErrorCode.PROTOCOL);
    assertEquals(await requester.request(9), 9);
    assertEquals(errors.untaken, 0);
  },
);

Deno.test("a reply that cannot be decoded fails alone", bounded, async () => {
  await using net = new Net();
  const [here, there] = await net.pair();
  const end = serveRequests(
    there,
    { request: numbers, reply: json() },
    (n) => n === 1 ? "one" : 2,
  );
  const requester = new Requester(here, codecs);
  await assertRejects(() => requester.request(1), CodecError);
  assertEquals(await requester.request(2), 2);
  await requester.close();
  await end;
});

Deno.test(
  "when the connection breaks, all requests reject with its error",
  bounded,
  async () => {
    await using net = new Net();
    const [calls, handle] = held();
    const clock = new ManualClock();
    const { requester, there, end } = await serve(net, handle, {
      maxPending: 2,
      clock,
    });
    const replies = [1, 2, 3].map((n) => requester.request(n));
    const outcomes = Promise.allSettled(replies);
    const { context, resolve } = await calls.next();
    const second = await calls.next();
    there.reset(ErrorCode.REFUSED, "enough");
    for (const outcome of await outcomes) {
      assert(outcome.status === "rejected");
      assert(outcome.reason instanceof ConnectionResetError);
      assertEquals(outcome.reason.code, ErrorCode.REFUSED);
    }
    await assertRejects(() => requester.request(4), ConnectionResetError);
    assertEquals(requester.stats(), {
      inFlight: 0,
      waiting: 0,
      lateReplies: 0,
    });
    assertEquals(clock.pending, 0);
    // The handlers end before what serves them.
    await aborted(context.signal);
    resolve(1);
    second.resolve(2);
    await assertRejects(() => end, ConnectionClosedError);
  },
);

Deno.test(
  "when the other side closes, pending requests reject",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const requester = new Requester(here, codecs);
    const reply = requester.request(1);
    await there.receive();
    const rejected = assertRejects(() => reply, ConnectionResetError);
    await there.close();
    assertEquals((await rejected).code, ErrorCode.NONE);
    await assertRejects(() => requester.request(2), ConnectionResetError);
    await requester.close();
  },
);

Deno.test(
  "closing a requester rejects pending requests and aborts the handlers",
  bounded,
  async () => {
    await using net = new Net();
    const [calls, handle] = held();
    const { requester, end } = await serve(net, handle);
    const reply = requester.request(1);
    const rejected = assertRejects(() => reply, ConnectionClosedError);
    const { context, reject } = await calls.next();
    let hasEnded = false;
    void end.then(() => hasEnded = true);
    await requester[Symbol.asyncDispose]();
    await rejected;
    const reason = await aborted(context.signal);
    assert(reason instanceof ConnectionClosedError);
    await roundTripOn(net);
    assertEquals(hasEnded, false, "It ended before its handler");
    reject(reason);
    await end;
    await assertRejects(() => requester.request(2), ConnectionClosedError);
  },
);

Deno.test(
  "a side that has only half-closed gets its replies",
  bounded,
  async () => {
    await using net = new Net();
    const [calls, handle] = held();
    const { requester, here, end } = await serve(net, handle, {}, {
      maxConcurrent: 1,
    });
    const replies = [1, 2].map((n) => requester.request(n));
    await here.closeWrite();
    (await calls.next()).resolve(10);
    (await calls.next()).resolve(20);
    assertEquals(await Promise.all(replies), [10, 20]);
    await end;
    await requester.close();
  },
);

Deno.test(
  "requests beyond maxPending wait for their turn",
  bounded,
  async () => {
    await using net = new Net();
    const [calls, handle] = held();
    const { requester } = await serve(net, handle, { maxPending: 2 });
    const replies = [1, 2, 3, 4].map((n) => requester.request(n));
    assertEquals(requester.stats(), {
      inFlight: 2,
      waiting: 2,
      lateReplies: 0,
    });
    const first = await calls.next();
    first.resolve(first.request);
    await replies[0];
    assertEquals(requester.stats(), {
      inFlight: 2,
      waiting: 1,
      lateReplies: 0,
    });
    for (const request of [2, 3, 4]) {
      const call = await calls.next();
      assertEquals(call.request, request);
      call.resolve(call.request);
    }
    assertEquals(await Promise.all(replies), [1, 2, 3, 4]);
  },
);

Deno.test(
  "a request that is cancelled before its turn is not sent",
  bounded,
  async () => {
    await using net = new Net();
    const clock = new ManualClock();
    const [calls, handle] = held();
    const { requester } = await serve(net, handle, { maxPending: 1, clock });
    const replies = [1, 2, 3].map((n) =>
      requester.request(n, { timeoutMs: n === 2 ? 10 : Infinity })
    );
    clock.advance(10);
    await assertRejects(async () => await replies[1], RequestTimeoutError);
    assertEquals(requester.stats(), {
      inFlight: 1,
      waiting: 1,
      lateReplies: 0,
    });
    for (const request of [1, 3]) {
      const call = await calls.next();
      assertEquals(call.request, request);
      call.resolve(0);
    }
    assertEquals([await replies[0], await replies[2]], [0, 0]);
  },
);

Deno.test(
  "the wait for its turn counts towards the deadline that a handler sees",
  bounded,
  async () => {
    await using net = new Net();
    const clock = new ManualClock();
    const [calls, handle] = held();
    const { requester } = await serve(net, handle, { maxPending: 1, clock }, {
      clock: new ManualClock(),
    });
    const replies = [1, 2].map((n) => requester.request(n, { timeoutMs: 100 }));
    const first = await calls.next();
    assertEquals(first.context.remainingMs, 100);
    clock.advance(30.5);
    first.resolve(1);
    const second = await calls.next();
    assertEquals(second.context.remainingMs, 70);
    second.resolve(2);
    assertEquals(await Promise.all(replies), [1, 2]);
  },
);

Deno.test(
  "a requester refuses options out of their range",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    for (
      const wrong of [
        { maxPending: 0 },
        { maxPending: 1.5 },
        { maxPending: Infinity },
        { timeoutMs: -1 },
        { timeoutMs: NaN },
      ]
    ) {
      await assertRejects(
        async () => await new Requester(here, { ...codecs, ...wrong }).close(),
        RangeError,
      );
    }
    const requester = new Requester(here, codecs);
    await assertRejects(
      () => requester.request(1, { timeoutMs: NaN }),
      RangeError,
    );
    for (
      const wrong of [
        { maxConcurrent: 0 },
        { maxQueued: -1 },
        { maxQueuedBytes: NaN },
      ]
    ) {
      await assertRejects(
        () => serveRequests(there, { ...codecs, ...wrong }, (n) => n),
        RangeError,
      );
    }
  },
);

/** Shows that the session of `net` is alive, and that its frames arrive. */
async function roundTripOn(net: Net): Promise<void> {
  const [here, there] = await net.pair();
  const echo = there.receive().then((message) =>
    there.send(message ?? new Uint8Array())
  );
  await Promise.all([roundTrip(here), echo]);
  await Promise.all([here.close(), there.close()]);
}
