/**
 * Programs in processes of their own, so that their memory and descriptors can
 * be told from those of the test: a line of JSON in, a line of JSON out. A
 * child ends when its standard input does, however its parent ended.
 *
 * @module
 */
import { TextLineStream } from "@std/streams";

/** The parent's half. */
export class ChildProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #questions: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: ReadableStreamDefaultReader<string>;

  /** Starts a script of this directory that calls {@linkcode answer}. */
  constructor(script: string) {
    const url = new URL(script, import.meta.url);
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-all", url.href],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#questions = this.#child.stdin.getWriter();
    this.#answers = this.#child.stdout
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream())
      .getReader();
  }

  /** Asks a question, and waits for the answer; one at a time. */
  async ask<Answer>(question: string, ...details: unknown[]): Promise<Answer> {
    const line = JSON.stringify([question, ...details]) + "\n";
    await this.#questions.write(new TextEncoder().encode(line));
    const { value } = await this.#answers.read();
    if (value === undefined) {
      throw new Error(`Cannot ask ${question}: the process has ended`);
    }
    const answer: { error?: string; result: Answer } = JSON.parse(value);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.result;
  }

  /** Ends the process, and waits until it has. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#questions.close().catch(() => {});
    await this.#child.status;
    await this.#answers.cancel();
  }
}

/** How a child answers each question. */
export type Answers = Readonly<
  Record<string, (...details: never[]) => unknown>
>;

/** The child's half: answers until nobody asks any more, then exits. */
export async function answer(answers: Answers): Promise<never> {
  const lines = Deno.stdin.readable
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream());
  for await (const line of lines) {
    const [question, ...details]: [string, ...never[]] = JSON.parse(line);
    try {
      const result = await answers[question]?.(...details) ?? null;
      console.log(JSON.stringify({ result }));
    } catch (error) {
      console.log(JSON.stringify({ error: `${question}: ${error}` }));
    }
  }
  Deno.exit(0);
}
