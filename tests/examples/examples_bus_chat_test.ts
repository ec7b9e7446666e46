import { assertEquals, assertMatch } from "@std/assert";
import { TextLineStream } from "@std/streams";

const SCRIPT = new URL("../../examples/bus_chat.ts", import.meta.url);

/** One process of the example, whose lines are read as they come. */
class Chat implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;

  constructor(...args: string[]) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-net=127.0.0.1", SCRIPT.href, ...args],
      stdin: "piped",
      stdout: "piped",
      env: { NO_COLOR: "1" },
    }).spawn();
    this.#lines = this.#child.stdout
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream())
      .getReader();
    this.#input = this.#child.stdin.getWriter();
  }

  async next(): Promise<string | undefined> {
    return (await this.#lines.read()).value;
  }

  async say(text: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${text}\n`));
  }

  /** Closes its input, as Ctrl-D does, and waits for its end. */
  async leave(): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#input.close().catch(() => {});
    await this.#child.status;
    await this.#lines.cancel();
  }
}

Deno.test("examples/bus_chat.ts shows who is there, what was said before, and what is said now", async () => {
  await using server = new Chat("serve", "0");
  const port = (await server.next())?.match(/\d+$/)?.[0] ?? "";
  await using ann = new Chat("join", port, "ann");
  assertEquals(await ann.next(), "* ann is here");
  await ann.say("Hello?");
  assertEquals(await ann.next(), "ann: Hello?");
  await using bob = new Chat("join", port, "bob");
  const first = [await bob.next(), await bob.next(), await bob.next()];
  assertEquals(first.toSorted(), [
    "* ann is here",
    "* bob is here",
    "ann: Hello?",
  ]);
  assertEquals(await ann.next(), "* bob is here");
  await bob.say("Hello, Ann.");
  assertEquals(await ann.next(), "bob: Hello, Ann.");
  assertEquals(await bob.next(), "bob: Hello, Ann.");
  await bob.leave();
  assertEquals(await ann.next(), "* bob has left");
});

Deno.test("examples/bus_chat.ts says what is wrong in one line, and ends with a code that says so too", async () => {
  const { port } = (() => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    return listener.addr;
  })();
  for (
    const [args, code, expected] of [
      [[], 2, /^Usage: .*join PORT NAME$/],
      [["join", `${port}`], 2, /^Usage: /],
      [["join", `${port}`, "ann"], 1, /^Cannot connect to .*refused/],
      [["join", "seven", "ann"], 1, /^Cannot use port: it is NaN/],
      [["serve", "70000"], 1, /^Cannot use port: it is 70000/],
    ] as const
  ) {
    const output = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-net=127.0.0.1", SCRIPT.href, ...args],
      stdin: "null",
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder().decode(output.stderr);
    assertEquals(output.code, code, text);
    assertMatch(text.trimEnd(), expected);
    assertEquals(text.trimEnd().split("\n").length, 1, text);
  }
});
