/**
 * The load of the machine, as the runtime and the kernel report it.
 *
 * @module
 */
import { NetworkSource } from "./network_bytes.ts";
import { ifPermitted } from "./permitted.ts";
import type { HostMetrics } from "./snapshot.ts";

/** Measures the machine repeatedly. */
export class HostSource {
  readonly #network = new NetworkSource();

  /** Returns the load of the machine now. */
  read(): HostMetrics {
    const memory = ifPermitted(
      { name: "sys", kind: "systemMemoryInfo" },
      () => Deno.systemMemoryInfo(),
    );
    return {
      cores: navigator.hardwareConcurrency,
      load: readLoad(),
      memoryTotalBytes: memory?.total ?? null,
      memoryAvailableBytes: memory?.available ?? null,
      ...this.#network.read(),
    };
  }
}

function readLoad(): HostMetrics["load"] {
  // Windows has none, and Deno returns 0 there.
  if (Deno.build.os === "windows") return null;
  return ifPermitted({ name: "sys", kind: "loadavg" }, () => {
    const [one = NaN, five = NaN, fifteen = NaN] = Deno.loadavg();
    return [one, five, fifteen];
  });
}
