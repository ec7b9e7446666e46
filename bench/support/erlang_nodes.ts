/**
 * Two nodes of Erlang's distribution, on loopback and on one core: one has a
 * counter, the other tells and asks it, and measures itself. They find each
 * other by a port that both are given, so that no daemon is started.
 *
 * @module
 */

import { TextLineStream } from "@std/streams";
import { leaveCore, shareCore } from "./cores.ts";

/** What the nodes can measure. */
export type NodesMeasure = "tell" | "ask";

const SCRIPT = new URL("erlang_nodes.erl", import.meta.url).pathname;
const SERVER = "server@127.0.0.1";

/** One node, whose lines are read. */
class Node implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<string>;

  constructor(name: string, flags: string, args: readonly string[]) {
    this.#child = new Deno.Command("escript", {
      args: [SCRIPT, ...args],
      env: {
        // One scheduler, as our runtime has one thread; it does not spin while
        // the other node has the core.
        ERL_FLAGS: `+S 1:1 +sbwt none -name ${name} -setcookie bench ` +
          `-start_epmd false ${flags}`,
      },
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
  }

  get pid(): number {
    return this.#child.pid;
  }

  async say(line: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
  }

  async line(): Promise<string> {
    const { value } = await this.#lines.read();
    if (value === undefined) throw new Error("Cannot measure: Erlang ended");
    return value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close();
    await this.#child.status;
    await this.#lines.cancel();
  }
}

/** A client and a server, each a node of its own. */
export class ErlangNodes implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly #client: Node;

  private constructor(stack: AsyncDisposableStack, client: Node) {
    this.#stack = stack;
    this.#client = client;
  }

  /** Starts both, and waits until they know each other. */
  static async start(): Promise<ErlangNodes> {
    await using stack = new AsyncDisposableStack();
    const port = `-erl_epmd_port ${freePort()}`;
    const server = stack.use(new Node(SERVER, port, ["server"]));
    await server.line();
    const client = stack.use(
      new Node("client@127.0.0.1", `-dist_listen false ${port}`, [
        "client",
        SERVER,
      ]),
    );
    const nodes = new ErlangNodes(stack.move(), client);
    await nodes.measure("ask", 1);
    await shareCore(server.pid, "all");
    await shareCore(client.pid, "all");
    return nodes;
  }

  /** Nanoseconds for each of so many messages or calls. */
  async measure(what: NodesMeasure, count: number): Promise<number> {
    await this.#client.say(`${what} ${count}`);
    return Number(await this.#client.line());
  }

  /** Ends both. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
    await leaveCore();
  }
}

/** A port that is free, or was a moment ago. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
