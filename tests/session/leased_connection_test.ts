import { assertEquals, assertRejects } from "@std/assert";
import type { Lease } from "../../src/actor/lease.ts";
import type { ReplyTo } from "../../src/actor/ref.ts";
import { ActorSystem } from "../../src/actor/system.ts";
import { ConnectError } from "../../src/session/errors.ts";
import {
  askForConnection,
  connectOver,
  type ConnectReply,
  type LeasedConnection,
  replyWithConnection,
} from "../../src/session/leased_connection.ts";

/** A connection that counts how it was ended. */
class TestConnection implements LeasedConnection {
  onRelease: (() => void) | undefined;
  closes = 0;
  resets = 0;

  close(): Promise<void> {
    this.closes++;
    return Promise.resolve();
  }

  reset(): void {
    this.resets++;
  }
}

/** A lease that counts its releases. */
class TestLease implements Lease<string> {
  readonly value = "socket";
  releases = 0;

  release(): void {
    this.releases++;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.release();
    return Promise.resolve();
  }
}

interface Request {
  readonly replyTo: ReplyTo<ConnectReply<TestConnection>>;
}

Deno.test("connectOver() gives the lease back when the connection is released", async () => {
  const lease = new TestLease();
  const connection = await connectOver(lease, {}, () => new TestConnection());
  assertEquals(lease.releases, 0);
  connection.onRelease?.();
  assertEquals(lease.releases, 1);
});

for (const how of ["throws", "rejects"]) {
  Deno.test(`connectOver() gives the lease back when the open ${how}`, async () => {
    const lease = new TestLease();
    await assertRejects(
      () =>
        connectOver<string, TestConnection>(lease, {}, () => {
          const error = new Error("no id is left");
          if (how === "throws") throw error;
          return Promise.reject(error);
        }),
      Error,
      "no id is left",
    );
    assertEquals(lease.releases, 1);
  });
}

for (const who of ["signal", "holder"]) {
  Deno.test(`connectOver() opens nothing when its ${who} has given up`, async () => {
    const lease = new TestLease();
    const signal = AbortSignal.abort(new Error("too late"));
    await assertRejects(
      () =>
        connectOver<string, TestConnection>(
          lease,
          who === "signal" ? { signal } : { holder: { signal } },
          () => {
            throw new Error("it was opened");
          },
        ),
      Error,
      "too late",
    );
    assertEquals(lease.releases, 1);
  });
}

Deno.test("connectOver() closes the connection when its holder ends, unless it was released before", async () => {
  const holder = new AbortController();
  const [held, released] = await Promise.all(
    [0, 1].map(() =>
      connectOver(
        new TestLease(),
        { holder: { signal: holder.signal } },
        () => new TestConnection(),
      )
    ),
  );
  released?.onRelease?.();
  holder.abort();
  assertEquals([held?.closes, released?.closes], [1, 0]);
});

Deno.test("askForConnection() returns the connection or throws what the pool replies", async () => {
  await using system = new ActorSystem();
  const connection = new TestConnection();
  let reply: ConnectReply<TestConnection> = { connection };
  const pool = system.spawn<Request>(() => ({
    receive: ({ replyTo }) => void replyTo.tell(reply),
  }));
  const connect = () =>
    askForConnection<Request, TestConnection>(
      pool,
      {},
      (replyTo) => ({ replyTo }),
    );
  assertEquals(await connect(), connection);
  reply = { error: new ConnectError("refused") };
  await assertRejects(connect, ConnectError, "refused");
  pool.stop();
  await pool.stopped;
  await assertRejects(connect, ConnectError, "the pool is closed");
});

Deno.test("replyWithConnection() resets a connection that nobody waits for any more", async () => {
  const connection = new TestConnection();
  replyWithConnection({ tell: () => false }, Promise.resolve(connection));
  await Promise.resolve();
  assertEquals(connection.resets, 1);
});
