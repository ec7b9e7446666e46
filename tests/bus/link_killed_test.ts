// The server of a bus is killed in the middle of everything, and started again.
import { assert, assertEquals } from "@std/assert";
import { ActorSystem } from "../../src/actor/mod.ts";
import { BusClosedError, connectBus } from "../../src/bus/mod.ts";
import { ConnectionPool } from "../../src/tcp/mod.ts";
import { isSlow } from "../support/slow.ts";

/** The server, as a process that dies by SIGKILL. */
class Server {
  readonly #directory: string;
  port = 0;
  #child: Deno.ChildProcess | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async start(): Promise<void> {
    const script = new URL("./link_server.ts", import.meta.url);
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--allow-all",
        script.href,
        this.#directory,
        `${this.port}`,
      ],
      stdout: "piped",
    }).spawn();
    const reader = this.#child.stdout.getReader();
    let text = "";
    while (!text.includes("\n")) {
      const { value } = await reader.read();
      if (value === undefined) throw new Error("The server did not start");
      text += new TextDecoder().decode(value);
    }
    await reader.cancel();
    this.port = Number(text);
  }

  async kill(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#child?.status;
  }
}

const KILLS = isSlow ? 25 : 2;

Deno.test(
  `what a stream has acknowledged is there, once and in order, after ${KILLS} kills of its server`,
  {
    timeout: isSlow ? 600_000 : 60_000,
  },
  async () => {
    const directory = await Deno.makeTempDir();
    const server = new Server(directory);
    await server.start();
    try {
      await using system = new ActorSystem();
      await using pool = new ConnectionPool(system, {
        backoff: { initialMs: 10, maxMs: 50 },
        resumeMs: 1000,
      });
      await using bus = await connectBus(pool.peer({ port: server.port }), {
        backoff: { initialMs: 10, maxMs: 50 },
        drainMs: 1000,
      });
      const log = await bus.stream("log", { subjects: ["log.*"] });
      let isOver = false;
      let next = 0;
      const acknowledged: number[] = [];
      let enough = { count: Infinity, resolve: () => {} };
      // Eight at a time, each again with its id until it is acknowledged.
      const publish = async (): Promise<void> => {
        while (!isOver) {
          const number = next++;
          for (;;) {
            try {
              await log.publish("log.a", number, { id: `n${number}` });
              acknowledged.push(number);
              if (acknowledged.length >= enough.count) enough.resolve();
              break;
            } catch (error) {
              if (!(error instanceof BusClosedError)) throw error;
            }
          }
        }
      };
      const publishing = Promise.all(Array.from({ length: 8 }, publish));
      for (let kill = 0; kill < KILLS; kill++) {
        await new Promise<void>((resolve) => {
          enough = { count: acknowledged.length + 50, resolve };
        });
        await server.kill();
        await server.start();
      }
      isOver = true;
      await publishing;
      const { messages } = await log.info();
      assertEquals(messages, next);
      const seen = new Map<number, number>();
      await using consumer = await log.consume("log.*");
      for (let sequence = 1; sequence <= messages; sequence++) {
        const message = await consumer.receive();
        assertEquals(message?.sequence, sequence);
        const number = Number(message?.value);
        seen.set(number, (seen.get(number) ?? 0) + 1);
        void message?.ack().catch(() => {});
      }
      assert(acknowledged.every((number) => seen.get(number) === 1));
    } finally {
      await server.kill();
      await Deno.remove(directory, { recursive: true });
    }
  },
);
