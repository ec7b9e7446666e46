/**
 * The dialog of settings.
 *
 * @module
 */
import { byId } from "./elements.ts";
import {
  boundedFontSize,
  FONT_SIZES,
  type SettingsStore,
  THEMES,
} from "./settings.ts";

/** Makes the dialog work; `closed` is called when it is closed. */
export function useSettingsBox(
  settings: SettingsStore,
  closed: () => void,
): void {
  const box = byId("settings", HTMLDialogElement);
  const size = byId("font-size", HTMLInputElement);
  const font = byId("font", HTMLInputElement);
  const theme = byId("theme", HTMLSelectElement);
  const reader = byId("screen-reader", HTMLInputElement);
  const exact = byId("exact-colours", HTMLInputElement);
  size.min = `${FONT_SIZES.min}`;
  size.max = `${FONT_SIZES.max}`;

  settings.follow((current) => {
    size.value = `${current.fontSize}`;
    if (document.activeElement !== font) font.value = current.font;
    theme.value = current.theme;
    reader.checked = current.screenReader;
    exact.checked = current.exactColours;
  });
  size.addEventListener("change", () => {
    settings.change({ fontSize: boundedFontSize(size.valueAsNumber) });
  });
  font.addEventListener("change", () => {
    settings.change({ font: font.value.trim() });
  });
  theme.addEventListener("change", () => {
    const chosen = THEMES.find((name) => name === theme.value);
    if (chosen !== undefined) settings.change({ theme: chosen });
  });
  reader.addEventListener("change", () => {
    settings.change({ screenReader: reader.checked });
  });
  exact.addEventListener("change", () => {
    settings.change({ exactColours: exact.checked });
  });
  byId("settings-open", HTMLElement)
    .addEventListener("click", () => box.showModal());
  byId("settings-close", HTMLElement)
    .addEventListener("click", () => box.close());
  box.addEventListener("close", closed);

  const step = (id: string, by: number): void => {
    byId(id, HTMLElement).addEventListener("click", () => {
      const { fontSize } = settings.current;
      settings.change({ fontSize: boundedFontSize(fontSize + by) });
    });
  };
  step("font-smaller", -1);
  step("font-larger", 1);

  const offer = byId("reader-offer", HTMLElement);
  settings.follow(({ screenReader }) => {
    offer.textContent = screenReader
      ? "Turn the screen-reader mode off"
      : "Turn the screen-reader mode on";
  });
  offer.addEventListener("click", () => {
    settings.change({ screenReader: !settings.current.screenReader });
    closed();
  });
}
