/**
 * Ten thousand virtual users with time to think, each with a socket of its own
 * to a server in another process: all of them start and none is lost. Prints
 * what it cost the generator, and what the generator says of itself.
 *
 * `deno run -A tests/soak/ten_thousand_users.ts [users] [seconds]`
 *
 * @module
 */
import { LoadTestManager } from "../../src/load/load_test_manager.ts";
import type { LoadProgress, LoadResult } from "../../src/load/result.ts";
import { echoDriver, echoTarget } from "../support/echo_driver.ts";
import { maxDescriptors, megabytes } from "../support/memory.ts";

const MAX_RSS_BYTES = 1e9;

/** What is wrong with a run; nothing if all is as it should be. */
function faultsOf(
  { users, total, verdict, reasons, generator }: LoadResult,
): string[] {
  const faults = [...reasons];
  if (users.started !== users.planned || users.peak !== users.planned) {
    faults.push(`${users.peak} of ${users.planned} users were there at once`);
  }
  if (users.replaced > 0) faults.push(`${users.replaced} users were lost`);
  if (total.ok !== total.planned) {
    faults.push(`${total.ok} of ${total.planned} operations are ok`);
  }
  if ((generator.rssPeakBytes ?? 0) > MAX_RSS_BYTES) {
    faults.push(`the generator took more than ${megabytes(MAX_RSS_BYTES)}`);
  }
  if (verdict !== "passed") faults.push(`the verdict is ${verdict}`);
  return faults;
}

function print(result: LoadResult): void {
  const { total, steady, users, generator } = result;
  const ms = (value: number | null) => value?.toFixed(2) ?? "-";
  const rows: [string, string | number | null][] = [
    ["users, started", users.started],
    ["users, most at once", users.peak],
    ["users, replaced", users.replaced],
    ["operations, planned", total.planned],
    ["operations, ok", total.ok],
    ["operations a second", steady.throughput?.toFixed(0) ?? "-"],
    ["latency ms, p50", ms(steady.latency.p50)],
    ["latency ms, p99", ms(steady.latency.p99)],
    ["latency ms, max", ms(steady.latency.max)],
    ["generator, cores", generator.cpuCores?.toFixed(2) ?? "-"],
    ["generator, lag ms, p99", ms(generator.lag.p99)],
    ["generator, loop delay p99", ms(generator.eventLoopDelay.p99)],
    ["generator, descriptors", generator.openFilesPeak],
    ["generator, peak RSS", megabytes(generator.rssPeakBytes ?? 0)],
    [
      "RSS a user, bytes",
      Math.round((generator.rssPeakBytes ?? 0) / users.peak),
    ],
    ["generator, healthy", String(generator.healthy)],
    ["verdict", result.verdict],
  ];
  for (const [name, value] of rows) {
    console.log(`${name.padEnd(26)} ${value ?? "-"}`);
  }
  for (const warning of result.warnings) console.log(`warning: ${warning}`);
}

function tell({ phase, elapsedMs, point, inFlight }: LoadProgress): void {
  const seconds = Math.round(elapsedMs / 1000);
  console.log(
    `${seconds} s, ${phase}: ${point.users} users, ${point.ok} ok, ${point.errors} errors, ${inFlight} in flight`,
  );
}

if (import.meta.main) {
  const [users = 10_000, seconds = 30] = Deno.args.map(Number);
  if (maxDescriptors() < users + 100) {
    console.error(`${users} users need more descriptors: ulimit -n`);
    Deno.exit(2);
  }
  const interrupted = new AbortController();
  const onInterrupt = () => interrupted.abort(new Error("SIGINT"));
  Deno.addSignalListener("SIGINT", onInterrupt);
  const result = await new LoadTestManager({ drivers: { echo: echoDriver } })
    .run({
      name: `${users} users`,
      target: echoTarget(),
      load: {
        model: "closed",
        users,
        thinkTime: { distribution: "exponential", meanMs: 5000 },
      },
      phases: {
        rampUpMs: users * 2,
        steadyMs: seconds * 1000,
        rampDownMs: 5000,
      },
      operations: [{
        name: "echo",
        driver: "echo",
        request: { port: "${target.port}" },
      }],
      criteria: [{ metric: "errorRate", is: "at_most", value: 0 }],
    }, { signal: interrupted.signal, onProgress: tell });
  Deno.removeSignalListener("SIGINT", onInterrupt);
  print(result);
  const faults = faultsOf(result);
  for (const fault of faults) console.log(`FAILED: ${fault}`);
  if (faults.length === 0) console.log("Passed");
  Deno.exit(faults.length === 0 ? 0 : 1);
}
