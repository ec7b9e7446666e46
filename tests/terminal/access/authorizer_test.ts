import { assertEquals } from "@std/assert";
import {
  type Authorize,
  Authorizer,
} from "../../../src/terminal/access/authorizer.ts";
import { TerminalCounters } from "../../../src/terminal/metrics.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import { silenced } from "./console.ts";
import { passOf } from "./passes.ts";

const { request } = passOf();

function asking(authorize: Authorize | undefined) {
  const clock = new ManualClock();
  const counters = new TerminalCounters();
  const options = { authorize, authorizeMs: 1000 };
  return {
    clock,
    counters,
    authorizer: new Authorizer(options, clock, counters),
  };
}

Deno.test("without an application to ask, everything is permitted", async () => {
  assertEquals(await asking(undefined).authorizer.permits(request), true);
});

Deno.test("only true permits: an error, a rejection or another value refuses, and is counted and logged", async () => {
  using log = silenced();
  const failures: readonly unknown[] = [
    () => {
      throw new Error("broken");
    },
    () => Promise.reject(new Error("no database")),
    () => undefined,
    () => 1,
    () => "true",
    () => Promise.resolve("yes"),
  ];
  for (const [index, authorize] of failures.entries()) {
    const made = Reflect.apply(asking, undefined, [authorize]);
    assertEquals(await made.authorizer.permits(request), false, `${index}`);
    assertEquals(made.counters.authorizeFailures, 1);
  }
  assertEquals(log.lines, failures.length);
  for (const value of [true, false]) {
    const thenable = {
      then: (resolve: (value: boolean) => void) => resolve(value),
    };
    for (const result of [value, Promise.resolve(value), thenable]) {
      const { authorizer, counters, clock } = asking(() =>
        result as PromiseLike<boolean>
      );
      assertEquals(await authorizer.permits(request), value);
      assertEquals([counters.authorizeFailures, clock.pending], [0, 0]);
    }
  }
});

Deno.test("an application that does not decide within authorizeMs refuses", async () => {
  using log = silenced();
  const { authorizer, clock, counters } = asking(() => new Promise(() => {}));
  const permitted = authorizer.permits(request);
  clock.advance(999);
  assertEquals(counters.authorizeFailures, 0);
  clock.advance(1);
  assertEquals(await permitted, false);
  assertEquals([counters.authorizeFailures, log.lines], [1, 1]);
});

Deno.test("a decision from before a change is made again", async () => {
  let allowed = true;
  const asked: PromiseWithResolvers<void>[] = [];
  const { authorizer } = asking(async () => {
    const known = allowed;
    const step = Promise.withResolvers<void>();
    asked.push(step);
    await step.promise;
    return known;
  });
  const permitted = authorizer.permits(request);
  allowed = false;
  authorizer.recheck();
  asked[0]?.resolve();
  while (asked.length < 2) await Promise.resolve();
  asked[1]?.resolve();
  assertEquals(await permitted, false);
});
