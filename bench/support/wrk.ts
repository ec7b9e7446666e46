/**
 * `wrk` as a load generator: its percentiles, its rate and the processor time
 * that it takes.
 *
 * @module
 */

import type { LoadFigures } from "./load_figures.ts";

/** The units that it writes times in, in microseconds. */
const MICROS: { readonly [unit: string]: number } = { us: 1, ms: 1e3, s: 1e6 };

/** Runs it on one thread, over connections that never pause. */
export async function runWrk(
  url: string,
  connections: number,
  seconds: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<LoadFigures> {
  // The shell says what its children took: user and system, on its last line.
  const { stdout, success } = await new Deno.Command("sh", {
    args: [
      "-c",
      '"$@" && times',
      "sh",
      "wrk",
      "-t1",
      `-c${connections}`,
      `-d${seconds}s`,
      "--latency",
      ...Object.entries(headers).map(([name, value]) => `-H${name}: ${value}`),
      url,
    ],
  }).output();
  const text = new TextDecoder().decode(stdout);
  if (!success || /Non-2xx|Socket errors/.test(text)) {
    throw new Error(`Cannot measure, wrk said: ${text}`);
  }
  const percentile = (percent: number): number => {
    const [, value, unit = ""] =
      new RegExp(`^ +${percent}% +([\\d.]+)(us|ms|s)$`, "m").exec(text) ?? [];
    return Number(value) * (MICROS[unit] ?? NaN);
  };
  const requests = Number(/(\d+) requests in/.exec(text)?.[1]);
  return {
    p50: percentile(50),
    p90: percentile(90),
    p99: percentile(99),
    perSecond: Number(/Requests\/sec:\s*([\d.]+)/.exec(text)?.[1]),
    perCpuSecond: requests / cpuSeconds(text.trim().split("\n").at(-1) ?? ""),
    rssPeakBytes: NaN,
  };
}

/** Adds up times such as `0m1.230s 0m0.456s`. */
function cpuSeconds(line: string): number {
  return [...line.matchAll(/(\d+)m([\d.]+)s/g)]
    .reduce(
      (sum, [, minutes, seconds]) =>
        sum + Number(minutes) * 60 + Number(seconds),
      0,
    );
}
