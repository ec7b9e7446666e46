// Opens a store, and prints what it rejects with as a line of JSON.
import { ActorSystem } from "../../../src/actor/mod.ts";
import {
  collection,
  store,
  StoreError,
  StorePermissionError,
  text,
} from "../../../src/store/mod.ts";

const [path = ""] = Deno.args;
const tasks = collection("tasks", { fields: { title: text() } });
const system = new ActorSystem();
try {
  const data = await store(system, {
    path,
    collections: [tasks],
    limits: { readers: 1 },
  });
  await data.close();
} catch (error) {
  if (!(error instanceof StoreError)) throw error;
  const { name, message } = error;
  const flag = error instanceof StorePermissionError ? error.flag : null;
  console.log(JSON.stringify({ name, message, flag }));
}
await system.shutdown();
