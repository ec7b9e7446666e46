/**
 * One thread of a store, from the inside: the writer, a reader, or one that
 * copies and checks.
 *
 * @module
 */
import { backup, type DatabaseSync } from "node:sqlite";
import { reasonOf } from "../../checks/internal.ts";
import { onThreadStart } from "../../cores/internal.ts";
import { restartLog } from "./change_log.ts";
import { checkOurs } from "./prepare_file.ts";
import { Database } from "./database.ts";
import { failing, failureOf } from "./failure.ts";
import { ReadReceiver } from "./read_wire.ts";
import type {
  CallMessage,
  CallName,
  Calls,
  ReadCall,
  ReplyMessage,
  RowSet,
} from "./protocol.ts";
import { workOf } from "./thread_use.ts";
import { Writer } from "./writer.ts";

type Handlers = {
  readonly [Name in CallName]: (
    request: Calls[Name]["request"],
  ) => Calls[Name]["reply"] | Promise<Calls[Name]["reply"]>;
};

/** Looks through a whole file; what cannot be read is a fault too. */
function faultsOf(raw: DatabaseSync): string[] {
  try {
    const found = raw.prepare("PRAGMA integrity_check").all()
      .map((row) => String(Object.values(row)[0]));
    const broken = raw.prepare("PRAGMA foreign_key_check").all()
      .map(({ table, parent }) =>
        `a relation of ${table} points to no record of ${parent}`
      );
    return [...found.filter((line) => line !== "ok"), ...broken];
  } catch (error) {
    return [reasonOf(error)];
  }
}

onThreadStart((port) => {
  let writer: Writer | undefined;
  let reader: Database | undefined;
  const receiver = new ReadReceiver();

  function theWriter(): Writer {
    if (writer === undefined) throw failing("sql", "the thread has no file");
    return writer;
  }
  function database(): Database {
    return reader ?? theWriter().database;
  }

  const handlers: Handlers = {
    open_writer(plan) {
      writer = new Writer(plan);
      return { cursor: writer.cursor };
    },
    open_reader({ path, busyMs }) {
      reader = new Database(path, busyMs, true);
      return null;
    },
    read: ({ text }) => receiver.replyTo(text, database()),
    write: (call) => theWriter().write(call),
    begin() {
      theWriter().begin();
      return null;
    },
    tx_read: (read: ReadCall): RowSet => theWriter().read(read),
    tx_write: ({ steps, now }) => theWriter().writeOpen(steps, now),
    commit: () => theWriter().commit(),
    rollback() {
      theWriter().rollback();
      return null;
    },
    async backup(path) {
      await backup(database().raw, path);
      return null;
    },
    restore({ path, busyMs }) {
      const copy = new Database(path, busyMs, false);
      try {
        const isNew = checkOurs(copy);
        const [fault] = faultsOf(copy.raw);
        if (isNew || fault !== undefined) {
          throw failing("corrupt", fault ?? "it has nothing in it");
        }
        restartLog(copy);
        copy.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      } finally {
        copy.close();
      }
      return null;
    },
    check: () => faultsOf(database().raw),
    close() {
      writer?.close();
      reader?.close();
      return null;
    },
  };

  async function handle(call: CallMessage): Promise<void> {
    const { id, name, request } = call;
    const handler = handlers[name] as (request: unknown) => unknown;
    const startedAt = performance.now();
    let outcome: ReplyMessage["outcome"];
    try {
      const value = handler(request);
      outcome = { value: value instanceof Promise ? await value : value };
    } catch (error) {
      outcome = { failure: failureOf(error) };
    }
    const committed = writer?.takeCommits();
    const reply: ReplyMessage = {
      id,
      outcome,
      busyMs: performance.now() - startedAt,
      commitMs: committed?.ms ?? 0,
      commits: committed?.count ?? 0,
      done: workOf(call),
    };
    port.postMessage(reply);
  }
  port.onmessage = ({ data }: MessageEvent<CallMessage>) => void handle(data);
});
