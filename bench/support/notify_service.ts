/**
 * A service that notifies everybody who is connected of a change of one record,
 * in a process of its own: a store with its live changes, or by hand a table and
 * a loop over the connections. It changes the record whenever it gets SIGUSR2,
 * and the value that it writes is the time at which it begins.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { ActorSystem } from "../../src/actor/mod.ts";
import type { LogicalConnection } from "../../src/session/mod.ts";
import {
  collection,
  number,
  serveChanges,
  store,
} from "../../src/store/mod.ts";
import { listen } from "../../src/tcp/mod.ts";
import { announce } from "./peer_process.ts";
import { wallMs } from "./bus_member.ts";

/** Connections that one session may have. */
const MAX_STREAMS = 20_000;

interface Served extends AsyncDisposable {
  readonly serve: (connection: LogicalConnection) => Promise<void>;
  /** Changes the record; who follows it is notified. */
  readonly change: () => void | Promise<unknown>;
}

async function byStore(system: ActorSystem, path: string): Promise<Served> {
  const ticks = collection("ticks", {
    fields: { at: number() },
    rules: { list: true },
  });
  const data = await store(system, { path, collections: [ticks] });
  const { id } = await data.collection(ticks).create({ at: 0 });
  return {
    serve: serveChanges(data),
    change: () => data.collection(ticks).update(id, { at: wallMs() }),
    [Symbol.asyncDispose]: () => data.close(),
  };
}

function byHand(path: string): Promise<Served> {
  const database = new DatabaseSync(path);
  database.exec(
    "PRAGMA journal_mode = WAL; CREATE TABLE ticks (id TEXT PRIMARY KEY, at REAL)",
  );
  database.exec("INSERT INTO ticks VALUES ('one', 0)");
  const update = database.prepare("UPDATE ticks SET at = ? WHERE id = 'one'");
  const connections = new Set<LogicalConnection>();
  const encoder = new TextEncoder();
  return Promise.resolve({
    async serve(connection: LogicalConnection) {
      for await (const _topics of connection) {
        connections.add(connection);
        await connection.send(encoder.encode(`{"event":"cursor"}`));
      }
      connections.delete(connection);
    },
    change() {
      const at = wallMs();
      update.run(at);
      const message = encoder.encode(JSON.stringify({
        event: "ticks/*",
        action: "update",
        record: { id: "one", at },
      }));
      for (const connection of connections) void connection.send(message);
    },
    [Symbol.asyncDispose]() {
      database.close();
      return Promise.resolve();
    },
  });
}

if (import.meta.main) {
  const [by] = Deno.args;
  const directory = await Deno.makeTempDir();
  const system = new ActorSystem();
  const path = `${directory}/data.db`;
  const served = await (by === "store" ? byStore(system, path) : byHand(path));
  const listener = listen(system, {
    port: 0,
    maxStreams: MAX_STREAMS,
    serve: served.serve,
  });
  Deno.addSignalListener("SIGUSR2", () => void served.change());
  await announce(listener.address.port, async () => {
    await served[Symbol.asyncDispose]();
    await system.shutdown();
    await Deno.remove(directory, { recursive: true });
  });
}
