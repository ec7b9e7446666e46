import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ActorSystem, type Behavior } from "../../src/actor/mod.ts";
import { ActorWatch } from "../../src/actor/actor_watch.ts";
import { Mailbox, resolveMailboxOptions } from "../../src/actor/mailbox.ts";
import { MailboxAge } from "../../src/actor/mailbox_age.ts";
import { nextTurn } from "../../src/actor/next_turn.ts";

Deno.test("The age of the oldest message is exact to one look, whatever is put back", () => {
  const operation = fc.oneof(
    { weight: 4, arbitrary: fc.constant("push" as const) },
    { weight: 3, arbitrary: fc.constant("shift" as const) },
    { weight: 1, arbitrary: fc.constant("put_back" as const) },
    { weight: 3, arbitrary: fc.constant("look" as const) },
  );
  fc.assert(fc.property(
    fc.array(operation, { maxLength: 150 }),
    (operations) => {
      // Messages are the times at which they came.
      const mailbox = new Mailbox<number, undefined>(
        resolveMailboxOptions(undefined),
      );
      const age = new MailboxAge();
      const taken: number[] = [];
      let now = 0;
      const looks: number[] = [];
      let hasPutBack = false;
      for (const operation of operations) {
        now++;
        if (operation === "push") mailbox.push(now, undefined);
        else if (operation === "shift" && mailbox.length > 0) {
          taken.push(mailbox.shift() as number);
        } else if (operation === "put_back" && taken.length > 0) {
          mailbox.unshift(taken.pop() as number, undefined);
          hasPutBack = true;
        } else if (operation === "look") {
          const found = age.look(mailbox, now);
          const oldest = mailbox.shift();
          if (oldest === undefined) assertEquals(found, null);
          else {
            mailbox.unshift(oldest, undefined);
            assert(found !== null && found <= now - oldest, `${found}`);
            // It is not known when what was put back has been taken.
            if (!hasPutBack && looks.length <= 30) {
              const seen = looks.find((at) => at >= oldest) ?? now;
              assertEquals(found, now - seen);
            }
          }
          looks.push(now);
        }
      }
    },
  ));
});

Deno.test("The age of a message that waits grows with the time, to a sixteenth", () => {
  const mailbox = new Mailbox<number, undefined>(
    resolveMailboxOptions({ maxMessages: Infinity }),
  );
  const age = new MailboxAge();
  // One more comes than is handled, for an hour and a half.
  for (let second = 0; second < 5400; second++) {
    mailbox.push(second, undefined);
    mailbox.push(second, undefined);
    if (second > 0) mailbox.shift();
    const found = age.look(mailbox, second) ?? -1;
    const real = second - Math.floor(second / 2);
    assert(found <= real && found >= real * 15 / 16 - 1, `${found} ${real}`);
  }
});

Deno.test("A message is as old as before when its mailbox has taken 2³¹ others", () => {
  const age = new MailboxAge();
  const at = (taken: number, length: number, now: number) =>
    age.look({ taken: taken & 0x7fffffff, length, bytes: 0 }, now);
  assertEquals(at(2 ** 31 - 3, 2, 0), 0);
  assertEquals(at(2 ** 31 - 3, 5, 1), 1);
  assertEquals(at(2 ** 31 - 2, 4, 2), 2);
  assertEquals(at(2 ** 31 - 1, 3, 3), 2);
  assertEquals(at(2 ** 31 + 1, 1, 4), 3);
  assertEquals(at(2 ** 31 + 2, 0, 5), null);
});

Deno.test("A look at ten thousand actors leaves others their turns", async () => {
  await using system = new ActorSystem();
  const idle: Behavior<never> = () => ({ receive() {} });
  for (let i = 0; i < 10_000; i++) system.spawn(idle);
  await system.idle();
  using watch = new ActorWatch(system);
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns++;
    if (!isOver) nextTurn(count);
  };
  nextTurn(count);
  const { entries, sum } = await watch.look();
  isOver = true;
  assertEquals([entries.length, sum.actors], [10_000, 10_000]);
  assert(turns >= 19, `${turns} turns`);
});

Deno.test("A look at a system sees each actor once, however the tree changes meanwhile", async () => {
  await using system = new ActorSystem();
  const stop = Promise.withResolvers<void>();
  const refs = Array.from(
    { length: 3000 },
    () => system.spawn<never>(() => ({ receive() {} })),
  );
  await system.idle();
  using watch = new ActorWatch(system);
  const looking = watch.look();
  for (const [index, ref] of refs.entries()) if (index % 2 === 0) ref.stop();
  for (let i = 0; i < 100; i++) system.spawn<never>(() => ({ receive() {} }));
  stop.resolve();
  const { entries } = await looking;
  assertEquals(new Set(entries.map(({ path }) => path)).size, entries.length);
  assert(entries.every(({ state }) => state !== "stopped"));
  assert(entries.length >= 1500 && entries.length <= 3000);
});

Deno.test("The sums of a look are those over the tree", async () => {
  await using system = new ActorSystem();
  const grow = (levels: number): Behavior<never> => (context) => {
    for (let i = 0; i < levels; i++) context.spawn(grow(levels - 1));
    return { receive() {} };
  };
  system.spawn(grow(4));
  await system.idle();
  using watch = new ActorWatch(system);
  const { entries } = await watch.look();
  for (const entry of entries) {
    const below = entries.filter(({ path }) =>
      path.startsWith(`${entry.path}/`)
    );
    assertEquals(entry.below.actors, below.length);
  }
});
