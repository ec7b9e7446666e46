/**
 * Where and with what a run takes place.
 *
 * @module
 */
import os from "node:os";
import type { RunOrigin } from "../result_details.ts";
import type { Mask } from "../scenario/environment.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { argumentWithoutSecrets } from "../scenario/secrets.ts";
import { commandText } from "./command_text.ts";

/** The version of this package. */
export const VERSION = "0.1.0";

/** Returns what is known without asking for a permission. */
export function originOf(
  { seed = 1, target }: Scenario,
  threads: number,
  mask: Mask,
): RunOrigin {
  return {
    command: null,
    seed,
    target: target === undefined ? null : commandText(
      [target.command, ...target.args ?? []].map(argumentWithoutSecrets).map(
        mask,
      ),
    ),
    threads,
    troupe: VERSION,
    deno: Deno.version.deno,
    system: `${Deno.build.os} ${Deno.build.arch}`,
    kernel: permitted("osRelease", () => Deno.osRelease()),
    cpu: permitted("cpus", () => os.cpus()[0]?.model.trim() || null),
    cores: navigator.hardwareConcurrency,
    memoryBytes: permitted(
      "systemMemoryInfo",
      () => Deno.systemMemoryInfo().total,
    ),
  };
}

function permitted<T>(
  kind: "osRelease" | "cpus" | "systemMemoryInfo",
  read: () => T,
): T | null {
  const { state } = Deno.permissions.querySync({ name: "sys", kind });
  if (state !== "granted") return null;
  try {
    return read();
  } catch {
    // Not every platform has it.
    return null;
  }
}
