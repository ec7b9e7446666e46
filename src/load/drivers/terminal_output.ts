/**
 * The output of a terminal, and the wait of an operation for some of it.
 *
 * @module
 */
import { choice, name, object, type Rule } from "../scenario/rule.ts";
import { ReplyWait } from "./reply_wait.ts";

/**
 * The output that ends an operation: any, none, or output with a text in it.
 */
export type ExpectedOutput = "any" | "none" | { readonly contains: string };

/** The rule for an {@linkcode ExpectedOutput}. */
export const expectedOutput: Rule = {
  kind: "either",
  plain: choice("any", "none"),
  objects: [object<{ contains: string }>({ contains: name })],
};

/** Characters of output in which a text is searched. */
const MAX_SEEN = 65_536;

/** The output of one terminal since the start of an operation. */
export class TerminalOutput {
  readonly #wait = new ReplyWait<string>();
  readonly #decoder = new TextDecoder();
  #seen = "";
  #receivedBytes = 0;

  /** The end of the output. */
  get seen(): string {
    return this.#seen;
  }

  /** The number of all bytes of output. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Starts an operation, and resolves when the expected output has come. */
  async expect(output: ExpectedOutput, signal: AbortSignal): Promise<void> {
    this.#seen = "";
    this.#receivedBytes = 0;
    if (output === "none") return;
    const contains = output === "any" ? "" : output.contains;
    await this.#wait.next((seen) => seen.includes(contains), signal);
  }

  /** Adds output, which may end within a character. */
  push(bytes: Uint8Array): void {
    this.#receivedBytes += bytes.length;
    const text = this.#decoder.decode(bytes, { stream: true });
    this.#seen = (this.#seen + text).slice(-MAX_SEEN);
    this.#wait.offer(this.#seen);
  }

  /** Rejects this wait and all later ones. */
  fail(error: unknown): void {
    this.#wait.fail(error);
  }
}
