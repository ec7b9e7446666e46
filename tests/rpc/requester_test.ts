// A requester whose other side the test plays by hand.
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ConnectionResetError } from "../../src/session/errors.ts";
import type { LogicalConnection } from "../../src/session/logical_connection.ts";
import {
  decodeRequestFrame,
  encodeCancel,
  encodeFailure,
  type RequestFrame,
  RequestFrameType,
} from "../../src/rpc/request_frame.ts";
import { encodeReply, encodeRequest } from "../support/request_frames.ts";
import { Requester } from "../../src/rpc/requester.ts";
import type { RequesterOptions } from "../../src/rpc/requester_options.ts";
import { raw } from "../../src/codec/mod.ts";
import { ProtocolError } from "../../src/session/wire/errors.ts";
import { ErrorCode } from "../../src/session/wire/protocol.ts";
import { pattern } from "../support/bytes.ts";
import { bounded, Net } from "../support/net.ts";

const codecs = { request: raw, reply: raw };
const EMPTY = new Uint8Array(0);

async function requesterAndPeer(
  net: Net,
  options: Partial<RequesterOptions<Uint8Array, Uint8Array>> = {},
): Promise<[Requester<Uint8Array, Uint8Array>, LogicalConnection]> {
  const [here, there] = await net.pair();
  return [new Requester(here, { ...codecs, ...options }), there];
}

for (
  const [what, options, message] of [
    ["no options", undefined, "options of Requester: it is missing"],
    [
      "a misspelt option",
      { ...codecs, timeoutMS: 5 },
      'option "timeoutMS" of Requester: it is not known, did you mean "timeoutMs"?',
    ],
    ["a clock that is none", { ...codecs, clock: {} }, "clock.now: it is miss"],
    ["no codecs", {}, "request: it is missing, it must be a codec"],
    ["one codec", { request: raw }, "reply: it is missing, it must be a codec"],
    ["a time in words", { ...codecs, timeoutMs: "5" }, 'timeoutMs: it is "5"'],
    [
      "a limit in words",
      { ...codecs, maxPending: "5" },
      'maxPending: it is "5"',
    ],
  ] as const
) {
  Deno.test(`a requester with ${what} is refused`, bounded, async () => {
    await using net = new Net();
    const [here] = await net.pair();
    // As a program without types does.
    assertThrows(
      () => Reflect.construct(Requester, [here, options]),
      Error,
      `Cannot use ${message}`,
    );
  });
}

Deno.test("a requester without a connection is refused", () => {
  for (
    const [connection, message] of [
      [undefined, "it is missing, it must be a logical connection"],
      [Promise.resolve(), "it is a promise, which must be awaited first"],
      [{}, "it is an object, it must be a logical connection"],
    ] as const
  ) {
    assertThrows(
      () => Reflect.construct(Requester, [connection, codecs]),
      TypeError,
      `Cannot use connection: ${message}`,
    );
  }
});

Deno.test(
  "a request refuses options that are wrong, and is not sent",
  bounded,
  async () => {
    await using net = new Net();
    const [requester] = await requesterAndPeer(net);
    for (
      const [options, message] of [
        [
          { timeout: 5 },
          'option "timeout" of request(): it is not known, did you mean "timeoutMs"?',
        ],
        [{ timeoutMs: "5" }, 'timeoutMs: it is "5"'],
        [
          { signal: new AbortController() },
          "signal: it is an AbortController, it must be an AbortSignal",
        ],
        [5, "options of request(): it is a number"],
      ] as const
    ) {
      await assertRejects(
        () => Reflect.apply(requester.request, requester, [EMPTY, options]),
        TypeError,
        `Cannot use ${message}`,
      );
    }
    assertEquals(requester.stats().inFlight, 0);
  },
);

async function nextFrame(peer: LogicalConnection): Promise<RequestFrame> {
  const message = await peer.receive();
  if (message === undefined) throw new Error("The requester has closed");
  return decodeRequestFrame(message);
}

Deno.test(
  "a reply to a cancelled request is dropped and counted",
  bounded,
  async () => {
    await using net = new Net();
    const [requester, peer] = await requesterAndPeer(net);
    const controller = new AbortController();
    const reply = requester.request(EMPTY, { signal: controller.signal });
    const { id } = await nextFrame(peer);
    controller.abort();
    await assertRejects(() => reply);
    assertEquals(await nextFrame(peer), { type: RequestFrameType.CANCEL, id });
    await peer.send(encodeReply(id, EMPTY));
    await peer.send(encodeFailure(id, { code: 1, text: "" }));
    const other = requester.request(EMPTY);
    const next = await nextFrame(peer);
    await peer.send(encodeReply(next.id, pattern(3)));
    assertEquals(await other, pattern(3));
    assertEquals(requester.stats(), {
      inFlight: 0,
      waiting: 0,
      lateReplies: 2,
    });
  },
);

Deno.test(
  "a second reply to one request is dropped and counted",
  bounded,
  async () => {
    await using net = new Net();
    const [requester, peer] = await requesterAndPeer(net);
    for (const lateReplies of [0, 1]) {
      const reply = requester.request(EMPTY);
      const { id } = await nextFrame(peer);
      await peer.send(encodeReply(id, EMPTY));
      await peer.send(encodeReply(id, EMPTY));
      await reply;
      assertEquals(requester.stats().lateReplies, lateReplies);
    }
  },
);

Deno.test(
  "a request that got its reply is not cancelled afterwards",
  bounded,
  async () => {
    await using net = new Net();
    const [requester, peer] = await requesterAndPeer(net);
    const controller = new AbortController();
    const reply = requester.request(EMPTY, { signal: controller.signal });
    const { id } = await nextFrame(peer);
    await peer.send(encodeReply(id, EMPTY));
    await reply;
    controller.abort();
    void requester.request(EMPTY).catch(() => {});
    assertEquals((await nextFrame(peer)).type, RequestFrameType.REQUEST);
  },
);

const wrong: Record<string, Uint8Array> = {
  "of no known type": new Uint8Array([9, 0, 0, 0, 1]),
  "that is empty": EMPTY,
  "that is cut": encodeReply(1, EMPTY).subarray(0, 4),
  "that is a request": encodeRequest(0, Infinity, EMPTY),
  "that is a cancellation": encodeCancel(1),
};
for (const [what, message] of Object.entries(wrong)) {
  Deno.test(
    `a message ${what} resets the requester's connection, and no other`,
    bounded,
    async () => {
      await using net = new Net();
      const [other, itsPeer] = await requesterAndPeer(net);
      const [requester, peer] = await requesterAndPeer(net);
      const reply = requester.request(EMPTY);
      await nextFrame(peer);
      const rejected = assertRejects(() => reply, ProtocolError);
      await peer.send(message);
      await rejected;
      await assertRejects(() => requester.request(EMPTY), ProtocolError);
      const error = await assertRejects(
        () => peer.receive(),
        ConnectionResetError,
      );
      assertEquals(error.code, ErrorCode.PROTOCOL);
      const otherReply = other.request(EMPTY);
      const { id } = await nextFrame(itsPeer);
      await itsPeer.send(encodeReply(id, EMPTY));
      await otherReply;
    },
  );
}

Deno.test(
  "whatever the other side sends, every request ends when the connection does",
  bounded,
  async () => {
    await using net = new Net();
    const anyFrame = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.tuple(fc.integer({ min: 2, max: 3 }), fc.nat({ max: 6 })).map(
        ([type, id]) => new Uint8Array([type, 0, 0, 0, id, 0, 0, 0, 1]),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(anyFrame, { maxLength: 8 }), async (frames) => {
        const [requester, peer] = await requesterAndPeer(net, {
          maxPending: 3,
        });
        const ends = Promise.allSettled(
          Array.from({ length: 5 }, () => requester.request(EMPTY)),
        );
        for (const frame of frames) await peer.send(frame).catch(() => {});
        await peer.close();
        await ends;
        const { inFlight, waiting } = requester.stats();
        assertEquals([inFlight, waiting], [0, 0]);
        await requester.close();
      }),
      { numRuns: 100 },
    );
  },
);

Deno.test(
  "requests that a peer does not read keep their places, cancelled or not",
  bounded,
  async () => {
    await using net = new Net();
    const [requester, peer] = await requesterAndPeer(net, { maxPending: 2 });
    const controller = new AbortController();
    const { signal } = controller;
    // Over the credit, so that they stay on this side.
    const large = pattern(400_000);
    const given = [1, 2].map(() => requester.request(large, { signal }));
    const last = requester.request(EMPTY);
    controller.abort();
    for (const reply of given) await assertRejects(() => reply);
    assertEquals(requester.stats(), {
      inFlight: 0,
      waiting: 1,
      lateReplies: 0,
    });
    const types: number[] = [];
    for (let i = 0; i < 5; i++) {
      const frame = await nextFrame(peer);
      types.push(frame.type);
      if (i === 4) await peer.send(encodeReply(frame.id, EMPTY));
    }
    await last;
    const { REQUEST, CANCEL } = RequestFrameType;
    assertEquals(types, [REQUEST, REQUEST, CANCEL, CANCEL, REQUEST]);
  },
);

Deno.test(
  "a peer that stops reading makes the requests fail",
  bounded,
  async () => {
    await using net = new Net();
    const [requester, peer] = await requesterAndPeer(net, { maxPending: 1 });
    const replies = [1, 2].map(() => requester.request(EMPTY));
    const rejected = assertRejects(
      async () => await replies[1],
      ConnectionResetError,
    );
    for await (const message of peer) {
      const { id } = decodeRequestFrame(message);
      await peer.send(encodeReply(id, EMPTY));
      break;
    }
    await replies[0];
    await requester.request(EMPTY).catch(() => {});
    await rejected;
  },
);
