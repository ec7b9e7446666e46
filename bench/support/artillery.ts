/**
 * `artillery` as a load generator, on Node. It is no dependency of this package:
 * with all that it needs it is 600 MB. It is installed once, into the cache of
 * whoever measures.
 *
 * @module
 */

import { Skipped } from "../ratios/harness.ts";
import { type LoadFigures, rssPeakBytes } from "./load_figures.ts";

const VERSION = "2.0.21";
const SCRIPT = "node_modules/artillery/bin/run";

/** What its users do. */
export interface ArtilleryUsers {
  readonly users: number;
  /** Requests of each user, over a connection of its own that is kept. */
  readonly requests: number;
  /** Seconds between two requests of a user. */
  readonly thinkSeconds: number;
}

/** What it writes about a run, as far as that is read here. */
interface Report {
  readonly aggregate: {
    readonly counters: { readonly [name: string]: number };
    readonly summaries: {
      readonly [name: string]: {
        readonly p50: number;
        readonly p90: number;
        readonly p99: number;
      };
    };
    readonly firstCounterAt: number;
    readonly lastCounterAt: number;
  };
}

/** Returns where it is installed. */
function folder(): string {
  const cache = Deno.env.get("XDG_CACHE_HOME") ??
    `${Deno.env.get("HOME") ?? "."}/.cache`;
  return `${cache}/troupe-bench/artillery-${VERSION}`;
}

/**
 * Installs it, unless it is there.
 *
 * @throws {Skipped} If that is not possible, with the reason.
 */
export async function installArtillery(): Promise<void> {
  try {
    await Deno.stat(`${folder()}/${SCRIPT}`);
    return;
  } catch {
    // It is not there yet.
  }
  console.error("Installing artillery, which takes minutes");
  try {
    await Deno.mkdir(folder(), { recursive: true });
    const { success, stderr } = await new Deno.Command("npm", {
      args: [
        "install",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--omit=optional",
        `artillery@${VERSION}`,
      ],
      cwd: folder(),
    }).output();
    if (success) return;
    throw new Error(new TextDecoder().decode(stderr).trim().split("\n")[0]);
  } catch (cause) {
    throw new Skipped(`artillery ${VERSION} cannot be installed: ${cause}`);
  }
}

/** Runs it once; the users start within a second. */
export async function runArtillery(
  url: string,
  { users, requests, thinkSeconds }: ArtilleryUsers,
): Promise<LoadFigures> {
  const directory = await Deno.makeTempDir();
  try {
    const steps = [
      { get: { url: "/" } },
      ...thinkSeconds === 0 ? [] : [{ think: thinkSeconds }],
    ];
    const script = {
      config: {
        target: url.replace(/\/$/, ""),
        http: { timeout: 60 },
        phases: [{ duration: 1, arrivalCount: users }],
      },
      scenarios: [{ flow: [{ loop: steps, count: requests }] }],
    };
    const path = `${directory}/script.json`;
    const output = `${directory}/output.json`;
    await Deno.writeTextFile(path, JSON.stringify(script));
    const child = new Deno.Command("node", {
      args: [
        `${folder()}/${SCRIPT}`,
        "run",
        "--quiet",
        "--output",
        output,
        path,
      ],
      env: { ARTILLERY_DISABLE_TELEMETRY: "true" },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const rssPeak = await peakUntilEnd(child);
    const { aggregate }: Report = JSON.parse(await Deno.readTextFile(output));
    const ok = aggregate.counters["http.codes.200"];
    if (ok !== users * requests) {
      throw new Error(`Cannot measure: artillery made ${ok} requests`);
    }
    const { p50 = NaN, p90 = NaN, p99 = NaN } =
      aggregate.summaries["http.response_time"] ?? {};
    const seconds = (aggregate.lastCounterAt - aggregate.firstCounterAt) / 1000;
    return {
      p50: p50 * 1000,
      p90: p90 * 1000,
      p99: p99 * 1000,
      perSecond: ok / seconds,
      perCpuSecond: NaN,
      rssPeakBytes: rssPeak,
    };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Its users are on threads of the one process. */
async function peakUntilEnd(child: Deno.ChildProcess): Promise<number> {
  let peak = 0;
  const timer = setInterval(() => {
    try {
      peak = Math.max(peak, rssPeakBytes(child.pid));
    } catch {
      // It has ended just now.
    }
  }, 50);
  try {
    const { success } = await child.status;
    if (!success) throw new Error("Cannot measure: artillery has failed");
    return peak;
  } finally {
    clearInterval(timer);
  }
}
