// What is decided without a server: filters, read-ahead, gaps, versions, delays.
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { UnsupportedFeatureError } from "../../src/bus/mod.ts";
import { hasVersion, Reconnecting } from "../../src/bus/nats/connection.ts";
import { filterOf } from "../../src/bus/nats/consumer_mapping.ts";
import { gapBefore, type GapState } from "../../src/bus/nats/gap_rules.ts";
import { MAX_AHEAD } from "../../src/bus/nats/nats_consumer.ts";
import { nextAhead } from "../../src/bus/delivery/read_ahead_rules.ts";
import {
  checkStream,
  toResolvedStream,
  toStreamConfig,
} from "../../src/bus/nats/stream_mapping.ts";
import { checkVersion } from "../../src/bus/nats/server_version.ts";
import type { StreamOptions } from "../../src/bus/mod.ts";
import { resolveStream } from "../../src/bus/streams/stream_config.ts";
import type { StreamConfig } from "@nats-io/jetstream";
import { readModuleGraph } from "../support/module_graph.ts";

function streamOf(...subjects: string[]) {
  return resolveStream("s", { subjects, durability: "written" }, true);
}

Deno.test("JetStream's filter of a consumer is a part of one subject of its stream, or none for all", () => {
  for (
    const [pattern, subjects, expected] of [
      [">", ["a.>", "b"], undefined],
      ["a.>", ["a.>"], undefined],
      ["a.*", ["a.>"], "a.*"],
      ["a.b", ["a.*", "c"], "a.b"],
      ["*", ["a", "b.>"], "a"],
      ["*.*", ["a.*", "b.*"], undefined],
      ["a.>", ["a.b", "c.d"], "a.b"],
    ] as const
  ) {
    assertEquals(filterOf(pattern, streamOf(...subjects)), expected);
  }
  for (
    const [pattern, subjects] of [
      ["*.b", ["a.*"]],
      ["*.*", ["a.*", "b.*", "c"]],
    ] as const
  ) {
    assertThrows(
      () => filterOf(pattern, streamOf(...subjects)),
      UnsupportedFeatureError,
    );
  }
});

Deno.test("A reader that is quick reads ahead on JetStream, and one that is slow does not", () => {
  let ahead = 1;
  for (const expected of [2, 4, 8, 16, 32, 64, 64]) {
    ahead = nextAhead(ahead, 1, MAX_AHEAD);
    assertEquals(ahead, expected);
  }
  assertEquals(MAX_AHEAD, 64);
  assertEquals(nextAhead(ahead, 1, 5), 5);
  assertEquals(nextAhead(ahead, 11, 1000), 1);
  assertEquals(nextAhead(1, Infinity, 1000), 1);
});

Deno.test("A reader of JetStream counts what was removed, and not what other readers have had", () => {
  let state: GapState = { sequence: 4, consumerSequence: 10 };
  const gaps = [
    // The next one; two are missing; another reader has had some; it comes again.
    { sequence: 5, consumerSequence: 11, deliveries: 1 },
    { sequence: 8, consumerSequence: 12, deliveries: 1 },
    { sequence: 12, consumerSequence: 15, deliveries: 1 },
    { sequence: 8, consumerSequence: 16, deliveries: 2 },
    { sequence: 13, consumerSequence: 17, deliveries: 1 },
  ].map((message) => {
    const before = gapBefore(state, message);
    state = before.state;
    return before.gap;
  });
  assertEquals(gaps, [0, 2, 0, 0, 0]);
});

Deno.test("The options of a stream are the same after they were JetStream's", () => {
  const limit = fc.oneof(
    fc.integer({ min: 1, max: 1_000_000 }),
    fc.constant(Infinity),
  );
  const age = fc.oneof(
    fc.integer({ min: 100, max: 1_000_000 }),
    fc.constant(Infinity),
  );
  const options: fc.Arbitrary<StreamOptions> = fc.record({
    subjects: fc.constant(["a.>", "b.*"]),
    durability: fc.constantFrom("memory", "written", "synced"),
    maxMessages: limit,
    maxMessagesPerSubject: limit,
    maxBytes: limit,
    maxAgeMs: age,
    discard: fc.constantFrom("oldest", "newest"),
    retention: fc.constantFrom("limits", "interest", "work_queue"),
    duplicateWindowMs: fc.constantFrom(0, 100, 120_000),
  });
  fc.assert(fc.property(options, (given) => {
    const stream = resolveStream("s", given, true);
    const config = toStreamConfig(stream) as StreamConfig;
    assertEquals(toResolvedStream(config), stream);
  }));
});

Deno.test("What JetStream cannot promise of a stream is refused by the name of its option", () => {
  for (
    const [options, syncAlways, named] of [
      [{ durability: "synced" }, false, "durability"],
      [{ durability: "written", maxAgeMs: 50 }, true, "maxAgeMs"],
      [
        { durability: "written", duplicateWindowMs: 50 },
        true,
        "duplicateWindowMs",
      ],
      [
        { durability: "written", maxAgeMs: 500, duplicateWindowMs: 1000 },
        true,
        "duplicateWindowMs",
      ],
    ] as const
  ) {
    const given: StreamOptions = { subjects: ["a"], ...options };
    const stream = resolveStream("s", given, true);
    const error = assertThrows(
      () => checkStream(stream, given, syncAlways),
      UnsupportedFeatureError,
    );
    assert(error.message.includes(`Cannot use ${named}`), error.message);
  }
  const given: StreamOptions = { subjects: ["a"], durability: "synced" };
  checkStream(resolveStream("s", given, true), given, true);
});

Deno.test("Versions of NATS's servers are compared by their numbers", () => {
  assert(hasVersion("2.10.0", "2.9"));
  assert(hasVersion("3.0.1", "2.10"));
  assert(!hasVersion("2.9.25", "2.10"));
  assert(!hasVersion("1.99", "2.9"));
  checkVersion("2.10.0", { syncAlways: true });
  checkVersion("2.9.10", { syncAlways: false });
  for (
    const [version, syncAlways] of [["2.9.10", true], ["2.8", false]] as const
  ) {
    assertThrows(
      () => checkVersion(version, { syncAlways }),
      UnsupportedFeatureError,
    );
  }
});

Deno.test("Each attempt to reach a server of NATS again waits longer, up to a limit, until one succeeds", () => {
  const reconnecting = new Reconnecting(1000);
  let lost = 0;
  reconnecting.onLost = () => void lost++;
  assertEquals(reconnecting.delayMs(), 0);
  for (const longest of [50, 100, 200, 400, 800, 1000, 1000]) {
    reconnecting.attempted();
    const delay = reconnecting.delayMs();
    assert(delay >= longest / 2 && delay <= longest, `${delay}`);
    // Asking again does not make it longer.
    assertEquals(reconnecting.delayMs(), delay);
  }
  reconnecting.connected();
  assertEquals(reconnecting.delayMs(), 0);
  assertEquals(lost, 16);
});

Deno.test("Who uses the bus without NATS does not load its client", async () => {
  const root = new URL("../../", import.meta.url);
  const isOfNats = (name: string) => name.includes("@nats-io");
  const { packages } = await readModuleGraph(root, "src/bus/mod.ts");
  assertEquals([...packages].filter(isOfNats), []);
  const withNats = await readModuleGraph(root, "src/bus/nats/mod.ts");
  assert([...withNats.packages].some(isOfNats));
});
