/**
 * The output of a terminal, in which an operation waits for something.
 *
 * @module
 */
import { choice, name, object, type Rule } from "../scenario/rule.ts";
import { ReplyWait } from "./reply_wait.ts";

/** Output that ends an operation: anything, nothing, or a text in it. */
export type ExpectedOutput = "any" | "none" | { readonly contains: string };

/** The rule for {@linkcode ExpectedOutput}. */
export const expectedOutput: Rule = {
  kind: "either",
  plain: choice("any", "none"),
  objects: [object<{ contains: string }>({ contains: name })],
};

/** Characters of output in which a text is looked for. */
const MAX_SEEN = 65_536;

/** What one terminal writes, since an operation began. */
export class TerminalOutput {
  readonly #wait = new ReplyWait<string>();
  readonly #decoder = new TextDecoder();
  #seen = "";
  #receivedBytes = 0;

  /** The end of it. */
  get seen(): string {
    return this.#seen;
  }

  /** All of its bytes. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Begins an operation, and resolves when what it expects has come. */
  async expect(output: ExpectedOutput, signal: AbortSignal): Promise<void> {
    this.#seen = "";
    this.#receivedBytes = 0;
    if (output === "none") return;
    const contains = output === "any" ? "" : output.contains;
    await this.#wait.next((seen) => seen.includes(contains), signal);
  }

  /** Bytes have come; they may be a part of a character. */
  push(bytes: Uint8Array): void {
    this.#receivedBytes += bytes.length;
    const text = this.#decoder.decode(bytes, { stream: true });
    this.#seen = (this.#seen + text).slice(-MAX_SEEN);
    this.#wait.offer(this.#seen);
  }

  /** There will be no more. */
  fail(error: unknown): void {
    this.#wait.fail(error);
  }
}
