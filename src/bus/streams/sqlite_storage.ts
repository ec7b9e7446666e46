/**
 * Streams in a SQLite database under a directory, which outlive the process.
 *
 * @module
 */
import { SqliteFile } from "./sqlite_file.ts";
import { SqliteStore } from "./sqlite_store.ts";
import type { StreamStorage, StreamStore } from "./store.ts";
import { fromText, type ResolvedStream, toText } from "./stream_config.ts";

/** The streams of a directory; one at a time may have it. */
export class SqliteStorage implements StreamStorage {
  readonly #file: SqliteFile;
  readonly #stores = new Map<string, SqliteStore>();

  /**
   * Opens or creates the file of a directory.
   *
   * @throws {StreamStorageError} if it cannot be opened or written, another
   * process has it, or it is damaged or of another program or version.
   */
  constructor(directory: string) {
    this.#file = new SqliteFile(directory);
  }

  streams(): readonly (readonly [ResolvedStream, StreamStore])[] {
    const rows = this.#file.prepare("SELECT * FROM streams ORDER BY id").all();
    return rows.map((row) => {
      const options = fromText(String(row.options));
      const name = String(row.name);
      const config = { name, options } as ResolvedStream;
      const store = new SqliteStore(
        this.#file,
        Number(row.id),
        config.options.maxMessagesPerSubject !== Infinity,
      );
      this.#stores.set(name, store);
      return [config, store] as const;
    });
  }

  create(config: ResolvedStream): StreamStore {
    const { name, options } = config;
    const isIndexed = options.maxMessagesPerSubject !== Infinity;
    const insert = this.#file.prepare(
      "INSERT INTO streams (name, options, messages, bytes, last, last_ms) VALUES (?, ?, 0, 0, 0, 0) RETURNING id",
    );
    let id = 0;
    this.#file.commit(true, () => {
      id = Number(insert.get(name, toText(options))?.id);
      SqliteStore.createTables(this.#file, id, isIndexed);
    });
    const store = new SqliteStore(this.#file, id, isIndexed);
    this.#stores.set(name, store);
    return store;
  }

  drop(name: string): void {
    this.#stores.get(name)?.drop();
    this.#stores.delete(name);
  }

  commit(synced: boolean, action: () => void): void {
    try {
      this.#file.commit(synced, () => {
        action();
        for (const store of this.#stores.values()) store.beforeCommit();
      });
    } catch (error) {
      for (const store of this.#stores.values()) store.rolledBack();
      throw error;
    }
  }

  close(): void {
    try {
      this.#file.commit(false, () => {
        for (const store of this.#stores.values()) store.saveHead();
      });
    } catch {
      // A disk may be full: it is counted again when the file is opened.
    } finally {
      this.#file.close();
    }
  }
}
