/**
 * The part of `@xterm/headless` that these tests use: its own types bring those
 * of browsers with them, which are not those of Deno.
 *
 * @module
 */
import type { UnicodeTerminal } from "../../../src/terminal/unicode/unicode_modes.ts";

/** A terminal without a screen. */
declare class Terminal implements UnicodeTerminal {
  constructor(
    options: { allowProposedApi: boolean; cols: number; rows: number },
  );
  readonly unicode: UnicodeTerminal["unicode"];
  readonly parser: UnicodeTerminal["parser"];
  input(data: string, wasUserInput?: boolean): void;
  onData(listener: (data: string) => void): unknown;
  write(data: string, parsed: () => void): void;
}

declare const headless: { readonly Terminal: typeof Terminal };
export default headless;
