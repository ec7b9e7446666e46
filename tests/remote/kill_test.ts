// A server whose process is killed while a stub in this one uses it.
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { TextLineStream } from "@std/streams";
import { ActorSystem } from "../../src/actor/system.ts";
import { connectActor, type RemoteEnd } from "../../src/remote/mod.ts";
import { SessionLostError } from "../../src/session/mod.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";
import { Happenings } from "../support/happenings.ts";
import { bounded } from "../support/net.ts";
import { isSlow } from "../support/slow.ts";
import { Counter } from "./remote_net.ts";

/** A counter in a process of its own. */
class CounterProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;

  constructor(port: number) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--allow-net",
        new URL("modules/counter_process.ts", import.meta.url).href,
        `${port}`,
      ],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
  }

  /** The port, once it listens. */
  async port(): Promise<number> {
    return Number((await this.#lines.read()).value);
  }

  /** Kills the process, as the kernel does. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#lines.cancel();
    await this.#child.stdin.close().catch(() => {});
  }
}

Deno.test(
  "A server that is killed is unavailable, and a stub that reconnects finds the next one",
  bounded,
  async () => {
    const first = new CounterProcess(0);
    const port = await first.port();
    await using system = new ActorSystem();
    await using pool = new ConnectionPool(system, { backoff: { maxMs: 10 } });
    await using stub = await connectActor(pool.peer({ port }), Counter, {
      reconnect: { initialMs: 0, maxMs: 10 },
      timeoutMs: 60_000,
    });
    const ends = new Happenings<RemoteEnd>();
    stub.watch((end) => ends.push(end));
    let server = first;
    for (let round = 0; round < (isSlow ? 20 : 1); round++) {
      assertEquals(await stub.read(), 0);
      for (let n = 0; n < 100; n++) assertEquals(stub.add({ by: 1 }), true);
      assertEquals(await stub.read(), 100);
      const dying = server[Symbol.asyncDispose]();
      // In the middle of it; what becomes of these is not known.
      const pending = Array.from(
        { length: 10 },
        () => stub.read().then(() => undefined, (error) => error),
      );
      await dying;
      server = new CounterProcess(port);
      assertEquals(await server.port(), port);
      const end = await ends.next();
      assert(end.type === "unavailable");
      assertInstanceOf(end.cause, SessionLostError);
      for (const error of await Promise.all(pending)) {
        if (error !== undefined) {
          assertInstanceOf(error, SessionLostError);
        }
      }
      await stub.ready();
    }
    assertEquals(ends.untaken, 0);
    // In order, as nobody else would say goodbye to a pool.
    await stub.close();
    await pool.close();
    await server[Symbol.asyncDispose]();
  },
);
