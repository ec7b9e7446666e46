// A store in a directory of its own, which is removed with it.
import {
  ActorSystem,
  type ActorSystemOptions,
} from "../../../src/actor/mod.ts";
import {
  type Store,
  store,
  type StoredFunctions,
  type StoreOptions,
} from "../../../src/store/mod.ts";
import { StoreEngine } from "../../../src/store/engine/store_engine.ts";
import { engineOf } from "../../../src/store/store.ts";

/** A directory that is removed at the end. */
export class TestDirectory implements AsyncDisposable {
  readonly path: string = Deno.makeTempDirSync({ prefix: "troupe_store_" });

  /** Returns the path of a file in it. */
  file(name = "data.db"): string {
    return `${this.path}/${name}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** A store, with the system and the directory that it is in. */
export interface TestStore<F extends StoredFunctions> extends AsyncDisposable {
  readonly system: ActorSystem;
  readonly directory: TestDirectory;
  readonly path: string;
  readonly data: Store<F>;
  readonly engine: StoreEngine;
}

/** Opens a store in a directory, or in a new one that is removed with it. */
export async function openStore<const F extends StoredFunctions>(
  options: Omit<StoreOptions<F>, "path">,
  given: { directory?: TestDirectory; system?: ActorSystemOptions } = {},
): Promise<TestStore<F>> {
  const directory = given.directory ?? new TestDirectory();
  const path = directory.file();
  const system = new ActorSystem(given.system);
  const close = async (): Promise<void> => {
    await system.shutdown();
    if (given.directory === undefined) await directory[Symbol.asyncDispose]();
  };
  try {
    const data = await store<F>(system, {
      ...options,
      path,
      // Each is a thread to start.
      limits: { readers: 1, ...options.limits },
    });
    const engine = engineOf(data);
    if (!(engine instanceof StoreEngine)) throw new Error("another engine");
    return {
      system,
      directory,
      path,
      data,
      engine,
      async [Symbol.asyncDispose]() {
        await data.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
