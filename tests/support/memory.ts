/**
 * What this process holds: memory that is in use, and descriptors.
 *
 * @module
 */
import { Session } from "node:inspector/promises";

/** Memory of this process, in bytes. */
export interface Memory {
  /** What the system counts; it goes down late, or not at all. */
  readonly rss: number;
  /** Objects in use on the JavaScript heap. */
  readonly heap: number;
  /** Buffers in use outside of it. */
  readonly external: number;
}

/** The memory in use after a full collection. */
export async function settledMemory(): Promise<Memory> {
  const session = new Session();
  session.connect();
  // The inspector does not keep the event loop waiting for its answer.
  const held = setInterval(() => {}, 1000);
  // Again: what the first lets go of can free more.
  for (let i = 0; i < 3; i++) await session.post("HeapProfiler.collectGarbage");
  clearInterval(held);
  session.disconnect();
  const { rss, heapUsed, external } = Deno.memoryUsage();
  return { rss, heap: heapUsed, external };
}

/** Descriptors that are open; 0 where the system does not say. */
export function openDescriptors(): number {
  try {
    // One of them is the directory itself.
    return [...Deno.readDirSync("/proc/self/fd")].length - 1;
  } catch {
    return 0;
  }
}

/** TCP sockets among them: the runtime opens others as it likes. */
export function openSockets(): number {
  try {
    const table = Deno.readTextFileSync("/proc/self/net/tcp");
    const inodes = new Set(
      table.split("\n").map((line) => line.trim().split(/\s+/)[9]),
    );
    return [...Deno.readDirSync("/proc/self/fd")].filter(({ name }) =>
      inodes.has(inodeOf(name))
    ).length;
  } catch {
    return 0;
  }
}

function inodeOf(descriptor: string): string {
  try {
    const target = Deno.readLinkSync(`/proc/self/fd/${descriptor}`);
    return target.match(/^socket:\[(\d+)\]$/)?.[1] ?? "none";
  } catch {
    // That of the directory itself, which is closed by now.
    return "none";
  }
}

/** Descriptors that this process may have; 1024 where nobody says. */
export function maxDescriptors(): number {
  try {
    const limits = Deno.readTextFileSync("/proc/self/limits");
    const soft = limits.match(/^Max open files\s+(\d+|unlimited)/m)?.[1];
    return soft === "unlimited" ? Infinity : Number(soft ?? 1024);
  } catch {
    return 1024;
  }
}

/** Bytes as people read them. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
