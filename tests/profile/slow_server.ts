/**
 * A service that is slow in three ways, in a process of its own.
 *
 * @module
 */
import { MetricsCollector } from "../../src/metrics/collector.ts";
import { answer } from "../support/child_process.ts";

/** Work of some milliseconds, which nothing can take off the thread. */
function hold(): string {
  let sum = 0;
  for (let i = 0; i < 4_000_000; i++) sum += Math.sqrt(i);
  return `${sum}`;
}

const delay = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

await using collector = new MetricsCollector({ intervalMs: 50 });
const depth = collector.instruments.gauge("waiting");

const waiting: (() => void)[] = [];
let free = 2;

/** Two at once are let through. */
async function limited(): Promise<string> {
  if (free === 0) {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push(resolve);
    depth.set(waiting.length);
    await promise;
  } else {
    free--;
  }
  await delay(20);
  const next = waiting.shift();
  depth.set(waiting.length);
  if (next === undefined) free++;
  else next();
  return "queue";
}

const ways: Readonly<Record<string, () => string | Promise<string>>> = {
  "/cpu": hold,
  "/wait": () => delay(40).then(() => "wait"),
  "/queue": limited,
};

const server = Deno.serve(
  { port: 0, hostname: "127.0.0.1", onListen: () => {} },
  async (request) => {
    const way = ways[new URL(request.url).pathname];
    return way === undefined
      ? new Response(null, { status: 404 })
      : new Response(await way());
  },
);
collector.start();

await answer({
  port: () => server.addr.port,
  snapshots: () => collector.history,
});
