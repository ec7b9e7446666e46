/**
 * The module that each worker of a load runs.
 *
 * @module
 */
import { realClock } from "../../../actor/mod.ts";
import type { CoreMain } from "../../../cores/mod.ts";
import { compileOperations } from "../compiled_operation.ts";
import { GeneratorMonitor } from "../generator_monitor.ts";
import { LoadGenerator } from "../load_generator.ts";
import { resolvePhases } from "../phases.ts";
import { importDrivers } from "./import_drivers.ts";
import {
  ABORT_SHARE,
  type LoadWorkerData,
  RUN_SHARE,
  SHARE_PROGRESS,
} from "./load_topics.ts";

const main: CoreMain<LoadWorkerData> = async (core) => {
  const { data: { scenario, outputs, captured, driversModule }, index, count } =
    core;
  const drivers = await importDrivers(driversModule);
  const share = { index, count };
  const operations = compileOperations(
    scenario,
    drivers,
    outputs,
    share,
    captured,
  );
  let isAborted = false;
  let load: LoadGenerator | undefined;
  core.handle(ABORT_SHARE, () => {
    isAborted = true;
    load?.abort();
  });
  core.handle(RUN_SHARE, async () => {
    using monitor = new GeneratorMonitor(realClock);
    const generator = load = new LoadGenerator({
      scenario,
      phases: resolvePhases(scenario),
      operations,
      clock: realClock,
      monitor,
      feed: undefined,
      system: undefined,
      onProgress: () => core.tell(SHARE_PROGRESS, generator.part(false)),
      runStartAt: realClock.now(),
      share,
    });
    if (isAborted) generator.abort();
    try {
      await generator.run();
    } finally {
      await generator[Symbol.asyncDispose]();
    }
    return generator.part(true);
  });
};

export default main;
