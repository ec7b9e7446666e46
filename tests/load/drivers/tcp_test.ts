import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { DriverError } from "../../../src/load/drivers/driver_error.ts";
import { ReplyReader } from "../../../src/load/drivers/reply_reader.ts";
import { tcpDriver } from "../../../src/load/drivers/tcp.ts";
import { ConnectError } from "../../../src/session/errors.ts";
import { Happenings } from "../../support/happenings.ts";
import { bounded } from "../../support/net.ts";
import { call, issuesOf, openUser } from "./calls.ts";

/** A listener that ends with the test, with its connections. */
class Listener implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #served: Promise<void>;
  readonly accepted = new Happenings<void>();
  connections = 0;

  constructor(serve: (connection: Deno.TcpConn) => Promise<void>) {
    this.#served = this.#serve(serve);
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async #serve(serve: (connection: Deno.TcpConn) => Promise<void>) {
    const all: Promise<void>[] = [];
    for await (const connection of this.#listener) {
      this.connections++;
      this.accepted.push();
      all.push(
        serve(connection).catch(() => {}).finally(() => {
          try {
            connection.close();
          } catch {
            // Whoever serves has closed it.
          }
        }),
      );
    }
    await Promise.all(all);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#served;
  }
}

const echo = (connection: Deno.TcpConn) =>
  connection.readable.pipeTo(connection.writable);

/** Reads until the other side ends. */
async function drain(connection: Deno.TcpConn): Promise<void> {
  while (await connection.read(new Uint8Array(1024)) !== null);
}

Deno.test(
  "an echo ends the operation once it is complete",
  bounded,
  async () => {
    await using listener = new Listener(echo);
    await using user = await openUser(tcpDriver());
    const request = { port: listener.port, send: "hello", reply: "echo" };
    for (let i = 0; i < 3; i++) {
      assertEquals(await user.perform(call(request)), {
        sentBytes: 5,
        receivedBytes: 5,
      });
    }
    assertEquals(listener.connections, 1);
  },
);

Deno.test(
  "an echo larger than all buffers comes back complete",
  bounded,
  async () => {
    await using listener = new Listener(echo);
    await using user = await openUser(tcpDriver());
    const send = "0123456789".repeat(1_600_000);
    const { receivedBytes } = await user.perform(
      call({ port: listener.port, send, reply: "echo" }),
    );
    assertEquals(receivedBytes, send.length);
  },
);

Deno.test("a reply that is not an echo is a failure", bounded, async () => {
  await using listener = new Listener(async (connection) => {
    await connection.write(new TextEncoder().encode("jello"));
    await drain(connection);
  });
  await using user = await openUser(tcpDriver());
  await assertRejects(
    () =>
      user.perform(call({ port: listener.port, send: "hello", reply: "echo" })),
    DriverError,
    "it is not an echo",
  );
});

Deno.test(
  "a reply ends at its delimiter, and the rest belongs to the next one",
  bounded,
  async () => {
    await using listener = new Listener(async (connection) => {
      await connection.write(new TextEncoder().encode("one\r\ntwo\r\nthree"));
      await drain(connection);
    });
    await using user = await openUser(tcpDriver());
    const request = call({ port: listener.port, reply: { until: "\r\n" } });
    assertEquals((await user.perform(request)).body, "one\r\n");
    assertEquals((await user.perform(request)).body, "two\r\n");
    const bytes = call({ port: listener.port, reply: { bytes: 5 } });
    assertEquals((await user.perform(bytes)).body, "three");
  },
);

Deno.test("replies are the same however the stream is split", async () => {
  const encode = (text: string) => new TextEncoder().encode(text);
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.string({ unit: fc.constantFrom("a", "\r", "\n"), maxLength: 700 }),
        {
          minLength: 1,
          maxLength: 4,
        },
      ),
      fc.infiniteStream(fc.integer({ min: 1, max: 50 })),
      async (parts, cuts) => {
        const replies = parts.map((part) =>
          `${part.replace(/\r+\n/g, "\n")}\r\n`
        );
        let rest = encode(replies.join(""));
        const reader = new ReplyReader({
          read(into) {
            const [size = 1] = cuts.take(1);
            const piece = rest.subarray(0, Math.min(size, into.length));
            into.set(piece);
            rest = rest.subarray(piece.length);
            return Promise.resolve(piece.length);
          },
        });
        for (const reply of replies) {
          assertEquals(
            await reader.takeUntil(encode("\r\n"), 5000),
            encode(reply),
          );
        }
      },
    ),
  );
});

Deno.test("a reply over maxReplyBytes is a failure", bounded, async () => {
  await using listener = new Listener(async (connection) => {
    await connection.write(new Uint8Array(2000));
    await drain(connection);
  });
  await using user = await openUser(tcpDriver());
  await assertRejects(
    () =>
      user.perform(call({
        port: listener.port,
        reply: { until: "\n" },
        maxReplyBytes: 100,
      })),
    DriverError,
    "it has more than 100 bytes",
  );
});

Deno.test("base64 is sent as bytes", bounded, async () => {
  const got = new Happenings<Uint8Array>();
  await using listener = new Listener(async (connection) => {
    const bytes = new Uint8Array(4);
    await connection.read(bytes);
    got.push(bytes);
  });
  await using user = await openUser(tcpDriver());
  const { sentBytes } = await user.perform(
    call({ port: listener.port, sendBase64: "AP+A/w==" }),
  );
  assertEquals(sentBytes, 4);
  assertEquals(await got.next(), new Uint8Array([0, 255, 128, 255]));
});

Deno.test(
  "after a failure the next operation has a new connection",
  bounded,
  async () => {
    let count = 0;
    await using listener = new Listener(async (connection) => {
      if (++count > 1) await echo(connection);
    });
    await using user = await openUser(tcpDriver());
    const request = call({ port: listener.port, send: "x", reply: "echo" });
    await assertRejects(() => user.perform(request));
    assertEquals((await user.perform(request)).receivedBytes, 1);
  },
);

Deno.test("an operation ends when its signal aborts", bounded, async () => {
  await using listener = new Listener(drain);
  await using user = await openUser(tcpDriver());
  const given = new AbortController();
  const performed = user.perform(
    call({ port: listener.port, send: "x", reply: "echo" }, given.signal),
  );
  await listener.accepted.next();
  const reason = new Error("timed out");
  given.abort(reason);
  assertStrictEquals(await assertRejects(() => performed), reason);
});

Deno.test(
  "a connection that the service has closed while it was idle is replaced",
  bounded,
  async () => {
    const closed = new Happenings<void>();
    await using listener = new Listener(async (connection) => {
      const bytes = new Uint8Array(5);
      await connection.read(bytes);
      await connection.write(bytes);
      connection.close();
      closed.push();
    });
    await using other = new Listener(echo);
    await using user = await openUser(tcpDriver());
    for (let round = 1; round <= 3; round++) {
      const request = { port: listener.port, send: "hello", reply: "echo" };
      await user.perform(call(request));
      await closed.next();
      // What comes later has come, and so has the end of the connection.
      for (let turn = 0; turn < 3; turn++) {
        await user.perform(call({ ...request, port: other.port }));
      }
      assertEquals(listener.connections, round);
    }
    assertEquals(other.connections, 1);
  },
);

Deno.test(
  "a connection that the service closes instead of a reply is a failure",
  bounded,
  async () => {
    await using listener = new Listener(async (connection) => {
      await connection.read(new Uint8Array(5));
    });
    await using user = await openUser(tcpDriver());
    const request = { port: listener.port, send: "hello", reply: "echo" };
    await assertRejects(
      () => user.perform(call(request)),
      DriverError,
      "the service has closed the connection",
    );
  },
);

Deno.test("a refused connection is a failure", bounded, async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await using user = await openUser(tcpDriver());
  await assertRejects(() => user.perform(call({ port })), ConnectError);
});

Deno.test("a wrong request is refused, with what was probably meant", () => {
  assertEquals(
    issuesOf(tcpDriver(), { port: 0, sendBase64: "!", reply: "ecko" }),
    [
      "port is 0, it must be a whole number from 1 to 65535",
      "sendBase64 is not valid base64",
      'reply is "ecko", did you mean "echo"?',
    ],
  );
  assertEquals(issuesOf(tcpDriver(), { port: "${target.port}", reply: {} }), [
    "reply.until is missing, it must be a string that is not empty",
  ]);
  assertEquals(issuesOf(tcpDriver(), { port: 1, reply: { bytes: 4 } }), []);
});
