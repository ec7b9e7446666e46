import {
  assert,
  assertEquals,
  assertGreater,
  assertLessOrEqual,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { isFree, ReceiveCredit, SendCredit } from "../../src/wire/credit.ts";
import { ProtocolError } from "../../src/wire/errors.ts";
import {
  DataFlag,
  ErrorCode,
  FRAME_COST,
  INITIAL_CREDIT,
} from "../../src/wire/protocol.ts";

const { END, FIN } = DataFlag;

/** What may happen between a sender and a receiver. */
type Step =
  | { readonly type: "send"; readonly bytes: number }
  | { readonly type: "arrive" }
  | { readonly type: "consume" }
  | { readonly type: "grant_all" }
  /** Hands any of the limits so far to the sender, perhaps not for the first time. */
  | { readonly type: "raise"; readonly which: number };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: step({ type: "arrive" }) },
  { weight: 4, arbitrary: step({ type: "consume" }) },
  { weight: 1, arbitrary: step({ type: "grant_all" }) },
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

Deno.test("a sender that keeps to its credit never breaks the receiver's, however limits are late or repeated", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(65_536, 100_000, 262_144),
      fc.array(anyStep, { maxLength: 300, size: "max" }),
      (window, steps) => {
        const send = new SendCredit();
        const receive = new ReceiveCredit(window);
        const limits = [INITIAL_CREDIT];
        const flying: number[] = [];
        const waiting: number[] = [];
        let sent = 0;
        let consumed = 0;
        const granted = (limit: number): void => {
          if (limit === 0) return;
          assert(limit >= Math.max(...limits), "a limit is lower than before");
          assertLessOrEqual(limit, consumed + window);
          limits.push(limit);
        };
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
            receive.consume(bytes);
            consumed += bytes + FRAME_COST;
            granted(receive.grant());
          } else if (step.type === "grant_all") {
            granted(receive.grantAll());
          } else {
            send.raise(limits[step.which % limits.length]!);
          }
          assertLessOrEqual(sent, Math.max(...limits));
        }
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
        const receive = new ReceiveCredit(window);
        for (let rest of sizes) {
          do {
            assert(send.available > 0 || send.allows(END, rest), "it is stuck");
            const bytes = Math.min(rest, send.available);
            send.spend(END, bytes);
            receive.receive(bytes);
            receive.consume(bytes);
            const limit = receive.grant();
            if (limit > 0) send.raise(limit);
            rest -= bytes;
          } while (rest > 0);
        }
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("a sender begins with the initial credit", () => {
  const send = new SendCredit();
  assertEquals(send.available, INITIAL_CREDIT - FRAME_COST);
  assert(send.allows(END, INITIAL_CREDIT - FRAME_COST));
  assert(!send.allows(END, INITIAL_CREDIT - FRAME_COST + 1));
});

Deno.test("every frame that is kept costs its payload and the frame cost", () => {
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
  send.raise(200_000);
  send.raise(100_000);
  send.raise(0);
  assertEquals(send.available, 200_000 - FRAME_COST);
});

Deno.test("a frame over the credit is a ProtocolError with the code for it", () => {
  const receive = new ReceiveCredit(262_144);
  receive.receive(INITIAL_CREDIT - FRAME_COST);
  const error = assertThrows(
    () => receive.receive(0),
    ProtocolError,
    `${FRAME_COST} bytes`,
  );
  assertEquals(error.code, ErrorCode.FLOW_CONTROL);
});

Deno.test("empty messages alone exhaust the credit", () => {
  const receive = new ReceiveCredit(262_144);
  const most = INITIAL_CREDIT / FRAME_COST;
  for (let i = 0; i < most; i++) receive.receive(0);
  assertThrows(() => receive.receive(0), ProtocolError);
});

Deno.test("a limit is told once half a window was read since the last", () => {
  const window = 262_144;
  const receive = new ReceiveCredit(window);
  assertEquals(receive.grantAll(), window);
  receive.consume(window / 2 - FRAME_COST - 1);
  assertEquals(receive.grant(), 0);
  receive.consume(1);
  const limit = receive.grant();
  assertGreater(limit, window);
  assertEquals(receive.grant(), 0);
});

Deno.test("a window is never below the initial credit, which the sender has before it is told", () => {
  assertEquals(new ReceiveCredit(1).grantAll(), INITIAL_CREDIT);
});

Deno.test("a window is never above what an OPEN can say", () => {
  assertEquals(new ReceiveCredit(Infinity).grantAll(), 2 ** 32 - 1);
});
