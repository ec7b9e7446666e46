/**
 * Users of an HTTP service in a process of their own, who ask without time to
 * think: by the load generator with so many workers, or by autocannon. See
 * {@linkcode MeasuringProcess}.
 *
 * @module
 */

// @ts-types="@types/autocannon"
import autocannon from "autocannon";
import { standardDrivers } from "../../src/load/drivers/drivers.ts";
import { LoadTestManager } from "../../src/load/load_test_manager.ts";
import { measureWhenAsked } from "./measuring_process.ts";

const USERS = 50;
const DURATION_MS = 2000;

/** Resolves to successful requests a second. */
async function generator(url: string, workers: number): Promise<number> {
  const manager = new LoadTestManager({ drivers: standardDrivers() });
  const { steady, total, reasons } = await manager.run({
    name: "one small answer",
    load: { model: "closed", users: USERS },
    phases: { steadyMs: DURATION_MS },
    operations: [{ name: "get", driver: "http", request: { url } }],
  }, { workers });
  if (total.ok === total.planned) return steady.throughput ?? 0;
  throw new Error(`Cannot measure: operations went wrong, ${reasons}`);
}

async function byAutocannon(url: string): Promise<number> {
  const { "2xx": ok, duration, errors, non2xx } = await autocannon({
    url,
    connections: USERS,
    pipelining: 1,
    duration: DURATION_MS / 1000,
  });
  if (errors + non2xx === 0) return ok / duration;
  throw new Error("Cannot measure: requests went wrong");
}

if (import.meta.main) {
  const [who, port = ""] = Deno.args;
  const url = `http://127.0.0.1:${port}/`;
  await measureWhenAsked(
    Number(port),
    () =>
      who === "autocannon" ? byAutocannon(url) : generator(url, Number(who)),
  );
}
