/**
 * A server that sheds load: jobs that it has no room for are refused before any
 * work is done on them, and the client backs off and tries again.
 *
 * Permissions: --allow-net=127.0.0.1
 *
 * Run it: deno run --allow-net=127.0.0.1 examples/load_shedding.ts
 *
 * @module
 */
import "./support/permissions.ts";
import { ActorSystem, ConnectionPool, listen } from "@troupe/troupe";
import { ConnectionRefusedError } from "@troupe/troupe";

const MOST_AT_ONCE = 2;
const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

await using system = new ActorSystem();
const lastStarted = Promise.withResolvers<void>();
let underWay = 0;
let most = 0;
await using listener = listen(system, {
  port: 0,
  accept(job) {
    if (underWay >= MOST_AT_ONCE) return `${underWay} jobs are under way`;
    most = Math.max(most, ++underWay);
    job.closed.then(() => underWay--);
    return true;
  },
  async serve({ id }) {
    if (id === "last") lastStarted.resolve();
    await delay(20);
  },
});

await using pool = new ConnectionPool(system);
let refusals = 0;
async function run(id: string): Promise<void> {
  for (let attempt = 0;; attempt++) {
    await using job = await pool.connect(listener.address, { id });
    try {
      await job.receive();
      return console.log(`job ${id} is done`);
    } catch (error) {
      if (!(error instanceof ConnectionRefusedError)) throw error;
      refusals++;
      // Full jitter: jobs refused together do not come back together.
      await delay(Math.random() * 20 * 2 ** attempt);
    }
  }
}
await Promise.all(["A", "B", "C", "D", "E", "F"].map(run));
console.log(`at most ${most} at once, ${refusals} refusals`);

// It drains: jobs under way are finished, and no others are let in.
const last = run("last");
await lastStarted.promise;
await Promise.all([listener.drain(), last]);
await run("late").catch((error) => console.log(`job late: ${error.name}`));
