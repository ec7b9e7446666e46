/**
 * Makes one module of the page and all that it needs, so that a package that
 * is imported from a registry has it without a build and without a file.
 *
 * @module
 */
import { createHash } from "node:crypto";
import xtermStyle from "@xterm/xterm/css/xterm.css" with { type: "text" };
import icon from "./icon.svg" with { type: "text" };
import html from "./index.html" with { type: "text" };
import style from "./page.css" with { type: "text" };

/** The module that is made. */
export const BUNDLE: URL = new URL("../page_bundle.ts", import.meta.url);

/** Answers the text of the module. */
export async function buildPage(): Promise<string> {
  const files = {
    "index.html": html,
    "page.js": await bundle(new URL("main.ts", import.meta.url)),
    "page.css": `${xtermStyle}\n${style}`,
    "icon.svg": icon,
  };
  const entries = Object.entries(files).map(([name, body]) => {
    const hash = createHash("sha256").update(body).digest("base64url");
    const file = { body, etag: `"${hash.slice(0, 22)}"` };
    return `  ${JSON.stringify(name)}: ${JSON.stringify(file)},\n`;
  });
  return `// Made by \`deno task page\` with Deno ${Deno.version.deno}: edit src/terminal/page.
/** The files of the page, by their names. */
export const FILES: Readonly<
  Record<string, { readonly body: string; readonly etag: string }>
> = {
${entries.join("")}};
`;
}

/** Answers one script for browsers. */
async function bundle(main: URL): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--platform", "browser", "--minify", main.href],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  throw new Error(`Cannot bundle: ${decoder.decode(stderr)}`);
}

if (import.meta.main) await Deno.writeTextFile(BUNDLE, await buildPage());
