/**
 * Snapshots of a real collector as JSON and as MessagePack, and an hour of
 * them as a history.
 *
 * @module
 */
import { ActorSystem } from "../../src/actor/mod.ts";
import { MetricsCollector } from "../../src/metrics/collector.ts";
import {
  snapshotsFromMessagePack,
  snapshotsToJson,
  snapshotsToMessagePack,
} from "../../src/metrics/export.ts";
import type { MetricsSnapshot } from "../../src/metrics/snapshot.ts";

/** A snapshot of a system with so many actors at its top. */
async function snapshotOf(actors: number): Promise<MetricsSnapshot> {
  await using system = new ActorSystem({ measureBusyTime: true });
  for (let i = 0; i < actors; i++) {
    system.spawn(() => ({ receive() {} }), { name: `component-${i}` });
  }
  await using collector = new MetricsCollector({ system });
  for (const route of ["/orders", "/items", "/users"]) {
    collector.instruments.counter("requests").add(1000, { route });
  }
  collector.start();
  return collector.collect();
}

const few = await snapshotOf(5);
const many = await snapshotOf(200);
for (
  const [name, snapshots] of [
    ["5 actors", [few]],
    ["200 actors", [many]],
    ["5 actors, 3600 times", Array<MetricsSnapshot>(3600).fill(few)],
  ] as const
) {
  const json = snapshotsToJson(snapshots);
  const bytes = new TextEncoder().encode(json);
  const packed = snapshotsToMessagePack(snapshots);
  console.log(
    `${name}: JSON ${bytes.length} bytes, MessagePack ${packed.length} bytes`,
  );
  const options = (way: string, isJson: boolean) => ({
    group: `${way}: ${name}`,
    baseline: isJson,
    // Each of an hour takes a second: a few are enough.
    ...(snapshots.length > 1000 ? { n: 5, warmup: 1 } : {}),
  });
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  Deno.bench(`JSON, encode, ${name}`, options("encode", true), () => {
    encoder.encode(snapshotsToJson(snapshots));
  });
  Deno.bench(`MessagePack, encode, ${name}`, options("encode", false), () => {
    snapshotsToMessagePack(snapshots);
  });
  Deno.bench(`JSON, decode, ${name}`, options("decode", true), () => {
    JSON.parse(decoder.decode(bytes));
  });
  Deno.bench(`MessagePack, decode, ${name}`, options("decode", false), () => {
    snapshotsFromMessagePack(packed);
  });
}
