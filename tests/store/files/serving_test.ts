// What is served of a file: parts of it, thumbnails, and nothing that runs.
import { assert, assertEquals } from "@std/assert";
import { memoryStorage, type ObjectStorage } from "../../../src/storage/mod.ts";
import { bounded } from "../../support/net.ts";
import {
  albums,
  type FileStore,
  image,
  noise,
  openFileStore,
} from "./support.ts";

const store = await openFileStore();
Deno.test.afterAll(async () => await store[Symbol.asyncDispose]());
Deno.test.afterEach(async () => void await store.objects());

/** Stores a file, and returns its address. */
async function stored(
  bytes: Uint8Array<ArrayBuffer> | string,
  name: string,
  of: FileStore = store,
): Promise<string> {
  const album = await of.data.collection(albums).create({
    cover: new File([bytes], name),
  });
  return `${of.url}/api/files/albums/${album.id}/${album["cover"]}`;
}

interface Served {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

async function served(
  url: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<Served> {
  const response = await fetch(url, { method, headers });
  const { status } = response;
  return { status, headers: response.headers, bytes: await response.bytes() };
}

Deno.test(
  "a part of a file is served, and what is no part is all of it or refused",
  bounded,
  async () => {
    const bytes = noise(5000);
    const url = await stored(bytes, "a.bin");
    const cases: [string, number, [number, number]][] = [
      ["bytes=0-0", 206, [0, 1]],
      ["bytes=100-199", 206, [100, 200]],
      ["bytes=4990-", 206, [4990, 5000]],
      ["bytes=-10", 206, [4990, 5000]],
      ["bytes=-9999", 206, [0, 5000]],
      ["bytes=4000-99999", 206, [4000, 5000]],
      ["bytes=0-1,5-6", 200, [0, 5000]],
      ["bytes=9-5", 200, [0, 5000]],
      ["lines=1-2", 200, [0, 5000]],
    ];
    for (const [range, status, [from, to]] of cases) {
      const part = await served(url, { range });
      assertEquals(part.status, status, range);
      assertEquals(part.bytes, bytes.slice(from, to), range);
      assertEquals(
        part.headers.get("content-range"),
        status === 206 ? `bytes ${from}-${to - 1}/5000` : null,
        range,
      );
    }
    for (const range of ["bytes=5000-", "bytes=-0"]) {
      const refused = await served(url, { range });
      assertEquals(refused.status, 416, range);
      assertEquals(refused.headers.get("content-range"), "bytes */5000");
    }
  },
);

Deno.test("an empty file is served", bounded, async () => {
  const url = await stored("", "empty.txt");
  const { status, bytes } = await served(url);
  assertEquals([status, bytes.length], [200, 0]);
  assertEquals((await served(url, { range: "bytes=0-" })).status, 416);
});

Deno.test(
  "who has a file already gets no second copy, and parts of different files are not mixed",
  bounded,
  async () => {
    const url = await stored("some text", "a.txt");
    const { headers } = await served(url);
    const etag = headers.get("etag") ?? "";
    const modified = headers.get("last-modified") ?? "";
    // That of the content.
    const hash = await crypto.subtle.digest(
      "SHA-256",
      new TextEncoder().encode("some text"),
    );
    assertEquals(etag, `"${new Uint8Array(hash).toHex()}"`);
    const conditions: [Record<string, string>, number][] = [
      [{ "if-none-match": etag }, 304],
      [{ "if-none-match": `"x", W/${etag}` }, 304],
      [{ "if-none-match": "*" }, 304],
      [{ "if-none-match": `"x"`, "if-modified-since": modified }, 200],
      [{ "if-modified-since": modified }, 304],
      [{ "if-modified-since": "Thu, 01 Jan 1970 00:00:00 GMT" }, 200],
      [{ range: "bytes=0-3", "if-range": etag }, 206],
      [{ range: "bytes=0-3", "if-range": modified }, 206],
      [{ range: "bytes=0-3", "if-range": `"x"` }, 200],
      [{ range: "bytes=0-3", "if-range": `W/${etag}` }, 200],
    ];
    for (const [condition, status] of conditions) {
      const found = await served(url, condition);
      assertEquals(found.status, status, JSON.stringify(condition));
      assertEquals(found.headers.get("etag"), etag);
    }
    const head = await served(url, {}, "HEAD");
    assertEquals(head.status, 200);
    assertEquals(head.headers.get("content-length"), "9");
    assertEquals(head.bytes.length, 0);
  },
);

Deno.test(
  "nothing that was uploaded runs in a browser: pages and drawings are saved, and what is shown is in a sandbox",
  bounded,
  async () => {
    const cases: [string, string | Uint8Array<ArrayBuffer>, string, string][] =
      [
        ["a.png", "<html><script>alert(1)</script>", "text/html", "attachment"],
        ["a.txt", "<!-- x --><svg onload='x'/>", "image/svg+xml", "attachment"],
        ["a.svg", '<?xml version="1.0"?><svg/>', "image/svg+xml", "attachment"],
        ["a.js", "alert(1)", "text/javascript", "attachment"],
        ["a.html", "no page", "text/plain", "inline"],
        ["a.csv", "a,b", "text/csv", "attachment"],
        ["a.bin", noise(50), "application/octet-stream", "attachment"],
        ["a.html", await image(4, 4), "image/png", "inline"],
      ];
    for (const [name, bytes, type, disposition] of cases) {
      const { headers } = await served(await stored(bytes, name));
      assertEquals(headers.get("content-type")?.split(";")[0], type, name);
      assertEquals(
        headers.get("content-disposition")?.split(";")[0],
        disposition,
        name,
      );
      assertEquals(headers.get("x-content-type-options"), "nosniff");
      const policy = headers.get("content-security-policy") ?? "";
      assert(policy.includes("default-src 'none'"), policy);
      assert(policy.includes("sandbox"), policy);
      assert(!policy.includes("script-src"), policy);
    }
    const url = await stored(await image(4, 4), "a.png");
    const saved = await served(`${url}?download=1`);
    assertEquals(
      saved.headers.get("content-disposition")?.split(";")[0],
      "attachment",
    );
  },
);

Deno.test(
  "a download that is given up frees its place, and one too many is refused for now",
  bounded,
  async () => {
    await using small = await openFileStore({ files: { maxTransfers: 1 } });
    const url = await stored(noise(200_000), "a.bin", small);
    const first = await fetch(url);
    const reader = first.body?.getReader();
    await reader?.read();
    const second = await served(url);
    // What is small enough may be in the socket already.
    assert(second.status === 200 || second.status === 503);
    await reader?.cancel();
    while (true) {
      const { status, headers } = await served(url);
      if (status === 200) break;
      assertEquals([status, headers.get("retry-after")], [503, "1"]);
    }
  },
);

Deno.test(
  "an image has thumbnails of the sizes that its field has, and no others",
  bounded,
  async () => {
    const { default: sharp } = await import("sharp");
    for (const type of ["png", "jpeg", "webp", "gif"] as const) {
      const original = await image(40, 40, type);
      const url = await stored(original, `a.${type}`);
      const sizes: [string, number, number][] = [
        ["20x10", 20, 10],
        ["20x10f", 10, 10],
        ["0x5", 5, 5],
        ["8x0", 8, 8],
      ];
      for (const [size, width, height] of sizes) {
        const { bytes, headers } = await served(`${url}?thumb=${size}`);
        const made = await sharp(bytes).metadata();
        assertEquals([made.width, made.height], [width, height], size);
        assertEquals(made.format, type);
        assertEquals(headers.get("content-type"), `image/${type}`);
      }
      const other = await served(`${url}?thumb=21x10`);
      assertEquals(other.bytes, original);
    }
  },
);

Deno.test(
  "a thumbnail is cut from the part of the image that its size says",
  bounded,
  async () => {
    const { default: sharp } = await import("sharp");
    // The upper half is red, the lower one blue.
    const url = await stored(await image(20, 40), "a.png");
    const isRed = async (size: string) => {
      const { bytes } = await served(`${url}?thumb=${size}`);
      const data = await sharp(bytes).removeAlpha().raw().toBuffer();
      return [(data[0] ?? 0) > 200, (data.at(-3) ?? 0) > 200];
    };
    assertEquals(await isRed("20x10t"), [true, true]);
    assertEquals(await isRed("20x10b"), [false, false]);
    assertEquals(await isRed("20x10"), [true, false]);
  },
);

Deno.test(
  "what is no image, a damaged one and one that is too large are served as they are",
  bounded,
  async () => {
    const png = await image(40, 40);
    const damaged = png.slice();
    damaged.fill(0, 50);
    for (const bytes of [noise(100), damaged]) {
      const url = await stored(bytes, "a.png");
      const found = await served(`${url}?thumb=20x10`);
      assertEquals(found.status, 200);
      assertEquals(found.bytes, bytes);
    }
    await using small = await openFileStore({ files: { maxThumbPixels: 100 } });
    const url = await stored(png, "a.png", small);
    assertEquals((await served(`${url}?thumb=20x10`)).bytes, png);
  },
);

/** A storage whose reads wait, and that notes what is written. */
interface HeldStorage extends ObjectStorage {
  readonly written: string[];
  /** Resolves when something is read. */
  readonly hasRead: Promise<void>;
  /** Lets reads go on. */
  release(): void;
}

function heldStorage(): HeldStorage {
  const inner = memoryStorage();
  const gate = Promise.withResolvers<void>();
  const reading = Promise.withResolvers<void>();
  const written: string[] = [];
  return {
    name: inner.name,
    written,
    hasRead: reading.promise,
    release: () => gate.resolve(),
    put: (key, ...rest) => {
      written.push(key);
      return inner.put(key, ...rest);
    },
    get: async (...call) => {
      reading.resolve();
      await gate.promise;
      return await inner.get(...call);
    },
    head: (...call) => inner.head(...call),
    delete: (...call) => inner.delete(...call),
    list: (...call) => inner.list(...call),
  };
}

Deno.test(
  "a thumbnail is made once however many ask, those that wait are bounded, and all go with their image",
  bounded,
  async () => {
    const storage = heldStorage();
    await using held = await openFileStore({
      files: { storage, maxThumbs: 1, maxQueuedThumbs: 1 },
    });
    const url = await stored(await image(40, 40), "a.png", held);
    const first = Array.from(
      { length: 10 },
      () => served(`${url}?thumb=20x10`),
    );
    await storage.hasRead;
    // One of two more waits, and the other is one too many.
    const others = ["20x10t", "20x10b"].map((size) =>
      served(`${url}?thumb=${size}`)
    );
    const { status, headers } = await Promise.race(others);
    assertEquals([status, headers.get("retry-after")], [503, "1"]);
    storage.release();
    const statuses = (await Promise.all(first)).map(({ status }) => status);
    assertEquals(new Set(statuses), new Set([200]));
    await Promise.all(others);
    const made = storage.written.filter((key) => key.endsWith("/20x10"));
    assertEquals(made.length, 1);
    assertEquals((await held.objects()).length, 3);
    const id = new URL(url).pathname.split("/").at(-2) ?? "";
    await held.data.collection(albums).delete(id);
    assertEquals(await held.objects(), []);
  },
);
