/**
 * A child that crashes, and its supervisor's back-off, seen from outside.
 *
 * Permissions: none
 *
 * Run it: deno run examples/supervision.ts
 *
 * @module
 */
import {
  ActorSystem,
  type Behavior,
  child,
  findChild,
  type ReplyTo,
  supervisor,
} from "@troupe/troupe";

interface Price {
  readonly item: string;
  readonly replyTo: ReplyTo<number>;
}

// The source is down at the second and the third start.
let starts = 0;
const prices: Behavior<Price> = () => {
  if (++starts === 2 || starts === 3) throw new Error("the source is down");
  return {
    receive({ item, replyTo }) {
      if (item === "") throw new Error("an item without a name");
      replyTo.tell(item.length);
    },
  };
};

await using system = new ActorSystem();

let failedAt = 0;
using _log = system.events.subscribe((event) => {
  if (event.type === "failed") {
    failedAt = performance.now();
    console.log(`failed ${event.actor.path}: ${event.cause}`);
  } else if (event.type === "restarted") {
    const waitedMs = Math.round(performance.now() - failedAt);
    console.log(`restart ${event.restarts} after ${waitedMs} ms`);
  }
}, { handlesFailures: true });

const worker = child({ name: "prices", behavior: prices });
const root = system.spawn(
  supervisor({ children: [worker], backoff: { initialMs: 100, maxMs: 400 } }),
  { name: "root" },
);
const ref = await findChild(root, worker);
ref.tell({ item: "", replyTo: { tell: () => true } });
// Waits in the mailbox until a life has started, and is handled by that.
const price = await ref.ask<number>((replyTo) => ({ item: "tea", replyTo }));
console.log(`healthy again: tea costs ${price}`);
