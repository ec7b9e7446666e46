/**
 * How many passwords a machine can hash at once.
 *
 * @module
 */
import { availableParallelism, totalmem } from "node:os";
import process from "node:process";

/** The part of the memory that hashes may take. */
const MEMORY_SHARE = 8;

/**
 * Returns how many hashes a machine makes at once: one for each core but one,
 * which serves meanwhile, and no more than fit an eighth of the memory.
 */
export function hashesAtOnce(
  cores: number,
  memoryBytes: number,
  memoryKiB: number,
): number {
  const fit = Math.floor(memoryBytes / MEMORY_SHARE / (memoryKiB * 1024));
  return Math.max(1, Math.min(cores - 1, fit, 64));
}

/** Returns how many hashes of a size this machine makes at once. */
export function defaultHashesAtOnce(memoryKiB: number): number {
  return hashesAtOnce(availableParallelism(), memoryBytes(), memoryKiB);
}

/** The memory of the machine, or of the container; it never prompts. */
function memoryBytes(): number {
  const name = "systemMemoryInfo";
  if (
    Deno.permissions.querySync({ name: "sys", kind: name }).state !== "granted"
  ) return Infinity;
  const constrained = process.constrainedMemory?.() ?? 0;
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
