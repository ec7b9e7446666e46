import { assert, assertEquals } from "@std/assert";
import { MetricsCollector, serveMetrics } from "../../src/metrics/mod.ts";
import type { WatchReply } from "../../src/metrics/watch/protocol.ts";
import { onPty } from "../pty/ptys.ts";
import { Served } from "./served.ts";

Deno.test(
  "a page has the terminals of a server that is handed in, and nothing of what is on them",
  onPty,
  async () => {
    await using served = new Served();
    const { terminal, system } = served;
    assertEquals(await terminal.inspect(), []);
    const pty = await terminal.start();
    const ended = await terminal.start();
    await ended.close();
    await ended.ended;
    const [shown, ...others] = await terminal.inspect();
    assertEquals(others, []);
    assertEquals([shown?.id, shown?.command], [pty.id, "cat"]);
    assertEquals([shown?.controllers, shown?.viewers], [0, 0]);
    assertEquals(shown?.ended, undefined);

    await using collector = new MetricsCollector({ system });
    await using metrics = serveMetrics(collector, { terminals: [terminal] });
    const response = await metrics.fetch(
      new Request("http://localhost/watch?kind=terminals&filter=CAT", {
        headers: { host: "localhost" },
      }),
    );
    const text = await response.text();
    const { data }: WatchReply = JSON.parse(text);
    assert(data.type === "terminals");
    assertEquals(data.rows.map(({ id }) => id), [pty.id]);
    assert(!text.includes("ready"));
    await pty.close();
  },
);
