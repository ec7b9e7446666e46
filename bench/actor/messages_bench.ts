/**
 * Tell and ask, beside other actor runtimes.
 *
 * @module
 */
import { nactRuntime, troupe, xstateRuntime } from "../support/counters.ts";

const TELLS = 1_000;

for (
  const [name, runtime] of Object.entries({
    troupe: troupe(),
    nact: nactRuntime(),
    xstate: xstateRuntime(),
  })
) {
  const counter = runtime.spawn();
  const baseline = name === "troupe";
  Deno.bench(`${TELLS} tells: ${name}`, {
    group: "tell",
    baseline,
  }, async () => {
    for (let i = 0; i < TELLS; i++) counter.add();
    await counter.total();
  });
  Deno.bench(`ask: ${name}`, { group: "ask", baseline }, async () => {
    await counter.total();
  });
}
