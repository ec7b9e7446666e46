/**
 * The fingerprint of a measurement: what must be equal for numbers to be
 * comparable.
 *
 * @module
 */
import os from "node:os";
import type { JsonValue } from "../codec/mod.ts";

/** The host, the runtime and the configuration of a measurement. */
export interface Fingerprint {
  /** Name of the host machine. */
  readonly hostname: string;
  /** Model of the machine's processor. */
  readonly cpu: string;
  /** Number of the machine's logical cores. */
  readonly cores: number;
  /** Total memory of the machine in bytes. */
  readonly memoryBytes: number;
  /** Operating system and architecture, such as `linux x86_64`. */
  readonly system: string;
  /** Release of the operating system's kernel. */
  readonly kernel: string;
  /** Version of Deno that ran the measurement. */
  readonly deno: string;
  /** Version of V8 that ran the measurement. */
  readonly v8: string;
  /** SHA-256 of the measured commands and metrics, in hexadecimal. */
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
 * Returns the fingerprint of this host and runtime, with a configuration. Needs
 * `--allow-sys`.
 *
 * @param configuration What is measured and how; the order of keys counts.
 */
export async function fingerprint(
  configuration: JsonValue,
): Promise<Fingerprint> {
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

/** Returns the differences, such as `cores is 2 there and 4 here`. */
export function differences(there: Fingerprint, here: Fingerprint): string[] {
  const names = FIELDS.filter((name) => there[name] !== here[name]);
  return names.map((name) =>
    `${name} is ${there[name]} there and ${here[name]} here`
  );
}
