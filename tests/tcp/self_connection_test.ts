import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { findProgram } from "../support/programs.ts";
import { bounded } from "../support/net.ts";
import type { SelfDial } from "../support/self_dialler.ts";

const PORT = 40_000;

/** Runs a command in a network that has this one port for outgoing sockets. */
async function alone(...command: string[]): Promise<Deno.CommandOutput> {
  const setUp = `ip link set lo up &&
    echo "${PORT} ${PORT + 1}" > /proc/sys/net/ipv4/ip_local_port_range &&
    exec "$@"`;
  return await new Deno.Command("unshare", {
    args: ["--net", "--map-root-user", "sh", "-c", setUp, "sh", ...command],
    stdin: "null",
  }).output();
}

const hasPrograms = findProgram("unshare") !== undefined &&
  findProgram("ip") !== undefined;
const isAllowed = hasPrograms && (await alone("true")).success;

Deno.test(
  "a socket that has connected to itself is closed at once and is a refusal, for every pool",
  // Where a program may have a network of its own.
  { ...bounded, ignore: !isAllowed },
  async () => {
    const script = new URL("../support/self_dialler.ts", import.meta.url).href;
    const { stdout, stderr } = await alone(
      Deno.execPath(),
      ...["run", "--quiet", "--no-check", "--allow-all"],
      ...[script, String(PORT)],
    );
    const decoder = new TextDecoder();
    assertEquals(decoder.decode(stderr), "");
    const dials: SelfDial[] = JSON.parse(decoder.decode(stdout));
    assertEquals(dials.map(({ pool }) => pool), ["tcp", "tls", "tcp-conn"]);
    for (const { pool, error, isFree } of dials) {
      assert(error !== undefined, `the ${pool} pool connected to nobody`);
      const [name, message, cause] = error;
      assertEquals([name, cause], ["ConnectError", "ConnectionRefused"]);
      assertStringIncludes(message, "has connected to itself");
      assert(isFree, `the ${pool} pool keeps the port`);
    }
  },
);
