import { assertEquals, assertThrows } from "@std/assert";
import { parse } from "@std/csv";
import { encode } from "@std/msgpack";
import fc from "fast-check";
import {
  snapshotsFromMessagePack,
  snapshotsToJson,
  snapshotsToMessagePack,
} from "../../src/metrics/export.ts";
import { snapshotsToCsv } from "../../src/metrics/export_csv.ts";
import { emptySnapshot, fullSnapshot } from "./snapshots.ts";

/** A table as an object for each row. */
function rows(csv: string): Record<string, string>[] {
  const [head = [], ...rest] = parse(csv);
  return rest.map((row) =>
    Object.fromEntries(head.map((name, index) => [name, row[index] ?? ""]))
  );
}

Deno.test("JSON and MessagePack preserve snapshots", () => {
  const snapshots = [emptySnapshot(), fullSnapshot(1), fullSnapshot(2)];
  assertEquals(JSON.parse(snapshotsToJson(snapshots)), snapshots);
  const bytes = snapshotsToMessagePack(snapshots);
  assertEquals(snapshotsFromMessagePack(bytes), snapshots);
});

Deno.test("MessagePack preserves every number and text", () => {
  const number = fc.oneof(fc.double(), fc.maxSafeInteger())
    .map((value) => Object.is(value, -0) ? 0 : value);
  fc.assert(fc.property(number, fc.string({ unit: "grapheme" }), (n, text) => {
    const sample = {
      type: "gauge",
      name: text,
      help: text,
      unit: "",
      labels: { text },
      value: n,
    } as const;
    const snapshots = [{ ...emptySnapshot(), atMs: n, instruments: [sample] }];
    const bytes = snapshotsToMessagePack(snapshots);
    assertEquals(snapshotsFromMessagePack(bytes), snapshots);
  }));
});

Deno.test("Bytes that are not snapshots in MessagePack are refused", () => {
  const bytes = snapshotsToMessagePack([fullSnapshot()]);
  for (
    const wrong of [
      new Uint8Array(),
      bytes.slice(0, -1),
      encode({}),
      encode([{ sequence: 1 }]),
      encode([null]),
    ]
  ) {
    assertThrows(
      () => snapshotsFromMessagePack(wrong),
      TypeError,
      "Cannot read snapshots",
    );
  }
});

Deno.test("CSV has a row for each snapshot, and empty cells for what is unknown", () => {
  const [full, empty] = rows(snapshotsToCsv([fullSnapshot(), emptySnapshot()]));
  assertEquals(full?.["process.cpuUserMs"], "1500.5");
  assertEquals(full?.["process.gc.pauseMs"], "34.5");
  assertEquals(full?.["eventLoop.delayP99Ms"], `${4 + Math.sin(1 / 3)}`);
  assertEquals(full?.["host.load15"], "0.125");
  assertEquals(full?.["actors[pool].processed"], "200");
  assertEquals(full?.["process.heapSpaces[old_space].usedBytes"], "39000000");
  assertEquals(full?.['orders{route="/orders"}'], "5");
  assertEquals(full?.['latency{route="/orders"}.p99'], "4");
  assertEquals(full?.['latency{route="/orders"}.count'], "40");
  assertEquals(empty?.sequence, "1");
  const known = Object.entries(empty ?? {}).filter(([, cell]) => cell !== "");
  assertEquals(known.map(([name]) => name), [
    "sequence",
    "atMs",
    "steadyMs",
  ]);
});

Deno.test("The columns of CSV do not depend on the order of groups, or on what is known", () => {
  const head = (csv: string) => csv.slice(0, csv.indexOf("\r\n"));
  const full = fullSnapshot();
  const turned = {
    ...full,
    actors: full.actors === null ? null : {
      ...full.actors,
      groups: full.actors.groups.toReversed(),
    },
    instruments: full.instruments.toReversed(),
  };
  assertEquals(head(snapshotsToCsv([full])), head(snapshotsToCsv([turned])));
  const fixed = head(snapshotsToCsv([]));
  assertEquals(head(snapshotsToCsv([emptySnapshot()])), fixed);
  assertEquals(head(snapshotsToCsv([full])).startsWith(fixed), true);
});

Deno.test("Names with commas, quotes and lines stay in their columns", () => {
  const name = 'a, "b"\nc';
  const snapshot = {
    ...emptySnapshot(),
    instruments: [{
      type: "gauge",
      name,
      help: "",
      unit: "",
      labels: { x: "\n" },
      value: 7,
    }],
  } as const;
  assertEquals(rows(snapshotsToCsv([snapshot]))[0]?.[`${name}{x="\\n"}`], "7");
});
