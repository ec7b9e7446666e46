/**
 * The command line of the soak test, `deno task soak`: a storm of cuts over a
 * million messages each way, with nothing lost and memory flat.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { quantile } from "../../bench/ratios/statistics.ts";
import {
  megabytes,
  type Memory,
  openDescriptors,
  settledMemory,
} from "../support/memory.ts";
import { storm, type StormReport } from "../support/storm.ts";

/**
 * What may be in use at the end beyond what was after the first quarter: the
 * spare segments of the process, 8.4 MB, and the reading buffers that happen
 * to be large. It is 6 bytes a message.
 */
const MAX_GROWTH_BYTES = 12_000_000;

const HELP = `\
Cuts the socket of 20 logical connections again and again, while numbered
messages go both ways, and checks that each arrives once, whole and in order.

  deno task soak [--cuts N] [--messages N] [--bytes N] [--seed N] [--help]

  --cuts N      cuts at random places of the stream of bytes (1000)
  --messages N  messages each way, over all connections together (1000000)
  --bytes N     the longest message; most are much shorter (100000)
  --seed N      where the random numbers begin (1)

Ctrl-C stops the talk, and the table says what has come of it.
Memory is flat if what is in use after a collection (heap and buffers) is at
the end at most ${
  megabytes(MAX_GROWTH_BYTES)
} over that after the first quarter.

Exit code: 0; 1 if a message is lost, doubled, out of order or spoiled, the
session is lost, too few cuts were made, memory is not flat, or descriptors are
left; 2 for bad usage; 130 after Ctrl-C.`;

const CONNECTIONS = 20;
/** Without a message for so long, it hangs. */
const STALL_MS = 60_000;

interface Settings {
  readonly cuts: number;
  readonly messages: number;
  readonly bytes: number;
  readonly seed: number;
}

function parse(args: string[]): Settings | undefined {
  const { values } = parseArgs({
    args,
    options: {
      cuts: { type: "string", default: "1000" },
      messages: { type: "string", default: "1000000" },
      bytes: { type: "string", default: "100000" },
      seed: { type: "string", default: "1" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const number = (name: "cuts" | "messages" | "bytes" | "seed", least = 0) => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value >= least) return value;
    throw new RangeError(
      `Cannot run: --${name} is "${
        values[name]
      }", not a whole number from ${least}`,
    );
  };
  return {
    cuts: number("cuts"),
    messages: number("messages", CONNECTIONS),
    bytes: number("bytes", 8),
    seed: number("seed"),
  };
}

/** A line that the next one overwrites; nothing where nobody looks. */
function progress(text: string): void {
  if (!Deno.stderr.isTerminal()) return;
  Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[2K${text}`));
}

async function run(settings: Settings): Promise<number> {
  const { cuts, messages, bytes, seed } = settings;
  const interrupted = new AbortController();
  const onInterrupt = () => interrupted.abort();
  Deno.addSignalListener("SIGINT", onInterrupt);
  const memory: [string, Memory][] = [];
  const sample = async (when: string) =>
    void memory.push([when, await settledMemory()]);
  const descriptorsBefore = openDescriptors();
  await sample("start");

  let last = performance.now();
  let latest: StormReport | undefined;
  const watchdog = setInterval(() => {
    if (performance.now() - last < STALL_MS) return;
    console.error(`\nsoak: nothing has come for ${STALL_MS} ms`, latest);
    Deno.exit(1);
  }, 1000);
  const start = performance.now();
  const each = Math.ceil(messages / CONNECTIONS);
  const report = await storm({
    connections: CONNECTIONS,
    messages: each,
    maxBytes: bytes,
    cuts,
    seed,
    signal: interrupted.signal,
    onProgress(now) {
      last = performance.now();
      latest = now;
      const total = 2 * each * CONNECTIONS;
      progress(
        `soak: ${now.received} of ${total} messages, ${now.cuts} of ${cuts} cuts, ${now.errors.length} errors`,
      );
    },
    onQuarter: (quarter) => sample(`${quarter} / 4`),
  });
  const seconds = (performance.now() - start) / 1000;
  clearInterval(watchdog);
  Deno.removeSignalListener("SIGINT", onInterrupt);
  progress("");
  await sample("closed");
  const descriptors = [descriptorsBefore, openDescriptors()] as const;

  const isCutShort = interrupted.signal.aborted;
  const errors = [...report.errors];
  if (!isCutShort && report.cuts < cuts) {
    errors.push(`only ${report.cuts} of ${cuts} cuts were made`);
  }
  const growth = growthBytes(memory);
  if (growth > MAX_GROWTH_BYTES) {
    errors.push(`memory in use has grown by ${megabytes(growth)}`);
  }
  if (descriptors[1] > descriptors[0]) errors.push("descriptors are left open");
  print(settings, report, seconds, memory, descriptors);
  for (const error of errors) console.log(`FAILED: ${error}`);
  if (errors.length > 0) return 1;
  console.log(isCutShort ? "Interrupted; nothing is wrong so far" : "Passed");
  return isCutShort ? 130 : 0;
}

/** From the first quarter to the last. */
function growthBytes(memory: readonly [string, Memory][]): number {
  const inUse = (name: string) => {
    const found = memory.find(([when]) => when === name)?.[1];
    return found && found.heap + found.external;
  };
  const [first, last] = [inUse("1 / 4"), inUse("4 / 4")];
  return first === undefined || last === undefined ? 0 : last - first;
}

function print(
  settings: Settings,
  report: StormReport,
  seconds: number,
  memory: readonly [string, Memory][],
  descriptors: readonly [number, number],
): void {
  const { faults, resumeMs } = report;
  const ms = (fraction: number) =>
    resumeMs.length === 0 ? "-" : quantile(resumeMs, fraction).toFixed(1);
  const rows: [string, string | number][] = [
    ["seed", settings.seed],
    ["seconds", seconds.toFixed(1)],
    ["connections", CONNECTIONS],
    ["messages sent", report.sent],
    ["messages received", report.received],
    ["lost", faults.lost],
    ["doubled", faults.doubled],
    ["out of order", faults.outOfOrder],
    ["spoiled", faults.spoiled],
    ["cuts", report.cuts],
    ["sockets", report.sockets],
    ["resumes", report.resumes],
    ["ms to resume, median", ms(0.5)],
    ["ms to resume, p99", ms(0.99)],
    ["ms to resume, max", ms(1)],
    ["descriptors, start", descriptors[0]],
    ["descriptors, closed", descriptors[1]],
  ];
  for (const [name, value] of rows) console.log(`${name.padEnd(22)} ${value}`);
  console.log("\nmemory after a collection     RSS       heap    buffers");
  for (const [when, { rss, heap, external }] of memory) {
    const columns = [rss, heap, external].map((bytes) =>
      megabytes(bytes).padStart(11)
    );
    console.log(when.padEnd(22) + columns.join(""));
  }
}

if (import.meta.main) {
  let settings: Settings | undefined;
  try {
    settings = parse(Deno.args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error("See deno task soak --help");
    Deno.exit(2);
  }
  if (settings === undefined) console.log(HELP);
  else Deno.exit(await run(settings));
}
