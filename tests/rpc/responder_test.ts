// `serveRequests` whose other side the test plays by hand.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ConnectionResetError } from "../../src/session/errors.ts";
import type { LogicalConnection } from "../../src/session/logical_connection.ts";
import { RequestCancelledError } from "../../src/rpc/request_errors.ts";
import type { RequestContext } from "../../src/rpc/request_context.ts";
import {
  decodeRequestFrame,
  encodeCancel,
  encodeFailure,
  type RequestFrame,
  RequestFrameType,
} from "../../src/rpc/request_frame.ts";
import { encodeReply, encodeRequest } from "../support/request_frames.ts";
import {
  serveRequests,
  type ServeRequestsOptions,
} from "../../src/rpc/responder.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { raw } from "../../src/codec/mod.ts";
import { ProtocolError } from "../../src/session/wire/errors.ts";
import { ErrorCode } from "../../src/session/wire/protocol.ts";
import { pattern } from "../support/bytes.ts";
import { Happenings } from "../support/happenings.ts";
import { bounded, Net } from "../support/net.ts";

const EMPTY = new Uint8Array(0);
const codecs = { request: raw, reply: raw };

/** A call of the handler, which the test ends. */
interface Call {
  /** The first byte of the request. */
  readonly number: number;
  readonly context: RequestContext;
  readonly end: () => void;
}

interface Served {
  readonly peer: LogicalConnection;
  readonly there: LogicalConnection;
  readonly calls: Happenings<Call>;
  readonly end: Promise<void>;
  /** How many messages it has asked for. */
  readonly reads: () => number;
}

async function serve(
  net: Net,
  options: Partial<ServeRequestsOptions<Uint8Array, Uint8Array>> = {},
): Promise<Served> {
  const [peer, there] = await net.pair();
  const calls = new Happenings<Call>();
  let reads = 0;
  const receive = there.receive.bind(there);
  there.receive = (...args) => (reads++, receive(...args));
  const end = serveRequests(
    there,
    { ...codecs, ...options },
    ([number = 0], context) => {
      const { promise, resolve } = Promise.withResolvers<Uint8Array>();
      const done = () => resolve(new Uint8Array([number]));
      calls.push({ number, context, end: done });
      return promise;
    },
  );
  end.catch(() => {});
  return { peer, there, calls, end, reads: () => reads };
}

function request(
  id: number,
  deadlineMs = Infinity,
  body = new Uint8Array([id]),
): Uint8Array {
  return encodeRequest(id, deadlineMs, body);
}

async function nextFrame(peer: LogicalConnection): Promise<RequestFrame> {
  const message = await peer.receive();
  if (message === undefined) throw new Error("The responder has closed");
  return decodeRequestFrame(message);
}

/** Resolves when all that was sent on the session of `net` has arrived. */
async function flushed(net: Net): Promise<void> {
  const [here, there] = await net.pair();
  await here.send(EMPTY);
  await there.receive();
  await here.close();
}

Deno.test(
  "no more than maxConcurrent handlers run, in order",
  bounded,
  async () => {
    await using net = new Net();
    const { peer, calls } = await serve(net, { maxConcurrent: 2 });
    for (let id = 1; id <= 5; id++) await peer.send(request(id));
    const running = [await calls.next(), await calls.next()];
    await flushed(net);
    assertEquals(calls.untaken, 0);
    const answered: number[] = [];
    while (answered.length < 5) {
      running.shift()?.end();
      answered.push((await nextFrame(peer)).id);
      if (answered.length <= 3) running.push(await calls.next());
      assertEquals(calls.untaken, 0);
    }
    assertEquals(answered, [1, 2, 3, 4, 5]);
  },
);

Deno.test(
  "a cancellation gets through while all handlers are busy",
  bounded,
  async () => {
    await using net = new Net();
    const { peer, calls } = await serve(net, { maxConcurrent: 1 });
    for (let id = 1; id <= 3; id++) await peer.send(request(id));
    const { context, end } = await calls.next();
    await peer.send(encodeCancel(2));
    await peer.send(encodeCancel(1));
    await new Promise((resolve) =>
      context.signal.addEventListener("abort", resolve, { once: true })
    );
    assert(context.signal.reason instanceof RequestCancelledError);
    end();
    // Neither gets a reply, and what was cancelled in the queue never runs.
    const third = await calls.next();
    assertEquals(third.number, 3);
    third.end();
    assertEquals((await nextFrame(peer)).id, 3);
  },
);

Deno.test(
  "a listener to the signal of a request that throws is an error, and others are served",
  bounded,
  async () => {
    await using net = new Net();
    const clock = new ManualClock();
    const errors: unknown[] = [];
    const onError = (error: unknown) => void errors.push(error);
    const { peer, calls } = await serve(net, { clock, onError });
    await peer.send(request(1));
    await peer.send(request(2, 1000));
    for (const _ of [1, 2]) {
      const { context: { signal }, number, end } = await calls.next();
      signal.addEventListener("abort", end);
      signal.addEventListener("abort", () => {
        throw number;
      });
    }
    await peer.send(encodeCancel(1));
    // By the network, and by a timer.
    await flushed(net);
    clock.advance(1000);
    await peer.send(request(3));
    (await calls.next()).end();
    let id: number;
    do ({ id } = await nextFrame(peer)); while (id !== 3);
    assertEquals(errors, [1, 2]);
  },
);

Deno.test(
  "an onError whose promise rejects is printed, and others are served",
  bounded,
  async () => {
    await using net = new Net();
    const [peer, there] = await net.pair();
    const printed = Promise.withResolvers<unknown[]>();
    const { error } = console;
    console.error = (...args: unknown[]) => printed.resolve(args);
    try {
      serveRequests(
        there,
        { ...codecs, onError: () => Promise.reject("unhandled") },
        () => Promise.reject(new Error("handler")),
      ).catch(() => {});
      await peer.send(request(1));
      await nextFrame(peer);
      assertEquals(await printed.promise, [
        "The onError of serveRequests threw:",
        "unhandled",
      ]);
      await peer.send(request(2));
      assertEquals((await nextFrame(peer)).id, 2);
    } finally {
      console.error = error;
    }
  },
);

Deno.test(
  "an id may be reused while its cancelled handler still runs",
  bounded,
  async () => {
    await using net = new Net();
    const { peer, calls } = await serve(net);
    await peer.send(request(1, Infinity, new Uint8Array([10])));
    const old = await calls.next();
    await peer.send(encodeCancel(1));
    await peer.send(request(1, Infinity, new Uint8Array([20])));
    const current = await calls.next();
    old.end();
    await flushed(net);
    assertEquals(current.context.signal.aborted, false);
    current.end();
    const { REPLY } = RequestFrameType;
    const body = new Uint8Array([20]);
    assertEquals(await nextFrame(peer), { type: REPLY, id: 1, body });
  },
);

Deno.test("when the queue is full, nothing more is read", bounded, async () => {
  await using net = new Net();
  for (
    const [bound, reads] of [
      [{ maxQueued: 0 }, 1],
      [{ maxQueued: 2 }, 3],
      [{ maxQueuedBytes: 200 }, 3],
    ] as const
  ) {
    const served = await serve(net, { maxConcurrent: 1, ...bound });
    const { peer, calls } = served;
    for (let id = 1; id <= 5; id++) {
      await peer.send(request(id, Infinity, new Uint8Array(100).fill(id)));
    }
    const first = await calls.next();
    await flushed(net);
    assertEquals(served.reads(), reads);
    first.end();
    for (let id = 2; id <= 5; id++) {
      const { number, end } = await calls.next();
      assertEquals(number, id);
      await flushed(net);
      // One has left the queue; after the last, the end is read.
      assertEquals(served.reads(), Math.min(reads + id - 1, 6));
      end();
    }
    await peer.closeWrite();
    await served.end;
  }
});

Deno.test(
  "credit stops a sender whose requests are not read",
  bounded,
  async () => {
    await using net = new Net();
    const { peer, calls } = await serve(net, {
      maxConcurrent: 1,
      maxQueued: 1,
    });
    let sent = 0;
    const sends = Array.from({ length: 20 }, async (_, id) => {
      await peer.send(request(id, Infinity, pattern(100_000)));
      sent++;
    });
    const first = await calls.next();
    await flushed(net);
    // Two were read; the window of 256 KiB holds less than three more.
    assert(sent < 5, `${sent} were sent`);
    first.end();
    for (let i = 1; i < 20; i++) (await calls.next()).end();
    await Promise.all(sends);
    assertEquals(sent, 20);
  },
);

Deno.test(
  "a queue that is full does not hide the end of the connection",
  bounded,
  async () => {
    await using net = new Net();
    const { peer, calls, end } = await serve(net, {
      maxConcurrent: 1,
      maxQueued: 1,
    });
    for (let id = 1; id <= 9; id++) await peer.send(request(id));
    const first = await calls.next();
    const aborted = new Promise((resolve) =>
      first.context.signal.addEventListener("abort", resolve, { once: true })
    );
    peer.reset(ErrorCode.REFUSED);
    await aborted;
    first.end();
    await assertRejects(() => end, ConnectionResetError);
    assertEquals(calls.untaken, 0);
  },
);

Deno.test(
  "a request whose deadline passes in the queue is not handled",
  bounded,
  async () => {
    await using net = new Net();
    const clock = new ManualClock();
    const { peer, calls } = await serve(net, { clock, maxConcurrent: 1 });
    await peer.send(request(1));
    await peer.send(request(2, 50));
    await peer.send(request(3, 51));
    const first = await calls.next();
    await flushed(net);
    clock.advance(50);
    first.end();
    assertEquals((await nextFrame(peer)).id, 1);
    const failure = await nextFrame(peer);
    assert(failure.type === RequestFrameType.FAILURE);
    assertEquals([failure.id, failure.reason.code], [2, ErrorCode.TIMEOUT]);
    assertEquals((await calls.next()).number, 3);
  },
);

Deno.test(
  "a cancellation of a request that is not in flight does nothing",
  bounded,
  async () => {
    await using net = new Net();
    const { peer, calls } = await serve(net);
    await peer.send(encodeCancel(1));
    await peer.send(request(1));
    (await calls.next()).end();
    await nextFrame(peer);
    await peer.send(encodeCancel(1));
    await peer.send(request(2));
    (await calls.next()).end();
    assertEquals((await nextFrame(peer)).id, 2);
  },
);

const wrong: Record<string, Uint8Array[]> = {
  "of no known type": [new Uint8Array([9, 0, 0, 0, 1])],
  "that is empty": [EMPTY],
  "that is cut": [request(1).subarray(0, 8)],
  "that is a reply": [encodeReply(1, EMPTY)],
  "that is a failure": [encodeFailure(1, { code: 1, text: "" })],
  "with the id of a running request": [request(5)],
  "with the id of a queued request": [request(6), request(6)],
};
for (const [what, messages] of Object.entries(wrong)) {
  Deno.test(
    `a message ${what} resets the responder's connection, and no other`,
    bounded,
    async () => {
      await using net = new Net();
      const other = await serve(net);
      const { peer, calls, end } = await serve(net, { maxConcurrent: 1 });
      await peer.send(request(5));
      const call = await calls.next();
      const { signal } = call.context;
      for (const message of messages) await peer.send(message);
      const error = await assertRejects(
        () => peer.receive(),
        ConnectionResetError,
      );
      assertEquals(error.code, ErrorCode.PROTOCOL);
      assert(signal.reason instanceof ProtocolError);
      call.end();
      await assertRejects(() => end, ProtocolError);
      assertEquals(calls.untaken, 0);
      await other.peer.send(request(1));
      (await other.calls.next()).end();
      assertEquals((await nextFrame(other.peer)).id, 1);
    },
  );
}

Deno.test(
  "an onError that throws does not end the service",
  bounded,
  async () => {
    await using net = new Net();
    const [peer, there] = await net.pair();
    const printed: unknown[] = [];
    const { error } = console;
    console.error = (...args) => printed.push(args[1]);
    try {
      const thrown = new Error("from onError");
      const onError = () => {
        throw thrown;
      };
      const end = serveRequests(there, { ...codecs, onError }, () => {
        throw new Error("from the handler");
      });
      for (const id of [1, 2]) {
        await peer.send(request(id));
        assertEquals((await nextFrame(peer)).type, RequestFrameType.FAILURE);
      }
      assertEquals(printed, [thrown, thrown]);
      await peer.close();
      await end;
    } finally {
      console.error = error;
    }
  },
);

Deno.test(
  "without an onError, what a handler throws is printed",
  bounded,
  async () => {
    await using net = new Net();
    const [peer, there] = await net.pair();
    const printed: unknown[] = [];
    const { error } = console;
    console.error = (...args) => printed.push(args[1]);
    try {
      const thrown = new Error("from the handler");
      const end = serveRequests(there, codecs, () => {
        throw thrown;
      });
      await peer.send(request(1));
      await nextFrame(peer);
      assertEquals(printed, [thrown]);
      await peer.close();
      await end;
    } finally {
      console.error = error;
    }
  },
);

for (
  const [what, args, message] of [
    ["no options", [], "Cannot use options of serveRequests(): it is missing"],
    [
      "a misspelt option",
      [{ ...codecs, maxConcurent: 5 }, () => EMPTY],
      'Cannot use option "maxConcurent" of serveRequests(): it is not known, did you mean "maxConcurrent"?',
    ],
    [
      "a clock that is none",
      [{ ...codecs, clock: 5 }, () => EMPTY],
      "Cannot use clock: it is a number, it must be a clock",
    ],
    ["no codecs", [{}, () => EMPTY], "Cannot use request: it is missing"],
    ["one codec", [{ request: raw }, () => EMPTY], "Cannot use reply: it is"],
    ["no handler", [codecs], "Cannot use handle: it is missing"],
    [
      "a limit in words",
      [{ ...codecs, maxQueued: "5" }, () => EMPTY],
      'Cannot use maxQueued: it is "5", it must be a number',
    ],
    [
      "an onError that is no function",
      [{ ...codecs, onError: "print" }, () => EMPTY],
      "Cannot use onError: it is a string, it must be a function",
    ],
  ] as const
) {
  Deno.test(`serving requests with ${what} is refused`, bounded, async () => {
    await using net = new Net();
    const [here] = await net.pair();
    // As a program without types does.
    await assertRejects(
      () => Reflect.apply(serveRequests, undefined, [here, ...args]),
      TypeError,
      message,
    );
  });
}

Deno.test(
  "a peer that does not read its replies keeps handlers from running",
  bounded,
  async () => {
    await using net = new Net();
    const [peer, there] = await net.pair();
    let handled = 0;
    const end = serveRequests(there, { ...codecs, maxConcurrent: 2 }, () => {
      handled++;
      return pattern(400_000);
    });
    for (let id = 1; id <= 6; id++) await peer.send(request(id));
    await flushed(net);
    assertEquals(handled, 2);
    for (let id = 1; id <= 6; id++) {
      assertEquals((await nextFrame(peer)).id, id);
    }
    await peer.close();
    await end;
    assertEquals(handled, 6);
  },
);
