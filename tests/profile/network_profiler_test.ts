import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { NetworkProfiler } from "../../src/profile/network_profiler.ts";
import type {
  NetworkProfilerOptions,
  NetworkReport,
} from "../../src/profile/network_report.ts";
import { NetworkProfileError } from "../../src/profile/profile_errors.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { bounded, echo, Net } from "../support/net.ts";
import { server as identity } from "../support/tls/certificates.ts";
import { ca, Services } from "./services.ts";

const options = { samples: 7, handshakes: 3, transfers: 2, caCerts: [ca] };

function profiler(more: NetworkProfilerOptions = {}): NetworkProfiler {
  return new NetworkProfiler({ ...options, ...more });
}

/** How many of each were measured. */
function counts({ handshake, latency }: NetworkReport) {
  const { connect, tls, open } = handshake;
  return [connect.count, tls?.count ?? null, open.count, latency.count];
}

for (const secure of [false, true]) {
  const name = secure ? "HTTPS" : "HTTP";

  Deno.test(
    `${name} is measured: handshake, latency, upload and download`,
    bounded,
    async () => {
      await using services = new Services(secure);
      const report = await profiler({ payloadBytes: 50_000 }).http(
        services.url("/small"),
        { uploadUrl: services.url("/up"), downloadUrl: services.url("/down") },
      );
      assertEquals(report.protocol, secure ? "https" : "http");
      assertEquals(counts(report), [3, secure ? 3 : null, 3, 7]);
      assertEquals(services.received, 100_000);
      assert((report.bandwidth.uploadBytesPerSecond ?? 0) > 0);
      assert((report.bandwidth.downloadBytesPerSecond ?? 0) > 0);
      assertEquals(JSON.parse(JSON.stringify(report)), report);
    },
  );

  Deno.test(
    `server-sent events over ${name} are measured: subscription and stream`,
    bounded,
    async () => {
      await using services = new Services(secure);
      const report = await profiler({ payloadBytes: 100_000 })
        .sse(services.url("/events"));
      assertEquals(counts(report), [3, secure ? 3 : null, 3, 7]);
      assert((report.bandwidth.downloadBytesPerSecond ?? 0) > 0);
      assertEquals(report.bandwidth.uploadBytesPerSecond, null);
    },
  );

  Deno.test(
    `WebSockets over ${name} are measured: upgrade, latency and echo`,
    bounded,
    async () => {
      await using services = new Services(secure);
      const url = services.url("/echo", secure ? "wss" : "ws");
      const report = await profiler({ payloadBytes: 3_000_001 }).webSocket(url);
      assertEquals(counts(report), [3, secure ? 3 : null, 3, 7]);
      assertEquals(report.bandwidth.mode, "echo");
      assert((report.bandwidth.downloadBytesPerSecond ?? 0) > 0);
    },
  );

  Deno.test(
    `logical connections over TCP${
      secure ? " and TLS" : ""
    } are measured: session, latency and echo`,
    bounded,
    async () => {
      await using net = new Net({
        serve: echo,
        listen: secure ? { tls: identity } : {},
      });
      const report = await profiler({ payloadBytes: 3_000_001 }).logical(
        net.listener.address,
        secure ? { pool: { tls: {} } } : {},
      );
      assertEquals(report.protocol, "troupe");
      assertEquals(counts(report), [3, secure ? 3 : null, 3, 7]);
      assert((report.bandwidth.uploadBytesPerSecond ?? 0) > 0);
    },
  );
}

Deno.test(
  "without URLs for them, uploads and downloads are not measured",
  bounded,
  async () => {
    await using services = new Services();
    const { bandwidth } = await profiler().http(services.url("/small"));
    assertEquals(bandwidth, {
      mode: "separate",
      uploadBytesPerSecond: null,
      downloadBytesPerSecond: null,
    });
    // The first one opens the connection, and is not measured.
    assertEquals(services.requests.untaken, 8);
  },
);

Deno.test(
  "a server with an untrusted certificate is not measured",
  bounded,
  async () => {
    await using services = new Services(true);
    const error = await assertRejects(
      () => profiler({ caCerts: [] }).http(services.url("/small")),
      NetworkProfileError,
      "Cannot measure the handshake",
    );
    assert(error.cause instanceof Error);
  },
);

Deno.test(
  "a service that does not exist is a NetworkProfileError for each protocol",
  bounded,
  async () => {
    const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    const { port } = listener.addr;
    listener.close();
    const address = `127.0.0.1:${port}`;
    for (
      const measure of [
        () => profiler().http(`http://${address}/`),
        () => profiler().sse(`http://${address}/`),
        () => profiler().webSocket(`ws://${address}/`),
        () => profiler().logical({ port }),
      ]
    ) {
      await assertRejects(measure, NetworkProfileError, "the handshake with");
    }
  },
);

Deno.test(
  "a response without success is an error",
  bounded,
  async () => {
    await using services = new Services();
    await assertRejects(
      () => profiler().http(services.url("/missing")),
      NetworkProfileError,
      "the response has status 404",
    );
  },
);

Deno.test(
  "a response that is not an event stream is an error",
  bounded,
  async () => {
    await using services = new Services();
    await assertRejects(
      () => profiler().sse(services.url("/small")),
      NetworkProfileError,
      "it must be 200 of type text/event-stream",
    );
  },
);

Deno.test(
  "a service that sends back something else is an error",
  bounded,
  async () => {
    await using services = new Services();
    await assertRejects(
      () => profiler().webSocket(services.url("/other", "ws")),
      NetworkProfileError,
      "it must send back what it receives",
    );
  },
);

Deno.test(
  "a measurement of a service that never responds ends after its time limit",
  bounded,
  async () => {
    await using services = new Services();
    const clock = new ManualClock();
    const measuring = profiler({ clock, timeoutMs: 500 })
      .webSocket(services.url("/mute", "ws"));
    const failing = assertRejects(
      () => measuring,
      NetworkProfileError,
      "took longer than 500 ms",
    );
    // Three handshakes, and the connection whose latency is measured.
    for (let i = 0; i < 4; i++) await services.requests.next();
    clock.advance(500);
    await failing;
  },
);

for (const path of ["/never", "/mute"]) {
  Deno.test(
    `a measurement of ${path} is cancelled by its signal`,
    bounded,
    async () => {
      await using services = new Services();
      const controller = new AbortController();
      const { signal } = controller;
      const measuring = path === "/never"
        ? profiler().http(services.url(path), { signal })
        : profiler().webSocket(services.url(path, "ws"), { signal });
      const failing = assertRejects(() => measuring);
      const awaited = path === "/never" ? 1 : 4;
      for (let i = 0; i < awaited; i++) await services.requests.next();
      const reason = new Error("enough");
      controller.abort(reason);
      assertStrictEquals(await failing, reason);
    },
  );
}

Deno.test(
  "a measurement of a logical connection without replies is cancelled by its signal",
  bounded,
  async () => {
    await using net = new Net();
    const controller = new AbortController();
    const { signal } = controller;
    const failing = assertRejects(() =>
      profiler().logical(net.listener.address, { signal })
    );
    for (let i = 0; i < 4; i++) await net.served.next();
    const reason = new Error("enough");
    controller.abort(reason);
    assertStrictEquals(await failing, reason);
  },
);

Deno.test("numbers out of their range are refused", () => {
  for (
    const options of [
      { samples: 0 },
      { handshakes: 1.5 },
      { payloadBytes: 2 ** 40 },
      { timeoutMs: NaN },
    ]
  ) assertThrows(() => new NetworkProfiler(options), RangeError);
});

Deno.test("a URL of another protocol is refused", async () => {
  await assertRejects(() => profiler().http("ws://127.0.0.1/"), TypeError);
  await assertRejects(() => profiler().webSocket("nowhere"), TypeError);
});
