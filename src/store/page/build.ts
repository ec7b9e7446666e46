/**
 * Makes one module of the page of a store.
 *
 * @module
 */
import { buildPage } from "../../web/page/build.ts";
import icon from "./icon.svg" with { type: "text" };
import html from "./index.html" with { type: "text" };
import style from "./page.css" with { type: "text" };

/** The module that is made. */
export const BUNDLE: URL = new URL("../page_bundle.ts", import.meta.url);

/** Returns the text of the module. */
export function buildStorePage(): Promise<string> {
  return buildPage({
    directory: "src/store/page",
    html,
    icon,
    libraryStyle: "",
    style,
    main: new URL("main.ts", import.meta.url),
  });
}

if (import.meta.main) {
  await Deno.writeTextFile(BUNDLE, await buildStorePage());
}
