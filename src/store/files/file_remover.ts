/**
 * Removes the objects of files that no record names any more: after the commit,
 * as often as it takes.
 *
 * @module
 */
import type { Clock, Timer } from "../../actor/mod.ts";
import { report } from "../../actor/internal.ts";
import type { ObjectStorage } from "../../storage/mod.ts";
import type { Engine } from "../engine/engine.ts";
import { StoreError } from "../errors.ts";
import { forget, leftKeys } from "./file_rows.ts";

/** Files that are removed together. */
const TOGETHER = 50;
/** Milliseconds after which what could not be removed is tried again. */
const RETRY_MS = 60_000;

/** What a remover needs. */
export interface FileRemoverOptions {
  readonly engine: Pick<Engine, "read" | "write">;
  readonly storage: ObjectStorage;
  readonly clock: Clock;
  /** Resolves when nothing more is made of a file. */
  readonly settled: (key: string) => Promise<void>;
}

/** Removes files. */
export class FileRemover {
  readonly #options: FileRemoverOptions;
  #running: Promise<void> | undefined;
  #isWanted = false;
  #retry: Timer | undefined;
  #isClosed = false;

  constructor(options: FileRemoverOptions) {
    this.#options = options;
  }

  /** Removes what there is to remove, beside all else. */
  start(): void {
    if (this.#isClosed) return;
    this.#isWanted = true;
    this.#running ??= this.#run().finally(() => this.#running = undefined);
  }

  /** Resolves when nothing is being removed. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Ends it; what is left is removed when the store is opened again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#retry?.cancel();
    await this.idle();
  }

  async #run(): Promise<void> {
    this.#retry?.cancel();
    try {
      while (this.#isWanted && !this.#isClosed) {
        this.#isWanted = false;
        while (!this.#isClosed && await this.#removeSome());
      }
    } catch (error) {
      // The store has ended, or is too busy: it is done later.
      if (!(error instanceof StoreError)) this.#failed(error);
      this.#retryLater();
    }
  }

  /** Removes some; resolves to whether there may be more. */
  async #removeSome(): Promise<boolean> {
    const { engine } = this.#options;
    const rows = await engine.read(leftKeys(TOGETHER));
    if (rows.length === 0) return false;
    const keys = rows.map(({ key }) => String(key));
    const outcomes = await Promise.allSettled(
      keys.map((key) => this.#remove(key)),
    );
    const removed = keys.filter((_, at) =>
      outcomes[at]?.status === "fulfilled"
    );
    if (removed.length > 0) {
      await engine.write({
        steps: [{ kind: "run", statement: forget(removed) }],
      });
    }
    const failed = outcomes.find((one) => one.status === "rejected");
    if (failed === undefined) return true;
    this.#failed(failed.reason);
    this.#retryLater();
    return false;
  }

  /** Removes a file and what was made of it. */
  async #remove(key: string): Promise<void> {
    const { storage, settled } = this.#options;
    await settled(key);
    for await (const made of storage.list({ prefix: `${key}/` })) {
      await storage.delete(made.key);
    }
    await storage.delete(key);
  }

  #failed(error: unknown): void {
    report(
      "Files of a store could not be removed, and are tried again:",
      error,
    );
  }

  #retryLater(): void {
    if (this.#isClosed) return;
    this.#retry?.cancel();
    this.#retry = this.#options.clock.schedule(RETRY_MS, () => this.start());
  }
}
