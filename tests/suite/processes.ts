import { ROOT } from "./parts.ts";

/** What a process wrote to its standard output, and whether it succeeded. */
export interface Output {
  readonly text: string;
  readonly success: boolean;
}

/** Processes of Deno, which end when the suite is interrupted. */
export class Processes {
  readonly #running = new Set<Deno.ChildProcess>();
  #signal: Deno.Signal | undefined;

  /** The signal that has interrupted the suite. */
  get signal(): Deno.Signal | undefined {
    return this.#signal;
  }

  /** Sends a signal to all that run; no more are started. */
  interrupt(signal: Deno.Signal): void {
    this.#signal = signal;
    for (const process of this.#running) process.kill(signal);
  }

  /** Runs Deno, and shows what it writes: at once, or whole at its end. */
  async run(args: readonly string[], isLive: boolean): Promise<Output> {
    if (this.#signal !== undefined) return { text: "", success: false };
    const process = new Deno.Command(Deno.execPath(), {
      args: [...args],
      cwd: ROOT,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#running.add(process);
    const errors = new Response(process.stderr).text();
    let text = "";
    for await (
      const piece of process.stdout.pipeThrough(new TextDecoderStream())
    ) {
      text += piece;
      if (isLive) show(piece);
    }
    const { success } = await process.status;
    this.#running.delete(process);
    if (!isLive) show(text);
    // It is of no use that tests have failed where they are listed.
    if (!success && !(await errors).startsWith("error: Test failed")) {
      show(await errors);
    }
    return { text, success };
  }
}

/** Writes all of a text. */
function show(text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let from = 0; from < bytes.length;) {
    from += Deno.stdout.writeSync(bytes.subarray(from));
  }
}
