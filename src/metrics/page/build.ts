/**
 * Makes one module of the page and all that it needs, so that a package that
 * is imported from a registry has it without a build and without a file.
 *
 * @module
 */
import chartStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import icon from "./icon.svg" with { type: "text" };
import html from "./index.html" with { type: "text" };
import style from "./page.css" with { type: "text" };

/** The module that is made. */
export const BUNDLE: URL = new URL("../page_bundle.ts", import.meta.url);

/** The licence of uPlot, which minifying takes out of it. */
const LICENCE = `/*! uPlot, (c) 2025, Leon Sorokin, MIT License:
Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions: The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE. */
`;

/** Answers the text of the module. */
export async function buildPage(): Promise<string> {
  const files = {
    "index.html": html,
    "page.js": LICENCE + await bundle(new URL("main.ts", import.meta.url)),
    "page.css": `${LICENCE}${chartStyle}\n${style}`,
    "icon.svg": icon,
  };
  const entries = Object.entries(files).map(([name, body]) =>
    `  ${JSON.stringify(name)}: ${JSON.stringify(body)},\n`
  );
  return `// Made by \`deno task page\` with Deno ${Deno.version.deno}: edit src/metrics/page.
/** The files of the page, by their names. */
export const FILES: Readonly<Record<string, string>> = {
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
