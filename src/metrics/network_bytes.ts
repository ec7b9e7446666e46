/**
 * Bytes of the network interfaces of the machine, each byte once.
 *
 * @module
 */
import { ifPermitted, readKernelFile } from "./permitted.ts";
import type { HostMetrics } from "./snapshot.ts";

/** An interface, and what is known of it. */
export interface NetworkInterface {
  readonly name: string;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

/** What the kernel knows of interfaces by their names. */
export interface InterfaceFacts {
  /** Returns whether a device is behind it, such as a network card. */
  hasDevice(name: string): boolean;
  /** Returns the interface that it is a part of, such as a bond or a bridge. */
  masterOf(name: string): string | undefined;
  /** Returns the interfaces that lead to the rest of the world. */
  defaultRoutes(): ReadonlySet<string>;
}

type NetworkBytes = Pick<
  HostMetrics,
  "networkReceivedBytes" | "networkSentBytes"
>;

/** Reads the bytes that have left and reached the machine, again and again. */
export class NetworkSource {
  /** Whether a device is behind an interface, which never changes. */
  #devices: ReadonlyMap<string, boolean> = new Map();

  /** Returns the bytes since the boot. */
  read(): NetworkBytes {
    const text = readKernelFile("/proc/net/dev");
    if (text === null) {
      return { networkReceivedBytes: null, networkSentBytes: null };
    }
    const interfaces = parseInterfaces(text);
    const before = this.#devices;
    this.#devices = new Map(
      interfaces.map(({ name }) => [
        name,
        before.get(name) ?? isThere(`${CLASS}/${name}/device`),
      ]),
    );
    return sumOnce(interfaces, {
      hasDevice: (name) => this.#devices.get(name) ?? false,
      masterOf: (name) => readLink(`${CLASS}/${name}/master`)?.split("/").pop(),
      defaultRoutes: () =>
        parseDefaultRoutes(
          readKernelFile("/proc/net/route"),
          readKernelFile("/proc/net/ipv6_route"),
        ),
    });
  }
}

const CLASS = "/sys/class/net";

function isThere(path: string): boolean {
  const info = ifPermitted({ name: "read", path }, () => Deno.statSync(path));
  return info !== null;
}

function readLink(path: string): string | undefined {
  const read = () => Deno.readLinkSync(path);
  return ifPermitted({ name: "read", path }, read) ?? undefined;
}

/**
 * Returns the sums of the interfaces that carry a byte out of the machine or
 * into it. Bridges, bonds, tunnels and the ends of containers carry the bytes
 * of others a second time: what counts are those with a device behind them,
 * unless they are parts of another such. In a container there is none: there
 * it is those with a default route and, without one, all but the loopback.
 */
export function sumOnce(
  interfaces: readonly NetworkInterface[],
  facts: InterfaceFacts,
): NetworkBytes {
  const others = interfaces.filter(({ name }) => name !== "lo");
  const withDevice = new Set(
    others.filter(({ name }) => facts.hasDevice(name)).map(({ name }) => name),
  );
  let counted = others.filter(({ name }) =>
    withDevice.has(name) && !withDevice.has(facts.masterOf(name) ?? "")
  );
  if (counted.length === 0) {
    const withRoute = facts.defaultRoutes();
    counted = others.filter(({ name }) => withRoute.has(name));
  }
  if (counted.length === 0) counted = others;
  return {
    networkReceivedBytes: sum(counted, ({ receivedBytes }) => receivedBytes),
    networkSentBytes: sum(counted, ({ sentBytes }) => sentBytes),
  };
}

function sum<T>(items: readonly T[], read: (item: T) => number): number {
  return items.reduce((total, item) => total + read(item), 0);
}

/** The columns of bytes in `/proc/net/dev`, after the name. */
const RECEIVED = 0;
const SENT = 8;

/** Returns the interfaces in the text of `/proc/net/dev`. */
export function parseInterfaces(text: string): NetworkInterface[] {
  return [...text.matchAll(/^ *(.+): *(\d.*)$/gm)].map((
    [, name = "", numbers = ""],
  ) => {
    const columns = numbers.split(/ +/);
    return {
      name,
      receivedBytes: Number(columns[RECEIVED]),
      sentBytes: Number(columns[SENT]),
    };
  });
}

/** A route that is not used, such as one that refuses everything. */
const REJECT = 0x200;

/** Returns the interfaces of default routes in the tables of the kernel. */
export function parseDefaultRoutes(
  ipv4: string | null,
  ipv6: string | null,
): Set<string> {
  const names = new Set<string>();
  for (const line of (ipv4 ?? "").split("\n").slice(1)) {
    const [name = "", destination, , flags = "", , , , mask] = line.split(
      /\s+/,
    );
    const isDefault = destination === "00000000" && mask === "00000000";
    if (isDefault && !(parseInt(flags, 16) & REJECT)) names.add(name);
  }
  for (const line of (ipv6 ?? "").split("\n")) {
    const columns = line.trim().split(/\s+/);
    const [destination = "", length] = columns;
    const [flags = "", name = ""] = columns.slice(-2);
    const isDefault = length === "00" && /^0+$/.test(destination);
    if (isDefault && !(parseInt(flags, 16) & REJECT)) names.add(name);
  }
  return names;
}
