/**
 * The load of the machine, as the runtime and the kernel report it.
 *
 * @module
 */
import { ifPermitted, readKernelFile } from "./permitted.ts";
import type { HostMetrics } from "./snapshot.ts";

/** Returns the load of the machine now. */
export function readHost(): HostMetrics {
  const memory = ifPermitted(
    { name: "sys", kind: "systemMemoryInfo" },
    () => Deno.systemMemoryInfo(),
  );
  return {
    cores: navigator.hardwareConcurrency,
    load: readLoad(),
    memoryTotalBytes: memory?.total ?? null,
    memoryAvailableBytes: memory?.available ?? null,
    ...parseNetworkBytes(readKernelFile("/proc/net/dev")),
  };
}

function readLoad(): HostMetrics["load"] {
  // Windows has none, and Deno returns 0 there.
  if (Deno.build.os === "windows") return null;
  return ifPermitted({ name: "sys", kind: "loadavg" }, () => {
    const [one = NaN, five = NaN, fifteen = NaN] = Deno.loadavg();
    return [one, five, fifteen];
  });
}

/** The columns of bytes in `/proc/net/dev`, after the name. */
const RECEIVED = 0;
const SENT = 8;

/** Returns the sums in the text of `/proc/net/dev`, without the loopback. */
export function parseNetworkBytes(
  text: string | null,
): Pick<HostMetrics, "networkReceivedBytes" | "networkSentBytes"> {
  if (text === null) {
    return { networkReceivedBytes: null, networkSentBytes: null };
  }
  let received = 0;
  let sent = 0;
  for (const [, name, numbers = ""] of text.matchAll(/^ *(.+): *(\d.*)$/gm)) {
    if (name === "lo") continue;
    const columns = numbers.split(/ +/);
    received += Number(columns[RECEIVED]);
    sent += Number(columns[SENT]);
  }
  return { networkReceivedBytes: received, networkSentBytes: sent };
}
