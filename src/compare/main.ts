/**
 * The command line of comparisons: `deno task compare`. {@linkcode HELP} has
 * its usage.
 *
 * @module
 */
import { type CompareArguments, HELP, parseArguments } from "./arguments.ts";
import { compare, type ComparisonReport } from "./compare.ts";
import { CompareError, RunFailedError } from "./errors.ts";
import { comparisonToText } from "./comparison_text.ts";
import { checkOutRevision } from "./revision.ts";
import type { CompareCommand } from "./run.ts";
import type { CompareProgress } from "./settings.ts";
import { EXIT_CODES } from "./verdict.ts";

async function main(
  args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  let wanted: CompareArguments | undefined;
  try {
    wanted = parseArguments(args);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) {
      throw error;
    }
    console.error(`${error.message}\nSee deno task compare --help`);
    return 2;
  }
  if (wanted === undefined) {
    console.log(HELP);
    return 0;
  }
  try {
    const report = await compareSubject(wanted, signal);
    console.log(
      wanted.json ? JSON.stringify(report) : comparisonToText(report),
    );
    return EXIT_CODES[report.verdict];
  } catch (error) {
    if (signal.aborted) return 130;
    // Never 1, the exit code of an uncaught error: it means regressed.
    console.error(error instanceof CompareError ? error.message : error);
    return 5;
  }
}

async function compareSubject(
  { subject, options }: CompareArguments,
  signal: AbortSignal,
): Promise<ComparisonReport> {
  await using trees = new AsyncDisposableStack();
  let lacking: readonly string[] = [];
  const command = async (
    revision: string | undefined,
    program: CompareCommand["command"],
  ): Promise<CompareCommand> => {
    if (revision === undefined) {
      return { label: "the working tree", command: program };
    }
    signal.throwIfAborted();
    const { directory, ignored } = trees.use(await checkOutRevision(revision));
    lacking = ignored;
    return { label: revision, command: program, directory };
  };
  const sides = subject.type === "commands"
    ? { a: shell(subject.a), b: shell(subject.b) }
    : {
      a: await command(subject.a, subject.command),
      b: await command(subject.b, subject.command),
    };
  const onProgress = showProgress;
  try {
    return await compare({ ...options, ...sides, signal, onProgress });
  } catch (error) {
    if (!(error instanceof RunFailedError) || lacking.length === 0) throw error;
    throw new RunFailedError(
      `${error.message}\nA revision lacks what git ignores: ${
        listOf(lacking)
      }. Let the command make what it needs of these`,
      { cause: error },
    );
  }
}

/** The first few of many paths. */
function listOf(paths: readonly string[]): string {
  const most = 8;
  const more = paths.length - most;
  const shown = paths.slice(0, most).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function shell(line: string): CompareCommand {
  const label = line.length > 50 ? `${line.slice(0, 49)}…` : line;
  return Deno.build.os === "windows"
    ? { label, command: ["cmd", "/c", line] }
    : { label, command: ["sh", "-c", line] };
}

/** What the phases are called on the terminal. */
const PHASES: Readonly<Record<CompareProgress["phase"], string>> = {
  warm_up: "warm-up",
  noise: "A/A",
  comparison: "A/B",
};

/**
 * One line that overwrites itself on a terminal; elsewhere one for each phase.
 */
function showProgress({ phase, done, total }: CompareProgress): void {
  if (Deno.stderr.isTerminal()) {
    const text = `\r${PHASES[phase]}: run ${done + 1} of ${total}\x1b[K`;
    Deno.stderr.writeSync(new TextEncoder().encode(text));
    if (done + 1 === total) console.error();
  } else if (done === 0) console.error(`${PHASES[phase]}: ${total} runs`);
}

if (import.meta.main) {
  const interrupt = new AbortController();
  const onSignal = () => interrupt.abort();
  Deno.addSignalListener("SIGINT", onSignal);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", onSignal);
  Deno.exit(await main(Deno.args, interrupt.signal));
}
