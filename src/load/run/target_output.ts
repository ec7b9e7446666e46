/**
 * The output of a target: its lines, one of which says that it is ready.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";

/** Where a program writes. */
export type OutputName = "stdout" | "stderr";

/** Characters of output that are kept, of each line and of all. */
const KEPT_CHARACTERS = 16_384;
/** Lines of output that an error shows. */
const SHOWN_LINES = 20;

interface Line {
  readonly name: OutputName;
  readonly text: string;
}

/**
 * Both outputs of a program, line by line and without colours, as a person
 * reads them.
 */
export class TargetOutput {
  readonly #lines: Line[] = [];
  /** What has come of the next line of each. */
  readonly #parts = { stdout: "", stderr: "" };
  #onLine: ((text: string) => void) | undefined;

  /** Adds text, which may end within a line. */
  push(name: OutputName, text: string): void {
    const lines = (this.#parts[name] + text).split("\n");
    this.#parts[name] = (lines.pop() ?? "").slice(-KEPT_CHARACTERS);
    for (const line of lines) this.#add(name, plain(line));
  }

  #add(name: OutputName, text: string): void {
    this.#lines.push({ name, text: text.slice(-KEPT_CHARACTERS) });
    if (this.#lines.length > SHOWN_LINES) this.#lines.shift();
    this.#onLine?.(text);
  }

  /** Waits until a whole line of either output matches. */
  match(pattern: RegExp): Promise<RegExpMatchArray> {
    return new Promise((resolve) => {
      this.#onLine = (text) => {
        const match = text.match(pattern);
        if (match === null) return;
        this.#onLine = undefined;
        resolve(match);
      };
    });
  }

  /** Returns the last lines, each with where it was written. */
  end(): string {
    const names = ["stdout", "stderr"] as const;
    const parts = names.map((name) => ({
      name,
      text: plain(this.#parts[name]),
    }));
    return [...this.#lines, ...parts.filter(({ text }) => text !== "")]
      .slice(-SHOWN_LINES)
      .map(({ name, text }) => `${name}: ${text}`)
      .join("\n")
      .slice(-KEPT_CHARACTERS);
  }
}

/**
 * Returns a line without colours, and without what a carriage return has it
 * overwrite; the CR of a CR LF goes as well.
 */
function plain(line: string): string {
  return stripVTControlCharacters(line).replace(/\r$/, "").replace(/^.*\r/, "");
}
