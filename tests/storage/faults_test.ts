// What becomes of operations when the network fails in their middle.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ObjectNotFoundError,
  type ObjectStorage,
  StorageUnreachableError,
  TransferCutError,
} from "../../src/storage/mod.ts";
import { FaultProxy } from "../support/fault_proxy.ts";
import { bounded } from "../support/net.ts";
import { type BackendKind, REMOTE_BACKENDS } from "./backends.ts";
import { bytesOf, manyBytes, readAll, readText, streamOf } from "./support.ts";

/** A storage behind a proxy, and the same one without it. */
class Proxied implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  #cutsBefore = Infinity;
  readonly storage: ObjectStorage;
  readonly proxy: FaultProxy;
  readonly leftOvers: () => Promise<readonly string[]>;

  private constructor(
    stack: AsyncDisposableStack,
    storage: ObjectStorage,
    proxy: FaultProxy,
    leftOvers: () => Promise<readonly string[]>,
  ) {
    this.#stack = stack;
    this.storage = storage;
    this.proxy = proxy;
    this.leftOvers = leftOvers;
    void this.#cutThoseThatCome();
  }

  static async open(kind: BackendKind, retries: number): Promise<Proxied> {
    await using stack = new AsyncDisposableStack();
    let proxy: FaultProxy | undefined;
    const backend = stack.use(
      await kind.open(
        { retries, backoff: { initialMs: 0, maxMs: 0 }, parallelParts: 2 },
        (port) => {
          proxy = new FaultProxy({ port });
          return proxy.address.port;
        },
      ),
    );
    if (proxy === undefined) throw new Error("Nothing was dialled");
    const { storage } = backend;
    stack.use(proxy);
    const leftOvers = () => backend.leftOvers();
    return new Proxied(stack.move(), storage, proxy, leftOvers);
  }

  /**
   * Cuts everything after so many bytes of what is written, and then each new
   * connection: one cut alone may not be noticed, as `fetch` sends a request
   * again that was cut on a connection that it had kept.
   */
  cutWrites(bytes: number): void {
    this.#cutsBefore = this.proxy.cuts;
    this.proxy.cutAfter(bytes, "to_target");
  }

  /** Cuts no more. */
  cutNoMore(): void {
    this.#cutsBefore = Infinity;
  }

  async #cutThoseThatCome(): Promise<never> {
    while (true) {
      await this.proxy.connections.next();
      if (this.proxy.cuts > this.#cutsBefore) {
        this.proxy.cutAfter(50_000, "to_target");
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

for (const kind of REMOTE_BACKENDS) {
  // It is S3's, of which the same is tried.
  if (kind.name.startsWith("gcs by XML")) continue;
  const { name, partBytes, lacks } = kind;
  const large = manyBytes(partBytes + 200_000);

  Deno.test(
    `${name}: a read that is cut fails, and never ends early`,
    bounded,
    async () => {
      await using proxied = await Proxied.open(kind, 0);
      const { storage, proxy } = proxied;
      await storage.put("large", large);
      proxy.cutAfter(200_000, "to_dialler");
      const read = await storage.get("large");
      const error = await assertRejects(() => readAll(read), TransferCutError);
      assert(
        /^Cannot get large: it was cut after \d+ of \d+ bytes: /.test(
          error.message,
        ),
        error.message,
      );
      assertEquals(
        (await readAll(await storage.get("large"))).length,
        large.length,
      );
    },
  );

  Deno.test(
    `${name}: a put that is cut leaves what was there, and nothing else`,
    bounded,
    async () => {
      await using proxied = await Proxied.open(kind, 0);
      const { storage } = proxied;
      await storage.put("kept", bytesOf("before"));
      for (const key of ["kept", "new"]) {
        // In the only part, in the first of some, and in a later one.
        for (
          const [length, at] of [
            [100_000, 50_000],
            [large.length, 100_000],
            [large.length, partBytes + 100_000],
          ] as const
        ) {
          proxied.cutWrites(at);
          await assertRejects(
            () => storage.put(key, streamOf(large.subarray(0, length))),
            StorageUnreachableError,
            `Cannot put ${key}: 127.0.0.1`,
          );
          proxied.cutNoMore();
        }
      }
      if (lacks.includes("whole_puts")) return;
      assertEquals(await readText(await storage.get("kept")), "before");
      await assertRejects(() => storage.head("new"), ObjectNotFoundError);
      assertEquals(await proxied.leftOvers(), []);
    },
  );

  Deno.test(
    `${name}: a put that is cut is written by another try`,
    bounded,
    async () => {
      await using proxied = await Proxied.open(kind, 3);
      const { storage, proxy } = proxied;
      for (const length of [100_000, large.length]) {
        proxy.cutAfter(60_000, "to_target");
        await storage.put("object", streamOf(large.subarray(0, length)));
        const read = await readAll(await storage.get("object"));
        assertEquals(read.length, length);
        assertEquals(proxy.cuts > 0, true);
      }
      assertEquals(await proxied.leftOvers(), []);
    },
  );

  Deno.test(
    `${name}: a service that cannot be reached is a typed error`,
    bounded,
    async () => {
      await using proxied = await Proxied.open(kind, 1);
      const { storage, proxy } = proxied;
      proxy.refuse = true;
      for (
        const call of [
          () => storage.get("a"),
          () => storage.head("a"),
          () => storage.put("a", bytesOf("1")),
          () => storage.delete("a"),
          () => Array.fromAsync(storage.list()),
        ]
      ) {
        await assertRejects(
          call,
          StorageUnreachableError,
          "gave no response in 2 tries",
        );
      }
    },
  );
}
