import {
  assert,
  assertEquals,
  assertGreater,
  assertLessOrEqual,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { Budget } from "../../../src/session/wire/budget.ts";
import {
  isFree,
  ReceiveCredit,
  SendCredit,
} from "../../../src/session/wire/credit.ts";
import { ProtocolError } from "../../../src/session/wire/errors.ts";
import {
  DataFlag,
  ErrorCode,
  FRAME_COST,
  INITIAL_CREDIT,
} from "../../../src/session/wire/protocol.ts";

const { END, FIN } = DataFlag;

/** What may happen between a sender and a receiver. */
type Step =
  | { readonly type: "send"; readonly bytes: number }
  | { readonly type: "arrive" }
  | { readonly type: "consume" }
  /** Time passes. */
  | { readonly type: "wait"; readonly ms: number }
  /** Others take of the budget, or give back. */
  | { readonly type: "others"; readonly bytes: number }
  /** Hands any of the limits so far to the sender, perhaps not for the first time. */
  | { readonly type: "raise"; readonly which: number };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: step({ type: "arrive" }) },
  { weight: 4, arbitrary: step({ type: "consume" }) },
  {
    weight: 1,
    arbitrary: fc.nat({ max: 50 }).map((ms): Step => ({ type: "wait", ms })),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: -200_000, max: 200_000 })
      .map((bytes): Step => ({ type: "others", bytes })),
  },
  {
    weight: 2,
    arbitrary: fc.nat().map((which): Step => ({ type: "raise", which })),
  },
  {
    weight: 4,
    arbitrary: fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 65_536 }))
      .map((bytes): Step => ({ type: "send", bytes })),
  },
);

function step(step: Step): fc.Arbitrary<Step> {
  return fc.constant(step);
}

/** Credit whose window stands still. */
function steady(windowBytes: number): ReceiveCredit {
  return new ReceiveCredit(windowBytes, 0, new Budget(Infinity));
}

/** Reads a frame, and returns the limit that the sender is granted then, if any. */
function read(
  credit: ReceiveCredit,
  payloadBytes: number,
  now = 0,
  shortestTripMs = 0,
): number | undefined {
  credit.consume(payloadBytes + FRAME_COST);
  return credit.isDue ? credit.grant(now, shortestTripMs) : undefined;
}

Deno.test("a sender that keeps to its credit never exceeds the receiver's, however limits are late or repeated and windows grow", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(65_536, 100_000, 262_144),
      fc.constantFrom(0, 300_000, 1_048_576),
      fc.constantFrom(0, 100_000, 2_000_000),
      fc.array(anyStep, { maxLength: 300, size: "max" }),
      (window, maxWindow, budgetBytes, steps) => {
        const budget = new Budget(budgetBytes);
        const send = new SendCredit();
        const receive = new ReceiveCredit(window, maxWindow, budget);
        const limits = [INITIAL_CREDIT, receive.grantAll()];
        const flying: number[] = [];
        const waiting: number[] = [];
        let others = 0;
        let now = 0;
        let sent = 0;
        let consumed = 0;
        for (const step of steps) {
          if (step.type === "send") {
            if (!send.allows(END, step.bytes)) continue;
            send.spend(END, step.bytes);
            sent += step.bytes + FRAME_COST;
            flying.push(step.bytes);
          } else if (step.type === "arrive") {
            const bytes = flying.shift();
            if (bytes === undefined) continue;
            receive.receive(bytes); // throws over the limit
            waiting.push(bytes);
          } else if (step.type === "consume") {
            const bytes = waiting.shift();
            if (bytes === undefined) continue;
            consumed += bytes + FRAME_COST;
            const limit = read(receive, bytes, now, 20);
            if (limit === undefined) continue;
            assertGreater(limit, Math.max(...limits));
            assertEquals(limit, consumed + receive.window);
            limits.push(limit);
          } else if (step.type === "wait") {
            now += step.ms;
          } else if (step.type === "others") {
            const bytes = Math.max(step.bytes, -others);
            if (bytes > 0) others += budget.take(bytes);
            else {
              others += bytes;
              budget.give(-bytes);
            }
          } else {
            send.raise(limits[step.which % limits.length]!);
          }
          assertLessOrEqual(sent, Math.max(...limits));
          assertLessOrEqual(
            receive.window,
            Math.max(window, maxWindow, INITIAL_CREDIT),
          );
          assertEquals(
            budget.left + others + receive.window - INITIAL_CREDIT,
            budgetBytes,
          );
        }
        receive.end();
        assertEquals(budget.left + others, budgetBytes);
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("once everything is read and every limit has come, a sender can always go on", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(65_536, 65_537, 262_144),
      fc.array(fc.nat({ max: 65_536 }), {
        minLength: 1,
        maxLength: 60,
        size: "max",
      }),
      (window, sizes) => {
        const send = new SendCredit();
        const receive = steady(window);
        send.raise(receive.grantAll());
        for (let rest of sizes) {
          do {
            assert(send.available > 0 || send.allows(END, rest), "it is stuck");
            const bytes = Math.min(rest, send.available);
            send.spend(END, bytes);
            receive.receive(bytes);
            const limit = read(receive, bytes);
            if (limit !== undefined) send.raise(limit);
            rest -= bytes;
          } while (rest > 0);
        }
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("a sender starts with the initial credit", () => {
  const send = new SendCredit();
  assertEquals(send.available, INITIAL_CREDIT - FRAME_COST);
  assert(send.allows(END, INITIAL_CREDIT - FRAME_COST));
  assert(!send.allows(END, INITIAL_CREDIT - FRAME_COST + 1));
});

Deno.test("every frame that is kept costs its payload and FRAME_COST", () => {
  const send = new SendCredit();
  const before = send.available;
  send.spend(END, 100);
  send.spend(0, 1);
  send.spend(END, 0);
  send.spend(END | FIN, 0);
  assertEquals(before - send.available, 101 + 4 * FRAME_COST);
});

Deno.test("a frame that carries nothing is free, and may go without credit", () => {
  const send = new SendCredit();
  send.spend(END, INITIAL_CREDIT - FRAME_COST);
  const { available } = send;
  assertEquals(available, -FRAME_COST);
  assert(!send.allows(END, 0));
  for (const flags of [0, FIN]) {
    assert(isFree(flags, 0));
    assert(send.allows(flags, 0));
    send.spend(flags, 0);
  }
  assertEquals(send.available, available);
});

Deno.test("a limit that is lower than the last changes nothing", () => {
  const send = new SendCredit();
  assert(send.raise(200_000));
  assert(!send.raise(200_000));
  assert(!send.raise(100_000));
  assert(!send.raise(0));
  assertEquals(send.available, 200_000 - FRAME_COST);
});

Deno.test("a frame over the credit is a ProtocolError with the code for it", () => {
  const receive = steady(262_144);
  receive.receive(INITIAL_CREDIT - FRAME_COST);
  const error = assertThrows(
    () => receive.receive(0),
    ProtocolError,
    `${FRAME_COST} bytes`,
  );
  assertEquals(error.code, ErrorCode.FLOW_CONTROL);
});

Deno.test("empty messages alone exhaust the credit", () => {
  const receive = steady(262_144);
  const most = INITIAL_CREDIT / FRAME_COST;
  for (let i = 0; i < most; i++) receive.receive(0);
  assertThrows(() => receive.receive(0), ProtocolError);
});

Deno.test("a limit is sent once half a window was read since the last", () => {
  const window = 262_144;
  const receive = steady(window);
  assertEquals(receive.grantAll(), window);
  receive.consume(window / 2 - 1);
  assert(!receive.isDue);
  receive.consume(1);
  assert(receive.isDue);
  assertEquals(receive.grant(0, 0), window + window / 2);
  assert(!receive.isDue);
});

Deno.test("a window is never below the initial credit, which the sender has before any limit", () => {
  assertEquals(steady(1).grantAll(), INITIAL_CREDIT);
});

Deno.test("a window is never above what an OPEN can express", () => {
  assertEquals(steady(Infinity).grantAll(), 2 ** 32 - 1);
  const receive = new ReceiveCredit(2 ** 31, Infinity, new Budget(Infinity));
  receive.grantAll();
  for (let i = 0; i < 3; i++) {
    receive.consume(receive.window);
    receive.grant(0, 100);
  }
  assertEquals(receive.window, 2 ** 32 - 1);
});

// Windows that grow.

/** Reads whole windows, each within `ms`, and returns the sizes. */
function windows(
  credit: ReceiveCredit,
  ms: number,
  shortestTripMs: number,
  rounds = 10,
): number[] {
  credit.grantAll();
  return Array.from({ length: rounds }, (_, i) => {
    credit.consume(credit.window);
    credit.grant(1000 + i * ms, shortestTripMs);
    return credit.window;
  });
}

Deno.test("a window doubles while half of it is read within two round trips, up to its maximum", () => {
  const credit = new ReceiveCredit(65_536, 500_000, new Budget(Infinity));
  assertEquals(windows(credit, 39, 20, 6), [
    65_536, // since the beginning it took long
    131_072,
    262_144,
    500_000,
    500_000,
    500_000,
  ]);
});

Deno.test("a window stays the same while its reader takes two round trips or more", () => {
  const credit = new ReceiveCredit(65_536, 500_000, new Budget(Infinity));
  assertEquals(new Set(windows(credit, 40, 20)), new Set([65_536]));
});

Deno.test("a window stays the same while the round trip is unknown", () => {
  const credit = new ReceiveCredit(65_536, 500_000, new Budget(Infinity));
  assertEquals(new Set(windows(credit, 0, 0)), new Set([65_536]));
});

Deno.test("a window that starts above its maximum does not shrink", () => {
  const credit = new ReceiveCredit(262_144, 100_000, new Budget(Infinity));
  assertEquals(new Set(windows(credit, 0, 20)), new Set([262_144]));
});

Deno.test("windows grow as far as their budget goes, from the start", () => {
  const budget = new Budget(300_000);
  const credits = Array.from(
    { length: 3 },
    () => new ReceiveCredit(165_536, 1_000_000, budget),
  );
  assertEquals(credits.map((credit) => credit.grantAll()), [
    165_536,
    165_536,
    165_536,
  ]);
  const late = new ReceiveCredit(165_536, 1_000_000, budget);
  assertEquals(late.grantAll(), INITIAL_CREDIT);
  credits[0]!.end();
  assertEquals(windows(late, 0, 20).at(-1), 165_536);
});

Deno.test("a stream that ends gives back what its window had, once", () => {
  const budget = new Budget(1_000_000);
  const credit = new ReceiveCredit(65_536, 500_000, budget);
  windows(credit, 0, 20);
  assertEquals(budget.left, 1_000_000 - (500_000 - 65_536));
  credit.end();
  credit.end();
  assertEquals(budget.left, 1_000_000);
});
