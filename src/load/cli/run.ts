/**
 * The command line of load tests, as its help describes it.
 *
 * @module
 */
import { ActorSystem } from "../../actor/mod.ts";
import {
  checkOptionNames,
  type OptionNames,
  reasonOf,
} from "../../checks/internal.ts";
import {
  checkDrivers,
  checkDriversModule,
  checkHealth,
} from "../check_options.ts";
import type { DriverMap } from "../driver.ts";
import { LoadTestError } from "../load_errors.ts";
import { LoadTestManager } from "../load_test_manager.ts";
import { PerformanceScenarios } from "../presets/performance_scenarios.ts";
import { meaningOf } from "../report/content.ts";
import { reportFiles } from "../report/report_files.ts";
import type { MetricsCollector } from "../../metrics/mod.ts";
import { readResult } from "../against/read_result.ts";
import { printable } from "../report/printable.ts";
import { resultToText } from "../report/text_report.ts";
import type { LoadResult, Verdict } from "../result.ts";
import type { HealthLimits } from "../run/health.ts";
import { planWorkers } from "../run/workers/workers_plan.ts";
import type { RunOptions } from "../run_options.ts";
import { type Mask, maskOf } from "../scenario/environment.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { ScenarioError } from "../scenario/scenario_error.ts";
import { stringifyScenario } from "../scenario/scenario_text.ts";
import { validateScenario } from "../scenario/validate_scenario.ts";
import { HELP, readArguments, type RunArguments } from "./args.ts";
import ownDrivers from "./drivers_module.ts";
import { awaitScrape } from "./await_scrape.ts";
import { exportRun } from "./export_run.ts";
import { Interrupts } from "./interrupts.ts";
import { LivePage } from "./live_page.ts";
import { runConnections } from "./run_connections.ts";
import { loadScenario } from "./load_scenario.ts";
import { makeDirectory, removeEmpty } from "./out_directory.ts";
import { repeatedCommand } from "./repeated_command.ts";
import { note, print } from "./output.ts";
import { listPresets, sizeText } from "./presets.ts";
import { columnsOf, ProgressDisplay } from "./progress_display.ts";

const OWN_DRIVERS = new URL("./drivers_module.ts", import.meta.url);

const EXIT_CODES: Readonly<Record<Verdict, number>> = {
  passed: 0,
  failed: 1,
  invalid: 3,
  aborted: 4,
};
const ENDED_BY_CRITERION = 6;
const INVALID_INPUT = 2;
const PROGRAM_FAILED = 5;
const ENDED_AT_ONCE = 130;

/** Options of {@linkcode runCommandLine}. */
export interface CommandLineOptions {
  /**
   * The drivers, by the names that operations use for them.
   * @default {those of standardDrivers(), and terminalDriver() as `terminal`}
   */
  readonly drivers?: DriverMap;
  /**
   * The module whose default export are the same drivers, as an absolute URL:
   * `--workers` needs it with drivers of your own.
   */
  readonly driversModule?: URL | string;
  /**
   * The presets: scenarios that can be run by name.
   * @default {new PerformanceScenarios()}
   */
  readonly presets?: PerformanceScenarios;
  /**
   * Limits of the generator beyond which a run is invalid; `--max-lag-ms` takes
   * precedence over `lagP99Ms`.
   * @default {those of HealthLimits}
   */
  readonly health?: HealthLimits;
}

const OPTION_NAMES: OptionNames<CommandLineOptions> = {
  drivers: true,
  driversModule: true,
  presets: true,
  health: true,
};

/**
 * Does what the arguments ask for, and resolves to the exit code, both as
 * `--help` describes. With your own drivers and presets, it is a command line
 * for them.
 *
 * @example
 * ```ts
 * import { runCommandLine } from "@troupe/troupe/load/cli";
 *
 * const code = await runCommandLine(["--list"]);
 * console.assert(code === 0);
 * ```
 *
 * @param options May be left out; each option has its default.
 * @throws {TypeError} if an option is not known or of the wrong type.
 */
export async function runCommandLine(
  args: readonly string[],
  options: CommandLineOptions = {},
): Promise<number> {
  checkOptionNames("runCommandLine()", options, OPTION_NAMES);
  const {
    drivers = ownDrivers,
    driversModule = options.drivers === undefined ? OWN_DRIVERS : undefined,
    presets = new PerformanceScenarios(),
    health = {},
  } = options;
  checkDrivers(drivers);
  if (driversModule !== undefined) checkDriversModule(driversModule);
  checkHealth(health);
  let mask: Mask = (text) => text;
  try {
    const wanted = readArguments(args, presets.list());
    if (wanted.type === "help") {
      await print(`${HELP}\n\n${listPresets(presets)}`);
      return 0;
    }
    if (wanted.type === "list") {
      await print(listPresets(presets));
      return 0;
    }
    const scenario = await loadScenario(wanted, drivers, presets);
    mask = maskOf(scenario);
    if (wanted.print) {
      await print(stringifyScenario(scenario).trimEnd());
      return 0;
    }
    return await run(scenario, wanted, {
      args,
      drivers,
      driversModule,
      health,
    });
  } catch (error) {
    if (error instanceof ScenarioError) {
      await note(printable(mask(error.message)));
      return INVALID_INPUT;
    }
    if (error instanceof LoadTestError) {
      await note(`${printable(mask(error.message))}\nSee --help`);
      return INVALID_INPUT;
    }
    // Never 1, which means that a criterion does not hold.
    await note(mask(Deno.inspect(error)));
    return PROGRAM_FAILED;
  }
}

/** What the program that calls the command line has chosen. */
interface GivenByProgram {
  readonly args: readonly string[];
  readonly drivers: DriverMap;
  readonly driversModule: URL | string | undefined;
  readonly health: HealthLimits;
}

function runOptions(
  workers: number,
  driversModule: URL | string | undefined,
): RunOptions {
  return { workers, ...driversModule === undefined ? {} : { driversModule } };
}

async function run(
  scenario: Scenario,
  settings: RunArguments,
  given: GivenByProgram,
): Promise<number> {
  const { quiet, json, pagePort, workers, maxLagMs } = settings;
  const { drivers, driversModule } = given;
  const health = maxLagMs === undefined
    ? given.health
    : { ...given.health, lagP99Ms: maxLagMs };
  // Before a page is served and a directory made.
  planWorkers(scenario, { drivers }, runOptions(workers, driversModule));
  const against = settings.against === undefined
    ? undefined
    : await readResult(settings.against, scenario);
  const compared = against === undefined ? {} : { against };
  // The run shuts it down, and the page shows its actors.
  const { cleanupTimeoutMs = 30_000 } = scenario.phases ?? {};
  await using system = new ActorSystem({ shutdownMs: cleanupTimeoutMs / 2 });
  await using page = pagePort === undefined ? undefined : new LivePage(
    system,
    pagePort,
    // Those of other threads are not here.
    workers === 1 ? runConnections(scenario, drivers) : undefined,
  );
  await using exported = exportRun(system, page?.collector);
  const directory = settings.reports
    ? await makeDirectory(settings.out, scenario.name)
    : undefined;
  if (!quiet) await announce(scenario, drivers, page);
  const measured = await runShown(
    {
      scenario,
      drivers,
      driversModule,
      workers,
      system,
      page,
      collector: exported.collector,
      quiet,
      directory,
      health,
    },
  );
  const endedAt = performance.now();
  const known = warningsBefore(scenario, drivers).map(maskOf(scenario));
  const result = {
    ...measured,
    warnings: [...new Set([...known, ...measured.warnings])],
    origin: {
      ...measured.origin,
      command: repeatedCommand(given.args, scenario),
    },
  };
  // First of all, whatever becomes of the outputs.
  const unwritten = await writeReports(result, directory, compared).then(
    () => undefined,
    (error) => `Cannot write the reports to ${directory}: ${reasonOf(error)}`,
  );
  const isReported = directory !== undefined && unwritten === undefined;
  page?.end(result, isReported ? `${directory}/report.html` : undefined);
  // One line, as `deno task compare` reads it.
  if (json) await print(JSON.stringify(result));
  else if (!quiet) {
    const report = resultToText(result, {
      columns: columnsOf("stdout"),
      colors: Deno.stdout.isTerminal(),
      ...compared,
    });
    await print(`\n${report.trimEnd()}\n`);
  }
  if (quiet) await note(verdictLine(result));
  if (unwritten !== undefined) {
    await note(unwritten);
    return PROGRAM_FAILED;
  }
  if (!quiet && directory !== undefined) await announceReports(directory);
  if (page !== undefined) {
    await awaitScrape(page.scrapes, endedAt, settings);
  }
  return result.abortedBy === null
    ? EXIT_CODES[result.verdict]
    : ENDED_BY_CRITERION;
}

/** Prints what is known before the run. */
async function announce(
  scenario: Scenario,
  drivers: DriverMap,
  page: LivePage | undefined,
): Promise<void> {
  const warnings = warningsBefore(scenario, drivers);
  const lines = [
    `${scenario.name}: ${sizeText(scenario)}`,
    ...warnings.map((message) => `Warning: ${message}`),
  ].map(printable);
  if (page !== undefined) lines.push(`Live charts: ${page.address}`);
  await note(lines.join("\n"));
}

/** Returns what is known to be odd before a run. */
function warningsBefore(scenario: Scenario, drivers: DriverMap): string[] {
  return validateScenario(scenario, drivers).warnings
    .map(({ message }) => message);
}

interface ShownRun {
  readonly scenario: Scenario;
  readonly drivers: DriverMap;
  readonly driversModule: URL | string | undefined;
  readonly workers: number;
  readonly system: ActorSystem;
  readonly page: LivePage | undefined;
  readonly collector: MetricsCollector | undefined;
  readonly quiet: boolean;
  readonly directory: string | undefined;
  readonly health: HealthLimits;
}

/** Runs the scenario and shows its progress, until Ctrl-C at the latest. */
async function runShown(
  shown: ShownRun,
): Promise<LoadResult> {
  const { scenario, drivers, system, page, collector, quiet } = shown;
  const { directory, health } = shown;
  using display = quiet ? undefined : new ProgressDisplay();
  using interrupts = new Interrupts({
    end: () => display?.end("Ending early; press Ctrl-C again to end at once."),
    endAtOnce() {
      display?.[Symbol.dispose]();
      if (directory !== undefined) removeEmpty(directory);
      Deno.exit(ENDED_AT_ONCE);
    },
  });
  const manager = new LoadTestManager({
    drivers,
    health,
    ...collector && { collector },
  });
  return await manager.run(scenario, {
    ...runOptions(shown.workers, shown.driversModule),
    system,
    signal: interrupts.signal,
    onProgress(progress) {
      display?.update(progress);
      page?.update(scenario, progress);
    },
  });
}

async function writeReports(
  result: LoadResult,
  directory: string | undefined,
  compared: { readonly against?: LoadResult },
): Promise<void> {
  if (directory === undefined) return;
  const failures: unknown[] = [];
  for (const [name, text] of reportFiles(result, compared)) {
    const path = `${directory}/${name}`;
    try {
      await Deno.writeTextFile(path, text, { createNew: true });
    } catch (error) {
      failures.push(error);
      // A part of a report is none, and others may still have room.
      if (error instanceof Deno.errors.AlreadyExists) continue;
      await Deno.remove(path).catch(() => {});
    }
  }
  if (failures.length > 0) throw failures[0];
}

function announceReports(directory: string): Promise<void> {
  return note(
    `Reports: ${directory}/report.html\n  and report.txt, summary.md, junit.xml, result.json, operations.csv and\n  timeline.csv beside it`,
  );
}

function verdictLine(result: LoadResult): string {
  const { verdict, reasons } = result;
  const [reason = meaningOf(result)] = reasons;
  return printable(`${verdict}: ${reason}`);
}
