import { assert, assertEquals } from "@std/assert";
import { noFaults } from "../support/numbered_messages.ts";
import { coresStorm } from "../support/cores_storm.ts";
import { isSlow } from "../support/slow.ts";

const onLinux = { ignore: Deno.build.os !== "linux" };

Deno.test(
  "a session that lands in another worker finds its own: nothing is lost, doubled or reordered over any cuts",
  onLinux,
  async () => {
    const size = isSlow
      ? { sessions: 8, messages: 12_500, maxBytes: 200_000, cuts: 200 }
      : { sessions: 4, messages: 500, maxBytes: 100_000, cuts: 12 };
    const { received, cuts, faults, stats } = await coresStorm({
      ...size,
      seed: 13,
    });
    const { workers } = stats;
    const sum = (of: "relayed" | "resumes") =>
      workers.reduce((total, worker) => total + worker[of], 0);
    assertEquals(faults, [noFaults(), noFaults(), noFaults()]);
    assertEquals(received, 2 * size.sessions * size.messages);
    assert(cuts >= size.cuts / 2, `only ${cuts} cuts were made`);
    assert(sum("resumes") > 0, "no session has resumed");
    assert(sum("relayed") > 0, "no socket landed in the wrong worker");
  },
);
