/**
 * The command line of the properties of supervisors, `deno task supervise`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { failureToText, runSeed } from "./seeds.ts";

const HELP = `\
Runs trees of supervisors by seeds: once beside a model of OTP's rules, and once
under everything at once, where laws must hold.

  deno task supervise [--seeds N] [--seed N] [--help]

  --seeds N  how many (20000)
  --seed N   the first one (1)

A seed that fails says what repeats it, and the operations that it needs.
Exit code: 0, 1 if a seed has failed, 2 for bad usage.`;

/** As many are enough to see what they have in common. */
const MAX_FAILURES = 5;

async function run(first: number, seeds: number): Promise<number> {
  const begin = performance.now();
  let failures = 0;
  for (let done = 0; done < seeds && failures < MAX_FAILURES;) {
    const failure = await runSeed(first + done++);
    if (failure !== undefined) {
      failures++;
      console.log(failureToText(failure));
    }
    if (done % 1000 === 0 || done === seeds) {
      const seconds = ((performance.now() - begin) / 1000).toFixed(0);
      console.error(
        `supervise: ${done} of ${seeds} seeds, ${failures} failed, ${seconds} s`,
      );
    }
  }
  return failures;
}

interface Settings {
  readonly first: number;
  readonly seeds: number;
}

function parse(args: string[]): Settings | undefined {
  const { values } = parseArgs({
    args,
    options: {
      seeds: { type: "string", default: "20000" },
      seed: { type: "string", default: "1" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const [seeds, first] = [Number(values.seeds), Number(values.seed)];
  if (!Number.isInteger(seeds) || seeds < 1 || !Number.isInteger(first)) {
    throw new RangeError(
      `Cannot run: --seeds is "${values.seeds}" and --seed "${values.seed}"`,
    );
  }
  return { first, seeds };
}

if (import.meta.main) {
  let settings: Settings | undefined;
  try {
    settings = parse(Deno.args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error(HELP);
    Deno.exit(2);
  }
  if (settings === undefined) console.log(HELP);
  else if (await run(settings.first, settings.seeds) > 0) Deno.exit(1);
}
