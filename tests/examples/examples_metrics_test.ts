import { assert, assertEquals, assertMatch } from "@std/assert";
import { TextLineStream } from "@std/streams";
import type { MetricsSnapshot } from "../../src/metrics/snapshot.ts";
import { Reader } from "../web/event_reader.ts";
import { bounded } from "../support/net.ts";

const ROOT = new URL("../../", import.meta.url);
const EXAMPLE = new URL("examples/metrics.ts", ROOT);

/** The example, run until Ctrl-C. */
class Example implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  /** Where it is, with a slash at the end. */
  readonly address: string;

  private constructor(child: Deno.ChildProcess, address: string) {
    this.#child = child;
    this.address = address;
  }

  static async run(permissions: string[], ...args: string[]): Promise<Example> {
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--no-prompt", ...permissions],
        EXAMPLE.href,
        ...args,
      ],
      cwd: ROOT,
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const lines = child.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream());
    let address = "";
    for await (const line of lines) {
      if (line.startsWith("Ctrl-C")) break;
      address = line;
    }
    return new Example(child, address);
  }

  async get(path: string): Promise<Response> {
    const response = await fetch(this.address + path);
    assertEquals(response.status, 200);
    return response;
  }

  async order(count: string): Promise<void> {
    const response = await fetch(`${this.address}orders?count=${count}`, {
      method: "POST",
    });
    await response.body?.cancel();
    assertEquals(response.status, 202);
  }

  /** Ends it by a signal, and answers its code. */
  async end(signal: "SIGINT" | "SIGKILL"): Promise<number> {
    this.#child.kill(signal);
    return (await this.#child.status).code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
  }
}

/** The permissions that its first comment states. */
async function permissions(): Promise<string[]> {
  const text = await Deno.readTextFile(EXAMPLE);
  return text.match(/Permissions: (.*)/)?.[1]?.split(" ") ?? [];
}

/** A directory that is gone after the test. */
async function tempDirectory() {
  const path = await Deno.makeTempDir();
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

Deno.test(
  "examples/metrics.ts serves the page, metrics and events, and tells an alert",
  bounded,
  async () => {
    await using example = await Example.run(await permissions());
    assertMatch(await (await example.get("")).text(), /<!DOCTYPE html>/);
    await using events = new Reader(await example.get("events"));
    for (const nonsense of ["x", "-1", "", "NaN"]) {
      await example.order(nonsense);
    }
    await example.order("10000");
    assertMatch(
      await (await example.get("metrics")).text(),
      /^process_resident_memory_bytes \d+$/m,
    );
    let event = await events.event();
    while (event.event !== "alert") event = await events.event();
    assertMatch(event.data, /orders wait is \d+, above 100/);
    assertMatch(
      await (await example.get("metrics")).text(),
      /^orders_total 10000$/m,
    );
  },
);

Deno.test(
  "Ctrl-C ends examples/metrics.ts while a page is open, and its history is there after it",
  bounded,
  async () => {
    await using directory = await tempDirectory();
    const historyPath = `${directory.path}/history.db`;
    const lengths: number[] = [];
    for (
      const [signal, code, files] of [
        ["SIGINT", 0, 1],
        ["SIGKILL", 137, 3],
        ["SIGINT", 0, 1],
      ] as const
    ) {
      await using example = await Example.run(["-A"], historyPath);
      await using events = new Reader(await example.get("events"));
      await events.event();
      const history: MetricsSnapshot[] =
        await (await example.get("history.json")).json();
      const sequences = history.map(({ sequence }) => sequence);
      assertEquals(sequences, sequences.map((_, index) => index + 1));
      // A stream that is broken off would be an error of its reader.
      if (signal === "SIGKILL") await events.cancel();
      assertEquals(await example.end(signal), code);
      const names = await Array.fromAsync(Deno.readDir(directory.path));
      assertEquals(names.length, files);
      lengths.push(sequences.length);
    }
    const [first = 0, second = 0, third = 0] = lengths;
    // The last snapshots before the kill may be lost, not those before them.
    assert(first < second && first + 1 < third, `${lengths}`);
  },
);
