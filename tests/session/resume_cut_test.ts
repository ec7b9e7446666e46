import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import { ConnectError, SessionLostError } from "../../src/session/errors.ts";
import type { LogicalConnection } from "../../src/session/logical_connection.ts";
import { ErrorCode } from "../../src/session/wire/protocol.ts";
import { pattern, sha256 } from "../support/bytes.ts";
import type { Direction } from "../support/fault_proxy.ts";
import { Happenings } from "../support/happenings.ts";
import { bounded } from "../support/net.ts";
import { ProxiedNet } from "../support/proxied_net.ts";
import { randomFrom } from "../support/random.ts";
import { isSlow } from "../support/slow.ts";
import { storm } from "../support/storm.ts";

const directions: Direction[] = ["to_target", "to_dialler"];
/** More than the handshake and the first frames, whose places all count. */
const HEAD_BYTES = 260;
const ROUNDS = isSlow ? 60 : 20;
/** From one place to the next; the quick size leaves some out. */
const STEP = isSlow ? 1 : 3;
const small = [0, 1, 100, 0, 7, 300].map((length, i) => pattern(length, i));
const large = [40_000, 0, 70_000, 1, 150_000].map((n, i) => pattern(n, i));

/** Sends them all, and returns all that arrived. */
async function talk(
  connection: LogicalConnection,
  messages: Uint8Array[],
): Promise<string[]> {
  const sending = (async () => {
    for (const message of messages) await connection.send(message);
    await connection.closeWrite();
  })();
  const got: string[] = [];
  for await (const message of connection) got.push(sha256(message));
  await sending;
  return got;
}

/** Two ends that talk over a socket that is cut. */
class Talks implements AsyncDisposable {
  readonly #messages: Uint8Array[];
  readonly #served = new Happenings<string[]>();
  readonly net: ProxiedNet;

  constructor(messages: Uint8Array[]) {
    this.#messages = messages;
    this.net = new ProxiedNet({
      pool: { retryMs: 5000, lingerMs: 0, backoff: { initialMs: 0 } },
      serve: async (connection) => {
        this.#served.push(await talk(connection, messages));
      },
    });
  }

  /** Says everything, and checks that all of it arrived on both sides. */
  async once(what: string): Promise<void> {
    const connection = await this.net.connect();
    const expected = this.#messages.map(sha256);
    assertEquals(await talk(connection, this.#messages), expected, what);
    assertEquals(await this.#served.next(), expected, what);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.net[Symbol.asyncDispose]();
  }
}

for (const direction of directions) {
  Deno.test(
    `a cut at any byte of the handshake and the first frames ${direction} loses, doubles and reorders nothing`,
    bounded,
    async () => {
      await using talks = new Talks(small);
      const { proxy } = talks.net;
      for (let place = 1; place <= HEAD_BYTES; place += STEP) {
        proxy.cutAfter(place, direction);
        await talks.once(`cut ${direction} at ${place}`);
      }
    },
  );

  Deno.test(
    `a second cut at any byte of the resuming handshake ${direction} loses nothing`,
    bounded,
    async () => {
      await using talks = new Talks(small);
      const { proxy, here } = talks.net;
      for (let place = 1; place <= HEAD_BYTES; place += 2 * STEP) {
        // In the middle of what is said, and then as soon as it goes on.
        proxy.cutAfter(400, "to_target");
        const again = (async () => {
          while ((await here.next()).phase !== "resuming");
          proxy.cutAfter(place, direction);
        })();
        await talks.once(`second cut ${direction} at ${place}`);
        await again;
        while (here.untaken > 0) await here.next();
      }
    },
  );

  Deno.test(
    `cuts at random bytes of messages and acknowledgements ${direction} lose nothing`,
    bounded,
    async () => {
      await using talks = new Talks(large);
      const { proxy } = talks.net;
      const random = randomFrom(direction.length);
      for (let round = 0; round < ROUNDS; round++) {
        const place = 1 + Math.floor(random() * 260_000);
        proxy.cutAfter(place, direction);
        await talks.once(`cut ${direction} at ${place}, round ${round}`);
      }
      assert(talks.net.listener.stats().resumes > ROUNDS / 3);
    },
  );

  Deno.test(
    `a cut ${direction} loses nothing when bytes arrive one by one`,
    bounded,
    async () => {
      await using talks = new Talks(small);
      const { proxy } = talks.net;
      proxy.splitBytes = 1;
      for (let place = 3; place <= 700; place += 17) {
        proxy.cutAfter(place, direction);
        await talks.once(`cut ${direction} at ${place}`);
      }
    },
  );
}

for (const side of ["pool", "listener"] as const) {
  Deno.test(
    `${side}.close() delivers what was sent, wherever a cut falls`,
    bounded,
    async () => {
      for (let place = 1; place <= 400; place += 10) {
        // The side that has closed may wait in vain for the last ACK.
        const limits = { closeMs: 500 };
        await using net = new ProxiedNet({
          listen: limits,
          pool: { ...limits, backoff: { initialMs: 0 } },
        });
        const [here, there] = await net.connected();
        const [from, to] = side === "pool" ? [here, there] : [there, here];
        net.proxy.cutAfter(place, place % 20 < 10 ? "to_target" : "to_dialler");
        for (const message of small) await from.send(message);
        const closing = net[side].close();
        let got = 0;
        const lost = await assertRejects(async () => {
          for await (const _ of to) got++;
        }, SessionLostError);
        assertEquals(
          [got, lost.code],
          [small.length, ErrorCode.NONE],
          `${place}`,
        );
        await closing;
      }
    },
  );
}

Deno.test(
  "a storm of cuts loses nothing of twenty connections each way",
  bounded,
  async () => {
    const report = await storm({
      connections: 20,
      messages: 300,
      maxBytes: 200_000,
      cuts: 30,
      seed: 7,
    });
    assertEquals(report.errors, []);
    assertEquals(report.sent, 2 * 20 * 300);
    assertEquals(report.received, report.sent);
    assert(report.cuts >= 15, `Only ${report.cuts} cuts`);
    assert(report.resumes >= 15, `Only ${report.resumes} resumes`);
  },
);

Deno.test(
  "a cut in the first handshake rejects connect() with a typed error",
  bounded,
  async () => {
    await using net = new ProxiedNet();
    for (const place of [1, 8, 20, 90]) {
      net.proxy.cutAfter(place, "to_target");
      const error = await assertRejects(() => net.connect(), ConnectError);
      assertInstanceOf(error.cause, Error);
    }
    const [here] = await net.pair();
    await here.accepted;
  },
);

Deno.test(
  "connect() tries for retryMs while nobody can be reached",
  bounded,
  async () => {
    await using net = new ProxiedNet({
      pool: { retryMs: 60_000, backoff: { initialMs: 0 } },
    });
    net.proxy.refuse = true;
    const connecting = net.connect();
    for (let tries = 0; tries < 5; tries++) {
      assert((await net.proxy.connections.next()).isRefused);
    }
    net.proxy.refuse = false;
    await (await connecting).accepted;
    assertEquals(net.listener.stats().sessions, 1);
  },
);
