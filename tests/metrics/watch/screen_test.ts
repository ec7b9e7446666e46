import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { stripVTControlCharacters } from "node:util";
import { parseKeys } from "../../../src/metrics/cli/keys.ts";
import { screenLines } from "../../../src/metrics/cli/screen.ts";
import {
  initialScreen,
  questionOf,
  type ScreenEvent,
  type ScreenState,
} from "../../../src/metrics/cli/screen_state.ts";
import { transition } from "../../../src/metrics/cli/transition.ts";
import type { ActorRow } from "../../../src/metrics/watch/protocol.ts";

const START = initialScreen({
  url: "http://127.0.0.1/",
  view: "actors",
  isChosen: true,
  sort: undefined,
  isReversed: false,
  filter: "",
});

function row(path: string): ActorRow {
  return {
    path,
    depth: 0,
    state: "running",
    mailboxMessages: 0,
    mailboxBytes: 0,
    oldestMs: null,
    processed: 0,
    perSecond: null,
    busyShare: null,
    restarts: 0,
    lastFailure: path,
    deadLetters: 0,
    children: 0,
    below: null,
  };
}

function after(state: ScreenState, events: readonly ScreenEvent[]) {
  return events.reduce(transition, state);
}

Deno.test("keys are read from what a terminal sends", () => {
  assertEquals(
    parseKeys("a\x1b[A\x1bOB\x1b[6~é\x7f\r\x03").map((key) =>
      key.type === "character" ? key.character : key.type
    ),
    [
      "a",
      "up",
      "down",
      "page_down",
      "é",
      "backspace",
      "enter",
      "interrupt",
    ],
  );
  assertEquals(parseKeys("\x1b"), [{ type: "escape" }]);
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    parseKeys(text);
  }));
});

Deno.test("no line is wider than the screen, and no name controls the terminal", () => {
  const hostile = fc.string({ unit: "binary", maxLength: 60 });
  fc.assert(fc.property(
    fc.array(hostile, { maxLength: 30 }),
    fc.integer({ min: 1, max: 200 }),
    fc.integer({ min: 1, max: 60 }),
    hostile,
    (names, columns, lines, filter) => {
      const resized = transition({ ...START, filter }, {
        type: "resized",
        columns,
        lines,
      });
      const question = questionOf(resized) ?? "";
      const rows = names.map((name) => row(`/${name}`));
      const state = transition(resized, {
        type: "data",
        question,
        data: { type: "actors", matching: rows.length, offset: 0, rows },
      });
      const drawn = screenLines(state);
      assertEquals(drawn.length, lines);
      for (const line of drawn) {
        const plain = stripVTControlCharacters(line);
        assert([...plain].length <= columns, plain);
        assert(!/\p{Cc}/u.test(plain), JSON.stringify(plain));
      }
    },
  ));
});

Deno.test("whatever is typed, the row that is chosen is on the screen", () => {
  const keys = fc.constantFrom(
    "\x1b[A",
    "\x1b[B",
    "\x1b[5~",
    "\x1b[6~",
    "\x1b[H",
    "\x1b[F",
    "\t",
    "1",
    "5",
    "<",
    ">",
    "r",
    "p",
  );
  const event = fc.oneof(
    keys.map((typed): ScreenEvent[] =>
      parseKeys(typed).map((key) => ({ type: "key", key }))
    ),
    fc.integer({ min: 1, max: 80 }).map((lines): ScreenEvent[] => [
      { type: "resized", columns: 80, lines },
    ]),
  );
  fc.assert(fc.property(
    fc.array(event, { maxLength: 60 }),
    fc.nat(500),
    (events, matching) => {
      let state = START;
      for (const some of events) {
        state = after(state, some);
        const question = questionOf(state);
        if (question === undefined || state.view !== "actors") continue;
        const rows = Array.from(
          { length: Math.min(10, matching) },
          (_, i) => row(`/${i}`),
        );
        const data = {
          type: "actors",
          matching,
          offset: state.top,
          rows,
        } as const;
        state = transition(state, { type: "data", question, data });
        assert(state.chosen >= state.top);
        assert(state.chosen < state.top + Math.max(1, state.lines - 9));
        assert(state.chosen <= Math.max(0, matching - 1) || state.isPaused);
      }
    },
  ));
});
