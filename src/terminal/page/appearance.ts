/**
 * Dark or light, moving or still: what a person has set, or the system has.
 *
 * @module
 */
import type { Appearance } from "./palettes.ts";
import type { SettingsStore } from "./settings.ts";

/**
 * Gives the document its appearance, and calls a function with it, now and when
 * it changes.
 */
export function followAppearance(
  settings: SettingsStore,
  show: (appearance: Appearance) => void = () => {},
): void {
  const light = matchMedia("(prefers-color-scheme: light)");
  const apply = (): void => {
    const { theme } = settings.current;
    const system = light.matches ? "light" : "dark";
    const appearance = theme === "system" ? system : theme;
    document.documentElement.dataset["theme"] = appearance;
    show(appearance);
  };
  light.addEventListener("change", apply);
  settings.follow(apply);
}

/** Calls a function with whether the page should keep still, now and later. */
export function followMotion(show: (isStill: boolean) => void): void {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  still.addEventListener("change", () => show(still.matches));
  show(still.matches);
}

/** Whether the page should keep still now. */
export function isStill(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
