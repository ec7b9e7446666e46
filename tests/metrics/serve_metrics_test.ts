import { assert, assertEquals, assertThrows } from "@std/assert";
import { parse } from "@std/csv";
import { SseStream } from "../../src/web/sse_stream.ts";
import { snapshotsFromMessagePack } from "../../src/metrics/export.ts";
import {
  serveMetrics,
  type ServeMetricsOptions,
} from "../../src/metrics/serve_metrics.ts";
import { bounded } from "../support/net.ts";
import { Reader } from "../web/event_reader.ts";
import { parseOpenMetrics } from "./openmetrics_parser.ts";
import { fullSnapshot, TestFeed } from "./snapshots.ts";

/** A server with two snapshots; no socket. */
class Served implements AsyncDisposable {
  readonly feed = new TestFeed();
  readonly server: ReturnType<typeof serveMetrics>;

  constructor(options?: ServeMetricsOptions) {
    this.feed.push(fullSnapshot(1));
    this.feed.push(fullSnapshot(2));
    this.server = serveMetrics(this.feed, options);
  }

  get(
    path: string,
    headers: Record<string, string> = {},
    method = "GET",
  ): Promise<Response> {
    return this.server.fetch(
      new Request(`http://localhost${path}`, {
        method,
        headers: { host: "localhost:8000", ...headers },
      }),
    );
  }

  /** The status of an answer, and what it says. */
  async status(...parameters: Parameters<Served["get"]>): Promise<string> {
    const response = await this.get(...parameters);
    return `${response.status} ${(await response.text()).trim()}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}

Deno.test(
  "Prometheus gets OpenMetrics if it asks for it, and its older format otherwise",
  bounded,
  async () => {
    await using served = new Served();
    const open = await served.get("/metrics", {
      accept: "application/openmetrics-text;version=1.0.0,text/plain;q=0.5",
    });
    assertEquals(
      open.headers.get("content-type"),
      "application/openmetrics-text; version=1.0.0; charset=utf-8",
    );
    assertEquals(open.headers.get("vary"), "accept");
    parseOpenMetrics(await open.text());
    const old = await served.get("/metrics");
    assertEquals(
      old.headers.get("content-type"),
      "text/plain; version=0.0.4; charset=utf-8",
    );
    assert((await old.text()).includes("# TYPE process_cpu_seconds_total"));
  },
);

Deno.test(
  "Programs get the latest snapshot, the history in three formats, and alerts",
  bounded,
  async () => {
    await using served = new Served();
    const { history } = served.feed;
    const alert = {
      name: "memory",
      state: "firing",
      atMs: 1,
      steadyMs: 1,
      value: 2,
      message: "too much",
    } as const;
    served.feed.alert(alert);
    assertEquals(await (await served.get("/snapshot.json")).json(), history[1]);
    assertEquals(await (await served.get("/history.json")).json(), history);
    assertEquals(
      await (await served.get("/history.json?last=1")).json(),
      history.slice(1),
    );
    const csv = await served.get("/history.csv");
    assertEquals(csv.headers.get("content-type"), "text/csv; charset=utf-8");
    assertEquals(parse(await csv.text()).length, 3);
    const bytes = await (await served.get("/history.msgpack")).bytes();
    assertEquals(snapshotsFromMessagePack(bytes), history);
    assertEquals(await (await served.get("/alerts.json")).json(), {
      firing: [alert],
    });
  },
);

Deno.test(
  "Before the first snapshot, the latest is a 503 and the history is empty",
  bounded,
  async () => {
    await using served = new Served();
    served.feed.history = [];
    const none = "503 There is no snapshot yet";
    assertEquals(await served.status("/metrics"), none);
    assertEquals(await served.status("/snapshot.json"), none);
    assertEquals(await served.status("/history.json"), "200 []");
  },
);

Deno.test(
  "An invalid number of snapshots is refused",
  bounded,
  async () => {
    await using served = new Served();
    for (const last of ["0", "-1", "x", "", "1.5"]) {
      const answer = await served.status(`/history.json?last=${last}`);
      assert(answer.startsWith("400 "), answer);
    }
  },
);

Deno.test(
  "Snapshots, alerts and whatever else is published arrive as events",
  bounded,
  async () => {
    await using served = new Served();
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      served.server.fetch,
    );
    const response = await fetch(`http://127.0.0.1:${server.addr.port}/events`);
    await using reader = new Reader(response);
    served.feed.push(fullSnapshot(3));
    served.feed.alert({
      name: "a",
      state: "firing",
      atMs: 1,
      steadyMs: 1,
      value: 1,
      message: "",
    });
    served.server.events.publish("load", "{}");
    const snapshot = await reader.event();
    assertEquals(snapshot.event, "snapshot");
    assertEquals(JSON.parse(snapshot.data), fullSnapshot(3));
    assertEquals((await reader.event()).event, "alert");
    assertEquals((await reader.event()).event, "load");
    // While an alert fires, its value comes with each snapshot.
    served.feed.push(fullSnapshot(4));
    assertEquals((await reader.event()).event, "snapshot");
    const firing = await reader.event();
    assertEquals(firing.event, "firing");
    assertEquals(JSON.parse(firing.data), served.feed.firing);
  },
);

Deno.test(
  "A host that is not listed is refused on every path",
  bounded,
  async () => {
    await using served = new Served();
    for (
      const host of [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example:8000",
        "user@localhost",
        "localhost/path",
        "",
      ]
    ) {
      for (const path of ["/", "/metrics", "/events", "/none"]) {
        const answer = await served.status(path, { host });
        assert(
          answer.startsWith("403 Cannot serve the request: Host"),
          `${host} ${answer}`,
        );
      }
    }
    for (
      const host of ["localhost", "127.0.0.1:1", "[::1]:8000", "LOCALHOST"]
    ) {
      const response = await served.get("/metrics", { host });
      assertEquals(response.status, 200, host);
      await response.body?.cancel();
    }
  },
);

Deno.test(
  "Only the hosts of the options are allowed, with their ports",
  bounded,
  async () => {
    await using served = new Served({ hosts: ["Metrics.example", "a:9000"] });
    const statuses = [];
    for (
      const host of ["metrics.example:1", "a:9000", "a:9001", "a", "localhost"]
    ) {
      statuses.push((await served.status("/metrics", { host })).slice(0, 3));
    }
    assertEquals(statuses, ["200", "200", "403", "403", "403"]);
  },
);

Deno.test(
  "With any_address, a scraper may use any address, and no page from elsewhere may",
  bounded,
  async () => {
    const hosts = ["any_address", "metrics.example"];
    await using served = new Served({ hosts });
    const status = async (headers: Record<string, string>) =>
      (await served.status("/metrics", headers)).slice(0, 3);
    for (const host of ["10.1.2.3:9464", "[fd00::7]:9464", "metrics.example"]) {
      assertEquals(await status({ host }), "200", host);
    }
    for (const host of ["evil.example", "localhost", "any_address"]) {
      assertEquals(await status({ host }), "403", host);
    }
    const host = "10.1.2.3:9464";
    for (const origin of [`http://${host}`, "http://evil.example", "null"]) {
      assertEquals(await status({ host, origin }), "403", origin);
    }
  },
);

Deno.test(
  "Over a real socket, an address that is not listed is served with any_address alone",
  { ...bounded, ignore: Deno.build.os !== "linux" },
  async () => {
    for (
      const [hosts, status] of [[[], 403], [["any_address"], 200]] as const
    ) {
      await using served = new Served({ hosts });
      // Every address from 127.0.0.1 on is this machine.
      const hostname = "127.0.0.2";
      await using server = Deno.serve(
        { hostname, port: 0, onListen() {} },
        served.server.fetch,
      );
      const address = `http://${hostname}:${server.addr.port}/metrics`;
      const response = await fetch(address);
      await response.body?.cancel();
      assertEquals(response.status, status);
    }
  },
);

Deno.test(
  "Pages of other sites get nothing, but may link to the page",
  bounded,
  async () => {
    await using served = new Served();
    for (const site of ["cross-site", "same-site"]) {
      const headers = { "sec-fetch-site": site };
      for (
        const path of ["/events", "/snapshot.json", "/metrics", "/page.js"]
      ) {
        const answer = await served.status(path, headers);
        assert(answer.startsWith("403 Cannot serve the request: Sec"), answer);
      }
      assert((await served.status("/", headers)).startsWith("200 <!DOCTYPE"));
    }
    // Browsers send the header above to secure addresses alone.
    for (const path of ["/events", "/snapshot.json"]) {
      const answer = await served.status(path, {
        origin: "http://evil.example",
      });
      assert(answer.startsWith("403 Cannot serve the request: Origin"), answer);
    }
    const own = { "sec-fetch-site": "same-origin" };
    assert((await served.status("/snapshot.json", own)).startsWith("200 "));
    assertEquals(served.server.events.clients, 0);
  },
);

Deno.test("Only GET and HEAD are allowed", bounded, async () => {
  await using served = new Served();
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
    const response = await served.get("/metrics", {}, method);
    await response.body?.cancel();
    assertEquals(
      [response.status, response.headers.get("allow")],
      [405, "GET, HEAD"],
    );
  }
  for (const path of ["/", "/metrics", "/events", "/history.csv"]) {
    const response = await served.get(path, {}, "HEAD");
    assertEquals([response.status, response.body], [200, null]);
  }
  assertEquals(served.server.events.clients, 0);
});

Deno.test(
  "Every response has a strict policy, is not stored and is for no other origin",
  bounded,
  async () => {
    await using served = new Served();
    for (
      const path of [
        "/",
        "/page.js",
        "/metrics",
        "/events",
        "/alerts.json",
        "/x",
      ]
    ) {
      const { headers, body } = await served.get(path);
      await body?.cancel();
      const policy = headers.get("content-security-policy") ?? "";
      assert(policy.startsWith("default-src 'none'; script-src 'self'"), path);
      assertEquals(/unsafe|\*|http|data:|nonce/.test(policy), false);
      assert(headers.get("cache-control")?.startsWith("no-store"), path);
      assertEquals(headers.get("x-content-type-options"), "nosniff");
      assertEquals(headers.get("access-control-allow-origin"), null);
    }
  },
);

Deno.test(
  "The server can be mounted below a path, with or without a slash at its end",
  bounded,
  async () => {
    for (const prefix of ["/a/metrics", "/a/metrics/"]) {
      await using served = new Served({ prefix });
      assert((await served.status("/a/metrics/")).startsWith("200 <!DOCTYPE"));
      assert((await served.status("/a/metrics/metrics")).startsWith("200 "));
      const response = await served.get("/a/metrics");
      await response.body?.cancel();
      assertEquals(
        [response.status, response.headers.get("location")],
        [308, "/a/metrics/"],
      );
      for (const path of ["/", "/metrics", "/a/metricsmetrics", "/b"]) {
        assert((await served.status(path)).startsWith("404 "), path);
      }
    }
  },
);

Deno.test(
  "Disposing a server ends its events and unsubscribes from the feed",
  bounded,
  async () => {
    const served = new Served();
    const reader = new Reader(await served.get("/events"));
    served.feed.push(fullSnapshot(3));
    await served.server[Symbol.asyncDispose]();
    assertEquals((await reader.rest()).length, 1);
    assertEquals(served.feed.listeners, 0);
  },
);

Deno.test(
  "A stream that was given to a server outlives it",
  bounded,
  async () => {
    using events = new SseStream();
    const served = new Served({ events });
    await using reader = new Reader(await served.get("/events"));
    await served.server[Symbol.asyncDispose]();
    served.feed.push(fullSnapshot(3));
    events.publish("load", "later");
    assertEquals((await reader.event()).data, "later");
  },
);

for (
  const options of [
    { prefix: "metrics" },
    { prefix: "/a?b" },
    { prefix: "//" },
    { hosts: ["http://localhost"] },
    { hosts: [""] },
  ]
) {
  Deno.test(`serveMetrics() refuses ${JSON.stringify(options)}`, () => {
    const feed = new TestFeed();
    assertThrows(
      () => serveMetrics(feed, options),
      TypeError,
      "Cannot use ",
    );
    assertEquals(feed.listeners, 0);
  });
}
