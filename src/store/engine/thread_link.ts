/**
 * One thread of a store, seen from the main thread: calls and their replies.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { WorkerThread } from "../../cores/internal.ts";
import { StoreLostError } from "../errors.ts";
import { FailureError } from "./failure.ts";
import type {
  CallMessage,
  CallName,
  Calls,
  Outcome,
  ReadCall,
  ReplyMessage,
  RowSet,
} from "./protocol.ts";
import { ReadSender } from "./read_wire.ts";
import { addUse, noUse, type ThreadUse } from "./thread_use.ts";

interface Pending {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** What a thread runs. */
const MODULE = new URL("./store_thread.ts", import.meta.url);

/**
 * Checks that threads can be started.
 *
 * @throws {FailureError} if the program may not read the module that they run.
 */
export function checkThreads(): void {
  if (MODULE.protocol !== "file:") return;
  const of = { name: "read", path: MODULE } as const;
  if (Deno.permissions.requestSync(of).state === "granted") return;
  throw new FailureError({
    kind: "permission",
    flag: "--allow-read",
    of: JSON.stringify(fileURLToPath(MODULE)),
  });
}

/** A thread that calls can be made of, until it is gone. */
export class ThreadLink {
  /** Resolves when the thread has ended, and what waited for it was rejected. */
  readonly gone: Promise<void>;
  readonly #thread: WorkerThread;
  readonly #pending = new Map<number, Pending>();
  readonly #use: ThreadUse;
  readonly #sender = new ReadSender();
  #lastId = 0;
  #lost: StoreLostError | undefined;

  /** @param use The sums that what it does is added to. */
  constructor(name: string, use: ThreadUse = noUse()) {
    this.#use = use;
    this.#thread = new WorkerThread(
      MODULE,
      name,
    );
    const { port } = this.#thread;
    port.onmessage = ({ data }: MessageEvent<ReplyMessage>) => this.#take(data);
    this.gone = this.#thread.gone.then(() => {
      const { failure } = this.#thread;
      this.#lost = new StoreLostError(
        `Cannot wait for the thread ${name}: it has ended${
          failure === undefined ? "" : ` (${failure.message})`
        }, it is started again`,
        failure === undefined ? undefined : { cause: failure },
      );
      port.close();
      this.#use.since = undefined;
      for (const { reject } of this.#pending.values()) reject(this.#lost);
      this.#pending.clear();
    });
  }

  /**
   * Asks the thread for something.
   *
   * @throws {FailureError} as a rejection, if it fails.
   * @throws {StoreLostError} as a rejection, if the thread ends first.
   */
  ask<Name extends CallName>(
    name: Name,
    request: Calls[Name]["request"],
  ): Promise<Calls[Name]["reply"]> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    const { promise, resolve, reject } = Promise.withResolvers<
      Calls[Name]["reply"]
    >();
    const id = ++this.#lastId;
    this.#use.since ??= performance.now();
    // The thread has the types of both.
    this.#pending.set(id, { resolve: resolve as Pending["resolve"], reject });
    const message: CallMessage = { id, name, request };
    try {
      this.#thread.port.postMessage(message);
    } catch (error) {
      // A value that cannot be copied.
      this.#pending.delete(id);
      if (this.#pending.size === 0) this.#use.since = undefined;
      reject(error);
    }
    return promise;
  }

  /**
   * Reads several things, each with an outcome of its own.
   *
   * @throws {StoreLostError} as a rejection, if the thread ends first.
   */
  async read(
    calls: readonly ReadCall[],
  ): Promise<readonly Outcome<RowSet>[]> {
    const sent = this.#sender.send(calls);
    const { text } = sent;
    const count = calls.length;
    return sent.outcomesOf(await this.ask("read", { text, count }));
  }

  /** Ends the thread, when it comes back from what it does. */
  end(): void {
    this.#thread.terminate();
  }

  #take(reply: ReplyMessage): void {
    const { id, outcome } = reply;
    addUse(this.#use, reply);
    this.#use.since = this.#pending.size > 1 ? performance.now() : undefined;
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (outcome.failure === undefined) pending?.resolve(outcome.value);
    else pending?.reject(new FailureError(outcome.failure));
  }
}
