/**
 * What a tool finds that keeps people with disabilities from using a page.
 *
 * @module
 */
import axe from "axe-core";
import type { Page } from "playwright-core";

/** The impacts of findings that no page may have. */
const IMPACTS = ["serious", "critical"];

/**
 * Returns the serious and critical findings in a page as it is now, each with
 * the elements that it is about.
 */
export async function auditPage(page: Page): Promise<string[]> {
  // By the debugger, as the policy of the page allows no other script.
  await page.evaluate(`${axe.source}; undefined`);
  const found: unknown = await page.evaluate(
    `axe.run(document, { resultTypes: ["violations"] }).then(
      ({ violations, passes }) => ({
        passes: passes.length,
        violations: violations.map(({ id, impact, nodes }) => ({
          impact,
          text: id + ": " + nodes.map(({ html }) => html.slice(0, 200)),
        })),
      }),
    )`,
  );
  const { passes, violations } = readResult(found);
  // A tool that has looked at nothing would find nothing.
  if (passes < 10) throw new Error(`Cannot audit: ${passes} rules passed`);
  return violations.filter(({ impact }) => IMPACTS.includes(impact))
    .map(({ impact, text }) => `${impact} ${text}`);
}

interface Result {
  readonly passes: number;
  readonly violations: readonly {
    readonly impact: string;
    readonly text: string;
  }[];
}

function readResult(found: unknown): Result {
  if (
    typeof found === "object" && found !== null && "passes" in found &&
    "violations" in found && typeof found.passes === "number" &&
    Array.isArray(found.violations)
  ) return { passes: found.passes, violations: found.violations };
  throw new TypeError("Cannot audit: there is no result");
}
