/**
 * Where and how numbers were measured: what must be equal for them to be
 * compared.
 *
 * @module
 */
import os from "node:os";
import type { Json } from "../codec/mod.ts";

/** The host, the runtime and the configuration of a measurement. */
export interface Fingerprint {
  /** The host's name. */
  readonly hostname: string;
  /** The model of its processor. */
  readonly cpu: string;
  /** How many cores it has. */
  readonly cores: number;
  /** All of its memory. */
  readonly memoryBytes: number;
  /** The operating system with its architecture, such as `linux x86_64`. */
  readonly system: string;
  /** The release of its kernel. */
  readonly kernel: string;
  /** Version of Deno. */
  readonly deno: string;
  /** Version of V8. */
  readonly v8: string;
  /** SHA-256 of what was measured and how, in hexadecimal. */
  readonly configuration: string;
}

const FIELDS = [
  "hostname",
  "cpu",
  "cores",
  "memoryBytes",
  "system",
  "kernel",
  "deno",
  "v8",
  "configuration",
] as const;

/**
 * The fingerprint of this host and runtime, with a configuration. Needs
 * `--allow-sys`.
 *
 * @example
 * ```ts
 * import { differences, fingerprint } from "@troupe/troupe/compare";
 *
 * const before = await fingerprint({ users: 10 });
 * const now = await fingerprint({ users: 20 });
 * console.log(differences(before, now).length); // 1: the configuration
 * ```
 *
 * @param configuration What was measured and how; the order of keys counts.
 */
export async function fingerprint(configuration: Json): Promise<Fingerprint> {
  const text = new TextEncoder().encode(JSON.stringify(configuration));
  const hash = await crypto.subtle.digest("SHA-256", text);
  const cpus = os.cpus();
  return {
    hostname: Deno.hostname(),
    cpu: cpus[0]?.model ?? "unknown",
    cores: cpus.length,
    memoryBytes: Deno.systemMemoryInfo().total,
    system: `${Deno.build.os} ${Deno.build.arch}`,
    kernel: Deno.osRelease(),
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    configuration: new Uint8Array(hash).toHex(),
  };
}

/** What differs, in words such as `cores is 2 there and 4 here`; nothing if all is equal. */
export function differences(there: Fingerprint, here: Fingerprint): string[] {
  const names = FIELDS.filter((name) => there[name] !== here[name]);
  return names.map((name) =>
    `${name} is ${there[name]} there and ${here[name]} here`
  );
}
