import { assert, assertEquals, assertRejects } from "@std/assert";
import { TextLineStream } from "@std/streams/text-line-stream";
import {
  directoryStorage,
  InvalidKeyError,
  ObjectMismatchError,
  ObjectNotFoundError,
  StorageRefusedError,
} from "../../src/storage/mod.ts";
import { walkKeys } from "../../src/storage/directory/key_walk.ts";
import { compareKeys } from "../../src/storage/object_key.ts";
import { bounded } from "../support/net.ts";
import { seededRandom } from "../../src/testing/mod.ts";
import { filesIn } from "./backends.ts";
import { bytesOf, HeldStream, readText } from "./support.ts";

/** A directory that is removed at the end. */
async function temporaryDirectory(): Promise<
  { readonly path: string } & AsyncDisposable
> {
  const path = await Deno.makeTempDir();
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** All files below a directory, by their paths. */
function allFiles(path: string, base = ""): string[] {
  return [...Deno.readDirSync(`${path}/${base}`)].flatMap((entry) =>
    entry.isDirectory
      ? allFiles(path, `${base}${entry.name}/`)
      : [`${base}${entry.name}`]
  ).sort();
}

Deno.test(
  "a put that was killed leaves nothing after the next start",
  bounded,
  async () => {
    await using directory = await temporaryDirectory();
    const temporary = `${directory.path}/.temporary`;
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--allow-all",
        new URL("put_in_process.ts", import.meta.url).pathname,
        directory.path,
      ],
      stdout: "piped",
    }).spawn();
    const lines = child.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
    assertEquals((await lines.read()).value, "written");
    assertEquals(filesIn(temporary).length, 1);
    // What another process writes still is not touched.
    await directoryStorage(directory.path).put("other", bytesOf("1"));
    assertEquals(filesIn(temporary).length, 1);
    child.kill("SIGKILL");
    await child.status;
    await lines.cancel();
    assertEquals(filesIn(temporary).length, 1);
    const storage = directoryStorage(directory.path);
    await assertRejects(() => storage.head("endless"), ObjectNotFoundError);
    await storage.put("other", bytesOf("2"));
    assertEquals(filesIn(temporary), []);
    assertEquals(allFiles(directory.path), ["other+"]);
  },
);

Deno.test(
  "a key leads to no file outside of the directory",
  bounded,
  async () => {
    await using directory = await temporaryDirectory();
    const inside = `${directory.path}/inside`;
    const storage = directoryStorage(inside);
    await Deno.writeTextFile(`${directory.path}/secret+`, "secret");
    for (
      const key of ["../secret", "a/../../secret", "..", "/etc/passwd", "a\0"]
    ) {
      for (
        const call of [
          () => storage.put(key, bytesOf("1")),
          () => storage.get(key),
          () => storage.head(key),
          () => storage.delete(key),
        ]
      ) await assertRejects(call, InvalidKeyError);
      assertEquals(await Array.fromAsync(storage.list({ prefix: "../" })), []);
    }
    for (const key of ["%2e%2e/secret", "..%2fsecret", ".temporary", "~/a"]) {
      await storage.put(key, bytesOf("1"));
      assertEquals(await readText(await storage.get(key)), "1");
    }
    assertEquals(
      filesIn(directory.path).sort(),
      ["inside", "secret+"],
    );
  },
);

Deno.test(
  "an object that is replaced or removed while it is read is read as it was",
  bounded,
  async () => {
    await using directory = await temporaryDirectory();
    const storage = directoryStorage(directory.path);
    await storage.put("page", bytesOf("before"));
    const replaced = await storage.get("page");
    await storage.put("page", bytesOf("after"));
    const removed = await storage.get("page");
    await storage.delete("page");
    assertEquals(await readText(replaced), "before");
    assertEquals(await readText(removed), "after");
  },
);

Deno.test(
  "directories that are empty are removed, and puts at the same time succeed",
  bounded,
  async () => {
    await using directory = await temporaryDirectory();
    const storage = directoryStorage(directory.path, { fsync: false });
    await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        for (let round = 0; round < 20; round++) {
          await storage.put(`a/b/c/${index}`, bytesOf("1"));
          await storage.delete(`a/b/c/${index}`);
        }
      }),
    );
    assertEquals(filesIn(directory.path), [".temporary"]);
  },
);

Deno.test(
  "a file that was changed is an error, and one that is none of ours is no object",
  bounded,
  async () => {
    await using directory = await temporaryDirectory();
    const storage = directoryStorage(directory.path);
    const { path } = directory;
    for (const key of ["cut", "grown", "whole"]) {
      await storage.put(key, bytesOf("12345"));
    }
    const bytes = await Deno.readFile(`${path}/cut+`);
    await Deno.writeFile(`${path}/cut+`, bytes.subarray(1));
    await Deno.writeTextFile(`${path}/grown+`, "x", { append: true });
    for (const key of ["cut", "grown"]) {
      await assertRejects(
        () => storage.get(key),
        ObjectMismatchError,
        `Cannot read ${key}: `,
      );
      await storage.delete(key);
    }
    await Deno.writeTextFile(`${path}/README.txt`, "a note");
    await Deno.symlink("/etc", `${path}/link`);
    const infos = await Array.fromAsync(storage.list());
    assertEquals(infos.map(({ key }) => key), ["whole"]);
    assertEquals(infos[0]?.size, 5);
  },
);

Deno.test(
  "what the file system refuses has its code in the error",
  bounded,
  async () => {
    await using directory = await temporaryDirectory();
    const path = `${directory.path}/file`;
    await Deno.writeTextFile(path, "");
    const storage = directoryStorage(path);
    const held = new HeldStream(bytesOf("1"));
    const error = await assertRejects(
      () => storage.put("a", held.stream),
      StorageRefusedError,
      "Cannot put a: ",
    );
    assertEquals([error.code, error.status], ["ENOTDIR", undefined]);
    await held.cancelled;
  },
);

Deno.test(
  "keys are walked in order with few names in memory, as a sorted list has them",
  bounded,
  async () => {
    await using directory = await temporaryDirectory();
    const storage = directoryStorage(directory.path, { fsync: false });
    const random = seededRandom(7);
    const keys = new Set<string>();
    const letters = ["a", "B", "-", ".x", "é", "🦕", "z "];
    while (keys.size < 60) {
      const depth = 1 + Math.floor(random() * 3);
      keys.add(
        Array.from({ length: depth }, () =>
          Array.from(
            { length: 1 + Math.floor(random() * 2) },
            () => letters[Math.floor(random() * letters.length)],
          ).join("")).join("/"),
      );
    }
    for (const key of keys) await storage.put(key, new Uint8Array());
    const sorted = [...keys].sort(compareKeys);
    for (const prefix of ["", "a", "a/", "-/.x", "é", "none"]) {
      for (const after of ["", "a", "a/B", "zz", "🦕/"]) {
        for (const kept of [1, 3, 1000]) {
          assertEquals(
            await Array.fromAsync(
              walkKeys(directory.path, { prefix, after, kept }),
            ),
            sorted.filter((key) =>
              key.startsWith(prefix) &&
              (after === "" || compareKeys(key, after) > 0)
            ),
            `${prefix}, ${after}, ${kept}`,
          );
        }
      }
    }
    assert(sorted.length === 60);
  },
);

Deno.test(
  "a directory that was removed is made again by the next put",
  bounded,
  async () => {
    await using directory = await temporaryDirectory();
    const path = `${directory.path}/objects`;
    const storage = directoryStorage(path);
    assertEquals(await Array.fromAsync(storage.list()), []);
    await storage.delete("a");
    for (const text of ["1", "2"]) {
      await storage.put("a/b", bytesOf(text), { ifAbsent: true });
      assertEquals(await readText(await storage.get("a/b")), text);
      await Deno.remove(path, { recursive: true });
      await assertRejects(() => storage.get("a/b"), ObjectNotFoundError);
    }
  },
);

/** Mounts a file system of 1 MiB, if this process may. */
async function smallDisk(path: string): Promise<boolean> {
  const { success } = await new Deno.Command("mount", {
    args: ["-t", "tmpfs", "-o", "size=1m", "tmpfs", path],
    stderr: "null",
  }).output();
  return success;
}

Deno.test("a disk that is full is an error, and what was there stays", {
  ...bounded,
  ignore: Deno.build.os !== "linux" || Deno.uid() !== 0,
}, async () => {
  await using directory = await temporaryDirectory();
  const path = `${directory.path}/disk`;
  await Deno.mkdir(path);
  // A container may not mount, although its user is root.
  if (!await smallDisk(path)) return;
  try {
    const storage = directoryStorage(path);
    await storage.put("kept", bytesOf("before"));
    for (const key of ["kept", "new"]) {
      const error = await assertRejects(
        () => storage.put(key, new Uint8Array(2 ** 21)),
        StorageRefusedError,
      );
      assertEquals(error.code, "ENOSPC");
    }
    assertEquals(await readText(await storage.get("kept")), "before");
    assertEquals(allFiles(path), ["kept+"]);
    await storage.put("new", new Uint8Array(2 ** 19));
  } finally {
    await new Deno.Command("umount", { args: [path] }).output();
  }
});
