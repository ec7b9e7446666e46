/**
 * The command line of the fuzzer, `deno task fuzz`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { megabytes } from "../support/memory.ts";
import { Fuzz, type Target, TARGETS } from "./fuzz.ts";

const HELP = `\
Says spoilt sessions to the reader of frames, to a listener and to a dialler.

  deno task fuzz [--seconds N] [--seed N] [--target NAME] [--help]

  --seconds N    how long (60)
  --seed N       number of the first case (1)
  --target NAME  one case and no more, of "reader", "listener" or "dialler"

A case that goes wrong says what repeats it, and the bytes that were said.
Exit code: 0, 1 if anything is wrong, 2 for bad usage.`;

const BATCH = { reader: 1000, listener: 300, dialler: 200 };

async function run(seconds: number, seed: number): Promise<void> {
  await using fuzz = await Fuzz.begin();
  const end = performance.now() + seconds * 1000;
  for (let first = seed; performance.now() < end; first += BATCH.reader) {
    await fuzz.batch(first, BATCH);
    console.error(
      `fuzz: ${fuzz.cases} cases, ${
        megabytes(fuzz.inUseBytes)
      } in use, next --seed ${first + BATCH.reader}`,
    );
  }
}

interface Settings {
  readonly seconds: number;
  readonly seed: number;
  readonly target: Target | undefined;
}

function parse(args: string[]): Settings | undefined {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: "string", default: "60" },
      seed: { type: "string", default: "1" },
      target: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
  if (!(seconds > 0) || !Number.isInteger(seed)) {
    throw new RangeError(
      `Cannot run: --seconds is "${values.seconds}" and --seed "${values.seed}"`,
    );
  }
  const target = TARGETS.find((name) => name === values.target);
  if (target !== values.target) {
    throw new RangeError(
      `Cannot run: --target is "${values.target}", none of ${TARGETS}`,
    );
  }
  return { seconds, seed, target };
}

if (import.meta.main) {
  let settings: Settings | undefined;
  try {
    settings = parse(Deno.args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error("See deno task fuzz --help");
    Deno.exit(2);
  }
  if (settings === undefined) console.log(HELP);
  else if (settings.target === undefined) {
    await run(settings.seconds, settings.seed);
  } else {
    await using fuzz = await Fuzz.begin();
    await fuzz.case(settings.target, settings.seed);
  }
}
