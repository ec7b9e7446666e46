/**
 * A store and its page on a real socket.
 *
 * @module
 */
import { z } from "zod";
import {
  authCollection,
  type AuthFields,
  bool,
  type Collection,
  collection,
  integer,
  serveStorePage,
  type Store,
  storedFunction,
  type StorePage,
  text,
} from "../../../src/store/mod.ts";
import { memoryStorage } from "../../../src/storage/mod.ts";
import { openStore } from "../support/open_store.ts";

export const users: Collection<"users", AuthFields, "auth"> = authCollection(
  "users",
  { fields: {} },
);
export const notes: Collection = collection("notes", {
  fields: {
    title: text({ required: true, max: 40 }),
    level: integer({ min: 0 }),
    done: bool(),
  },
  indexes: [{ fields: ["level"] }],
  rules: { list: true, view: "done = true" },
});

/** A store and its page, at one address. */
export interface ServedPage extends AsyncDisposable {
  readonly data: Store;
  readonly page: StorePage;
  readonly address: string;
  /** Is gone for a moment: all connections are cut. */
  restart(meanwhile: () => Promise<void>): Promise<void>;
}

/** Serves a store with its page. */
export async function servePage(
  collections: readonly Collection[] = [users, notes],
): Promise<ServedPage> {
  const opened = await openStore({
    collections,
    files: { storage: memoryStorage() },
    functions: {
      add: storedFunction({
        input: z.object({ title: z.string() }),
        run: async ({ collection }, { title }) =>
          (await collection(notes).create({ title })).id.length,
      }),
    },
    slowQueries: { overMs: 0 },
  });
  const { data } = opened;
  const page = serveStorePage(data);
  let end = new AbortController();
  const listen = (port: number): Deno.HttpServer<Deno.NetAddr> =>
    Deno.serve({
      hostname: "127.0.0.1",
      port,
      onListen() {},
      signal: end.signal,
    }, (request, info) =>
      new URL(request.url).pathname.startsWith("/_/")
        ? page.fetch(request)
        : data.handler(request, info));
  let server = listen(0);
  const { port } = server.addr;
  return {
    data,
    page,
    address: `http://127.0.0.1:${port}`,
    async restart(meanwhile) {
      end.abort();
      await server.finished;
      await meanwhile();
      end = new AbortController();
      server = listen(port);
    },
    async [Symbol.asyncDispose]() {
      await page[Symbol.asyncDispose]();
      await data.close();
      end.abort();
      await server.finished;
      await opened[Symbol.asyncDispose]();
    },
  };
}
