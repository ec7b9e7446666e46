/**
 * Whole messages there and back: over a logical connection, and over a bare
 * `Deno.Conn`, each with its server in another process.
 *
 * @module
 */
import { PeerProcess } from "../support/peer_process.ts";
import { arePermitted } from "../support/permitted.ts";
import { RawEcho } from "../support/raw_client.ts";
import { TroupeEcho } from "../support/troupe_client.ts";
import { makePayload } from "../support/workloads.ts";

const NEEDED = ["--allow-net=127.0.0.1", "--allow-run"];
if (arePermitted("echoes over TCP", NEEDED)) await echoes();

async function echoes(): Promise<void> {
  const raw = await PeerProcess.start(
    new URL("../support/raw_peer.ts", import.meta.url),
  );
  const troupe = await PeerProcess.start(
    new URL("../support/troupe_server.ts", import.meta.url),
  );

  for (
    const [size, bytes] of [
      ["100 B", 100],
      ["200 KB", 200 * 1024],
      ["1 MB", 1024 * 1024],
    ] as const
  ) {
    const payload = makePayload(bytes);
    const peers = {
      "Deno.Conn": await RawEcho.connect(raw.port, bytes),
      Troupe: await TroupeEcho.connect(troupe.port),
    };
    for (const [name, peer] of Object.entries(peers)) {
      Deno.bench(`${size} there and back: ${name}`, {
        group: size,
        baseline: name === "Deno.Conn",
      }, async () => {
        await peer.roundTrip(payload);
      });
    }
  }
}
