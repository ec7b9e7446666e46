/**
 * Snapshots as JSON and as MessagePack.
 *
 * @module
 */
import { decode, encode, type ValueType } from "@std/msgpack";
import { checkArray } from "../checks/internal.ts";
import type { MetricsSnapshot } from "./snapshot.ts";

/**
 * Returns snapshots as a JSON array. JSON has neither `NaN` nor infinity: they
 * become `null`.
 *
 * @example
 * ```ts
 * import { type MetricsFeed, snapshotsToJson } from "@troupe/troupe/metrics";
 *
 * async function save(feed: MetricsFeed, path: string): Promise<void> {
 *   await Deno.writeTextFile(path, snapshotsToJson(feed.history));
 * }
 * console.assert(save.length === 2);
 * ```
 *
 * @throws {TypeError} if there is no array.
 */
export function snapshotsToJson(snapshots: readonly MetricsSnapshot[]): string {
  checkSnapshots(snapshots);
  return JSON.stringify(snapshots);
}

/**
 * Returns snapshots as a MessagePack array, from which
 * `snapshotsFromMessagePack` reads them unchanged. It is smaller than JSON and
 * takes far longer to encode: a second or more for an hour of one a second.
 *
 * @example
 * ```ts
 * import {
 *   snapshotsFromMessagePack,
 *   snapshotsToMessagePack,
 * } from "@troupe/troupe/metrics";
 *
 * const bytes = snapshotsToMessagePack([]);
 * console.assert(snapshotsFromMessagePack(bytes).length === 0);
 * ```
 *
 * @throws {TypeError} if there is no array.
 */
export function snapshotsToMessagePack(
  snapshots: readonly MetricsSnapshot[],
): Uint8Array<ArrayBuffer> {
  checkSnapshots(snapshots);
  return encode(snapshots.map(valueOf));
}

/** Checks that there is an array of snapshots, and not one alone. */
export function checkSnapshots(snapshots: readonly MetricsSnapshot[]): void {
  checkArray("snapshots", snapshots, "an array of snapshots");
}

/**
 * Yields the same in pieces, one for each snapshot, so that the thread is not
 * held for all of them.
 */
export function* messagePackPieces(
  snapshots: readonly MetricsSnapshot[],
): Generator<Uint8Array<ArrayBuffer>, void> {
  const head = new Uint8Array(5);
  // An array of up to 2³² − 1 elements.
  head[0] = 0xdd;
  new DataView(head.buffer).setUint32(1, snapshots.length);
  yield head;
  for (const snapshot of snapshots) yield encode(valueOf(snapshot));
}

/**
 * Returns the snapshots that `snapshotsToMessagePack` has encoded.
 *
 * @example
 * ```ts
 * import { snapshotsFromMessagePack } from "@troupe/troupe/metrics";
 *
 * async function load(path: string): Promise<number | undefined> {
 *   const snapshots = snapshotsFromMessagePack(await Deno.readFile(path));
 *   return snapshots.at(-1)?.atMs;
 * }
 * console.assert(load.length === 1);
 * ```
 *
 * @throws {TypeError} if the bytes are not MessagePack, or not an array of
 * snapshots; the fields of a snapshot are not checked.
 */
export function snapshotsFromMessagePack(bytes: Uint8Array): MetricsSnapshot[] {
  let value: unknown;
  try {
    value = decode(bytes);
  } catch (cause) {
    throw new TypeError(
      "Cannot read snapshots: the bytes are not MessagePack, use those of snapshotsToMessagePack()",
      { cause },
    );
  }
  if (Array.isArray(value) && value.every(isSnapshot)) return value;
  throw new TypeError(
    "Cannot read snapshots: the value is not an array of snapshots, use that of snapshotsToMessagePack()",
  );
}

/** Returns a value as the type that the encoder takes. */
function valueOf(value: unknown): ValueType {
  if (Array.isArray(value)) return value.map(valueOf);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, valueOf(item)]),
    );
  }
  switch (typeof value) {
    case "number":
    case "string":
    case "boolean":
      return value;
    default:
      return null;
  }
}

function isSnapshot(value: unknown): value is MetricsSnapshot {
  return typeof value === "object" && value !== null &&
    "sequence" in value && typeof value.sequence === "number" &&
    "atMs" in value && typeof value.atMs === "number" &&
    "steadyMs" in value && typeof value.steadyMs === "number" &&
    "process" in value && "host" in value && "instruments" in value;
}
