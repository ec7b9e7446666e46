/**
 * Makes one module of the page of metrics.
 *
 * @module
 */
import libraryStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import { buildPage } from "../../web/page/build.ts";
import icon from "./icon.svg" with { type: "text" };
import html from "./index.html" with { type: "text" };
import style from "./page.css" with { type: "text" };

/** The module that is made. */
export const BUNDLE: URL = new URL("../page_bundle.ts", import.meta.url);

/** The licence of uPlot, which minifying takes out of it. */
const LICENCE = `/*! uPlot, (c) 2025, Leon Sorokin, MIT License:
Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions: The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE. */
`;

/** Returns the text of the module. */
export function buildMetricsPage(): Promise<string> {
  return buildPage({
    directory: "src/metrics/page",
    html,
    icon,
    libraryStyle,
    style,
    main: new URL("main.ts", import.meta.url),
    licence: LICENCE,
  });
}

if (import.meta.main) {
  await Deno.writeTextFile(BUNDLE, await buildMetricsPage());
}
