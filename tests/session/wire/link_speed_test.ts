import { assertEquals, assertGreater, assertLessOrEqual } from "@std/assert";
import { LinkSpeed } from "../../../src/session/wire/link_speed.ts";
import { USUAL_FRAME_BYTES } from "../../../src/session/wire/protocol.ts";

/** Acknowledges pieces of so many bytes, each after so many milliseconds. */
function acknowledge(
  speed: LinkSpeed,
  pieces: number,
  bytes: number,
  ms: number,
  at: { place: number; now: number },
): void {
  for (let i = 0; i < pieces; i++) {
    speed.arrived(at.place += bytes, at.now += ms);
  }
}

Deno.test("frames are of the usual size at first, and grow by steps with what arrives", () => {
  const speed = new LinkSpeed();
  assertEquals(speed.frameBytes, USUAL_FRAME_BYTES);
  const at = { place: 0, now: 0 };
  const sizes: number[] = [];
  for (let i = 0; i < 4; i++) {
    acknowledge(speed, 1, 1_310_720, 0.5, at);
    sizes.push(speed.frameBytes);
  }
  assertEquals(sizes, [131_072, 262_144, 524_288, 1_048_576]);
});

Deno.test("frames are never larger than what the link takes in four milliseconds, but of the usual size", () => {
  for (const bytesPerMs of [1000, 12_500, 40_000, 125_000]) {
    const speed = new LinkSpeed();
    const at = { place: 0, now: 0 };
    acknowledge(speed, 20, 1_310_720, 1_310_720 / bytesPerMs, at);
    const most = Math.max(USUAL_FRAME_BYTES, 4 * bytesPerMs);
    assertLessOrEqual(speed.frameBytes, most);
    assertGreater(speed.frameBytes, 0.99 * most);
  }
});

Deno.test("a link that becomes slower has smaller frames with the next acknowledgement", () => {
  const speed = new LinkSpeed();
  const at = { place: 0, now: 0 };
  acknowledge(speed, 10, 1_310_720, 1, at);
  acknowledge(speed, 1, 1_310_720, 100, at);
  assertEquals(speed.frameBytes, USUAL_FRAME_BYTES);
});

Deno.test("another socket starts with frames of the usual size", () => {
  const speed = new LinkSpeed();
  const at = { place: 0, now: 0 };
  acknowledge(speed, 10, 1_310_720, 1, at);
  speed.reset(at.place, at.now);
  assertEquals(speed.frameBytes, USUAL_FRAME_BYTES);
});

Deno.test("a pause in which nothing was on its way does not count", () => {
  const speed = new LinkSpeed();
  const at = { place: 0, now: 0 };
  acknowledge(speed, 3, 1_310_720, 1, at);
  const before = speed.frameBytes;
  speed.begin(at.place, at.now += 60_000);
  acknowledge(speed, 1, 1_310_720, 1, at);
  assertEquals(speed.frameBytes, 2 * before);
});

Deno.test("a few bytes that are acknowledged alone say nothing", () => {
  const speed = new LinkSpeed();
  const at = { place: 0, now: 0 };
  acknowledge(speed, 3, 1_310_720, 1, at);
  const before = speed.frameBytes;
  acknowledge(speed, 1, 100, 1000, at);
  assertEquals(speed.frameBytes, before);
});
