/**
 * An HTTP service that has a record of a table by its id, in a process of its
 * own: the handler of a store, or one by hand with `node:sqlite`. `GET /id` has
 * the id of a record.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { ActorSystem } from "../../src/actor/mod.ts";
import { newRecordId } from "../../src/store/schema/record_id.ts";
import { bool, collection, integer, store, text } from "../../src/store/mod.ts";
import { arrays, taskOf, TASKS } from "./raw_tasks.ts";
import { announce } from "./peer_process.ts";

const RECORDS = 1000;
const PATH = /^\/api\/collections\/tasks\/records\/([a-z0-9]{15})$/;

interface Served extends AsyncDisposable {
  readonly id: string;
  readonly handle: (
    request: Request,
    info: Deno.ServeHandlerInfo,
  ) => Response | Promise<Response>;
}

async function ours(path: string): Promise<Served> {
  const system = new ActorSystem();
  const tasks = collection("tasks", {
    fields: {
      title: text({ required: true }),
      done: bool(),
      points: integer(),
    },
    rules: { view: true },
  });
  const data = await store(system, { path, collections: [tasks] });
  const made = await Promise.all(
    Array.from(
      { length: RECORDS },
      (_, points) => data.collection(tasks).create({ title: "a task", points }),
    ),
  );
  return {
    id: made[0]?.id ?? "",
    handle: data.handler,
    async [Symbol.asyncDispose]() {
      await data.close();
      await system.shutdown();
    },
  };
}

function byHand(path: string): Promise<Served> {
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = WAL; ${TASKS}`);
  const insert = database.prepare(
    "INSERT INTO tasks VALUES (?, ?, ?, ?, ?, ?)",
  );
  const ids = Array.from({ length: RECORDS }, (_, points) => {
    const id = newRecordId();
    const now = "2026-01-02 03:04:05.678Z";
    insert.run(id, now, now, "a task", 0n, BigInt(points));
    return id;
  });
  const get = arrays(database, "SELECT * FROM tasks WHERE id = ?");
  return Promise.resolve({
    id: ids[0] ?? "",
    handle(request: Request) {
      const { pathname } = new URL(request.url);
      const id = PATH.exec(pathname)?.[1];
      const row = id === undefined ? undefined : get.get(id);
      if (row === undefined) return new Response(null, { status: 404 });
      return Response.json({
        collectionId: "tasks",
        collectionName: "tasks",
        ...taskOf(row),
      }, { headers: { "cache-control": "no-store" } });
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
  const path = `${directory}/data.db`;
  const served = await (by === "store" ? ours(path) : byHand(path));
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request, info) =>
      request.url.endsWith("/id")
        ? new Response(served.id)
        : served.handle(request, info),
  );
  await announce(server.addr.port, async () => {
    await served[Symbol.asyncDispose]();
    await Deno.remove(directory, { recursive: true });
  });
}
