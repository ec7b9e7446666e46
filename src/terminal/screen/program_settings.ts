/**
 * What a program sets and xterm.js hands to its page, so that it has to be
 * remembered beside the terminal: colours, and whether the cursor blinks.
 *
 * @module
 */
import type { Terminal } from "./xterm_parts.ts";

/** Blinking of the cursor, as a mode beside its shape. */
const BLINK = 12;
/** Most colours of the palette. */
const COLOURS = 256;
/** Colours of text, background and cursor, and what resets each. */
const SPECIAL = [10, 11, 12] as const;
const RESET_FROM = 100;

/** The settings of the program of one terminal. */
export class ProgramSettings {
  readonly #palette = new Map<number, string>();
  readonly #special = new Map<number, string>();
  #blinks: boolean | undefined;

  /** Listens to a terminal. */
  constructor({ parser }: Pick<Terminal, "parser">) {
    for (const final of ["h", "l"]) {
      parser.registerCsiHandler({ prefix: "?", final }, (parameters) => {
        if (parameters.includes(BLINK)) this.#blinks = final === "h";
        return false;
      });
    }
    const listen = (id: number, take: (data: string) => void): void => {
      parser.registerOscHandler(id, (data) => {
        take(data);
        return false;
      });
    };
    listen(4, (data) => this.#setPalette(data.split(";")));
    listen(104, (data) => {
      if (data === "") this.#palette.clear();
      for (const index of data.split(";")) this.#palette.delete(Number(index));
    });
    for (const id of SPECIAL) {
      // Further colours in one sequence are those of the next numbers.
      listen(id, (data) => {
        data.split(";").forEach((colour, i) => {
          const number = SPECIAL.find((one) => one === id + i);
          if (number !== undefined) set(this.#special, number, colour);
        });
      });
      listen(RESET_FROM + id, () => void this.#special.delete(id));
    }
  }

  /** The sequences that set the same in a new terminal. */
  get text(): string {
    const parts = ["\x1b]104\x1b\\"];
    for (const id of SPECIAL) parts.push(`\x1b]${RESET_FROM + id}\x1b\\`);
    for (const [index, colour] of this.#palette) {
      parts.push(`\x1b]4;${index};${colour}\x1b\\`);
    }
    for (const [id, colour] of this.#special) {
      parts.push(`\x1b]${id};${colour}\x1b\\`);
    }
    if (this.#blinks !== undefined) {
      parts.push(`\x1b[?${BLINK}${this.#blinks ? "h" : "l"}`);
    }
    return parts.join("");
  }

  #setPalette(parts: readonly string[]): void {
    for (let i = 0; i + 1 < parts.length; i += 2) {
      const index = Number(parts[i]);
      if (!(Number.isInteger(index) && index >= 0 && index < COLOURS)) continue;
      set(this.#palette, index, parts[i + 1] ?? "");
    }
  }
}

/** A colour as X11 writes it; anything else is no colour, or a query. */
const COLOUR = /^(?:#[0-9a-f]{3,12}|rgb:[0-9a-f]{1,4}(?:\/[0-9a-f]{1,4}){2})$/i;

function set(colours: Map<number, string>, index: number, text: string): void {
  if (COLOUR.test(text)) colours.set(index, text);
}
