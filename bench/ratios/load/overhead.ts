/**
 * What the load generator costs: the chat scenario without time to think,
 * beside a loop written by hand that does the same, over as many connections,
 * with the same check and a histogram. The figure is the CPU time of the
 * process for each operation, garbage collection included; the service is in
 * another one, on the same core.
 *
 * @module
 */

import { PerformanceScenarios } from "../../../src/load/presets/performance_scenarios.ts";
import { startTarget } from "../../../src/load/run/target.ts";
import { MeasuringProcess } from "../../support/measuring_process.ts";
import { leaveCore, shareCore } from "../../support/cores.ts";
import { type Comparison, contestant, type Start } from "../harness.ts";

const SCRIPT = new URL("../../support/chat_users.ts", import.meta.url);

function start(users: "generator" | "loop"): Start {
  return async () => {
    const { target } = new PerformanceScenarios().chat();
    if (target === undefined) throw new Error("Cannot measure: no service");
    await using stack = new AsyncDisposableStack();
    const service = stack.use(await startTarget(target));
    const { chat = "" } = service.outputs;
    const process = stack.use(new MeasuringProcess(SCRIPT, [users, chat]));
    await process.announced();
    stack.defer(leaveCore);
    await shareCore(service.pid);
    await shareCore(process.pid);
    return contestant(() => process.measure(), stack.move());
  };
}

/** Microseconds of CPU for each operation. */
export const overhead: Comparison = {
  unit: "us",
  rounds: 9,
  ours: start("generator"),
  baselines: { loop: start("loop") },
};
