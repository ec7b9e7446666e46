/**
 * The settings in the store of the browser.
 *
 * @module
 */
import { KEY, SettingsStore } from "./settings.ts";

/** Returns the settings of this browser, which may forbid to keep any. */
export function openSettings(): SettingsStore {
  let store: Storage | undefined;
  try {
    store = globalThis.localStorage;
  } catch {
    // Forbidden by a setting of the browser.
  }
  const settings = new SettingsStore(store);
  addEventListener("storage", ({ key }) => {
    if (key === KEY || key === null) settings.reload();
  });
  return settings;
}
