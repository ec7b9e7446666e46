// What all backends do alike, each with what it talks to.
import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  type ByteRange,
  ObjectExistsError,
  ObjectMismatchError,
  ObjectNotFoundError,
  ObjectRangeError,
  type ObjectStorage,
  TransferCutError,
} from "../../src/storage/mod.ts";
import { compareKeys } from "../../src/storage/object_key.ts";
import { bounded } from "../support/net.ts";
import { BACKENDS } from "./backends.ts";
import {
  bytesOf,
  HeldStream,
  manyBytes,
  readAll,
  readText,
  sha256,
  streamOf,
} from "./support.ts";

async function keysOf(
  storage: ObjectStorage,
  options: Parameters<ObjectStorage["list"]>[0] = {},
): Promise<string[]> {
  const infos = await Array.fromAsync(storage.list(options));
  return infos.map(({ key }) => key);
}

for (const { name, partBytes, lacks, open } of BACKENDS) {
  /** More than one part. */
  const large = manyBytes(partBytes + 100_000);
  const someParts = partBytes + 1000;

  /** The keys of a list as they should be, which some give in any order. */
  const inOrder = (keys: readonly string[]) =>
    lacks.includes("order") ? keys.toSorted(compareKeys) : keys;

  Deno.test(
    `${name}: an object is read as it was written, with what is known of it`,
    bounded,
    async () => {
      await using backend = await open();
      const { storage } = backend;
      const bytes = bytesOf("hello");
      const receipt = await storage.put("notes/one", bytes, {
        contentType: "text/plain; charset=utf-8",
      });
      assertEquals([receipt.key, receipt.size], ["notes/one", 5]);
      assertEquals(receipt.sha256, sha256(bytes));
      const read = await storage.get("notes/one");
      assertEquals(await readText(read), "hello");
      assertEquals([read.size, read.offset, read.length], [5, 0, 5]);
      const { body: _, offset: __, length: ___, ...details } = read;
      assertEquals(await storage.head("notes/one"), details);
      assertEquals(details.contentType, "text/plain; charset=utf-8");
      assertEquals(details.etag, receipt.etag);
      // Services round to seconds, and clocks of tests are one.
      assert(Math.abs(details.modifiedAt - Date.now()) < 600_000);
    },
  );

  Deno.test(`${name}: an object can have no bytes`, bounded, async () => {
    await using backend = await open();
    const { storage } = backend;
    await storage.put("empty", new Uint8Array());
    await storage.put("empty-stream", streamOf(new Uint8Array()));
    for (const key of ["empty", "empty-stream"]) {
      const read = await storage.get(key);
      assertEquals([read.size, read.length], [0, 0]);
      assertEquals(read.contentType, "application/octet-stream");
      assertEquals((await readAll(read)).length, 0);
    }
  });

  Deno.test(
    `${name}: a large stream is written and read as it is`,
    bounded,
    async () => {
      await using backend = await open();
      const { storage } = backend;
      const receipt = await storage.put("large", streamOf(large), {
        contentType: "video/mp4",
      });
      assertEquals([receipt.size, receipt.sha256], [
        large.length,
        sha256(large),
      ]);
      const read = await storage.get("large", { sha256: receipt.sha256 });
      assertEquals([read.contentType, read.etag], ["video/mp4", receipt.etag]);
      assertEquals(sha256(await readAll(read)), receipt.sha256);
      await storage.put("copy", large);
      const copy = await readAll(await storage.get("copy"));
      assertEquals(sha256(copy), receipt.sha256);
      assertEquals(await backend.leftOvers(), []);
    },
  );

  Deno.test(`${name}: ranges are read`, bounded, async () => {
    await using backend = await open();
    const { storage } = backend;
    await storage.put("digits", bytesOf("0123456789"));
    const ranges: readonly [ByteRange, string][] = [
      [{ offset: 0, length: 2 }, "01"],
      [{ offset: 2, length: 3 }, "234"],
      [{ offset: 9, length: 1 }, "9"],
      [{ offset: 7 }, "789"],
      [{ offset: 0 }, "0123456789"],
      [{ offset: 8, length: 100 }, "89"],
    ];
    const first: typeof ranges = lacks.includes("first_byte")
      ? []
      : [[{ offset: 0, length: 1 }, "0"]];
    for (const [range, text] of [...first, ...ranges]) {
      const read = await storage.get("digits", { range });
      assertEquals(
        [read.size, read.offset, read.length],
        [10, range.offset, text.length],
      );
      assertEquals(await readText(read), text);
    }
    await assertRejects(
      () => storage.get("digits", { range: { offset: 10 } }),
      ObjectRangeError,
      "Cannot get digits from byte 10 on",
    );
    if (lacks.includes("first_byte")) return;
    await storage.put("empty", new Uint8Array());
    await assertRejects(
      () => storage.get("empty", { range: { offset: 0, length: 1 } }),
      ObjectRangeError,
    );
  });

  Deno.test(
    `${name}: what is not there is a typed error, and its removal is none`,
    bounded,
    async () => {
      await using backend = await open();
      const { storage } = backend;
      await assertRejects(
        () => storage.get("nothing"),
        ObjectNotFoundError,
        "Cannot find nothing: there is no such object",
      );
      await assertRejects(() => storage.head("nothing"), ObjectNotFoundError);
      await storage.delete("nothing");
      await storage.delete("no/such/folder");
      await storage.put("some/thing", bytesOf("1"));
      await storage.delete("some/thing");
      await storage.delete("some/thing");
      await assertRejects(() => storage.get("some/thing"), ObjectNotFoundError);
      assertEquals(await keysOf(storage), []);
    },
  );

  Deno.test(
    `${name}: a put replaces the object with all that is known of it`,
    bounded,
    async () => {
      await using backend = await open();
      const { storage } = backend;
      const first = await storage.put("page", bytesOf("first"), {
        contentType: "text/html",
      });
      const second = await storage.put("page", bytesOf("the second"));
      assertNotEquals(first.etag, second.etag);
      const read = await storage.get("page");
      assertEquals(
        [await readText(read), read.contentType, read.etag],
        ["the second", "application/octet-stream", second.etag],
      );
      assertEquals(await keysOf(storage), ["page"]);
    },
  );

  Deno.test(
    `${name}: an object that must be new replaces none`,
    bounded,
    async () => {
      await using backend = await open();
      const { storage } = backend;
      await storage.put("once", bytesOf("first"), { ifAbsent: true });
      for (const body of [bytesOf("second"), streamOf(large)]) {
        await assertRejects(
          () => storage.put("once", body, { ifAbsent: true }),
          ObjectExistsError,
          "Cannot put once: there is an object with that key",
        );
      }
      assertEquals(await readText(await storage.get("once")), "first");
      assertEquals(await backend.leftOvers(), []);
    },
  );

  if (!lacks.includes("if_absent")) {
    Deno.test(
      `${name}: of puts at once that must be new, one alone succeeds`,
      bounded,
      async () => {
        await using backend = await open();
        const { storage } = backend;
        const texts = ["a", "b", "c", "d"].map((text) => text.repeat(10));
        const puts = await Promise.allSettled(
          texts.map((text) =>
            storage.put("race", bytesOf(text), { ifAbsent: true })
          ),
        );
        const won = puts.flatMap(({ status }, index) =>
          status === "fulfilled" ? [texts[index]] : []
        );
        assertEquals(won, [await readText(await storage.get("race"))]);
        for (const put of puts) {
          if (put.status === "fulfilled") continue;
          assert(put.reason instanceof ObjectExistsError, `${put.reason}`);
        }
        // Each has found that there is none, before the first is written.
        const streams = [new HeldStream(large), new HeldStream(large)];
        const larges = streams.map(({ stream }) =>
          storage.put("large", stream, { ifAbsent: true })
        );
        await Promise.all(streams.map(({ exhausted }) => exhausted));
        for (const stream of streams) stream.end();
        const outcomes = await Promise.allSettled(larges);
        assertEquals(
          outcomes.map(({ status }) => status).sort(),
          ["fulfilled", "rejected"],
        );
        for (const outcome of outcomes) {
          if (outcome.status === "fulfilled") continue;
          const { reason } = outcome;
          assert(reason instanceof ObjectExistsError, `${reason}`);
        }
        assertEquals(await backend.leftOvers(), []);
      },
    );
  }

  Deno.test(
    `${name}: keys are kept as they are, and listed in the order of their bytes`,
    bounded,
    async () => {
      await using backend = await open();
      const { storage } = backend;
      const keys = [
        " leading and trailing ",
        ".hidden/..two dots",
        "A",
        "a",
        "a b/c d",
        "a!$&'()*+,;=:@%20%2F",
        "a-b",
        "a/b",
        "a/b/c",
        'a<>"|?#[]^`{}~',
        "zoë/größe €.txt",
        "日本語/ファイル",
        "🦕 and 🐘",
      ];
      for (const key of keys.toReversed()) {
        await storage.put(key, bytesOf(key));
      }
      assertEquals(inOrder(await keysOf(storage)), keys);
      for (const key of keys) {
        const read = await storage.get(key);
        assertEquals([read.key, await readText(read)], [key, key]);
      }
      for (const key of keys) {
        await storage.delete(key);
        await assertRejects(() => storage.head(key), ObjectNotFoundError);
      }
      assertEquals(await keysOf(storage), []);
    },
  );

  Deno.test(
    `${name}: objects are listed by prefix, in pages`,
    bounded,
    async () => {
      await using backend = await open();
      const { storage } = backend;
      const keys = ["a/1", "a/2", "a/30", "a/3/x", "a/3/y", "ab", "b/1"];
      for (const key of keys) await storage.put(key, bytesOf(key));
      const sorted = keys.toSorted();
      assertEquals(inOrder(await keysOf(storage)), sorted);
      assertEquals(
        inOrder(await keysOf(storage, { prefix: "a/3" })),
        ["a/3/x", "a/3/y", "a/30"],
      );
      assertEquals(
        inOrder(await keysOf(storage, { prefix: "a/" })),
        sorted.slice(0, 5),
      );
      assertEquals(await keysOf(storage, { prefix: "c/d/" }), []);
      assertEquals(await keysOf(storage, { prefix: "../" }), []);
      const [info] = await Array.fromAsync(storage.list({ prefix: "ab" }));
      const { contentType: _, ...details } = await storage.head("ab");
      assertEquals({ ...info, modifiedAt: 0 }, { ...details, modifiedAt: 0 });
      if (lacks.includes("pages")) return;
      const pages: string[][] = [];
      for (let after = "";;) {
        const page = await keysOf(storage, { after, limit: 3 });
        if (page.length === 0) break;
        pages.push(page);
        after = page.at(-1) ?? "";
      }
      assertEquals(pages, [
        sorted.slice(0, 3),
        sorted.slice(3, 6),
        sorted.slice(6),
      ]);
      // It need not be the key of an object.
      assertEquals(await keysOf(storage, { prefix: "a/", after: "a/25" }), [
        "a/3/x",
        "a/3/y",
        "a/30",
      ]);
    },
  );

  Deno.test(
    `${name}: a put that is aborted leaves what was there, and nothing else`,
    bounded,
    async () => {
      await using backend = await open();
      const { storage } = backend;
      await storage.put("kept", bytesOf("before"));
      for (const key of ["kept", "new"]) {
        for (const length of [10, someParts]) {
          const controller = new AbortController();
          const held = new HeldStream(large.subarray(0, length));
          const put = assertRejects(() =>
            storage.put(key, held.stream, { signal: controller.signal })
          );
          await held.exhausted;
          const reason = new Error("enough");
          controller.abort(reason);
          assertStrictEquals(await put, reason);
          assertStrictEquals(await held.cancelled, reason);
        }
      }
      assertEquals(await keysOf(storage), ["kept"]);
      assertEquals(await readText(await storage.get("kept")), "before");
      assertEquals(await backend.leftOvers(), []);
    },
  );

  Deno.test(
    `${name}: a put whose source fails is a typed error, and leaves nothing`,
    bounded,
    async () => {
      await using backend = await open();
      const { storage } = backend;
      for (const length of [10, someParts]) {
        const held = new HeldStream(large.subarray(0, length));
        const put = assertRejects(
          () => storage.put("cut", held.stream),
          TransferCutError,
          `Cannot put cut: its source failed after ${length} bytes: gone`,
        );
        await held.exhausted;
        held.fail(new Error("gone"));
        await put;
      }
      assertEquals(await keysOf(storage), []);
      assertEquals(await backend.leftOvers(), []);
    },
  );

  Deno.test(
    `${name}: bytes that are not those that were stated are refused`,
    bounded,
    async () => {
      await using backend = await open();
      const { storage } = backend;
      await storage.put("kept", bytesOf("before"));
      const wrong = sha256(bytesOf("another"));
      for (
        const [body, stated] of [
          [bytesOf("12345"), { bytes: 4 }],
          [bytesOf("12345"), { bytes: 6 }],
          [bytesOf("12345"), { sha256: wrong }],
          [streamOf(bytesOf("12345")), { bytes: 6 }],
          [streamOf(large), { sha256: wrong }],
        ] as const
      ) {
        await assertRejects(
          () => storage.put("kept", body, stated),
          ObjectMismatchError,
          "was stated",
        );
      }
      assertEquals(await readText(await storage.get("kept")), "before");
      assertEquals(await backend.leftOvers(), []);
      const text = bytesOf("12345");
      await storage.put("kept", streamOf(text), {
        bytes: 5,
        sha256: sha256(text),
      });
      const read = await storage.get("kept", { sha256: wrong });
      await assertRejects(
        () => readText(read),
        ObjectMismatchError,
        `${wrong} was stated`,
      );
    },
  );

  Deno.test(
    `${name}: a read is given up by its reader or its signal`,
    bounded,
    async () => {
      await using backend = await open();
      const { storage } = backend;
      await storage.put("large", large);
      await (await storage.get("large")).body.cancel();
      const reader = (await storage.get("large")).body.getReader();
      await reader.read();
      await reader.cancel("enough");
      const controller = new AbortController();
      const { signal } = controller;
      const aborted = (await storage.get("large", { signal })).body.getReader();
      await aborted.read();
      const reason = new Error("enough");
      controller.abort(reason);
      assertStrictEquals(await assertRejects(() => aborted.read()), reason);
      for (
        const call of [
          () => storage.get("large", { signal }),
          () => storage.head("large", { signal }),
          () => storage.put("large", bytesOf("1"), { signal }),
          () => storage.delete("large", { signal }),
          () => Array.fromAsync(storage.list({ signal })),
        ]
      ) assertStrictEquals(await assertRejects(call), reason);
      assertEquals((await storage.head("large")).size, large.length);
    },
  );
}
