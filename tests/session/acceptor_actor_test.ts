import { assertEquals } from "@std/assert";
import type { ActorRef, ReplyTo } from "../../src/actor/ref.ts";
import { child } from "../../src/actor/child.ts";
import { ActorSystem } from "../../src/actor/system.ts";
import { supervisor } from "../../src/actor/supervisor.ts";
import { findChild } from "../../src/actor/supervisor_calls.ts";
import { AcceptSlot } from "../../src/session/accept_slot.ts";
import type { AcceptedSocket } from "../../src/session/accepted_socket.ts";
import {
  acceptorActor,
  type SocketOffer,
} from "../../src/session/acceptor_actor.ts";
import { Happenings } from "../support/happenings.ts";
import { ManualClock } from "../support/manual_clock.ts";
import {
  ScriptedAcceptor,
  type ScriptedSocket,
  scriptedSocket,
} from "../support/scripted_acceptor.ts";

/** An acceptor actor below a supervisor, and a test in the place of its owner. */
class Bench implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly system = new ActorSystem({ clock: this.clock });
  readonly acceptor = new ScriptedAcceptor();
  readonly slot = new AcceptSlot(this.acceptor);
  /** Offers that nobody has replied to. */
  readonly offers = new Happenings<ReplyTo<void>>();
  /** The sockets that were taken. */
  readonly taken: AcceptedSocket[] = [];
  /** What actors crashed with. */
  readonly failures: unknown[] = [];
  readonly #child = child({
    restart: "permanent",
    behavior: acceptorActor({ slot: this.slot, sockets: () => this.#sockets }),
  });
  readonly #sockets: ActorRef<SocketOffer> = this.system.spawn<SocketOffer>(
    () => ({
      receive: ({ replyTo }) => {
        this.slot.handOver((socket) => {
          this.taken.push(socket);
        });
        this.offers.push(replyTo);
      },
    }),
  );
  readonly #root = this.system.spawn(
    supervisor({ children: [this.#child], maxRestarts: 10 }),
  );

  constructor() {
    this.system.events.subscribe((event) => {
      if (event.type === "failed") this.failures.push(event.cause);
    }, { handlesFailures: true });
  }

  /** Replies to the next offer. */
  async grant(): Promise<void> {
    (await this.offers.next()).tell();
    await this.system.idle();
  }

  /** A client connects: the pending accept has a socket. */
  async connect(): Promise<ScriptedSocket> {
    const socket = scriptedSocket();
    (await this.acceptor.accepts.next()).resolve(socket);
    await this.system.idle();
    return socket;
  }

  /** Kills the acceptor; its supervisor gives it another life. */
  async kill(): Promise<void> {
    (await findChild(this.#root, this.#child)).kill();
    await this.system.idle();
  }

  /** Stops whoever takes the sockets. */
  async stopSockets(): Promise<void> {
    this.#sockets.stop();
    await this.#sockets.stopped;
  }

  /** Stops the acceptor for good. */
  async stop(): Promise<void> {
    this.#root.stop();
    await this.#root.stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.slot.close();
    await this.system.shutdown();
  }
}

Deno.test("an acceptor accepts nothing before it has heard that there is room", async () => {
  await using bench = new Bench();
  await bench.system.idle();
  assertEquals(bench.acceptor.count, 0);
  await bench.grant();
  assertEquals(bench.acceptor.count, 1);
});

Deno.test("an acceptor hands a socket over, and accepts the next when there is room again", async () => {
  await using bench = new Bench();
  await bench.grant();
  const socket = await bench.connect();
  assertEquals(bench.taken, [socket]);
  assertEquals(bench.acceptor.count, 1);
  await bench.grant();
  assertEquals(bench.acceptor.count, 2);
});

for (
  const cause of [
    new Error("Too many open files (os error 24)"),
    new Deno.errors.ConnectionAborted("accept"),
  ]
) {
  Deno.test(`an acceptor waits for 100 ms when an accept fails with "${cause.message}"`, async () => {
    await using bench = new Bench();
    await bench.grant();
    for (let i = 1; i <= 3; i++) {
      (await bench.acceptor.accepts.next()).reject(cause);
      await bench.system.idle();
      bench.clock.advance(99);
      await bench.system.idle();
      assertEquals(bench.acceptor.count, i);
      bench.clock.advance(1);
      await bench.system.idle();
      assertEquals(bench.acceptor.count, i + 1);
    }
    const socket = await bench.connect();
    assertEquals(bench.taken, [socket]);
    assertEquals(bench.failures, []);
  });
}

Deno.test("an acceptor that is killed with an accept pending loses no socket", async () => {
  await using bench = new Bench();
  await bench.grant();
  await bench.kill();
  // One that connects before the next life has asked for room …
  const first = await bench.connect();
  assertEquals(bench.taken, []);
  await bench.grant();
  assertEquals(bench.taken, [first]);
  // … and one after it shares the accept that was pending.
  await bench.grant();
  await bench.kill();
  await bench.grant();
  assertEquals(bench.acceptor.count, 2);
  const second = await bench.connect();
  assertEquals(bench.taken, [first, second]);
});

Deno.test("an acceptor that is killed while it waits for room waits for it again", async () => {
  await using bench = new Bench();
  const lost = await bench.offers.next();
  await bench.kill();
  // What the last life was granted does not count.
  lost.tell();
  await bench.system.idle();
  assertEquals(bench.acceptor.count, 0);
  await bench.grant();
  assertEquals(bench.acceptor.count, 1);
});

Deno.test("an acceptor that is killed while it backs off goes on in its next life", async () => {
  await using bench = new Bench();
  await bench.grant();
  (await bench.acceptor.accepts.next()).reject(new Error("EMFILE"));
  await bench.system.idle();
  await bench.kill();
  await bench.grant();
  assertEquals(bench.acceptor.count, 2);
  bench.clock.advance(100);
  await bench.system.idle();
  assertEquals(bench.acceptor.count, 2);
});

Deno.test("a socket that comes after its acceptor has stopped is closed with the slot", async () => {
  await using bench = new Bench();
  await bench.grant();
  await bench.stop();
  const socket = await bench.connect();
  assertEquals(bench.taken, []);
  await bench.slot.close();
  await socket.transport.closed;
});

Deno.test("an acceptor does not crash when whoever takes its sockets is gone", async () => {
  await using bench = new Bench();
  await bench.grant();
  await bench.stopSockets();
  await bench.connect();
  assertEquals(bench.failures, []);
});
