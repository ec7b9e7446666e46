import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Behavior } from "../../src/actor/behavior.ts";
import type { ActorRef } from "../../src/actor/ref.ts";
import { ActorSystem } from "../../src/actor/system.ts";
import type { AcceptSlot } from "../../src/session/accept_slot.ts";
import type { SocketOffer } from "../../src/session/acceptor_actor.ts";
import {
  type RunningListener,
  startListener,
} from "../../src/session/listener_actor.ts";
import { SocketLimit } from "../../src/session/socket_limit.ts";
import { ManualClock } from "../support/manual_clock.ts";
import {
  ScriptedAcceptor,
  type ScriptedSocket,
  scriptedSocket,
} from "../support/scripted_acceptor.ts";

type KeeperMessage =
  | SocketOffer
  | { readonly type: "socket_gone" | "fail" | "stop" };

/** A listener over a scripted acceptor, with an actor for each socket. */
class Bench implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly system = new ActorSystem({ clock: this.clock });
  readonly acceptor = new ScriptedAcceptor();
  readonly limit: SocketLimit;
  readonly listener: RunningListener<KeeperMessage>;
  /** Actors by name; a socket is named for its port. */
  readonly actors = new Map<string, ActorRef<never>>();
  readonly failures: unknown[] = [];
  /** How long each socket takes to end. */
  ending: Promise<void> | undefined;

  constructor(maxSockets: number = Infinity) {
    this.limit = new SocketLimit(maxSockets);
    this.system.events.subscribe((event) => {
      if (event.type === "started") {
        this.actors.set(event.actor.name, event.actor);
      } else if (event.type === "failed") this.failures.push(event.cause);
    }, { handlesFailures: true });
    this.listener = startListener(
      this.system,
      "listener",
      this.acceptor,
      (slot) => this.#keep(slot),
    );
  }

  /** Returns an actor that has this name, or had it last. */
  actor(name: string): ActorRef<never> {
    const actor = this.actors.get(name);
    assert(actor !== undefined, `there is no actor ${name}`);
    return actor;
  }

  /** A client connects. */
  async connect(port: number): Promise<ScriptedSocket> {
    const socket = scriptedSocket(port);
    (await this.acceptor.accepts.next()).resolve(socket);
    await this.system.idle();
    return socket;
  }

  #keep(slot: AcceptSlot): Behavior<KeeperMessage> {
    return (context) => {
      this.limit.clear();
      return {
        receive: (message) => {
          switch (message.type) {
            case "socket_offered":
              slot.handOver(({ transport, remote: { port } }) => {
                const socket = context.spawn(
                  () => ({ receive() {}, stopped: () => this.ending }),
                  { name: `socket-${port}` },
                );
                socket.stopped.then(transport.close);
                this.limit.add();
                context.watch(socket, () => ({ type: "socket_gone" }));
              });
              return this.limit.replyWhenRoom(message.replyTo);
            case "socket_gone":
              return this.limit.remove();
            case "fail":
              throw new Error("the keeper failed");
            case "stop":
              return context.stop();
            default:
              message satisfies never;
          }
        },
        stopped: () => this.limit.clear(),
      };
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.system.shutdown();
  }
}

Deno.test("a listener accepts one socket after the other", async () => {
  await using bench = new Bench();
  for (let port = 1; port <= 3; port++) await bench.connect(port);
  assertEquals([bench.limit.accepted, bench.limit.open], [3, 3]);
});

Deno.test("a listener sleeps at its limit, and accepts again when a socket has ended", async () => {
  await using bench = new Bench(2);
  await bench.connect(1);
  await bench.connect(2);
  assertEquals(bench.acceptor.count, 2);
  bench.actor("socket-1").stop();
  await bench.system.idle();
  assertEquals(bench.acceptor.count, 3);
  await bench.connect(3);
  assertEquals([bench.limit.accepted, bench.limit.open], [3, 2]);
});

Deno.test("a listener restarts an acceptor that is killed, and its sockets live on", async () => {
  await using bench = new Bench(2);
  await bench.connect(1);
  bench.actor("acceptor").kill();
  await bench.system.idle();
  assert(bench.actor("socket-1").alive);
  await bench.connect(2);
  assertEquals([bench.limit.accepted, bench.limit.open], [2, 2]);
  // At the limit, as before.
  bench.actor("acceptor").kill();
  await bench.system.idle();
  assertEquals(bench.acceptor.count, 2);
});

for (const how of ["fails", "is killed"]) {
  Deno.test(`a listener whose keeper of sockets ${how} starts it and the acceptor again`, async () => {
    await using bench = new Bench(1);
    const first = await bench.connect(1);
    if (how === "is killed") bench.actor("sockets").kill();
    else bench.listener.end({ type: "fail" });
    await bench.system.idle();
    await first.transport.closed;
    assertEquals(bench.limit.open, 0);
    await bench.connect(2);
    assertEquals([bench.limit.accepted, bench.limit.open], [2, 1]);
    assertEquals(bench.failures.length, how === "fails" ? 1 : 0);
  });
}

Deno.test("a socket that is accepted while the keeper of sockets restarts is not lost", async () => {
  await using bench = new Bench();
  await bench.system.idle();
  const accept = await bench.acceptor.accepts.next();
  bench.actor("sockets").kill();
  const socket = scriptedSocket(7);
  accept.resolve(socket);
  await bench.system.idle();
  assert(bench.actor("socket-7").alive);
  assertEquals(bench.limit.open, 1);
});

Deno.test("a listener gives up when its acceptor is killed too often, and closes everything", async () => {
  await using bench = new Bench();
  const socket = await bench.connect(1);
  for (let i = 0; i < 4; i++) {
    bench.actor("acceptor").kill();
    await bench.system.idle();
  }
  await bench.listener.closed;
  await socket.transport.closed;
  assert(bench.acceptor.closed);
});

Deno.test("a listener ends when the keeper of its sockets stops", async () => {
  await using bench = new Bench();
  const socket = await bench.connect(1);
  bench.listener.end({ type: "stop" });
  await bench.listener.closed;
  await socket.transport.closed;
  assert(bench.acceptor.closed);
  assertEquals(bench.limit.open, 0);
  assertEquals(bench.failures, []);
});

for (const how of ["stopped", "killed", "ended by its system"]) {
  Deno.test(`a listener that is ${how} with an accept pending closes the socket that still comes`, async () => {
    await using bench = new Bench();
    await bench.system.idle();
    const accept = await bench.acceptor.accepts.next();
    const [root] = bench.actors.values();
    const socket = scriptedSocket();
    // It was accepted, but nobody has heard of it yet.
    accept.resolve(socket);
    if (how === "stopped") bench.listener.stop();
    else if (how === "killed") root?.kill();
    else await bench.system.shutdown();
    await Promise.all([bench.listener.closed, socket.transport.closed]);
    assert(bench.acceptor.closed);
    assertEquals(bench.limit.accepted, 0);
  });
}

Deno.test("a listener that is over has closed its acceptor, and no accept is pending", async () => {
  await using bench = new Bench();
  await bench.system.idle();
  const accept = await bench.acceptor.accepts.next();
  let settled = false;
  accept.promise.catch(() => {
    settled = true;
  });
  bench.listener.stop();
  await bench.listener.closed;
  assert(settled);
});

Deno.test("a listener refuses newcomers as soon as it is stopped, while its sockets still end", async () => {
  await using bench = new Bench();
  await bench.connect(1);
  let over = false;
  bench.listener.closed.then(() => {
    over = true;
  });
  const ending = Promise.withResolvers<void>();
  bench.ending = ending.promise;
  bench.listener.stop();
  await bench.system.idle();
  assertEquals([bench.acceptor.closed, over], [true, false]);
  ending.resolve();
  await bench.listener.closed;
});

for (const how of ["stopped", "asked to end"]) {
  Deno.test(`a listener that is ${how} before it has started closes its acceptor`, async () => {
    await using bench = new Bench();
    if (how === "stopped") bench.listener.stop();
    else bench.listener.end({ type: "stop" });
    await bench.listener.closed;
    assert(bench.acceptor.closed);
    assertEquals(bench.acceptor.count, 0);
  });
}

Deno.test("a listener cannot start in a system that shuts down, and closes its acceptor", async () => {
  const system = new ActorSystem();
  await system.shutdown();
  const acceptor = new ScriptedAcceptor();
  assertThrows(
    () =>
      startListener(
        system,
        "listener",
        acceptor,
        () => () => ({ receive() {} }),
      ),
    Error,
    "shutting down",
  );
  assert(acceptor.closed);
});
