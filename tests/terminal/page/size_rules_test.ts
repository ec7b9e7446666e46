import { assertEquals } from "@std/assert";
import {
  describeSize,
  fittingFont,
  scrollToSee,
} from "../../../src/terminal/page/size_rules.ts";

const own = { columns: 100, rows: 40 };

Deno.test("describeSize() names whose size it is, and says nothing of one's own", () => {
  const size = { columns: 43, rows: 29 };
  const phone = { clientId: "p", name: "a phone" };
  for (
    const [owner, expected] of [
      [phone, "43×29, the size of a phone"],
      [{ clientId: "p", name: "" }, "43×29, the size of another viewer"],
      [undefined, "43×29, the size of the session"],
      [{ clientId: "me", name: "a phone" }, undefined],
    ] as const
  ) assertEquals(describeSize({ ...size, owner }, own, "me"), expected);
  assertEquals(describeSize({ ...own, owner: phone }, own, "me"), undefined);
});

Deno.test("fittingFont() shrinks to what can be read, and enlarges nothing", () => {
  const font = (columns: number, rows: number, size = 14) =>
    fittingFont(size, own, { columns, rows });
  assertEquals(font(50, 20), 14);
  assertEquals(font(125, 40), 11);
  assertEquals(font(100, 60), 9);
  assertEquals(font(1000, 40), 7);
  assertEquals(font(1000, 40, 6), 6);
});

Deno.test("scrollToSee() moves only as far as it must", () => {
  assertEquals(scrollToSee(10, 100, 50, 60), 10);
  assertEquals(scrollToSee(10, 100, 5, 15), 5);
  assertEquals(scrollToSee(10, 100, 120, 130), 30);
});
