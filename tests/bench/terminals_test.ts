import { assertRejects } from "@std/assert";
import { barePeer } from "../../bench/support/bare_terminal.ts";
import { PeerProcess } from "../../bench/support/peer_process.ts";
import { hasTtyd } from "../../bench/support/programs.ts";
import { echoMs, type TerminalPeer } from "../../bench/support/terminals.ts";
import { troupePeer } from "../../bench/support/troupe_terminal.ts";
import { ttydPeer } from "../../bench/support/ttyd_peer.ts";
import { bounded } from "../support/net.ts";

const peers: Record<
  string,
  [script: string, connect: (port: number) => Promise<TerminalPeer>]
> = {
  "troupe's terminal": ["troupe_terminal.ts", troupePeer],
  "the bare terminal": ["bare_terminal.ts", barePeer],
  "ttyd": ["ttyd_peer.ts", ttydPeer],
};

for (const [name, [script, connect]] of Object.entries(peers)) {
  const ignore = name === "ttyd" && !hasTtyd();
  const url = new URL(`../../bench/support/${script}`, import.meta.url);

  Deno.test(
    `${name} echoes every key of two sessions`,
    { ...bounded, ignore },
    async () => {
      await using server = await PeerProcess.start(url, ["echo"]);
      const peer = await connect(server.port);
      await using one = await peer.open();
      await using other = await peer.open();
      for (let i = 0; i < 10; i++) {
        await Promise.all([echoMs(one), echoMs(other)]);
      }
    },
  );
}

Deno.test(
  "a session that says more than is awaited cannot be measured",
  bounded,
  async () => {
    const url = new URL(
      "../../bench/support/bare_terminal.ts",
      import.meta.url,
    );
    await using server = await PeerProcess.start(url, ["echo"]);
    const peer = await barePeer(server.port);
    await using client = await peer.open();
    await assertRejects(
      () => client.type(new TextEncoder().encode("two"), 2),
      Error,
      "too much",
    );
  },
);
