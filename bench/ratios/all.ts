/**
 * Every comparison that `deno task ratios` knows, in the order in which they
 * run. The list is static and each module is imported only when its turn comes,
 * so a prefix loads only the peers that it needs.
 *
 * @module
 */

import type { Entry } from "./harness.ts";

/**
 * The comparisons, one a layer's file, such as
 * `{ name: "tcp/echo-1mb", load: async () => (await import("./tcp/echo.ts")).echo1Mb }`.
 */
export const all: readonly Entry[] = [];
