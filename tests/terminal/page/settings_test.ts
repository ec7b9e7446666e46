import { assert, assertEquals } from "@std/assert";
import {
  LEAST_CONTRAST,
  PALETTES,
} from "../../../src/terminal/page/palettes.ts";
import {
  boundedFontSize,
  parseSettings,
  SettingsStore,
} from "../../../src/terminal/page/settings.ts";

Deno.test("settings that were kept are read again, and wrong ones have their default", () => {
  const defaults = parseSettings(null);
  const own = {
    fontSize: 20,
    font: "Menlo",
    theme: "light",
    screenReader: true,
    exactColours: true,
  } as const;
  assertEquals<unknown>(parseSettings(JSON.stringify(own)), own);
  for (
    const text of [
      "",
      "{",
      "null",
      "7",
      `{"fontSize":"9","font":1,"theme":"pink","screenReader":1}`,
    ]
  ) assertEquals(parseSettings(text), defaults);
  assertEquals([1, 99, 12.4, NaN].map(boundedFontSize), [6, 40, 12, 14]);
});

Deno.test("settings last as long as the page where the browser keeps nothing", () => {
  const refuse = (): never => {
    throw new DOMException("The operation is insecure", "SecurityError");
  };
  for (const store of [undefined, { getItem: refuse, setItem: refuse }]) {
    const settings = new SettingsStore(store);
    const seen: number[] = [];
    settings.follow(({ fontSize }) => seen.push(fontSize));
    settings.change({ fontSize: 22 });
    assertEquals(seen, [14, 22]);
    assertEquals(settings.current.fontSize, 22);
  }
});

/** The contrast of two colours such as #1c2027 (WCAG 2.2). */
function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) =>
    y - x
  );
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

Deno.test("the colours of both themes can be read on their background", () => {
  // Programs use it as a background; as text, the page adjusts it.
  const backgrounds: Record<string, string[]> = { dark: ["black"], light: [] };
  for (const name of ["dark", "light"] as const) {
    const { background = "", ...theme } = PALETTES[name].theme;
    const texts = Object.entries(theme).filter(([key, colour]) =>
      typeof colour === "string" && !(backgrounds[name] ?? []).includes(key) &&
      !/^(cursor|selection)/.test(key)
    );
    assertEquals(texts.length, 17 - (backgrounds[name] ?? []).length);
    for (const [key, colour] of texts) {
      const ratio = contrast(`${colour}`, background);
      assert(ratio >= LEAST_CONTRAST, `${name} ${key}: ${ratio}`);
    }
  }
});
