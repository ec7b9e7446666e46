/**
 * A program with a page, for tests of what watches it: a process of its own, so
 * that it can end.
 *
 * @module
 */
import { type ActorContext, ActorSystem } from "../../../src/actor/mod.ts";
import { MetricsCollector, serveMetrics } from "../../../src/metrics/mod.ts";

if (import.meta.main) {
  const system = new ActorSystem();
  const collector = new MetricsCollector({ system });
  const metrics = serveMetrics(collector);
  collector.instruments.counter("orders").add(7, { route: "/basket" });
  collector.start();
  for (const name of ["orders", "users"]) {
    system.spawn((context: ActorContext<never>) => {
      for (let i = 0; i < 30; i++) {
        context.spawn(() => ({
          receive() {},
          inspect: () => ({ basket: `${name}-${i}` }),
        }), { name: `${name}-${i}` });
      }
      return { receive() {} };
    }, { name });
  }
  const [port = "0"] = Deno.args;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: Number(port), onListen() {} },
    metrics.fetch,
  );
  console.log(server.addr.port);
}
