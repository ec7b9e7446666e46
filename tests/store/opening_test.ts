// What is said where a store cannot be opened, by a process of its own.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { fileURLToPath } from "node:url";
import { ActorSystem } from "../../src/actor/mod.ts";
import {
  collection,
  integer,
  SchemaDifferenceError,
  store,
  StoreFileError,
  type StoreOptions,
  text,
} from "../../src/store/mod.ts";
import { openStore, TestDirectory } from "./support/open_store.ts";

const PROGRAM = fileURLToPath(
  new URL("support/opening_process.ts", import.meta.url),
);
const CLONE = fileURLToPath(new URL("../..", import.meta.url));

/** Opens a store in a process with some permissions. */
async function open(
  permissions: readonly string[],
  path: string,
): Promise<{ said: unknown; stderr: string }> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--no-check",
      ...permissions,
      PROGRAM,
      path,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout).trim();
  return {
    said: text === "" ? undefined : JSON.parse(text),
    stderr: new TextDecoder().decode(stderr),
  };
}

Deno.test("a permission that the store lacks is an error that names its flag", async () => {
  await using directory = new TestDirectory();
  const path = directory.file();
  const reads = `--allow-read=${CLONE}`;
  const writes = `--allow-write=${directory.path}`;
  const cases = [
    { given: [reads], flag: "--allow-write", of: `${path}-lock` },
    { given: [reads, writes], flag: "--allow-read", of: path },
    {
      given: [`--allow-read=${directory.path}`, writes],
      flag: "--allow-read",
      of: "store_thread.ts",
    },
  ];
  const found = await Promise.all(cases.map(({ given }) => open(given, path)));
  for (const [at, { said, stderr }] of found.entries()) {
    const { flag, of } = cases[at] ?? { flag: "", of: "" };
    assert(typeof said === "object" && said !== null, stderr);
    assertEquals(Reflect.get(said, "name"), "StorePermissionError");
    assertEquals(Reflect.get(said, "flag"), flag);
    const message = String(Reflect.get(said, "message"));
    assert(message.startsWith(`Cannot open the store ${path}: `), message);
    assert(message.includes(of) && message.endsWith(flag), message);
    // Nothing ends meanwhile that would be started again.
    assertEquals(stderr, "");
  }
});

Deno.test("a store that cannot be opened says so once, as a rejection", async () => {
  await using directory = new TestDirectory();
  const printed: unknown[] = [];
  const before = console.error;
  console.error = (...args) => printed.push(args);
  try {
    const tasks = collection("tasks", { fields: { title: text() } });
    await (await openStore({ collections: [tasks] }, { directory }))
      [Symbol.asyncDispose]();
    const others = collection("tasks", { fields: { title: integer() } });
    const error = await assertRejects(
      () => openStore({ collections: [others] }, { directory }),
      SchemaDifferenceError,
    );
    const step = error.steps.at(-2) ?? "";
    assertEquals(step, 'DROP TABLE "tasks";');
    // Its text has the steps, and whoever prints it sees them once.
    assertEquals(Deno.inspect(error).split(step).length, 2);
  } finally {
    console.error = before;
  }
  assertEquals(printed, []);
});

Deno.test("a directory is no file of a store, and the error says which would be", async () => {
  await using directory = new TestDirectory();
  await Deno.mkdir(directory.file());
  await assertRejects(
    () => openStore({ collections: [] }, { directory }),
    StoreFileError,
    `Cannot open the store ${directory.file()}: it is a directory, choose a file in it, such as ${directory.file()}/data.db`,
  );
});

Deno.test("an option of a part that is given to the store itself is refused, and the error says where it belongs", async () => {
  await using system = new ActorSystem();
  const options = { path: "never.db", collections: [] };
  const readers: StoreOptions = Object.assign({ ...options }, { readers: 4 });
  await assertRejects(
    () => store(system, readers),
    TypeError,
    'Cannot use option "readers" of store(): it belongs to limits, write limits: { readers }',
  );
  const keep: StoreOptions = Object.assign({ ...options }, { keepHours: 4 });
  await assertRejects(
    () => store(system, keep),
    TypeError,
    "it belongs to changes, write changes: { keepHours }",
  );
});
