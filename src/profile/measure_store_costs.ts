/**
 * Measures what computed fields and stored functions cost.
 *
 * @module
 */
import { Distribution } from "../metrics/internal.ts";
import type {
  Collection,
  FunctionInput,
  Store,
  StoredFunctions,
} from "../store/mod.ts";
import { measuredMs } from "./index_verdict.ts";
import type { ComputedReport, FunctionReport } from "./store_costs_report.ts";

/** Measures the computed fields of a collection, on the first of its records. */
export async function measureComputed<F extends StoredFunctions>(
  data: Store<F>,
  of: Collection,
  records: number,
  rounds: number,
  signal: AbortSignal | undefined,
): Promise<ComputedReport> {
  const read = () => data.collection(of).list({ limit: records });
  // What the store keeps is kept from then on.
  const { items } = await read();
  const lists: number[] = [];
  for (let round = 0; round < rounds; round++) {
    signal?.throwIfAborted();
    const startedAt = performance.now();
    await read();
    lists.push(performance.now() - startedAt);
  }
  const list = measuredMs(lists);
  const fields = Object.entries(of.fields).flatMap(([field, definition]) => {
    if (definition.kind !== "computed") return [];
    const { dependencies, compute } = definition;
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      signal?.throwIfAborted();
      const startedAt = performance.now();
      for (const record of items) compute(record);
      const ms = performance.now() - startedAt;
      if (items.length > 0) times.push(ms / items.length);
    }
    return [{ field, dependencies, perRecord: measuredMs(times) }];
  });
  const all = fields.reduce(
    (sum, { perRecord }) => sum + perRecord.medianMs * items.length,
    list.medianMs,
  );
  return {
    records: items.length,
    list,
    fields: fields.map((one) => ({
      ...one,
      share: all > 0 ? one.perRecord.medianMs * items.length / all : 0,
    })).sort((a, b) => b.share - a.share),
  };
}

/** Calls a function again and again, and sees what the writer did for it. */
export async function measureCalls<
  F extends StoredFunctions,
  Name extends keyof F & string,
>(
  data: Store<F>,
  name: Name,
  input: (index: number) => FunctionInput<F[Name]>,
  calls: number,
  signal: AbortSignal | undefined,
): Promise<FunctionReport> {
  const latency = new Distribution();
  const options = signal === undefined ? {} : { signal };
  const { writer: before } = data.stats();
  for (let index = 0; index < calls; index++) {
    signal?.throwIfAborted();
    const startedAt = performance.now();
    await data.call(name, input(index), options);
    latency.record(performance.now() - startedAt);
  }
  // The writer is free again in the turn after the last reply.
  await new Promise((resolve) => setTimeout(resolve, 0));
  const { writer: after } = data.stats();
  const each = (of: "heldMs" | "busyMs" | "commitMs"): number =>
    (after[of] - before[of]) / calls;
  const heldMs = each("heldMs");
  const commitMs = each("commitMs");
  const workMs = Math.max(0, each("busyMs") - commitMs);
  return {
    name,
    calls,
    latency: latency.summary(),
    heldMs,
    workMs,
    commitMs,
    waitedMs: Math.max(0, heldMs - workMs - commitMs),
    maxCallsPerSecond: heldMs > 0 ? 1000 / heldMs : null,
  };
}
