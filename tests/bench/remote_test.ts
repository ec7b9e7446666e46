// The counters of the rows remote/*, each in a process of its own.
import { assert, assertEquals } from "@std/assert";
import { ErlangNodes } from "../../bench/support/erlang_nodes.ts";
import { hasErlang } from "../../bench/support/erlang_peer.ts";
import { GrpcCounter } from "../../bench/support/grpc_counter.ts";
import { PeerProcess } from "../../bench/support/peer_process.ts";
import {
  type RemoteCounter,
  TroupeCounter,
} from "../../bench/support/remote_counter.ts";
import { bounded } from "../support/net.ts";

const counters: Record<string, (port: number) => Promise<RemoteCounter>> = {
  "remote_counter.ts": TroupeCounter.connect,
  "grpc_counter.ts": GrpcCounter.connect,
};

for (const [script, connect] of Object.entries(counters)) {
  Deno.test(
    `the counter of ${script} has added all when it says so`,
    bounded,
    async () => {
      const server = new URL(`../../bench/support/${script}`, import.meta.url);
      await using peer = await PeerProcess.start(server, [], "any core");
      await using counter = await connect(peer.port);
      assertEquals(await counter.read(), 0);
      assertEquals(await counter.addAll(1234), 1234);
      assertEquals(await counter.addAll(1), 1235);
      assertEquals(await counter.read(), 1235);
    },
  );
}

Deno.test("two nodes of Erlang tell and ask each other", {
  ...bounded,
  ignore: !hasErlang(),
}, async () => {
  await using nodes = await ErlangNodes.start();
  assert(await nodes.measure("tell", 100) > 0);
  assert(await nodes.measure("ask", 10) > 0);
});
