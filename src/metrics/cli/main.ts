/**
 * The command line that watches a running program on a terminal, in the way of
 * `top`: `deno run -A jsr:@troupe/troupe/watch http://127.0.0.1:9464/`.
 * `--help` describes it.
 *
 * @module
 */
import { runWatch } from "./watch.ts";

if (import.meta.main) Deno.exit(await runWatch(Deno.args));
