/**
 * Measures how long changes take from the store to those who follow them.
 *
 * @module
 */
import { Distribution } from "../metrics/internal.ts";
import type { Collection, NewRecordOf, Store } from "../store/mod.ts";
import type { StoredFunctions } from "../store/mod.ts";
import { sseBodyOf, SseParser } from "../web/internal.ts";
import { DatabaseProfileError } from "./profile_errors.ts";
import type { DeliverySettings } from "./store_costs_options.ts";
import type { DeliveryReport } from "./store_costs_report.ts";

/** One change on its way. */
interface Pending {
  readonly startedAt: number;
  readonly done: PromiseWithResolvers<void>;
  left: number;
}

/** Creates records one after another, and waits until everybody has each. */
export async function measureDeliveries<
  F extends StoredFunctions,
  C extends Collection,
>(
  data: Store<F>,
  of: C,
  record: (index: number) => NewRecordOf<C>,
  settings: DeliverySettings,
  signal: AbortSignal | undefined,
): Promise<DeliveryReport> {
  const { subscribers, changes, timeoutMs, url, token } = settings;
  const write = new Distribution();
  const delivery = new Distribution();
  const last = new Distribution();
  const pending = new Map<string, Pending>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  const ends: AsyncDisposable[] = [];
  const created: string[] = [];
  const abort = (): void => failed.reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const seen = (id: unknown): void => {
    const change = pending.get(String(id));
    if (change === undefined) return;
    const ms = performance.now() - change.startedAt;
    delivery.record(ms);
    if (--change.left > 0) return;
    last.record(ms);
    pending.delete(String(id));
    change.done.resolve();
  };
  try {
    for (let index = 0; index < subscribers; index++) {
      signal?.throwIfAborted();
      const follow = url === undefined
        ? followInProgram(data, of, seen, failed.reject)
        : followOverHttp(url, token, of.name, seen, failed.reject);
      // Each is there before the next one comes.
      ends.push(await follow);
    }
    for (let index = 0; index < changes; index++) {
      signal?.throwIfAborted();
      const id = newId();
      const done = Promise.withResolvers<void>();
      const startedAt = performance.now();
      pending.set(id, { startedAt, done, left: subscribers });
      const timer = setTimeout(() =>
        failed.reject(
          new DatabaseProfileError(
            `Cannot measure ${of.name}: a change did not reach all ${subscribers} subscribers in ${timeoutMs} ms, see whether its rule lets them see it`,
          ),
        ), timeoutMs);
      try {
        created.push(id);
        // The collection takes an id with its own fields.
        const whole = { ...record(index), id } as NewRecordOf<C>;
        const creating = data.collection(of).create(whole);
        await Promise.race([creating, failed.promise]);
        write.record(performance.now() - startedAt);
        await Promise.race([done.promise, failed.promise]);
      } finally {
        clearTimeout(timer);
      }
    }
    return {
      over: url === undefined ? "program" : "event_stream",
      subscribers,
      changes,
      write: write.summary(),
      delivery: delivery.summary(),
      last: last.summary(),
    };
  } finally {
    signal?.removeEventListener("abort", abort);
    await Promise.all(ends.map((end) => end[Symbol.asyncDispose]()));
    await Promise.all(
      created.map((id) => data.collection(of).delete(id).catch(() => {})),
    );
  }
}

/** Follows in this process. */
function followInProgram<F extends StoredFunctions>(
  data: Store<F>,
  of: Collection,
  seen: (id: unknown) => void,
  failed: (reason: unknown) => void,
): Promise<AsyncDisposable> {
  const changes = data.subscribe(of);
  const ended = (async () => {
    for await (const { action, record } of changes) {
      if (action === "create") seen(record.id);
    }
  })().catch(failed);
  return Promise.resolve({
    async [Symbol.asyncDispose]() {
      await changes[Symbol.asyncDispose]();
      await ended;
    },
  });
}

/** Follows over an event stream; resolves when the store has the topic. */
async function followOverHttp(
  url: string,
  token: string | undefined,
  collection: string,
  seen: (id: unknown) => void,
  failed: (reason: unknown) => void,
): Promise<AsyncDisposable> {
  const controller = new AbortController();
  const topic = `${collection}/*`;
  const address = new URL(
    `api/realtime?topic=${encodeURIComponent(topic)}`,
    url.endsWith("/") ? url : `${url}/`,
  );
  const action = `follow ${address}`;
  const error = DatabaseProfileError;
  const ready = Promise.withResolvers<void>();
  const ended = (async () => {
    try {
      const response = await fetch(address, {
        signal: controller.signal,
        headers: {
          accept: "text/event-stream",
          ...(token === undefined ? {} : { authorization: token }),
        },
      });
      const body = await sseBodyOf(response, { action, error });
      const parser = new SseParser(error);
      for await (const text of body.pipeThrough(new TextDecoderStream())) {
        for (const { event, data } of parser.push(text)) {
          if (event === "cursor") ready.resolve();
          else if (event === "cut") {
            throw new error(`Cannot ${action}: ${data}`);
          } else if (event === topic) {
            const change: { action: string; record: { id: string } } = JSON
              .parse(data);
            if (change.action === "create") seen(change.record.id);
          }
        }
      }
      throw new error(`Cannot ${action}: the stream has ended`);
    } catch (reason) {
      if (controller.signal.aborted) return;
      ready.reject(reason);
      failed(reason);
    }
  })();
  const close = async (): Promise<void> => {
    controller.abort();
    await ended;
  };
  try {
    await ready.promise;
  } catch (reason) {
    await close();
    throw reason;
  }
  return { [Symbol.asyncDispose]: close };
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

/** Returns an id as the store makes them. */
function newId(): string {
  return Array.from(
    crypto.getRandomValues(new Uint8Array(15)),
    (byte) => LETTERS[byte % LETTERS.length],
  ).join("");
}
