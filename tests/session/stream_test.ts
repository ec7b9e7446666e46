import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  ConnectionClosedError,
  ConnectionResetError,
  SessionLostError,
} from "../../src/session/errors.ts";
import { ErrorCode } from "../../src/session/wire/protocol.ts";
import { Digest, pattern, sha256, text, utf8 } from "../support/bytes.ts";
import { bounded, Net, roundTrip } from "../support/net.ts";

const PIECE_BYTES = 100_000;
const PIECES = 200;

/** 20 MB, piece by piece, and their hash on the way. */
function source(digest: Digest): ReadableStream<Uint8Array> {
  let piece = 0;
  return new ReadableStream({
    pull(controller) {
      if (piece === PIECES) return controller.close();
      const bytes = pattern(PIECE_BYTES, piece++);
      digest.update(bytes);
      controller.enqueue(bytes);
    },
  });
}

/** Takes bytes and hashes them. */
function sink(digest: Digest): WritableStream<Uint8Array> {
  return new WritableStream({ write: (bytes) => digest.update(bytes) });
}

Deno.test(
  "20 MB flow through the streams both ways at once, intact",
  bounded,
  async () => {
    await using net = new Net();
    const ends = await net.pair();
    const digests = await Promise.all(ends.map(async (end) => {
      const sent = new Digest();
      const received = new Digest();
      await Promise.all([
        source(sent).pipeTo(end.writable),
        end.readable.pipeTo(sink(received)),
      ]);
      assertEquals(received.bytes, PIECES * PIECE_BYTES);
      return { sent: sent.hex(), received: received.hex() };
    }));
    assertEquals(digests[0]?.sent, digests[1]?.received);
    assertEquals(digests[1]?.sent, digests[0]?.received);
  },
);

Deno.test("20 MB go there and back through one pipe", bounded, async () => {
  await using net = new Net({
    serve: (connection) => connection.readable.pipeTo(connection.writable),
  });
  await using connection = await net.connect();
  const sent = new Digest();
  const received = new Digest();
  await Promise.all([
    source(sent).pipeTo(connection.writable),
    connection.readable.pipeTo(sink(received)),
  ]);
  assertEquals(received.bytes, PIECES * PIECE_BYTES);
  assertEquals(received.hex(), sent.hex());
});

Deno.test(
  "each of the two ways can be messages on one side and a stream on the other",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const writer = here.writable.getWriter();
    const message = pattern(300_000);
    const written = writer.write(message);
    assertEquals(sha256(await there.receive() ?? utf8("")), sha256(message));
    await written;

    const received = new Digest();
    const reading = here.readable.pipeTo(sink(received));
    await there.send(pattern(150_000, 1));
    await there.send(utf8(""));
    await there.send(pattern(150_000, 2));
    await there.closeWrite();
    await reading;
    const expected = new Digest();
    expected.update(pattern(150_000, 1));
    expected.update(pattern(150_000, 2));
    assertEquals(received.hex(), expected.hex());
  },
);

Deno.test("a writer waits until the other side reads", bounded, async () => {
  await using net = new Net();
  const [here, there] = await net.pair();
  const writer = here.writable.getWriter();
  let written = 0;
  const writing = (async () => {
    for (; written < 20; written++) await writer.write(pattern(65_536));
    await writer.close();
  })();
  const [other, otherThere] = await net.pair();
  await other.send(utf8("barrier"));
  await otherThere.receive();
  // The window of 256 KiB is less than four of them with their headers.
  assertEquals(written, 3);
  const received = new Digest();
  await there.readable.pipeTo(sink(received));
  await writing;
  assertEquals(received.bytes, 20 * 65_536);
});

Deno.test(
  "closing the writable half-closes: the reply still arrives",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const writer = here.writable.getWriter();
    await writer.write(utf8("question"));
    await writer.close();
    assertEquals(await new Response(there.readable).text(), "question");
    await there.send(utf8("answer"));
    await there.close();
    assertEquals(await new Response(here.readable).text(), "answer");
    await Promise.all([here.closed, there.closed]);
  },
);

Deno.test(
  "the side that accepted can close its writable first as well",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    await there.writable.close();
    assertEquals(await new Response(here.readable).text(), "");
    await here.send(utf8("still here"));
    assertEquals(text(await there.receive()), "still here");
  },
);

Deno.test(
  "cancelling the readable stops the peer's writing only",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const writer = here.writable.getWriter();
    const failed = assertRejects(async () => {
      while (true) await writer.write(pattern(65_536));
    }, ConnectionResetError);
    await there.readable.cancel("I have seen enough");
    const error = await failed;
    assertEquals(error.code, ErrorCode.CANCELLED);
    assertStringIncludes(error.message, "The reader has left");
    await assertRejects(() => writer.closed, ConnectionResetError);
    await there.send(utf8("but hear this"));
    assertEquals(text(await here.receive()), "but hear this");
  },
);

Deno.test(
  "cancelling the readable while it waits for bytes ends the wait",
  bounded,
  async () => {
    await using net = new Net();
    const [here] = await net.pair();
    const reader = here.readable.getReader();
    const read = reader.read();
    await reader.cancel();
    assertEquals((await read).done, true);
    await assertRejects(() => here.receive(), ConnectionClosedError);
  },
);

Deno.test("aborting the writable resets the connection", bounded, async () => {
  await using net = new Net();
  const [here, there] = await net.pair();
  const read = assertRejects(
    () => new Response(there.readable).text(),
    ConnectionResetError,
    "The writer gave up",
  );
  await here.writable.abort("power cut");
  assertEquals((await read).code, ErrorCode.CANCELLED);
  await Promise.all([here.closed, there.closed]);
});

Deno.test(
  "aborting the writable does not wait for a write that waits for the peer",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const writer = here.writable.getWriter();
    const write = assertRejects(() => writer.write(pattern(1_000_000)));
    // The first bytes are here, so the write is under way.
    await there.readable.getReader().read();
    const closed = assertRejects(() => writer.closed);
    await writer.abort(new Error("no time"));
    await Promise.all([write, closed, here.closed, there.closed]);
  },
);

Deno.test(
  "leaving `for await` over the readable early stops the peer's writing",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const writing = assertRejects(
      () => source(new Digest()).pipeTo(here.writable),
      ConnectionResetError,
    );
    for await (const _ of there.readable) break;
    await writing;
    await there.send(utf8("but hear this"));
    assertEquals(text(await here.receive()), "but hear this");
  },
);

Deno.test(
  "a stream that is left early does not affect the others on the socket",
  bounded,
  async () => {
    await using net = new Net();
    const [other, otherThere] = await net.pair();
    for (let i = 0; i < 10; i++) {
      const [here, there] = await net.pair();
      const writing = assertRejects(
        () => source(new Digest()).pipeTo(here.writable),
        ConnectionResetError,
      );
      for await (const _ of there.readable) break;
      await writing;
      await Promise.all([there.close(), here.close()]);
    }
    const answer = (async () => {
      await otherThere.send(await otherThere.receive() ?? utf8("nothing"));
    })();
    await roundTrip(other);
    await answer;
    assertEquals(net.pool.stats().dials, 1);
  },
);

Deno.test(
  "the streams fail with SessionLostError when the session ends",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const ends = Promise.all([
      assertRejects(
        () => source(new Digest()).pipeTo(here.writable),
        SessionLostError,
      ),
      assertRejects(() => here.readable.getReader().read(), SessionLostError),
      assertRejects(async () => {
        const reader = there.readable.getReader();
        while (!(await reader.read()).done);
      }, SessionLostError),
    ]);
    await net.pool.close();
    await ends;
  },
);

Deno.test(
  "a pipe into a connection that was reset does not look like a success",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const { readable, writable } = new TransformStream<
      Uint8Array,
      Uint8Array
    >();
    const piping = assertRejects(
      () => readable.pipeTo(here.writable),
      ConnectionResetError,
    );
    there.reset();
    await here.closed;
    await writable.close();
    await piping;
  },
);

Deno.test(
  "`await using` closes a connection whose streams are in use",
  bounded,
  async () => {
    await using net = new Net();
    {
      await using here = await net.connect();
      const there = await net.served.next();
      await here.writable.getWriter().write(utf8("first and last"));
      assertEquals(text(await there.receive()), "first and last");
    }
    assertEquals(net.pool.stats().leases, 0);
  },
);
