/**
 * Spawn and ask, with and without options, which are checked at each call.
 *
 * @module
 */
import { ActorSystem, type Behavior, type ReplyTo } from "../../mod.ts";

const SPAWNS = 1_000;

const echo: Behavior<ReplyTo<void>> = () => ({
  receive: (replyTo) => void replyTo.tell(),
});

const system = new ActorSystem();

async function spawns(
  options?: Parameters<typeof system.spawn<ReplyTo<void>>>[1],
): Promise<void> {
  for (let i = 0; i < SPAWNS; i++) system.spawn(echo, options).stop();
  await system.idle();
}

Deno.bench(`${SPAWNS} spawns without options`, {
  group: "spawn",
  baseline: true,
}, () => spawns());
Deno.bench(
  `${SPAWNS} spawns with a deadline`,
  { group: "spawn" },
  () => spawns({ shutdownMs: 1000 }),
);
Deno.bench(
  `${SPAWNS} spawns with a mailbox`,
  { group: "spawn" },
  () => spawns({ mailbox: { maxMessages: 10, overflow: "drop_oldest" } }),
);

const ref = system.spawn(echo);
const { signal } = new AbortController();

Deno.bench("ask without options", {
  group: "ask options",
  baseline: true,
}, () => ref.ask<void>((replyTo) => replyTo));
Deno.bench(
  "ask with a time-out",
  { group: "ask options" },
  () => ref.ask<void>((replyTo) => replyTo, { timeoutMs: 1000 }),
);
Deno.bench(
  "ask with a signal",
  { group: "ask options" },
  () => ref.ask<void>((replyTo) => replyTo, { signal }),
);
