/**
 * The consumers of a stream in its file.
 *
 * @module
 */
import type { ResolvedConsumer } from "./consumer_config.ts";
import type { SqliteFile, Statement } from "./sqlite_file.ts";
import type { ConsumerChange, StoredConsumer } from "./store.ts";
import { fromText, toText } from "./stream_config.ts";

/** The consumers with a name of one stream. */
export class SqliteConsumers {
  readonly #stream: bigint;
  readonly #ids = new Map<string, bigint>();
  readonly #sql: Readonly<
    Record<
      | "add"
      | "all"
      | "change"
      | "forget"
      | "pending"
      | "remove"
      | "save"
      | "settle",
      Statement
    >
  >;

  constructor(file: SqliteFile, stream: number) {
    this.#stream = BigInt(stream);
    this.#sql = {
      add: file.prepare(
        "INSERT INTO consumers (stream, name, config, cursor, gap, redelivered) VALUES (?, ?, ?, 0, 0, 0) RETURNING id",
      ),
      all: file.prepare("SELECT * FROM consumers WHERE stream = ? ORDER BY id"),
      change: file.prepare(
        "UPDATE consumers SET cursor = ?, gap = ?, redelivered = ? WHERE id = ?",
      ),
      forget: file.prepare("DELETE FROM pending WHERE consumer = ?"),
      pending: file.prepare(
        "SELECT sequence, deliveries FROM pending WHERE consumer = ? ORDER BY sequence",
      ),
      remove: file.prepare("DELETE FROM consumers WHERE id = ?"),
      save: file.prepare("REPLACE INTO pending VALUES (?, ?, ?)"),
      settle: file.prepare(
        "DELETE FROM pending WHERE consumer = ? AND sequence = ?",
      ),
    };
  }

  all(): readonly StoredConsumer[] {
    return this.#sql.all.all(this.#stream).map((row) => {
      const config = fromText(String(row.config)) as ResolvedConsumer;
      const id = BigInt(Number(row.id));
      this.#ids.set(config.name, id);
      return {
        config,
        position: {
          cursor: Number(row.cursor),
          gap: Number(row.gap),
          redelivered: Number(row.redelivered),
        },
        pending: new Map(
          this.#sql.pending.all(id).map((
            { sequence, deliveries },
          ) => [Number(sequence), Number(deliveries)]),
        ),
      };
    });
  }

  add(config: ResolvedConsumer): void {
    const row = this.#sql.add.get(this.#stream, config.name, toText(config));
    this.#ids.set(config.name, BigInt(Number(row?.id)));
  }

  change(name: string, change: ConsumerChange): void {
    const id = this.#ids.get(name);
    if (id === undefined) return;
    const { cursor, gap, redelivered, saved, removed } = change;
    this.#sql.change.run(BigInt(cursor), BigInt(gap), BigInt(redelivered), id);
    for (const [sequence, deliveries] of saved) {
      this.#sql.save.run(id, BigInt(sequence), BigInt(deliveries));
    }
    for (const sequence of removed) {
      this.#sql.settle.run(id, BigInt(sequence));
    }
  }

  remove(name: string): void {
    const id = this.#ids.get(name);
    if (id === undefined) return;
    this.#sql.forget.run(id);
    this.#sql.remove.run(id);
    this.#ids.delete(name);
  }

  removeAll(): void {
    for (const name of [...this.#ids.keys()]) this.remove(name);
  }
}
