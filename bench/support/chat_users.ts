/**
 * Users of the chat service in a process of their own, who talk without time
 * to think: by the load generator, or by a loop written by hand. See
 * {@linkcode MeasuringProcess}.
 *
 * @module
 */

import { ActorSystem } from "../../mod.ts";
import { standardDrivers } from "../../src/load/drivers/drivers.ts";
import { LoadTestManager } from "../../src/load/load_test_manager.ts";
import { PerformanceScenarios } from "../../src/load/presets/performance_scenarios.ts";
import { sayForAWhile } from "./chat_loop.ts";
import { cpuMicros, measureWhenAsked } from "./measuring_process.ts";

const USERS = 50;
const DURATION_MS = 2000;

const scenarios = new PerformanceScenarios();

/** Answers how many operations were done. */
async function generator(port: number): Promise<number> {
  const manager = new LoadTestManager({ drivers: standardDrivers() });
  const { total, reasons } = await manager.run(scenarios.chat({
    address: { port },
    users: USERS,
    thinkTime: "none",
    rampUpMs: 0,
    steadyMs: DURATION_MS,
    rampDownMs: 0,
  }));
  if (total.ok === total.planned) return total.ok;
  throw new Error(`Cannot measure: operations went wrong, ${reasons}`);
}

/** The same by hand, with the texts of the scenario. */
async function loop(port: number): Promise<number> {
  await using system = new ActorSystem();
  const { lines } = scenarios.chat().feeders ?? {};
  const texts = (lines?.records ?? []).map(({ text }) => String(text));
  const { operations } = await sayForAWhile(
    system,
    port,
    USERS,
    texts,
    DURATION_MS,
  );
  return operations;
}

if (import.meta.main) {
  const talk = Deno.args[0] === "generator" ? generator : loop;
  const port = Number(Deno.args[1]);
  await measureWhenAsked(port, async () => {
    const { micros, result } = await cpuMicros(() => talk(port));
    return micros / result;
  });
}
