/**
 * The program of load tests: what its help says.
 *
 * @module
 */
import { ActorSystem } from "../../actor/system.ts";
import type { DriverMap } from "../driver.ts";
import { standardDrivers } from "../drivers/drivers.ts";
import { LoadTestManager } from "../load_test_manager.ts";
import { VERDICTS } from "../report/content.ts";
import { jsonReport, reportFiles } from "../report/report_files.ts";
import { printable } from "../report/text_layout.ts";
import { textReport } from "../report/text_report.ts";
import type { LoadProgress, LoadResult, Verdict } from "../result.ts";
import type { Scenario } from "../scenario.ts";
import { ScenarioError } from "../scenario_error.ts";
import { stringifyScenario } from "../scenario_text.ts";
import { validateScenario } from "../validate_scenario.ts";
import {
  HELP,
  LoadUsageError,
  readArguments,
  type RunArguments,
} from "./args.ts";
import { Interrupts } from "./interrupts.ts";
import { LivePage } from "./live_page.ts";
import { loadScenario } from "./load_scenario.ts";
import { makeDirectory, removeEmpty } from "./out_directory.ts";
import { columnsOf, ProgressDisplay } from "./progress_display.ts";
import { listReady } from "./ready_scenarios.ts";

const EXIT_CODES: Readonly<Record<Verdict, number>> = {
  passed: 0,
  failed: 1,
  invalid: 3,
  aborted: 4,
};
const WRONG = 2;
const NOT_WRITTEN = 5;
const ENDED_AT_ONCE = 130;

/**
 * Does what the arguments ask for. The exit code is as `--help` says.
 *
 * @param drivers What operations may name.
 */
export async function runCommandLine(
  args: readonly string[],
  drivers: DriverMap = standardDrivers(),
): Promise<number> {
  try {
    const wanted = readArguments(args);
    if (wanted.type === "help") {
      console.log(HELP);
      return 0;
    }
    if (wanted.type === "list") {
      console.log(listReady());
      return 0;
    }
    const scenario = await loadScenario(wanted, drivers);
    if (wanted.print) {
      console.log(stringifyScenario(scenario).trimEnd());
      return 0;
    }
    return await run(scenario, wanted, drivers);
  } catch (error) {
    if (error instanceof ScenarioError) {
      console.error(printable(error.message));
      return WRONG;
    }
    if (error instanceof LoadUsageError) {
      console.error(`${printable(error.message)}\nSee --help`);
      return WRONG;
    }
    // Never 1, which means that a criterion does not hold.
    console.error(error);
    return NOT_WRITTEN;
  }
}

async function run(
  scenario: Scenario,
  { out, pagePort, quiet, json }: RunArguments,
  drivers: DriverMap,
): Promise<number> {
  await using system = new ActorSystem();
  await using page = pagePort === undefined
    ? undefined
    : new LivePage(system, pagePort);
  const directory = await makeDirectory(out, scenario.name);
  if (!quiet) announce(scenario, drivers, page);
  const result = await runShown({ scenario, drivers, system, page, quiet, directory });
  const code = EXIT_CODES[result.verdict];
  if (json) print(jsonReport(result));
  if (quiet) console.error(`${result.verdict}: ${VERDICTS[result.verdict]}`);
  else tell(result, json);
  const isWritten = await write(result, directory);
  if (isWritten && !quiet) console.error(`Reports: ${directory}/report.html`);
  return isWritten ? code : NOT_WRITTEN;
}
