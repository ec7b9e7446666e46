// Each byte that leaves or reaches the machine counts once.
import { assert, assertEquals } from "@std/assert";
import {
  type InterfaceFacts,
  NetworkSource,
  parseDefaultRoutes,
  parseInterfaces,
  sumOnce,
} from "../../src/metrics/network_bytes.ts";

const HEAD = `Inter-|   Receive       |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes packets
`;

interface Machine {
  /** Received bytes by interface; twice as many were sent. */
  readonly received: Readonly<Record<string, number>>;
  readonly devices?: readonly string[];
  readonly masters?: Readonly<Record<string, string>>;
  readonly routes?: readonly string[];
}

function sumOf({ received, devices, masters, routes }: Machine) {
  const lines = Object.entries(received).map(([name, bytes]) =>
    `${name.padStart(6)}: ${bytes} 1 0 0 0 0 0 0 ${2 * bytes} 1 0 0 0 0 0 0\n`
  );
  const facts: InterfaceFacts = {
    hasDevice: (name) => devices?.includes(name) ?? false,
    masterOf: (name) => masters?.[name],
    defaultRoutes: () => new Set(routes),
  };
  const sum = sumOnce(parseInterfaces(HEAD + lines.join("")), facts);
  assertEquals(
    sum.networkSentBytes,
    2 * Number(sum.networkReceivedBytes),
  );
  return sum.networkReceivedBytes;
}

for (
  const [what, machine, bytes] of [
    [
      "all devices but the loopback",
      {
        received: { lo: 5000, eth0: 30, wlan0: 7 },
        devices: ["eth0", "wlan0"],
        routes: ["eth0"],
      },
      37,
    ],
    [
      "a device, and not the bridge and the containers behind it",
      {
        received: { lo: 9, eth0: 1000, docker0: 1000, veth1a2b: 1000 },
        devices: ["eth0"],
        masters: { veth1a2b: "docker0" },
        routes: ["eth0"],
      },
      1000,
    ],
    [
      "the parts of a bond, and neither the bond nor the tunnel over it",
      {
        received: { lo: 9, eth0: 600, eth1: 400, bond0: 1000, wg0: 900 },
        devices: ["eth0", "eth1"],
        masters: { eth0: "bond0", eth1: "bond0" },
        routes: ["bond0", "wg0"],
      },
      1000,
    ],
    [
      "a device, and not the faster one that is a part of it",
      {
        received: { eth0: 1000, enP1: 950 },
        devices: ["eth0", "enP1"],
        masters: { enP1: "eth0" },
        routes: ["eth0"],
      },
      1000,
    ],
    [
      "an interface with a default route, in a container",
      { received: { lo: 9, eth0: 70, cni0: 60, veth1: 60 }, routes: ["eth0"] },
      70,
    ],
    [
      "everything but the loopback, without devices and routes",
      { received: { lo: 9, eth0: 70, eth1: 30 } },
      100,
    ],
    ["nothing where there is but the loopback", { received: { lo: 9 } }, 0],
  ] as const
) {
  Deno.test(`network bytes are those of ${what}`, () => {
    assertEquals(sumOf(machine), bytes);
  });
}

Deno.test("interfaces are read however their columns are aligned", () => {
  const text = `${HEAD}    lo: 1000 1 0 0 0 0 0 0 2000 1 0 0 0 0 0 0
  eth0: 30 1 0 0 0 0 0 0 500 1 0 0 0 0 0 0
wlan0:7 1 0 0 0 0 0 0    11 1 0 0 0 0 0 0
eth0.5:1 1 0 0 0 0 0 0    2 1 0 0 0 0 0 0
`;
  assertEquals(
    parseInterfaces(text).map((one) => Object.values(one)),
    [["lo", 1000, 2000], ["eth0", 30, 500], ["wlan0", 7, 11], ["eth0.5", 1, 2]],
  );
});

Deno.test("default routes are those of both protocols that are used", () => {
  const ipv4 =
    `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth1\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
tun0\t00000000\t010200C0\t0003\t0\t0\t0\t00000080\t0\t0\t0
`;
  const zero = "0".repeat(32);
  const link = `fe80${"0".repeat(28)}`;
  const ipv6 =
    `${link} 40 ${zero} 00 ${zero} 00000100 00000001 00000000 00000001     eth3
${zero} 00 ${zero} 00 ${link} 00000400 00000001 00000000 00000003     eth2
${zero} 00 ${zero} 00 ${zero} ffffffff 00000001 00000000 00200200       lo
`;
  assertEquals([...parseDefaultRoutes(ipv4, ipv6)], ["eth0", "eth2"]);
  assertEquals(parseDefaultRoutes(null, null).size, 0);
});

Deno.test(
  "network bytes of this machine are those of its interfaces, and no more",
  { ignore: Deno.build.os !== "linux" },
  () => {
    const source = new NetworkSource();
    const { networkReceivedBytes: first } = source.read();
    const { networkReceivedBytes: bytes } = source.read();
    const after = parseInterfaces(Deno.readTextFileSync("/proc/net/dev"));
    const most = after.reduce(
      (sum, { name, receivedBytes }) =>
        name === "lo" ? sum : sum + receivedBytes,
      0,
    );
    assert(first !== null && bytes !== null && first <= bytes);
    assert(bytes <= most, `${bytes} of ${most}`);
  },
);
