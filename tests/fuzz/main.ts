/**
 * The command line of the fuzzer, `deno task fuzz`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { megabytes } from "../support/memory.ts";
import { Fuzz, type Target } from "./fuzz.ts";

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

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "60" },
      seed: { type: "string", default: "1" },
      target: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
  const targets: readonly string[] = ["reader", "listener", "dialler"];
  if (values.help) console.log(HELP);
  else if (
    !(seconds > 0 && Number.isInteger(seed)) ||
    !(values.target === undefined || targets.includes(values.target))
  ) {
    console.error(`Cannot run: a number or a target is wrong\n\n${HELP}`);
    Deno.exit(2);
  } else if (values.target === undefined) await run(seconds, seed);
  else {
    await using fuzz = await Fuzz.begin();
    await fuzz.case(values.target as Target, seed);
  }
}
