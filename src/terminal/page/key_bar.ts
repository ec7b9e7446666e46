/**
 * The bar of keys that phones do not have.
 *
 * @module
 */
import type { Terminal } from "@xterm/xterm";
import { byId, onPress } from "./elements.ts";
import { isSpecialKey, specialKey, withModifiers } from "./keys.ts";

/** What the bar does. */
export interface KeyBarActions {
  /** Types a text. */
  type(text: string): void;
  /** Pastes what is on the clipboard. */
  paste(): void;
  /** Makes the font larger or smaller by pixels. */
  zoom(pixels: number): void;
}

const TYPED: Readonly<Record<string, string>> = {
  escape: "\x1b",
  tab: "\t",
  interrupt: "\x03",
};

/**
 * Makes the bar work; returns a function that applies its Ctrl and Alt to typed
 * text.
 */
export function useKeyBar(
  terminal: Terminal,
  actions: KeyBarActions,
): (text: string) => string {
  const bar = byId("keys", HTMLElement);
  let held = { ctrl: false, alt: false };
  const hold = (keys: typeof held): void => {
    held = keys;
    for (const key of ["ctrl", "alt"] as const) {
      bar.querySelector(`[data-key=${key}]`)
        ?.setAttribute("aria-pressed", `${held[key]}`);
    }
  };
  const release = (): void => hold({ ctrl: false, alt: false });
  const press = (key: string, text: string): void => {
    switch (key) {
      case "ctrl":
        return hold({ ...held, ctrl: !held.ctrl });
      case "alt":
        return hold({ ...held, alt: !held.alt });
      case "paste":
        actions.paste();
        break;
      case "smaller":
        return actions.zoom(-1);
      case "larger":
        return actions.zoom(1);
      default:
        actions.type(sequenceOf(key, text));
    }
    release();
  };
  const sequenceOf = (key: string, text: string): string => {
    if (isSpecialKey(key)) {
      const { applicationCursorKeysMode } = terminal.modes;
      return specialKey(key, applicationCursorKeysMode, held);
    }
    const typed = TYPED[key];
    return typed ?? withModifiers(text, held);
  };
  for (const button of bar.querySelectorAll("button")) {
    onPress(
      button,
      () => press(button.dataset["key"] ?? "", button.textContent),
    );
  }
  return (text) => {
    // Reports of the mouse and replies to programs are no keys.
    if ((!held.ctrl && !held.alt) || text.startsWith("\x1b")) return text;
    const typed = withModifiers(text, held);
    release();
    return typed;
  };
}
