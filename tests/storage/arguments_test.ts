// What the types forbid, as a program without types does it.
import { assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  azureStorage,
  directoryStorage,
  gcsStorage,
  memoryStorage,
  s3Storage,
} from "../../src/storage/mod.ts";
import { HeldStream } from "./support.ts";
import { bytesOf } from "./support.ts";

const S3 = {
  region: "us-east-1",
  bucket: "photos",
  accessKeyId: "id",
  secretAccessKey: "hidden",
};
const AZURE = { account: "photos", accountKey: "a2V5", container: "files" };
const GCS = { bucket: "photos", token: () => "token" };

for (
  const [make, given, text] of [
    [directoryStorage, [], "path: it is missing, it must be a string"],
    [directoryStorage, [""], 'path: it is ""'],
    [directoryStorage, ["a", { fsink: true }], 'did you mean "fsync"?'],
    [directoryStorage, ["a", { fsync: 1 }], "fsync: it is 1"],
    [memoryStorage, [{}], "memoryStorage()"],
    [s3Storage, [{ ...S3, bukket: "a" }], 'did you mean "bucket"?'],
    [s3Storage, [{ ...S3, bucket: "../a" }], 'bucket: it is "../a"'],
    [s3Storage, [{ ...S3, region: "a/b" }], 'region: it is "a/b"'],
    [s3Storage, [{ ...S3, accessKeyId: "" }], "accessKeyId: it is empty"],
    [
      s3Storage,
      [{ ...S3, secretAccessKey: undefined }],
      "secretAccessKey: it is missing or no text",
    ],
    [s3Storage, [{ ...S3, endpoint: "ftp://a" }], 'endpoint: it is "ftp://a"'],
    [
      s3Storage,
      [{ ...S3, endpoint: "http://a:secret@b" }],
      "endpoint: it is a URL with a password",
    ],
    [s3Storage, [{ ...S3, partBytes: 5 }], "partBytes: it is 5"],
    [s3Storage, [{ ...S3, parallelParts: 0 }], "parallelParts: it is 0"],
    [s3Storage, [{ ...S3, retries: 1.5 }], "retries: it is 1.5"],
    [s3Storage, [{ ...S3, pathStyle: "yes" }], 'pathStyle: it is "yes"'],
    [azureStorage, [{ ...AZURE, account: "A!" }], 'account: it is "A!"'],
    [azureStorage, [{ ...AZURE, accountKey: "" }], "accountKey: it is empty"],
    [azureStorage, [{ ...AZURE, container: "a/b" }], 'container: it is "a/b"'],
    [gcsStorage, [{ bucket: "photos" }], "token: it is missing"],
    [gcsStorage, [{ ...GCS, hmac: {} }], "hmac: there is a token"],
    [gcsStorage, [{ bucket: "a", hmac: {} }], "hmac.accessId: it is missing"],
  ] as const
) {
  Deno.test(`${make.name} refuses: ${text}`, () => {
    const error = assertThrows(
      () => Reflect.apply(make, undefined, [...given]),
      Error,
      text,
    );
    if (error.message.includes("hidden")) throw error;
  });
}

Deno.test("the operations refuse options and bodies that are wrong, and cancel the stream", async () => {
  const storage = memoryStorage();
  const call =
    (name: "put" | "get" | "head" | "delete", ...given: unknown[]) => () =>
      Reflect.apply(storage[name], storage, given);
  const bytes = bytesOf("1");
  const locked = new HeldStream(bytes).stream;
  const reader = locked.getReader();
  for (
    const [act, text] of [
      [call("put", "a", "text"), "body: it is a string"],
      [call("put", "a", locked), "body: it is a stream that is read by others"],
      [call("put", "a", bytes, { sise: 1 }), '"sise" of put()'],
      [call("put", "a", bytes, { bytes: -1 }), "bytes: it is -1"],
      [call("put", "a", bytes, { contentType: "é" }), 'contentType: it is "é"'],
      [
        call("put", "a", bytes, { contentType: "a\r\nb: c" }),
        "contentType: it is",
      ],
      [call("put", "a", bytes, { ifAbsent: "no" }), 'ifAbsent: it is "no"'],
      [call("put", "a", bytes, { sha256: "AB" }), 'sha256: it is "AB"'],
      [call("put", "a", bytes, { signal: {} }), "signal: it is an object"],
      [call("get", "a", { range: { from: 1 } }), '"from" of range'],
      [call("get", "a", { range: { offset: -1 } }), "range.offset: it is -1"],
      [
        call("get", "a", { range: { offset: 0, length: 0 } }),
        "range.length: it is 0",
      ],
      [
        call("get", "a", { range: { offset: 0 }, sha256: "0".repeat(64) }),
        "sha256: it is that of the whole object",
      ],
      [call("head", "a", { range: {} }), '"range" of an operation'],
      [call("delete", 5), "the key 5: it must be text"],
    ] as const
  ) await assertRejects(act, Error, text);
  await reader.cancel();
  await assertRejects(
    () => Array.fromAsync(storage.list({ limit: 0 })),
    RangeError,
    "limit: it is 0",
  );
  const held = new HeldStream(bytes);
  const error = await assertRejects(() => storage.put("..", held.stream));
  assertStrictEquals(await held.cancelled, error);
});
