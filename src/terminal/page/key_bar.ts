/**
 * The bar of keys that phones do not have.
 *
 * @module
 */
import type { Terminal } from "@xterm/xterm";
import { byId, onPress } from "./elements.ts";
import { arrowKey, isArrow, withCtrl } from "./keys.ts";

/** Makes the bar work; returns a function that applies its Ctrl to typed text. */
export function useKeyBar(
  terminal: Terminal,
  type: (text: string) => void,
): (text: string) => string {
  const bar = byId("keys", HTMLElement);
  let isCtrl = false;
  const setCtrl = (on: boolean): void => {
    isCtrl = on;
    bar.querySelector("[data-key=ctrl]")?.setAttribute("aria-pressed", `${on}`);
  };
  const press = (key: string): void => {
    if (key === "ctrl") return setCtrl(!isCtrl);
    if (key === "escape") type("\x1b");
    else if (key === "tab") type("\t");
    else if (key === "paste") void paste(terminal);
    else if (isArrow(key)) {
      type(arrowKey(key, terminal.modes.applicationCursorKeysMode, isCtrl));
    }
    setCtrl(false);
  };
  for (const button of bar.querySelectorAll("button")) {
    onPress(button, () => press(button.dataset["key"] ?? ""));
  }
  return (text) => {
    if (!isCtrl) return text;
    setCtrl(false);
    return withCtrl(text);
  };
}

async function paste(terminal: Terminal): Promise<void> {
  try {
    terminal.paste(await navigator.clipboard.readText());
  } catch {
    // The browser refuses it; its own menu still works.
  }
  terminal.focus();
}
