/**
 * Typed messages from end to end: what a peer sends is parsed before anybody
 * sees it, and one actor that all connections share answers.
 *
 * Permissions: --allow-net=127.0.0.1
 *
 * Run it: deno run --allow-net=127.0.0.1 examples/typed_messages.ts
 *
 * @module
 */
import "./support/permissions.ts";
import {
  ActorSystem,
  type Behavior,
  ConnectionPool,
  listen,
  msgpack,
  type ReplyTo,
  TypedConnection,
} from "@troupe/troupe";

interface Deposit {
  readonly amount: number;
  readonly replyTo: ReplyTo<number>;
}

const account: Behavior<Deposit> = () => {
  let balance = 0;
  return {
    receive({ amount, replyTo }) {
      replyTo.tell(balance += amount);
    },
  };
};

const amounts = msgpack({
  parse(value): number {
    if (typeof value === "number" && value > 0) return value;
    throw new TypeError(`Cannot deposit ${value}: it is no positive number`);
  },
});

await using system = new ActorSystem();
const ref = system.spawn(account, { name: "account" });
await using listener = listen(system, {
  port: 0,
  async serve(connection) {
    const typed = new TypedConnection(connection, amounts);
    for await (const amount of typed) {
      await typed.send(await ref.ask((replyTo) => ({ amount, replyTo })));
    }
  },
});
await using pool = new ConnectionPool(system);
for (const amount of [10, 32]) {
  const connection = await pool.connect(listener.address);
  await using client = new TypedConnection(connection, amounts);
  await client.send(amount);
  console.log(`deposited ${amount}, balance ${await client.receive()}`);
}
