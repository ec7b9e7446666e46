import { assert, assertEquals } from "@std/assert";
import { RecentTokens } from "../../../src/store/auth/recent_tokens.ts";
import { ManualClock } from "../../support/manual_clock.ts";

Deno.test("a token is kept for seconds after it was added, and forgotten by what comes then", () => {
  const clock = new ManualClock();
  const tokens = new RecentTokens<{ isStale: boolean }>(clock);
  const value = { isStale: false };
  tokens.add("token", value);
  // Uses do not prolong it.
  for (let i = 0; i < 20; i++) {
    assertEquals(tokens.get("token"), value);
    clock.advance(999);
  }
  clock.advance(20);
  assertEquals(tokens.get("token"), undefined);
  assertEquals(tokens.size, 0);
  tokens.add("token", value);
  clock.advance(60_000);
  assertEquals(tokens.get("another"), undefined);
  assertEquals(tokens.size, 0);
});

Deno.test("a token whose session has to be read again is not found, and so many are kept at most", () => {
  const clock = new ManualClock();
  const tokens = new RecentTokens<{ isStale: boolean }>(clock);
  const value = { isStale: false };
  tokens.add("token", value);
  value.isStale = true;
  assertEquals(tokens.get("token"), undefined);
  for (let i = 0; i < 5000; i++) tokens.add(`${i}`, { isStale: false });
  assert(tokens.size <= 1000);
  clock.advance(10_000);
  for (let i = 0; i < 5000; i++) tokens.add(`${i}`, { isStale: false });
  assert(tokens.size <= 2000);
  tokens.clear();
  assertEquals(tokens.size, 0);
});
