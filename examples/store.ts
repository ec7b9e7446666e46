/**
 * A store in one file: collections with a rule, a generated and a computed
 * attribute, files with thumbnails, a stored function, and live changes.
 *
 * Permissions: --allow-read --allow-write --allow-env --allow-ffi
 *
 * Run it: deno run --allow-read --allow-write --allow-env --allow-ffi examples/store.ts
 *
 * @module
 */
import "./support/permissions.ts";
import { ActorSystem } from "@troupe/troupe";
import {
  authCollection,
  collection,
  computed,
  file,
  generated,
  integer,
  relation,
  store,
  storedFunction,
  text,
} from "@troupe/troupe/store";
import { z } from "zod";

const users = authCollection("users", { fields: { name: text() } });
const tasks = collection("tasks", {
  fields: {
    title: text({ required: true, max: 80 }),
    hours: integer({ required: true, min: 0 }),
    owner: relation("users", { required: true, onDelete: "cascade" }),
    photo: file({ types: ["image/*"], thumbs: ["80x80"] }),
    // SQLite makes this one, so that it can be sorted by; code makes the other.
    minutes: generated("hours * 60", "integer"),
    label: computed(["title"], (task: { title: string }) => `${task.title}!`),
  },
  // What has no rule is for the program and superusers alone.
  rules: { list: "owner = @request.auth.id", view: "owner = @request.auth.id" },
});

const extend = storedFunction({
  input: z.object({ id: z.string(), hours: z.number().int() }),
  async run({ collection }, { id, hours }) {
    // Nobody else writes between these two.
    const task = await collection(tasks).get(id);
    return await collection(tasks).update(id, { hours: task.hours + hours });
  },
});

const directory = await Deno.makeTempDir();
await using system = new ActorSystem();
const data = await store(system, {
  path: `${directory}/data.db`,
  collections: [users, tasks],
  functions: { extend },
});
const login = { email: "a@b.co", password: "correct horse battery staple" };
const ann = await data.collection(users).create(login);
const changes = data.subscribe(tasks, { filter: "minutes > 90" });
const photo = new Blob([Uint8Array.fromBase64(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
)]);
const task = { title: "Paint", hours: 1, owner: ann.id, photo };
const { id, photo: name } = await data.collection(tasks).create(task);
const { label, minutes } = await data.call("extend", { id, hours: 2 });
console.log(`${label} ${minutes} minutes`);
const { value: change } = await changes.next();
console.log(`live: ${change?.action} ${change?.record.minutes} minutes`);
const url = `http://localhost/api/files/tasks/${id}/${name}?thumb=80x80`;
const thumb = await data.handler(new Request(url));
console.log(`thumbnail: ${thumb.status} ${(await thumb.blob()).type}`);
console.log(`strangers see ${await data.as(null).collection(tasks).count()}`);
await data.close();
await Deno.remove(directory, { recursive: true });
