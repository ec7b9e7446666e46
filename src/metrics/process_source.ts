/**
 * What this process uses, as the runtime and the kernel report it.
 *
 * @module
 */
import process from "node:process";
import { getHeapSpaceStatistics } from "node:v8";
import type { Clock } from "../actor/mod.ts";
import { GcCounter } from "./gc_counter.ts";
import { ifPermitted, readKernelFile } from "./permitted.ts";
import type { HeapSpace, ProcessMetrics } from "./snapshot.ts";

/** Measures this process repeatedly. */
export class ProcessSource implements Disposable {
  #gc: GcCounter | undefined;
  #before: { readonly nowMs: number; readonly cpuMs: number } | undefined;

  /** Starts to count garbage collections. */
  start(clock: Clock): void {
    this.#gc ??= new GcCounter(clock);
  }

  /** Returns what the process uses, at a time of a clock that never goes back. */
  read(nowMs: number): ProcessMetrics {
    const { user, system } = process.cpuUsage();
    const memory = Deno.memoryUsage();
    return {
      cpuUserMs: user / 1000,
      cpuSystemMs: system / 1000,
      cpuCores: this.#cores(nowMs, (user + system) / 1000),
      rssBytes: memory.rss,
      heapUsedBytes: memory.heapUsed,
      heapTotalBytes: memory.heapTotal,
      externalBytes: memory.external,
      heapSpaces: heapSpaces(),
      gc: this.#gc?.read() ?? null,
      openFiles: openFiles(),
      ...parseDiskBytes(readKernelFile("/proc/self/io")),
    };
  }

  #cores(nowMs: number, cpuMs: number): number | null {
    const before = this.#before;
    // Two reads at the same moment have no time between them.
    if (before !== undefined && nowMs <= before.nowMs) return null;
    this.#before = { nowMs, cpuMs };
    if (before === undefined) return null;
    return (cpuMs - before.cpuMs) / (nowMs - before.nowMs);
  }

  /** Stops counting garbage collections. */
  [Symbol.dispose](): void {
    this.#gc?.[Symbol.dispose]();
    this.#gc = undefined;
  }
}

function heapSpaces(): HeapSpace[] {
  return getHeapSpaceStatistics().map((space) => ({
    name: space.space_name,
    usedBytes: space.space_used_size,
    sizeBytes: space.space_size,
  }));
}

const OWN_FILES = "/proc/self/fd";

function openFiles(): number | null {
  return ifPermitted({ name: "read", path: OWN_FILES }, () => {
    // Since Linux 6.2 this is their number; before, it is 0.
    const { size } = Deno.statSync(OWN_FILES);
    // Without the one that reads the directory.
    return size || [...Deno.readDirSync(OWN_FILES)].length - 1;
  });
}

/** Returns the two numbers in the text of `/proc/self/io`. */
export function parseDiskBytes(
  text: string | null,
): Pick<ProcessMetrics, "diskReadBytes" | "diskWrittenBytes"> {
  const after = (name: string): number | null => {
    const match = text?.match(new RegExp(`^${name}: (\\d+)$`, "m"));
    return match?.[1] === undefined ? null : Number(match[1]);
  };
  return {
    diskReadBytes: after("read_bytes"),
    diskWrittenBytes: after("write_bytes"),
  };
}
