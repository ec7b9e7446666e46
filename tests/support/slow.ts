/**
 * Whether tests run in their slow size: more rounds, and statistics over more
 * of them. `deno task test` has a small version of each, and
 * `deno task test:slow` runs the files that import this one.
 */
export const isSlow: boolean = Deno.args.includes("--slow");
