/**
 * Erlang/OTP as a peer of the actor comparisons, where `escript` is on the
 * PATH: a process of its own that measures itself when told to.
 *
 * @module
 */

import { TextLineStream } from "@std/streams";

/** Whether Erlang is here. */
export function hasErlang(): boolean {
  try {
    return new Deno.Command("escript", {
      args: [],
      stdout: "null",
      stderr: "null",
    }).outputSync().code >= 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** What `erlang_peer.erl` can measure. */
export type ErlangMeasure = "tell" | "ask" | "spawn-stop" | "bytes-idle";

/** The Erlang process. */
export class ErlangPeer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<string>;

  /** Starts it. */
  constructor() {
    this.#child = new Deno.Command("escript", {
      args: [new URL("erlang_peer.erl", import.meta.url).pathname],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
  }

  /** One figure, in the unit of its comparison. */
  async measure(what: ErlangMeasure): Promise<number> {
    await this.#input.write(new TextEncoder().encode(`${what}\n`));
    const { value } = await this.#lines.read();
    return Number(value);
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close();
    await this.#child.status;
    await this.#lines.cancel();
  }
}
