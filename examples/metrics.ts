/**
 * An application with metrics: one call serves OpenMetrics at `/metrics`,
 * events at `/events`, and a page with charts and actors at `/`, which
 * `deno task watch http://127.0.0.1:PORT/` shows on a terminal. With a path as argument,
 * the history is kept there for the next run. To see the alert, place many
 * orders: curl --data '' 'http://127.0.0.1:PORT/orders?count=3000'
 *
 * Permissions: --allow-net=127.0.0.1 --allow-sys
 *
 * Run it: deno run --allow-net=127.0.0.1 --allow-sys examples/metrics.ts
 * Or: deno run --allow-all examples/metrics.ts history.db
 *
 * @module
 */
import "./support/permissions.ts";
import { ActorSystem } from "@troupe/troupe";
import { MetricsCollector, serveMetrics } from "@troupe/troupe/metrics";

const [historyPath] = Deno.args;
await using system = new ActorSystem();
await using collector = new MetricsCollector({
  system,
  ...(historyPath !== undefined && { historyPath }),
  alerts: [{
    name: "orders wait",
    metric: ({ actors }) => actors?.groups[0]?.mailboxMessages ?? null,
    above: 100,
    clearAt: 10,
    forMs: 2000,
  }],
});
const orders = collector.instruments.counter("orders", { help: "Taken" });
const waits = collector.instruments.histogram("order_wait", {
  help: "Time until an order is done",
  unit: "ms",
});

let done = 0;
const kitchen = system.spawn<number>(() => ({
  async receive(takenMs) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    waits.record(performance.now() - takenMs);
    done++;
  },
  // What the page, and `deno task watch`, may show of its state.
  inspect: () => ({ done }),
}), { name: "kitchen" });

await using metrics = serveMetrics(collector);
await using server = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen() {} },
  (request) => {
    const url = URL.parse(request.url);
    if (url?.pathname !== "/orders") return metrics.fetch(request);
    const count = Math.min(Number(url.searchParams.get("count")), 10_000);
    for (let i = 0; i < count; i++) kitchen.tell(performance.now());
    if (count > 0) orders.add(count);
    return new Response(null, { status: 202 });
  },
);
collector.start();
console.log(`http://127.0.0.1:${server.addr.port}/\nCtrl-C ends it.`);

await new Promise<void>((resolve) => {
  Deno.addSignalListener("SIGINT", () => resolve());
});
// Before the server, which waits for open pages.
await metrics[Symbol.asyncDispose]();
