// Objects are never whole in memory.
import { assert } from "@std/assert";
import { megabytes } from "../support/memory.ts";
import { bounded } from "../support/net.ts";
import { isSlow } from "../support/slow.ts";
import { S3Server } from "./s3_server.ts";

/** 1 GiB, and in the quick size an eighth of it. */
const BYTES = isSlow ? 2 ** 30 : 2 ** 27;
const isLinux = Deno.build.os === "linux";

async function growth(kind: string, where: string): Promise<number> {
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-all",
      new URL("memory_in_process.ts", import.meta.url).pathname,
      kind,
      where,
      String(BYTES),
    ],
    stderr: "inherit",
  }).output();
  assert(success);
  const bytes = Number(new TextDecoder().decode(stdout));
  console.log(`${kind}: ${megabytes(BYTES)} took ${megabytes(bytes)}`);
  return bytes;
}

Deno.test("a file of any size goes through a directory in little memory", {
  ignore: !isLinux,
  ...bounded,
}, async () => {
  const directory = await Deno.makeTempDir();
  try {
    const bytes = await growth("directory", directory);
    assert(bytes < 100 * 2 ** 20, `${bytes}`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test(
  "an object of any size is written to S3 in the memory of a few parts",
  { ignore: !isLinux || !isSlow, ...bounded },
  async () => {
    // It would have as much as the bound in the quick size.
    await using server = new S3Server();
    // It keeps nothing.
    server.before = ({ method, what }) =>
      method === "PUT"
        ? new Response(null, { headers: { etag: '"kept"' } })
        : what === "object?uploadId"
        ? new Response(
          "<CompleteMultipartUploadResult><ETag>kept</ETag></CompleteMultipartUploadResult>",
        )
        : undefined;
    const bytes = await growth("s3", `http://127.0.0.1:${server.port}`);
    // Parts that were sent wait for the collector: some 100 MB, of any size.
    assert(bytes < BYTES / 4, `${bytes}`);
  },
);
