/**
 * A typed service: an actor, and a client in another process that calls it
 * through a stub and does not notice that the network between them is cut.
 *
 * Permissions: --allow-net=127.0.0.1 --allow-read=. --allow-run
 *
 * Run it: deno run --allow-net=127.0.0.1 --allow-read=. --allow-run examples/remote_service/main.ts
 *
 * @module
 */
import "../support/permissions.ts";
import { ActorSystem, listen, type ReplyTo } from "@troupe/troupe";
import { expose, implement } from "@troupe/troupe/remote";
import { Relay } from "../demo/relay.ts";
import { Counter } from "./counter.ts";

/** What the actor takes: a type of its own, that no client knows. */
type CounterMessage = { by: number } | { replyTo: ReplyTo<number> };

let relay: Relay | undefined;
let cuts = 0;

await using system = new ActorSystem();
const counter = system.spawn<CounterMessage>(() => {
  let total = 0;
  return {
    receive(message) {
      if ("replyTo" in message) return void message.replyTo.tell(total);
      total += message.by;
      if (total % 200 !== 0) return;
      cuts++;
      relay?.cut();
    },
  };
});

const exposed = expose(system, [
  implement(Counter, counter, {
    add: ({ by }) => ({ by }),
    read: (_, replyTo) => ({ replyTo }),
    async *countdown(from) {
      for (let n = from; n >= 0; n--) yield n;
    },
  }),
]);
await using listener = listen(system, { port: 0, ...exposed });
await using link = relay = new Relay(listener.address.port);

const client = new Deno.Command(Deno.execPath(), {
  args: [
    "run",
    "--quiet",
    "--allow-net=127.0.0.1",
    new URL("client.ts", import.meta.url).href,
    `${link.port}`,
  ],
  stderr: "inherit",
});
const { stdout } = await client.output();
console.log(new TextDecoder().decode(stdout).trimEnd());
console.log(`the network was cut ${cuts} times`);
