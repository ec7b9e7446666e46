/**
 * Tell and ask, beside other actor runtimes.
 *
 * @module
 */
import {
  nactCounter,
  troupeCounter,
  xstateCounter,
} from "../support/counters.ts";

const TELLS = 1_000;
const troupe = troupeCounter();
const nact = nactCounter();
const xstate = xstateCounter();

for (
  const [name, counter] of Object.entries({ troupe, nact, xstate })
) {
  Deno.bench(`${TELLS} tells: ${name}`, {
    group: "tell",
    baseline: counter === troupe,
  }, async () => {
    for (let i = 0; i < TELLS; i++) counter.add();
    await counter.total();
  });
  Deno.bench(`ask: ${name}`, {
    group: "ask",
    baseline: counter === troupe,
  }, async () => {
    await counter.total();
  });
}
