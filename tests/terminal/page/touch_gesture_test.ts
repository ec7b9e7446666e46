import { assertEquals } from "@std/assert";
import {
  LineScroll,
  TouchGesture,
} from "../../../src/terminal/page/touch_gesture.ts";
import {
  cellsIn,
  extendRange,
  wordAt,
} from "../../../src/terminal/page/selection_rules.ts";

const at = (x: number, y: number) => ({ x, y });

Deno.test("a finger that moves scrolls, and flings at its speed", () => {
  const gesture = new TouchGesture();
  gesture.down(1, at(10, 10), 0);
  // Within what a tap may shake.
  assertEquals(gesture.move(1, at(12, 13), 10).type, "none");
  assertEquals(gesture.move(1, at(10, 40), 20), {
    type: "scroll",
    pixels: 27,
    across: -2,
    at: at(10, 40),
  });
  assertEquals(gesture.hold().type, "none");
  gesture.move(1, at(10, 60), 30);
  assertEquals(gesture.up(1, 30), {
    type: "fling",
    speed: 50 / 30,
    at: at(10, 60),
  });
  // One that rests before it is lifted flings nothing.
  gesture.down(1, at(0, 0), 100);
  gesture.move(1, at(0, 50), 110);
  const rested = gesture.up(1, 400);
  assertEquals(rested.type === "fling" && rested.speed, 0);
});

Deno.test("a finger that rests selects, and then selects more", () => {
  const gesture = new TouchGesture();
  gesture.down(1, at(10, 10), 0);
  assertEquals(gesture.hold(), { type: "select_word", at: at(10, 10) });
  assertEquals(gesture.move(1, at(90, 10), 700).type, "select_to");
  assertEquals(gesture.up(1, 800), { type: "selected" });
});

Deno.test("two fingers change the size, and one that stays does nothing more", () => {
  const gesture = new TouchGesture();
  gesture.down(1, at(0, 0), 0);
  gesture.down(2, at(0, 100), 0);
  assertEquals(gesture.move(2, at(0, 200), 10), { type: "zoom", factor: 2 });
  assertEquals(gesture.up(2, 20).type, "none");
  assertEquals(gesture.up(1, 20).type, "none");
  // A tap is left to the browser.
  gesture.down(1, at(0, 0), 30);
  assertEquals([gesture.isGesture, gesture.up(1, 40).type], [false, "none"]);
});

Deno.test("pixels become whole lines, and none is lost", () => {
  const scroll = new LineScroll();
  assertEquals([7, 7, 7, -30].map((pixels) => scroll.take(pixels, 10)), [
    0,
    1,
    1,
    -2,
  ]);
});

Deno.test("wordAt() finds paths and addresses, and wide characters whole", () => {
  const line = [..."see (src/a.ts:1), 中", "", ...["文", ""], "."];
  assertEquals(wordAt(line, 6), [5, 14]);
  assertEquals(wordAt(line, 3), [3, 3]);
  assertEquals(wordAt(line, 19), [18, 22]);
  assertEquals(wordAt(line, 99), [99, 99]);
});

Deno.test("extendRange() goes both ways from what was selected first", () => {
  const cell = (column: number, row: number) => ({ column, row });
  const anchor = { from: cell(4, 1), to: cell(8, 1) };
  assertEquals(extendRange(anchor, cell(2, 3)).to, cell(2, 3));
  assertEquals(extendRange(anchor, cell(9, 0)), {
    from: cell(9, 0),
    to: cell(8, 1),
  });
  assertEquals(extendRange(anchor, cell(6, 1)), anchor);
  assertEquals(cellsIn({ from: cell(9, 0), to: cell(8, 1) }, 10), 10);
});
