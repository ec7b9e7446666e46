import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { PartialMessage } from "../../src/tcp_conn/partial_message.ts";
import { pattern } from "../support/bytes.ts";

Deno.test("a message that arrives in pieces is whole with the last, and never takes more than twice what is here", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 65_536 }), {
        minLength: 1,
        maxLength: 12,
      }),
      (sizes) => {
        const total = sizes.reduce((sum, size) => sum + size, 0);
        const whole = pattern(total);
        const partial = new PartialMessage();
        let at = 0;
        for (const size of sizes) {
          const got = partial.append(whole.subarray(at, at += size), total);
          assert(partial.reservedBytes <= 2 * at);
          assertEquals(got !== undefined, at === total);
          if (got !== undefined) {
            assertEquals(got.length, total);
            assertEquals(got.buffer.byteLength, total);
            assert(got.every((byte, i) => byte === whole[i]));
          }
        }
      },
    ),
    { numRuns: 100, seed: 20_260_103 },
  );
});

Deno.test("one byte of a message that announces 16 MiB reserves two", () => {
  const partial = new PartialMessage();
  partial.append(pattern(1), 16_777_216);
  assertEquals(partial.reservedBytes, 2);
});
