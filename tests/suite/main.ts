/**
 * Runs the tests. Those of a folder share one process, and folders run side by
 * side: a file that Deno loads by itself takes a third of a second of a core
 * before its first test, and there are hundreds of them.
 *
 * ```sh
 * deno task test                         # all, in their quick size
 * deno task test tests/actor/            # those of a folder
 * deno task test FILE --filter "name"    # with options of `deno test`
 * deno task test:slow                    # the slow size of all that have one
 * ```
 *
 * @module
 */
import { type Outcome, outcomeToText, readOutcome, sumOf } from "./outcome.ts";
import {
  findTests,
  moduleOf,
  type Part,
  partsOf,
  ROOT,
  slowPartsOf,
} from "./parts.ts";
import { Processes } from "./processes.ts";
import { readRequest, type Request } from "./request.ts";

/** Runs all that is asked for. */
class Suite {
  readonly #request: Request;
  readonly #processes: Processes;
  readonly #directory: string;

  constructor(request: Request, processes: Processes, directory: string) {
    this.#request = request;
    this.#processes = processes;
    this.#directory = directory;
  }

  async run(): Promise<Outcome> {
    const { task, paths, options } = this.#request;
    const found = await Promise.all(
      (paths.length === 0 ? ["tests"] : paths).map(findTests),
    );
    const files = [...new Set(found.flat())];
    const isSlow = task === "test:slow";
    const { together, timed } = isSlow
      ? await slowPartsOf(files)
      : { together: partsOf(files), timed: [] };
    // More than cores: now and then each waits for a process or a timer. The
    // slow ones seldom do, or have processes of their own.
    const atOnce = navigator.hardwareConcurrency + (isSlow ? 1 : 2);
    // What runs beside others is shown when it has ended.
    const isLive = together.length + timed.length === 1;
    const checks = options.includes("--no-check")
      ? []
      : [() => this.#check(paths.length === 0 ? ["."] : files)];
    const tests = (parts: readonly Part[]) =>
      parts.map((part) => () => this.#test(part, isLive));
    return sumOf([
      ...await this.#run([...checks, ...tests(together)], atOnce),
      ...await this.#run(tests(timed), 1),
    ]);
  }

  /** Runs so many jobs at a time. */
  async #run(
    all: readonly (() => Promise<Outcome>)[],
    atOnce: number,
  ): Promise<Outcome[]> {
    const jobs = all.values();
    const outcomes: Outcome[] = [];
    const work = async () => {
      for (const job of jobs) {
        const outcome = await job();
        // What is interrupted has no outcome.
        if (this.#processes.signal !== undefined) return;
        outcomes.push(outcome);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    return outcomes;
  }

  /** Checks types once, not in each process. */
  async #check(paths: readonly string[]): Promise<Outcome> {
    const { success } = await this.#processes.run(["check", ...paths], false);
    const counts = { passed: 0, failed: success ? 0 : 1, ignored: 0 };
    const command = `deno check ${paths.join(" ")}`;
    const failures = success ? [] : [{ what: "The types are wrong", command }];
    return { ...counts, failures };
  }

  async #test(part: Part, isLive: boolean): Promise<Outcome> {
    const { options, forTests, task } = this.#request;
    const module = await moduleOf(part, this.#directory);
    const { text, success } = await this.#processes.run([
      "test",
      "--allow-all",
      "--no-check",
      `--config=${new URL("deno.json", ROOT).pathname}`,
      ...options,
      module,
      "--",
      ...forTests,
    ], isLive);
    return readOutcome(part.path, text, success, task);
  }
}

if (import.meta.main) {
  const start = performance.now();
  const processes = new Processes();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => processes.interrupt(signal));
  }
  const directory = await Deno.makeTempDir({ prefix: "troupe-tests-" });
  try {
    const suite = new Suite(readRequest(Deno.args), processes, directory);
    const outcome = await suite.run();
    const seconds = (performance.now() - start) / 1000;
    const text = outcomeToText(outcome, seconds);
    const { signal } = processes;
    if (signal === undefined) console.log(`\n${text}`);
    else console.error(`\nInterrupted by ${signal}`);
    Deno.exitCode = outcome.failed === 0 && signal === undefined ? 0 : 1;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.error(`Cannot find the tests: ${error.message}`);
    Deno.exitCode = 1;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
  Deno.exit();
}
