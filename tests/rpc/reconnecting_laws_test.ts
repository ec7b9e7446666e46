// Whatever happens to the service: each request has one outcome, and one that is
// not idempotent is handled at most once.
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { RequestTimeoutError } from "../../src/rpc/mod.ts";
import {
  ConnectionResetError,
  type LogicalConnection,
  SessionLostError,
} from "../../src/tcp/mod.ts";
import { seededRandom } from "../../src/testing/mod.ts";
import { isSlow } from "../support/slow.ts";
import { type Call, Restartable } from "./restartable.ts";

const RUNS = isSlow ? 2000 : 40;

type Step =
  | {
    readonly type: "request";
    readonly idempotent: boolean;
    readonly timeoutMs: number;
    readonly aborts: boolean;
  }
  | { readonly type: "reply"; readonly which: number }
  | { readonly type: "advance"; readonly ms: number }
  | { readonly type: "crash" | "start" | "cut" | "reset" | "abort" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("request" as const),
      idempotent: fc.boolean(),
      timeoutMs: fc.constantFrom(300, 3000, Infinity),
      aborts: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("reply" as const),
      which: fc.nat(5),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("advance" as const),
      ms: fc.constantFrom(0, 1, 50, 400, 2000),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom("crash", "start", "start", "cut", "reset"),
    }),
  },
  fc.record({ type: fc.constant("abort" as const) }),
);

/** What became of a request. */
interface Outcome {
  readonly idempotent: boolean;
  /** How often the service has seen it. */
  seen: number;
  reply?: string;
  error?: unknown;
}

const GIVEN_UP = new Error("Given up");

async function run(steps: readonly Step[], seed: number): Promise<void> {
  await using test = new Restartable({
    maxPending: 2,
    backoff: { initialMs: 100, maxMs: 1000, random: seededRandom(seed) },
  });
  const outcomes: Outcome[] = [];
  const settled: Promise<void>[] = [];
  const calls: Call[] = [];
  const connections: LogicalConnection[] = [];
  const given = new AbortController();
  let isUp = false;

  async function look(): Promise<void> {
    await test.idle();
    while (test.connections.untaken > 0) {
      connections.push(await test.connections.next());
    }
    while (test.calls.untaken > 0) {
      const call = await test.calls.next();
      const outcome = outcomes[Number(call.request)];
      assert(outcome !== undefined);
      outcome.seen++;
      calls.push(call);
    }
  }

  async function take(step: Step): Promise<void> {
    switch (step.type) {
      case "request": {
        const { idempotent, timeoutMs, aborts } = step;
        const outcome: Outcome = { idempotent, seen: 0 };
        const request = `${outcomes.push(outcome) - 1}`;
        const options = aborts ? { signal: given.signal } : {};
        settled.push(
          test.requester.request(request, { idempotent, timeoutMs, ...options })
            .then((reply) => void (outcome.reply = reply), (error) => {
              outcome.error = error;
            }),
        );
        return;
      }
      case "reply": {
        const [call] = calls.splice(step.which % (calls.length || 1), 1);
        return call?.resolve(`reply to ${call.request}`);
      }
      case "advance":
        return await test.advance(step.ms);
      case "crash":
        if (isUp) await test.crash();
        isUp = false;
        calls.length = connections.length = 0;
        return;
      case "start":
        if (!isUp) test.start();
        isUp = true;
        return;
      case "cut":
        return test.network.cut();
      case "reset":
        return connections.pop()?.reset();
      case "abort":
        return given.abort(GIVEN_UP);
      default:
        step satisfies never;
    }
  }

  await take({ type: "start" });
  for (const step of steps) {
    await take(step);
    await look();
  }
  await take({ type: "start" });
  let isOver = false;
  const over = Promise.all(settled).then(() => isOver = true);
  for (let i = 0; i < 1000 && !isOver; i++) {
    await test.advance(100);
    await look();
    while (calls.length > 0) await take({ type: "reply", which: 0 });
  }
  assert(isOver, "a request has no outcome");
  await over;
  for (
    const [index, { idempotent, seen, reply, error }] of outcomes.entries()
  ) {
    if (error === undefined) {
      assertEquals(reply, `reply to ${index}`);
      assert(seen > 0);
    } else {
      const isLost = error instanceof ConnectionResetError ||
        error instanceof SessionLostError;
      const isDue = error instanceof RequestTimeoutError || error === GIVEN_UP;
      assert(isDue || (isLost && !idempotent), Deno.inspect(error));
    }
    assert(idempotent || seen <= 1, `seen ${seen} times`);
  }
  const { inFlight, waiting } = test.requester.stats();
  assertEquals([inFlight, waiting], [0, 0]);
}

/** The connection ends before the requester has read why. */
const RESET_WHILE_RESUMING: Step[] = [
  { type: "request", idempotent: false, timeoutMs: 300, aborts: false },
  { type: "cut" },
  { type: "request", idempotent: false, timeoutMs: 300, aborts: false },
  { type: "reply", which: 0 },
  { type: "reset" },
];

Deno.test("Each request has one outcome, and one that is not idempotent is handled once at most, whatever happens to the service", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 10, maxLength: 30 }),
      fc.nat(1000),
      run,
    ),
    { numRuns: RUNS, examples: [[RESET_WHILE_RESUMING, 0]] },
  );
});
