/**
 * The keys that the page has for itself.
 *
 * @module
 */
import type { Terminal } from "@xterm/xterm";

/** What the keys do. */
export interface HotKeys {
  /** Copies what is selected. */
  copy(): void;
  /** Leaves the terminal. */
  leave(): void;
}

/** Makes Ctrl+Shift+C copy, and Ctrl+Shift+L leave the terminal. */
export function useHotKeys(terminal: Terminal, { copy, leave }: HotKeys): void {
  const act = new Map([["KeyC", copy], ["KeyL", leave]]);
  terminal.attachCustomKeyEventHandler((event) => {
    if (!event.ctrlKey || !event.shiftKey) return true;
    const run = act.get(event.code);
    if (run === undefined) return true;
    event.preventDefault();
    if (event.type === "keydown") run();
    return false;
  });
}
