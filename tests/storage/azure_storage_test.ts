// What Azure Blob Storage does by itself, as Azurite has it.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  azureStorage,
  type AzureStorageOptions,
  StorageRefusedError,
} from "../../src/storage/mod.ts";
import { bounded } from "../support/net.ts";
import { ACCOUNT, azurite } from "./azurite.ts";
import {
  bytesOf,
  HeldStream,
  manyBytes,
  readAll,
  sha256,
  streamOf,
} from "./support.ts";

const PART = 2 ** 18;

async function storageOf(options: Partial<AzureStorageOptions> = {}) {
  return azureStorage({
    endpoint: `http://127.0.0.1:${azurite().port}/${ACCOUNT.account}`,
    ...ACCOUNT,
    container: options.container ?? await azurite().container(),
    partBytes: PART,
    ...options,
  });
}

Deno.test(
  "Azure refuses a key or a container with its code, and the key is in no error",
  bounded,
  async () => {
    const accountKey = btoa("another secret");
    for (
      const [options, code, status] of [
        [{ accountKey }, "AuthorizationFailure", 403],
        [{ container: "missing" }, "ContainerNotFound", 404],
      ] as const
    ) {
      const storage = await storageOf(options);
      for (
        const call of [
          () => storage.put("a", bytesOf("1")),
          () => storage.get("a"),
          () => Array.fromAsync(storage.list()),
        ]
      ) {
        const error = await assertRejects(call, StorageRefusedError);
        assertEquals([error.code, error.status], [code, status]);
        assert(!error.message.includes(accountKey), error.message);
        assert(!error.message.includes("\n"), error.message);
      }
    }
  },
);

Deno.test(
  "two large puts of one key at once never mix, and one may be refused",
  bounded,
  async () => {
    const storage = await storageOf();
    const [one, two] = [manyBytes(PART * 3), manyBytes(PART * 3).reverse()];
    const held = new HeldStream(one);
    const first = storage.put("both", held.stream);
    await held.exhausted;
    const second = await storage.put("both", streamOf(two));
    held.end();
    const error = await assertRejects(() => first, StorageRefusedError);
    assertEquals([error.code, error.status], ["InvalidBlockList", 400]);
    const read = await readAll(await storage.get("both"));
    assertEquals(sha256(read), second.sha256);
  },
);
