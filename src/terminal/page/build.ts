/**
 * Makes one module of the pages of a terminal, and of its sessions.
 *
 * @module
 */
import libraryStyle from "@xterm/xterm/css/xterm.css" with { type: "text" };
import { buildPage } from "../../web/page/build.ts";
import icon from "./icon.svg" with { type: "text" };
import html from "./index.html" with { type: "text" };
import style from "./page.css" with { type: "text" };
import sessions from "./sessions/sessions.html" with { type: "text" };

/** The module that is made. */
export const BUNDLE: URL = new URL("../page_bundle.ts", import.meta.url);

/** Returns the text of the module. */
export function buildTerminalPage(): Promise<string> {
  return buildPage({
    directory: "src/terminal/page",
    html,
    icon,
    libraryStyle,
    style,
    main: new URL("main.ts", import.meta.url),
    more: {
      sessions: {
        html: sessions,
        main: new URL("sessions/main.ts", import.meta.url),
      },
    },
  });
}

if (import.meta.main) {
  await Deno.writeTextFile(BUNDLE, await buildTerminalPage());
}
