// What the JSON API of Google Cloud Storage does, on a server of the tests.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  gcsStorage,
  type GcsStorageOptions,
  ObjectExistsError,
  StorageRefusedError,
} from "../../src/storage/mod.ts";
import { bounded } from "../support/net.ts";
import { GcsServer } from "./gcs_server.ts";
import { bytesOf, manyBytes, readAll, sha256, streamOf } from "./support.ts";

const PART = 2 ** 18;

function storageOf(
  server: GcsServer,
  options: Partial<GcsStorageOptions> = {},
) {
  return gcsStorage({
    endpoint: `http://127.0.0.1:${server.port}`,
    bucket: "objects",
    token: () => server.token,
    partBytes: PART,
    backoff: { initialMs: 0, maxMs: 0 },
    ...options,
  });
}

Deno.test(
  "Google refuses a token or a bucket with its reason, and the token is in no error",
  bounded,
  async () => {
    await using server = new GcsServer();
    const other = storageOf(server, { token: () => "a-secret-token" });
    for (
      const call of [
        () => other.put("a", bytesOf("1")),
        () => other.put("a", manyBytes(PART + 1)),
        () => other.get("a"),
        () => other.head("a"),
        () => other.delete("a"),
        () => Array.fromAsync(other.list()),
      ]
    ) {
      const error = await assertRejects(call, StorageRefusedError);
      assertEquals([error.code, error.status], ["authError", 401]);
      assert(!error.message.includes("secret"), error.message);
    }
    const missing = storageOf(server, { bucket: "missing" });
    const error = await assertRejects(
      () => missing.get("a"),
      StorageRefusedError,
      "The specified bucket does not exist",
    );
    assertEquals([error.code, error.status], ["notFound", 404]);
    const failing = storageOf(server, {
      token: () => Promise.reject(new Error("no metadata server")),
    });
    await assertRejects(
      () => failing.get("a"),
      StorageRefusedError,
      "Cannot get a token: no metadata server",
    );
    const seen = server.seen.length;
    await assertRejects(
      () => storageOf(server, { token: () => "a b" }).get("a"),
      TypeError,
      "Cannot use what token() returns",
    );
    assertEquals(server.seen.length, seen);
  },
);

Deno.test(
  "a part of which Google has kept less is sent on from there",
  bounded,
  async () => {
    await using server = new GcsServer();
    server.keepsBytes = PART;
    const large = manyBytes(PART * 4 + 5);
    const storage = storageOf(server, { partBytes: PART * 2 });
    const ranges: string[] = [];
    server.before = (request) => {
      const range = request.headers.get("content-range");
      if (range !== null) ranges.push(range);
      return undefined;
    };
    const receipt = await storage.put("large", streamOf(large));
    assertEquals(receipt.sha256, sha256(large));
    assertEquals(
      sha256(await readAll(await storage.get("large"))),
      receipt.sha256,
    );
    assertEquals(server.kept.uploads.size, 0);
  },
);

Deno.test(
  "a put to Google that must be new knows its own object when the response was lost",
  bounded,
  async () => {
    await using server = new GcsServer();
    const storage = storageOf(server);
    for (const body of [bytesOf("mine"), manyBytes(PART + 7)]) {
      let isLost = false;
      server.after = ({ method, url }, response) => {
        const isEnd = server.kept.objects.has("once") &&
          url.includes("/upload/") && method !== "DELETE";
        if (!isEnd || isLost) return response;
        isLost = true;
        return new Response("{}", { status: 503 });
      };
      const receipt = await storage.put("once", body, { ifAbsent: true });
      assert(isLost);
      assertEquals(receipt.etag, server.kept.objects.get("once")?.etag);
      await assertRejects(
        () => storage.put("once", body, { ifAbsent: true }),
        ObjectExistsError,
      );
      await storage.delete("once");
    }
  },
);
