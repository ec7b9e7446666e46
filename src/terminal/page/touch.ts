/**
 * Fingers on the terminal: they scroll, select, and change the size of the font.
 *
 * @module
 */
import type { Terminal } from "@xterm/xterm";
import { isStill } from "./appearance.ts";
import type { SettingsStore } from "./settings.ts";
import { boundedFontSize } from "./settings.ts";
import type { TouchSelection } from "./touch_selection.ts";
import {
  type GestureAction,
  LineScroll,
  type Point,
  TouchGesture,
} from "./touch_gesture.ts";

/** Milliseconds after which a finger that rests selects. */
const HOLD_MS = 500;
/** Share of its speed that a fling keeps for a millisecond. */
const FLING_KEEPS = 0.996;
/** Lines that programs scroll for one report of a wheel, as most of them do. */
const REPORT_LINES = 3;
/** Slowest speed of a fling, in pixels per millisecond. */
const FLING_LEAST = 0.05;

/** Makes fingers work on a terminal in an element. */
export function useTouch(
  parent: HTMLElement,
  terminal: Terminal,
  settings: SettingsStore,
  selection: TouchSelection,
): void {
  const gesture = new TouchGesture();
  const lines = new LineScroll();
  let holding: ReturnType<typeof setTimeout> | undefined;
  let flinging = 0;
  let fontSize = settings.current.fontSize;

  const scroll = (pixels: number, at: Point): void => {
    const height = rowHeight(parent, terminal);
    const step = height * (hasMouse(terminal) ? REPORT_LINES : 1);
    if (step > 0) scrollLines(terminal, lines.take(pixels, step), at);
  };
  const fling = (speed: number, at: Point): void => {
    // A program gets keys or reports: only those that the finger asked for.
    if (isStill() || scrollsProgram(terminal)) return;
    let last = performance.now();
    const step = (now: number): void => {
      const ms = now - last;
      last = now;
      scroll(speed * ms, at);
      speed *= FLING_KEEPS ** ms;
      flinging = Math.abs(speed) < FLING_LEAST
        ? 0
        : requestAnimationFrame(step);
    };
    flinging = requestAnimationFrame(step);
  };
  const act = (action: GestureAction): void => {
    switch (action.type) {
      case "none":
        return;
      case "scroll": {
        const rest = pan(parent, action.across, action.pixels);
        return scroll(rest, action.at);
      }
      case "zoom":
        return settings.change({
          fontSize: boundedFontSize(fontSize * action.factor),
        });
      case "select_word":
        return selection.start(action.at);
      case "select_to":
        return selection.extend(action.at);
      case "selected":
        return selection.finish();
      case "fling":
        return fling(action.speed, action.at);
      default:
        action satisfies never;
    }
  };

  const isFinger = ({ pointerType, target }: PointerEvent): boolean =>
    pointerType === "touch" && target instanceof Element &&
    target.closest(".scrollbar") === null;
  parent.addEventListener("pointerdown", (event) => {
    if (!isFinger(event)) return;
    cancelAnimationFrame(flinging);
    clearTimeout(holding);
    lines.reset();
    fontSize = settings.current.fontSize;
    act(gesture.down(event.pointerId, pointOf(event), event.timeStamp));
    if (!gesture.mayHold) return;
    holding = setTimeout(() => act(gesture.hold()), HOLD_MS);
  });
  parent.addEventListener("pointermove", (event) => {
    if (!isFinger(event)) return;
    act(gesture.move(event.pointerId, pointOf(event), event.timeStamp));
    if (!gesture.mayHold) clearTimeout(holding);
  });
  let wasGesture = false;
  parent.addEventListener("pointerup", (event) => {
    clearTimeout(holding);
    wasGesture = gesture.isGesture;
    act(gesture.up(event.pointerId, event.timeStamp));
  });
  parent.addEventListener("pointercancel", () => {
    clearTimeout(holding);
    wasGesture = gesture.isGesture;
    gesture.cancel();
  });
  // No press of a button follows; after a tap, one does.
  parent.addEventListener("touchend", (event) => {
    if (wasGesture && event.cancelable) event.preventDefault();
  }, { passive: false, capture: true });
  parent.addEventListener("contextmenu", (event) => {
    if (!(event instanceof PointerEvent) || event.pointerType !== "touch") {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }, { capture: true });
}

/**
 * Moves what is larger than the page with the finger; returns the pixels down
 * that are left for the output itself.
 */
function pan(parent: HTMLElement, across: number, down: number): number {
  const before = parent.scrollTop;
  parent.scrollBy(-across, -down);
  return down - (before - parent.scrollTop);
}

/** Whether scrolling is a matter of the program, as with the wheel. */
function scrollsProgram(terminal: Terminal): boolean {
  return terminal.buffer.active.type === "alternate" || hasMouse(terminal);
}

/** Whether the program gets reports of the wheel. */
function hasMouse({ modes }: Terminal): boolean {
  return !["none", "x10"].includes(modes.mouseTrackingMode);
}

function scrollLines(terminal: Terminal, lines: number, at: Point): void {
  if (lines === 0) return;
  if (!scrollsProgram(terminal)) return terminal.scrollLines(-lines);
  const count = Math.min(Math.abs(lines), terminal.rows);
  const screen = terminal.element?.querySelector(".xterm-screen");
  for (let i = 0; i < count; i++) {
    screen?.dispatchEvent(
      new WheelEvent("wheel", {
        bubbles: true,
        cancelable: true,
        clientX: at.x,
        clientY: at.y,
        deltaMode: WheelEvent.DOM_DELTA_LINE,
        deltaY: -Math.sign(lines),
      }),
    );
  }
}

/** Returns the height of a row in pixels. */
function rowHeight(parent: HTMLElement, { rows }: Terminal): number {
  const screen = parent.querySelector(".xterm-screen");
  return (screen?.getBoundingClientRect().height ?? 0) / rows;
}

function pointOf({ clientX, clientY }: PointerEvent): Point {
  return { x: clientX, y: clientY };
}
