/**
 * Two actors share a resource through leases: it is opened for the first, each
 * lease is released when its holder ends, and the resource is closed a while
 * after the last release.
 *
 * Permissions: none
 *
 * Run it: deno run examples/lease.ts
 *
 * @module
 */
import { ActorSystem, type Behavior } from "@troupe/troupe";
import { type ReplyTo, SharedResource } from "@troupe/troupe";

interface Query {
  readonly text: string;
  readonly replyTo: ReplyTo<string>;
}

await using system = new ActorSystem();
const closed = Promise.withResolvers<void>();

const database = new SharedResource({
  open() {
    console.log("opened");
    return Promise.resolve({ find: (text: string) => text.toUpperCase() });
  },
  close() {
    console.log("closed");
    closed.resolve();
  },
  lingerMs: 50,
  clock: system.clock,
});

// The lease ends with the life of the actor, however that life ends.
const reader: Behavior<Query> = async (context) => {
  const { value } = await database.acquire(context);
  return {
    receive: ({ text, replyTo }) => void replyTo.tell(value.find(text)),
  };
};

const show = () =>
  console.log(`leases: ${database.leases}, open: ${database.isOpen}`);
const readers = [system.spawn(reader), system.spawn(reader)];
for (const ref of readers) {
  console.log(await ref.ask<string>((replyTo) => ({ text: "tea", replyTo })));
}
show();
for (const ref of readers) {
  ref.stop();
  await ref.stopped;
  show();
}
// Lingering alone does not keep the process alive.
const alive = setTimeout(() => {}, 5000);
await closed.promise;
clearTimeout(alive);
