import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { resolveBackoff } from "../../src/actor/backoff.ts";
import { connectTcp } from "../../src/tcp/dial.ts";
import { dialSession } from "../../src/session/dialled_session.ts";
import { ConnectError } from "../../src/session/errors.ts";
import { resolveSessionOptions } from "../../src/session/options.ts";
import { peerActor, type PeerSession } from "../../src/session/peer_actor.ts";
import type { SessionState } from "../../src/session/session_phase.ts";
import type { Transport } from "../../src/session/transport.ts";
import { Priority } from "../../src/session/wire/protocol.ts";
import { Happenings } from "../support/happenings.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { bounded, Net } from "../support/net.ts";

const never = new AbortController().signal;

/** A dialling peer whose dials are in the hands of a test. */
class Dials implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly net = new Net({ clock: this.clock });
  readonly states = new Happenings<SessionState>();
  readonly ready = new Happenings<PeerSession>();
  readonly ends = new Happenings<unknown>();
  readonly #dials = new Happenings<PromiseWithResolvers<Transport>>();

  constructor(retryMs: number, initialMs: number, maxMs: number) {
    const { clock, net } = this;
    net.system.spawn(peerActor({
      ...dialSession({
        address: net.listener.address,
        limits: resolveSessionOptions({}),
        clock,
        backoff: resolveBackoff({ initialMs, maxMs }),
        retryMs,
        connect: () => {
          const dial = Promise.withResolvers<Transport>();
          this.#dials.push(dial);
          return dial.promise;
        },
      }),
      serve: undefined,
      onState: (state) => this.states.push(state),
      onReady: (session) => this.ready.push(session),
      onEnd: (cause) => this.ends.push(cause),
    }));
  }

  /** The next dial fails. */
  async fail(): Promise<void> {
    (await this.#dials.next()).reject(new ConnectError("Nobody there"));
    await this.net.system.idle();
  }

  /** The next dial succeeds. */
  async succeed(): Promise<Transport> {
    const dial = await this.#dials.next();
    const transport = await connectTcp(this.net.listener.address, never);
    dial.resolve(transport);
    while ((await this.states.next()).phase !== "connected");
    return transport;
  }

  /** No dial comes before `ms` have passed, and then one does. */
  async expectDialAfter(ms: number): Promise<void> {
    this.clock.advance(ms - 1);
    await this.net.system.idle();
    assertEquals(this.#dials.untaken, 0, `A dial before ${ms} ms`);
    this.clock.advance(1);
    await this.net.system.idle();
    assertEquals(this.#dials.untaken, 1, `No dial after ${ms} ms`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.net[Symbol.asyncDispose]();
  }
}

/** Takes chance out of the jitter: each delay is all of what it may be. */
function fullDelays(): Disposable {
  const { random } = Math;
  Math.random = () => 1;
  return { [Symbol.dispose]: () => void (Math.random = random) };
}

Deno.test(
  "the delay between dials grows up to the limit, and starts again after one that succeeds",
  bounded,
  async () => {
    using _ = fullDelays();
    await using dials = new Dials(1_000_000, 100, 500);
    await dials.fail();
    for (const delayMs of [100, 200, 400, 500, 500]) {
      await dials.expectDialAfter(delayMs);
      await dials.fail();
    }
    await dials.expectDialAfter(500);
    const transport = await dials.succeed();
    const id = "keeps the session alive";
    const metadata = new Uint8Array(0);
    const session = await dials.ready.next();
    await session.open({ id, metadata, priority: Priority.NORMAL });
    transport.close();
    while ((await dials.states.next()).phase !== "resuming");
    for (const delayMs of [100, 200, 400]) {
      await dials.expectDialAfter(delayMs);
      await dials.fail();
    }
    await dials.expectDialAfter(500);
    await dials.succeed();
    assertEquals(dials.net.listener.stats().resumes, 1);
  },
);

Deno.test(
  "a first dial is tried for retryMs and no longer",
  bounded,
  async () => {
    using _ = fullDelays();
    await using dials = new Dials(250, 100, 500);
    await dials.fail();
    await dials.expectDialAfter(100);
    await dials.fail();
    await dials.expectDialAfter(200);
    assertEquals(dials.ends.untaken, 0);
    await dials.fail();
    assertInstanceOf(await dials.ends.next(), ConnectError);
  },
);

Deno.test(
  "credentials that cannot be obtained are a failed attempt, and cost no socket",
  bounded,
  async () => {
    await using net = new Net();
    const failing = (): Uint8Array => {
      throw new TypeError("No token");
    };
    await using other = new Net({ pool: { credentials: failing } });
    const { address } = net.listener;
    await assertRejects(() => other.pool.connect(address), TypeError, "token");
    assertEquals(other.pool.stats().sockets, 0);
    assertEquals(other.failures.untaken, 0);
    // Those of its listener, and its pool.
    await other.until(() => other.actors <= 4);
  },
);
