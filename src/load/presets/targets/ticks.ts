/**
 * Changes of one record that carry the time when they were asked for.
 *
 * @module
 */
import {
  accountAddress,
  COLLECTIONS,
  PASSWORD,
  recordId,
} from "../store_records.ts";
import type { TargetService } from "./target_service.ts";

/** What goes on until it is ended. */
export interface Publication {
  /** Ends it, and resolves when nothing is under way any more. */
  end(): Promise<void>;
}

/**
 * Publishes the time, in milliseconds since 1970, so often per second. A
 * publication that takes longer than that delays the next one.
 */
export function publishTicks(
  perSecond: number,
  publish: (sentAt: number) => Promise<unknown>,
): Publication {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let underWay: Promise<void> = Promise.resolve();
  let hasEnded = false;
  const next = async (): Promise<void> => {
    const started = performance.now();
    try {
      await publish(performance.timeOrigin + started);
    } catch (error) {
      // Who waits for a change sees that none comes.
      console.error("Cannot publish a tick:", error);
    }
    const left = 1000 / perSecond - (performance.now() - started);
    if (!hasEnded) timer = setTimeout(begin, Math.max(0, left));
  };
  const begin = () => {
    underWay = next();
  };
  begin();
  return {
    async end() {
      hasEnded = true;
      clearTimeout(timer);
      await underWay;
    },
  };
}

/**
 * Changes the record of a store that is served elsewhere.
 *
 * @param url The URL of the store, which ends in `/`.
 */
export async function sendTicks(
  url: string,
  perSecond: number,
): Promise<TargetService> {
  const collections = `${url}api/collections/`;
  const { token } = await send(
    `${collections}${COLLECTIONS.users}/auth-with-password`,
    "POST",
    { identity: accountAddress(1), password: PASSWORD },
  );
  const record = `${collections}${COLLECTIONS.ticks}/records/${
    recordId("ticks", 1)
  }`;
  const publication = publishTicks(
    perSecond,
    (sentAt) => send(record, "PATCH", { sentAt }, String(token)),
  );
  return {
    outputs: { ticks: perSecond },
    [Symbol.asyncDispose]: () => publication.end(),
  };
}

/** Sends JSON, and resolves to the JSON that comes back. */
async function send(
  url: string,
  method: string,
  value: unknown,
  token = "",
): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method,
    headers: { "content-type": "application/json", authorization: token },
    body: JSON.stringify(value),
  });
  const text = await response.text();
  if (response.ok) return Object(JSON.parse(text));
  throw new Error(`Cannot use the store at ${url}: ${text}`);
}
