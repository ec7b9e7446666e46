/**
 * The Web Streams of connections when these end, in both protocols: they settle
 * at once, though nobody reads or writes just then.
 */
import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  ConnectionClosedError,
  ConnectionResetError,
  SessionLostError,
} from "../../src/session/errors.ts";
import { pattern, sha256, text, utf8 } from "../support/bytes.ts";
import { bounded, Net } from "../support/net.ts";
import { Net as TcpConnNet } from "../tcp_conn/support.ts";

/** What both protocols have. */
interface Connection extends AsyncIterable<Uint8Array> {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly closed: Promise<void>;
  send(message: Uint8Array): Promise<void>;
  receive(): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
  reset(): void;
}

/** Two ends of a connection, and how to take its socket away. */
interface Ends {
  readonly here: Connection;
  readonly there: Connection;
  lose(): Promise<void>;
}

const PROTOCOLS: Record<
  string,
  (test: (ends: Ends) => Promise<void>) => Promise<void>
> = {
  async "a session"(test) {
    await using net = new Net();
    const [here, there] = await net.pair();
    await test({ here, there, lose: () => net.listener.close() });
  },
  async "tcp-conn"(test) {
    await using net = new TcpConnNet();
    const [here, there] = await net.pair();
    await test({ here, there, lose: () => net.listener.close() });
  },
};

/** A pipe into `connection` from a source that is quiet after its first chunk. */
function quietPipe(connection: Connection) {
  const cancelled = Promise.withResolvers<unknown>();
  const source = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(utf8("first")),
    cancel: (reason) => cancelled.resolve(reason),
  });
  return {
    piped: source.pipeTo(connection.writable),
    cancelled: cancelled.promise,
  };
}

/** What ends a connection, and what its streams fail with. */
const ENDS: [
  what: string,
  end: (ends: Ends) => void | Promise<void>,
  error: typeof ConnectionClosedError | typeof SessionLostError,
][] = [
  ["it is reset here", ({ here }) => here.reset(), ConnectionClosedError],
  ["it is closed here", ({ here }) => here.close(), ConnectionClosedError],
  ["its session is lost", ({ lose }) => lose(), SessionLostError],
];

for (const [protocol, run] of Object.entries(PROTOCOLS)) {
  for (const [what, end, Kind] of ENDS) {
    Deno.test(
      `a quiet pipe into a connection of ${protocol} ends, and cancels its source, when ${what}`,
      bounded,
      () =>
        run(async (ends) => {
          const { piped, cancelled } = quietPipe(ends.here);
          const failed = assertRejects(() => piped, Kind);
          assertEquals(text(await ends.there.receive()), "first");
          await end(ends);
          const error = await failed;
          assertStrictEquals(await cancelled, error);
        }),
    );

    Deno.test(
      `the reader and the writer of a connection of ${protocol} are closed without a read or a write when ${what}`,
      bounded,
      () =>
        run(async (ends) => {
          const reader = ends.here.readable.getReader();
          const writer = ends.here.writable.getWriter();
          const closed = [
            assertRejects(() => reader.closed, Kind),
            assertRejects(() => writer.closed, Kind),
          ];
          await end(ends);
          await Promise.all(closed);
          // And so are those of whoever comes late.
          await ends.here.closed;
          await assertRejects(() => writer.write(utf8("late")), Kind);
          await assertRejects(() => reader.read(), Kind);
        }),
    );

    Deno.test(
      `streams that are first asked for after a connection of ${protocol} has ended have ended when ${what}`,
      bounded,
      () =>
        run(async (ends) => {
          await end(ends);
          await ends.here.closed;
          const { readable, writable } = ends.here;
          await assertRejects(() => readable.getReader().closed, Kind);
          await assertRejects(() => writable.getWriter().closed, Kind);
        }),
    );
  }

  Deno.test(
    `what had arrived over ${protocol} is read before the stream fails, and then the reader is closed`,
    bounded,
    () =>
      run(async (ends) => {
        await ends.there.send(utf8("one"));
        await ends.there.send(utf8("two"));
        await ends.lose();
        await ends.here.closed;
        const reader = ends.here.readable.getReader();
        const closed = assertRejects(() => reader.closed, SessionLostError);
        let got = "";
        while (got !== "onetwo") got += text((await reader.read()).value);
        await closed;
      }),
  );

  Deno.test(
    `a loop over the messages of ${protocol} ends when its own side closes the connection, and receive() says why`,
    bounded,
    () =>
      run(async ({ here, there }) => {
        const got: (string | undefined)[] = [];
        const loop = (async () => {
          for await (const message of here) {
            got.push(text(message));
            if (got.length === 2) void here.close();
          }
        })();
        await there.send(utf8("one"));
        await there.send(utf8("two"));
        await loop;
        assertEquals(got, ["one", "two"]);
        await assertRejects(() => here.receive(), ConnectionClosedError);
      }),
  );

  Deno.test(
    `a loop over the messages of ${protocol} that waits ends when another task closes the connection`,
    bounded,
    () =>
      run(async ({ here, there }) => {
        const first = Promise.withResolvers<void>();
        const loop = (async () => {
          for await (const _ of here) first.resolve();
        })();
        await there.send(utf8("one"));
        await first.promise;
        await here.close();
        await loop;
      }),
  );

  Deno.test(
    `a loop over the messages of ${protocol} fails when its own side resets the connection`,
    bounded,
    () =>
      run(async ({ here }) => {
        const loop = assertRejects(async () => {
          for await (const _ of here);
        }, ConnectionClosedError);
        here.reset();
        await loop;
      }),
  );

  Deno.test(
    `a reader of ${protocol} that brings its own buffer gets every byte, whatever its size`,
    bounded,
    () =>
      run(async ({ here, there }) => {
        const sizes = [1, 7, 100, 3000, 70_000, 300_000];
        const messages = sizes.map((size) => pattern(size));
        const bytes = sizes.reduce((sum, size) => sum + size, 0);
        const sending = (async () => {
          for (const message of messages) await there.send(message);
        })();
        const reader = here.readable.getReader({ mode: "byob" });
        const got = new Uint8Array(bytes);
        let buffer = new ArrayBuffer(50_000);
        let reads = 0;
        for (let at = 0; at < bytes;) {
          // Now smaller and now larger than what arrives at once.
          const room = [5, 1000, 50_000][reads++ % 3];
          const view = new Uint8Array(buffer, 0, room);
          const { value } = await reader.read(view);
          if (value === undefined) throw new Error("It has ended early");
          got.set(value, at);
          at += value.length;
          buffer = value.buffer;
        }
        await sending;
        const whole = new Uint8Array(bytes);
        messages.reduce(
          (at, message) => (whole.set(message, at), at + message.length),
          0,
        );
        assertEquals(sha256(got), sha256(whole));
        reader.releaseLock();
        // A reader without a buffer goes on where that one has stopped.
        await there.send(utf8("rest"));
        const { value } = await here.readable.getReader().read();
        assertEquals(text(value), "rest");
      }),
  );
}

Deno.test(
  "a pipe into a connection ends when the peer resets it, or stops reading it",
  bounded,
  async () => {
    await using net = new Net();
    for (const stop of ["reset", "cancel"] as const) {
      const [here, there] = await net.pair();
      const { piped, cancelled } = quietPipe(here);
      const failed = assertRejects(() => piped, ConnectionResetError);
      assertEquals(text(await there.receive()), "first");
      if (stop === "reset") there.reset();
      else await there.readable.cancel();
      await failed;
      assertInstanceOf(await cancelled, ConnectionResetError);
      await Promise.all([here.close(), there.close()]);
    }
  },
);

Deno.test(
  "the reader of a connection is closed when the peer ends its direction, with a read pending or without",
  bounded,
  async () => {
    await using net = new Net();
    for (const mode of ["none", "read", "byob"] as const) {
      const [here, there] = await net.pair();
      if (mode === "byob") {
        const reader = here.readable.getReader({ mode });
        const read = reader.read(new Uint8Array(10));
        await there.send(utf8("last"));
        await there.closeWrite();
        assertEquals(text((await read).value), "last");
        const { done, value } = await reader.read(new Uint8Array(10));
        assertEquals([done, value?.length], [true, 0]);
        await reader.closed;
      } else {
        const reader = here.readable.getReader();
        const read = mode === "read" ? reader.read() : undefined;
        await there.closeWrite();
        await reader.closed;
        assertEquals((await read)?.done ?? true, true);
      }
      await Promise.all([here.close(), there.close()]);
    }
  },
);

Deno.test(
  "closing one side's writing by closeWrite() ends a pipe into it, and reading goes on",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const { piped } = quietPipe(here);
    const failed = assertRejects(() => piped, ConnectionClosedError);
    assertEquals(text(await there.receive()), "first");
    await here.closeWrite();
    await failed;
    assertEquals(await there.receive(), undefined);
    await there.send(utf8("still here"));
    assertEquals(text(await here.receive()), "still here");
  },
);
