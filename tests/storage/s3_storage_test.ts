// What S3 does that its emulator does not: signatures, refusals, lost responses.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  ObjectExistsError,
  ObjectNotFoundError,
  s3Storage,
  type S3StorageOptions,
  StorageRefusedError,
} from "../../src/storage/mod.ts";
import type { Clock } from "../../src/actor/mod.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { bounded } from "../support/net.ts";
import { Happenings } from "../support/happenings.ts";
import { refusal, S3Server } from "./s3_server.ts";
import { bytesOf, manyBytes, readText, streamOf } from "./support.ts";

const PART = 5 * 2 ** 20;

function storageOf(server: S3Server, options: Partial<S3StorageOptions> = {}) {
  return s3Storage({
    endpoint: `http://127.0.0.1:${server.port}`,
    bucket: "objects",
    ...server.key,
    partBytes: PART,
    backoff: { initialMs: 0, maxMs: 0 },
    ...options,
  });
}

Deno.test(
  "a service that refuses has its code and status in the error, and no secret is in it",
  bounded,
  async () => {
    await using server = new S3Server();
    for (
      const [options, code, status] of [
        [
          { secretAccessKey: "a wrong secret" },
          "SignatureDoesNotMatch",
          403,
        ],
        [{ accessKeyId: "nobody" }, "InvalidAccessKeyId", 403],
        [{ region: "elsewhere" }, "AuthorizationHeaderMalformed", 403],
        [{ bucket: "missing" }, "NoSuchBucket", 404],
      ] as const
    ) {
      const storage = storageOf(server, options);
      for (
        const call of [
          () => storage.put("a", bytesOf("1")),
          () => storage.get("a"),
          () => storage.delete("a"),
          () => Array.fromAsync(storage.list()),
        ]
      ) {
        const error = await assertRejects(call, StorageRefusedError);
        assertEquals([error.code, error.status], [code, status]);
        assert(
          error.message.endsWith(`${code}: It is <refused> & so it stays`),
          error.message,
        );
        assert(!error.message.includes("secret"), error.message);
      }
    }
  },
);

Deno.test(
  "a request is repeated while the service says to come back, as late as it says",
  bounded,
  async () => {
    await using server = new S3Server();
    const manual = new ManualClock();
    const delays = new Happenings<number>();
    const clock: Clock = {
      now: () => manual.now(),
      schedule: (delayMs, callback) => {
        delays.push(delayMs);
        return manual.schedule(delayMs, callback);
      },
    };
    const storage = storageOf(server, {
      clock,
      retries: 3,
      backoff: { initialMs: 1000, maxMs: 60_000, random: () => 0.5 },
    });
    const refusals = [
      refusal(503, "SlowDown"),
      refusal(500, "InternalError"),
      refusal(429, "SlowDown", { "retry-after": "7" }),
    ];
    server.before = () => refusals.shift();
    const put = storage.put("patient", bytesOf("1"));
    for (const delayMs of [500, 1000, 7000]) {
      assertEquals(await delays.next(), delayMs);
      manual.advance(delayMs);
    }
    await put;
    assertEquals(server.seen.length, 4);
    assertEquals(server.kept.objects.get("patient")?.bytes, bytesOf("1"));
  },
);

Deno.test(
  "a request is given up after as many tries as are allowed",
  bounded,
  async () => {
    await using server = new S3Server();
    server.before = () => refusal(503, "SlowDown");
    const error = await assertRejects(
      () => storageOf(server, { retries: 2 }).head("a"),
      StorageRefusedError,
    );
    assertEquals([error.status, server.seen.length], [503, 3]);
    server.before = () => refusal(403, "AccessDenied");
    const storage = storageOf(server, { retries: 2 });
    await assertRejects(() => storage.get("a"), StorageRefusedError);
    assertEquals(server.seen.length, 4);
  },
);

Deno.test(
  "a put that must be new knows its own object when the response was lost",
  bounded,
  async () => {
    await using server = new S3Server();
    const storage = storageOf(server);
    const large = manyBytes(PART + 1000);
    for (const body of [bytesOf("mine"), large]) {
      let isLost = false;
      server.after = ({ method, what }, response) => {
        const isEnd = method === "PUT" && what === "once" ||
          method === "POST" && what === "once?uploadId";
        if (!isEnd || isLost) return response;
        isLost = true;
        return refusal(500, "InternalError");
      };
      const receipt = await storage.put("once", streamOf(body), {
        ifAbsent: true,
      });
      assert(isLost);
      assertEquals(receipt.etag, server.kept.objects.get("once")?.etag);
      server.after = (_, response) => response;
      await assertRejects(
        () => storage.put("once", body, { ifAbsent: true }),
        ObjectExistsError,
      );
      await storage.delete("once");
    }
    assertEquals(server.kept.uploads.size, 0);
  },
);

Deno.test(
  "parts that cannot be put together are an error although the status is 200, and are removed",
  bounded,
  async () => {
    await using server = new S3Server();
    server.before = ({ method, what }) => {
      if (method !== "POST" || what !== "large?uploadId") return undefined;
      const { headers } = new Response();
      const body = refusal(200, "InternalError");
      headers.set("content-type", "application/xml");
      return body;
    };
    const storage = storageOf(server);
    const error = await assertRejects(
      () => storage.put("large", manyBytes(PART + 1)),
      StorageRefusedError,
    );
    assertEquals([error.code, error.status], ["InternalError", 200]);
    assertEquals(server.kept.uploads.size, 0);
    await assertRejects(() => storage.head("large"), ObjectNotFoundError);
  },
);

Deno.test(
  "parts are written at once, but no more of them than allowed, and those that fail end the others",
  bounded,
  async () => {
    await using server = new S3Server();
    const storage = storageOf(server, { parallelParts: 2, retries: 0 });
    const large = manyBytes(PART * 2 + 100_000);
    let now = 0;
    let most = 0;
    const arrived = new Happenings<() => void>();
    server.before = async ({ method }) => {
      if (method !== "PUT") return undefined;
      most = Math.max(most, ++now);
      const { promise, resolve } = Promise.withResolvers<void>();
      arrived.push(resolve);
      await promise;
      now--;
      return undefined;
    };
    const put = storage.put("large", streamOf(large));
    // The first is not let through before the second has come.
    const first = await arrived.next();
    const second = await arrived.next();
    second();
    first();
    (await arrived.next())();
    await put;
    assertEquals(most, 2);
    server.before = ({ what, method }) =>
      method === "PUT" && what.startsWith("failing")
        ? refusal(403, "AccessDenied")
        : undefined;
    await assertRejects(
      () => storage.put("failing", streamOf(large)),
      StorageRefusedError,
      "AccessDenied",
    );
    assertEquals(server.kept.uploads.size, 0);
  },
);

Deno.test("a bucket can stand in the name of the host", bounded, async () => {
  const storage = s3Storage({
    endpoint: "http://localhost:1",
    region: "us-east-1",
    bucket: "photos",
    accessKeyId: "id",
    secretAccessKey: "secret",
    pathStyle: false,
    retries: 0,
  });
  await assertRejects(
    () => storage.head("a"),
    Error,
    "photos.localhost:1 gave no response",
  );
  await using server = new S3Server();
  await storageOf(server).put("a", bytesOf("path"));
  assertEquals(await readText(await storageOf(server).get("a")), "path");
});

Deno.test(
  "a key that was lent is sent with its token, which is signed as well",
  bounded,
  async () => {
    await using server = new S3Server();
    const storage = storageOf(server, { sessionToken: "lent/for+an=hour" });
    await storage.put("a", bytesOf("1"));
    const [{ headers } = { headers: new Headers() }] = server.seen;
    assertEquals(headers.get("x-amz-security-token"), "lent/for+an=hour");
  },
);

Deno.test(
  "a put that waits for another try ends with its signal",
  bounded,
  async () => {
    await using server = new S3Server();
    server.before = () => refusal(503, "SlowDown");
    const waiting = new Happenings<number>();
    const manual = new ManualClock();
    const storage = storageOf(server, {
      clock: {
        now: () => manual.now(),
        schedule: (delayMs, callback) => {
          waiting.push(delayMs);
          return manual.schedule(delayMs, callback);
        },
      },
    });
    const controller = new AbortController();
    const { signal } = controller;
    const put = assertRejects(() => storage.put("a", bytesOf("1"), { signal }));
    await waiting.next();
    const reason = new Error("enough");
    controller.abort(reason);
    assertStrictEquals(await put, reason);
    assertEquals([server.seen.length, manual.pending], [1, 0]);
  },
);
