/**
 * The trie of subjects, and a publish in one process.
 *
 * @module
 */
import { ActorSystem } from "../../src/actor/mod.ts";
import { Bus } from "../../src/bus/mod.ts";
import { SubjectTrie } from "../../src/bus/subject_trie.ts";

const PATTERNS = 10_000;

const trie = new SubjectTrie<number>((items) => items);
for (let index = 0; index < PATTERNS; index++) {
  trie.add(`users.${index}.orders.*`, index);
}
trie.add("users.>", -1);

Deno.bench("a subject that is remembered", { group: "trie" }, () => {
  trie.match("users.7.orders.created");
});

let next = 0;
// More subjects than are remembered, so each is looked for.
Deno.bench("a subject that is new", { group: "trie" }, () => {
  trie.match(`users.${next++ % PATTERNS}.orders.created`);
});

Deno.bench("a pattern comes and goes", { group: "trie" }, () => {
  trie.add("users.7.*.created", -2);
  trie.delete("users.7.*.created", -2);
});

const MESSAGES = 1000;
const system = new ActorSystem();

for (const subscribers of [0, 1, 10]) {
  const bus = new Bus(system);
  for (let index = 0; index < subscribers; index++) {
    bus.subscribe("orders.*", { handler: () => {} });
  }
  Deno.bench(
    `${MESSAGES} messages to ${subscribers} handlers`,
    { group: "publish" },
    async () => {
      for (let sent = 0; sent < MESSAGES; sent++) bus.publish("orders.eu", 1);
      await system.idle();
    },
  );
}

const grouped = new Bus(system);
for (let index = 0; index < 10; index++) {
  grouped.subscribe("orders.*", { queue: "workers", handler: () => {} });
}
Deno.bench(
  `${MESSAGES} messages to a queue group of 10`,
  { group: "publish" },
  async () => {
    for (let sent = 0; sent < MESSAGES; sent++) grouped.publish("orders.eu", 1);
    await system.idle();
  },
);

const served = new Bus(system);
served.subscribe("time", { handler: (message) => message.respond(1) });
Deno.bench("a request and its reply", { group: "request" }, async () => {
  await served.request("time", null);
});
