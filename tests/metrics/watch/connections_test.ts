import { assert, assertEquals, assertThrows } from "@std/assert";
import { MetricsCollector, serveMetrics } from "../../../src/metrics/mod.ts";
import type { WatchReply } from "../../../src/metrics/watch/protocol.ts";
import { bounded, echo, Net } from "../../support/net.ts";

Deno.test(
  "a page has the sessions and connections of what is handed in",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    await using collector = new MetricsCollector({ system: net.system });
    await using metrics = serveMetrics(collector, {
      connections: [net.listener, net.pool],
    });
    const ask = async (question: string) => {
      const response = await metrics.fetch(
        new Request(`http://localhost/watch?${question}`, {
          headers: { host: "localhost" },
        }),
      );
      const { data }: WatchReply = await response.json();
      return data;
    };
    const connection = await net.connect({ id: "orders" });
    await connection.accepted;
    const overview = await ask("kind=overview");
    assert(overview.type === "overview");
    assertEquals(overview.sessions, {
      sessions: 2,
      streams: 2,
      resuming: 0,
      waiting: 0,
    });
    const sessions = await ask("kind=sessions&sort=streams");
    assert(sessions.type === "sessions");
    assertEquals(
      sessions.rows.map(({ side, phase, streams }) => [side, phase, streams]),
      [["listener", "connected", 1], ["dialler", "connected", 1]],
    );
    const ours = sessions.rows.find(({ side }) => side === "dialler");
    assertEquals(ours?.remote, `127.0.0.1:${net.listener.address.port}`);
    const streams = await ask(`kind=streams&session=${ours?.id}&filter=ORD`);
    assert(streams.type === "streams");
    assertEquals(
      streams.rows.map(({ session, id, side }) => [session, id, side]),
      [[ours?.id, "orders", "ours"]],
    );
  },
);

Deno.test(
  "what cannot be watched is refused by name",
  bounded,
  async () => {
    await using collector = new MetricsCollector();
    assertThrows(
      // @ts-expect-error: it has no inspect
      () => serveMetrics(collector, { connections: [{}] }),
      TypeError,
      "Cannot use connections[0]: it is an object without inspect(), it must be a listener or a ConnectionPool",
    );
    assertThrows(
      // @ts-expect-error: it is no array
      () => serveMetrics(collector, { terminals: 7 }),
      TypeError,
      "Cannot use terminals: it is a number",
    );
  },
);
