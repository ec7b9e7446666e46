import { assertEquals } from "@std/assert";
import { ActorSystem, type Behavior } from "../../src/actor/mod.ts";
import { Dispatcher } from "../../src/actor/dispatcher.ts";

/** Two actors that tell each other forever. */
function startPair(system: ActorSystem): void {
  const left = system.spawn<number>(() => ({
    receive: (count) => void right.tell(count + 1),
  }));
  const right = system.spawn<number>(() => ({
    receive: (count) => void left.tell(count + 1),
  }));
  left.tell(0);
}

/** An actor that tells itself forever. */
function startLoop(system: ActorSystem, behavior: Behavior<void>): void {
  system.spawn(behavior).tell();
}

/** Resolves when the event loop has served a timer. */
function timer(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

/** One message there and back over a real TCP connection. */
async function tcpRoundTrip(): Promise<number> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = listener.accept();
  const { port } = listener.addr as Deno.NetAddr;
  using client = await Deno.connect({ hostname: "127.0.0.1", port });
  using server = await accepted;
  const bytes = new Uint8Array([7]);
  await client.write(bytes);
  const seen = new Uint8Array(1);
  await server.read(seen);
  await server.write(seen);
  const echo = new Uint8Array(1);
  await client.read(echo);
  return echo[0] ?? -1;
}

Deno.test("Two actors that tell each other forever starve no timer", async () => {
  await using system = new ActorSystem();
  startPair(system);
  await timer();
});

Deno.test("Two actors that tell each other forever starve no TCP round trip", async () => {
  await using system = new ActorSystem();
  startPair(system);
  assertEquals(await tcpRoundTrip(), 7);
});

Deno.test("An actor that tells itself forever starves no timer", async () => {
  await using system = new ActorSystem();
  startLoop(system, (context) => ({ receive: () => void context.self.tell() }));
  await timer();
});

Deno.test("Asynchronous handlers that never wait for I/O starve no timer", async () => {
  await using system = new ActorSystem();
  startLoop(system, (context) => ({
    async receive() {
      await undefined;
      context.self.tell();
    },
  }));
  await timer();
});

Deno.test("Two actors that ask each other forever starve no timer", async () => {
  await using system = new ActorSystem();
  const end = new AbortController();
  const echo = system.spawn<{ tell(value: number): boolean }>(() => ({
    receive: (replyTo) => void replyTo.tell(1),
  }));
  const asking = (async () => {
    while (!end.signal.aborted) await echo.ask<number>((replyTo) => replyTo);
  })();
  await timer();
  end.abort();
  await asking;
});

Deno.test("A flood of one actor does not keep another from its turn", async () => {
  await using system = new ActorSystem();
  let handled = 0;
  const busy = system.spawn<void>(() => ({ receive: () => void handled++ }));
  const other = system.spawn<{ tell(value: number): boolean }>(() => ({
    receive: (replyTo) => void replyTo.tell(handled),
  }));
  for (let i = 0; i < 1000; i++) busy.tell();
  const before = await other.ask<number>((replyTo) => replyTo);
  assertEquals(before <= 100, true, `${before} messages were handled before`);
});

Deno.test("Dispatcher runs ready actors in the order of scheduling, in one microtask", async () => {
  const dispatcher = new Dispatcher();
  const order: number[] = [];
  for (const id of [1, 2, 3]) {
    dispatcher.schedule({ run: () => order.push(id) });
  }
  assertEquals(order, [], "nothing runs inside schedule()");
  await Promise.resolve();
  assertEquals(order, [1, 2, 3]);
});
