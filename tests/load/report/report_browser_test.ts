import { assert, assertEquals } from "@std/assert";
import { resultToHtml } from "../../../src/load/report/html_report.ts";
import { auditPage } from "../../metrics/axe.ts";
import { inBrowser, TestBrowser } from "../../terminal/browser.ts";
import { failed, operation } from "./results.ts";

/** One with long names and many columns, which no phone has room for. */
const report = resultToHtml({
  ...failed,
  operations: ["a quite long name of an operation", "send", "x".repeat(60)]
    .map(operation),
});

for (
  const [how, options] of [
    ["on a desk", { viewport: { width: 1200, height: 800 } }],
    ["on a phone", { viewport: { width: 360, height: 740 } }],
    [
      "in the dark",
      { viewport: { width: 1200, height: 800 }, colorScheme: "dark" },
    ],
  ] as const
) {
  Deno.test(
    `in a browser, a report is quiet, fits its window and can be read by everybody, ${how}`,
    inBrowser,
    async () => {
      const path = await Deno.makeTempFile({ suffix: ".html" });
      await Deno.writeTextFile(path, report);
      try {
        await using browser = await TestBrowser.open(options);
        const { page } = browser;
        await page.goto(`file://${path}`);
        await page.getByRole("heading", { name: "The run" }).waitFor();
        for (const details of await page.locator("details").all()) {
          await details.evaluate((element) => element.setAttribute("open", ""));
        }
        const { width } = options.viewport;
        const wide = await page.evaluate("document.body.scrollWidth");
        assert(Number(wide) <= width, `it is ${wide} wide`);
        assertEquals(await auditPage(page), []);
        browser.assertQuiet();
      } finally {
        await Deno.remove(path);
      }
    },
  );
}
