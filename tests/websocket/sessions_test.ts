import { assertEquals } from "@std/assert";
import { pattern, sha256 } from "../support/bytes.ts";
import { bounded, echo, roundTrip } from "../support/net.ts";
import { WebNet } from "./web_net.ts";

Deno.test(
  "logical connections over a WebSocket carry messages both ways",
  bounded,
  async () => {
    await using net = new WebNet();
    const [here, there] = await net.pair();
    await here.send(pattern(3, 1));
    assertEquals(await there.receive(), pattern(3, 1));
    const sending = there.send(pattern(5_000_000, 2));
    const large = await here.receive() ?? new Uint8Array(0);
    assertEquals(sha256(large), sha256(pattern(5_000_000, 2)));
    await sending;
    await here.close();
    await there.closed;
    const stats = net.sessions.stats();
    assertEquals([stats.accepted, stats.sockets, stats.sessions], [1, 1, 1]);
  },
);

Deno.test(
  "a WebSocket that is cut is replaced, and nothing is lost with it",
  bounded,
  async () => {
    await using net = new WebNet();
    const [here, there] = await net.pair();
    await net.expect("here", "connecting", "connected");
    await net.expect("there", "connected");
    await net.interrupt();
    assertEquals(net.client.state?.phase, "resuming");
    await here.send(pattern(100, 1));
    await there.send(pattern(200, 2));
    net.proxy.refuse = false;
    assertEquals(await there.receive(), pattern(100, 1));
    assertEquals(await here.receive(), pattern(200, 2));
    await net.expect("here", "connected");
    assertEquals(net.sessions.stats().resumes, 1);
  },
);

Deno.test(
  "everything of a server and its clients ends when it is closed",
  bounded,
  async () => {
    await using net = new WebNet({ serve: { serve: echo } });
    const connection = await net.client.connect();
    await roundTrip(connection);
    await net.sessions.close();
    await connection.closed;
    assertEquals(net.sessions.stats().sessions, 0);
  },
);
