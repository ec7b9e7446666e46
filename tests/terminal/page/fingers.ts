/**
 * Fingers on a page, as the debugger of Chromium moves them.
 *
 * @module
 */
import type { CDPSession, Page } from "playwright-core";

/** Options of the browser of a phone. */
export const PHONE = {
  viewport: { width: 390, height: 760 },
  isMobile: true,
  hasTouch: true,
} as const;

/** A place in pixels. */
export type Place = readonly [x: number, y: number];

/** Moves fingers on a page. */
export class Fingers {
  readonly #session: CDPSession;

  private constructor(session: CDPSession) {
    this.#session = session;
  }

  static async on(page: Page): Promise<Fingers> {
    return new Fingers(await page.context().newCDPSession(page));
  }

  /** Puts fingers down, each at its place. */
  down(...places: readonly Place[]): Promise<void> {
    return this.#send("touchStart", places);
  }

  /** Moves all fingers. */
  move(...places: readonly Place[]): Promise<void> {
    return this.#send("touchMove", places);
  }

  /** Lifts all fingers. */
  up(): Promise<void> {
    return this.#send("touchEnd", []);
  }

  /** Drags a finger, in steps. */
  async drag([x0, y0]: Place, [x1, y1]: Place, steps = 8): Promise<void> {
    await this.down([x0, y0]);
    for (let i = 1; i <= steps; i++) {
      const share = i / steps;
      await this.move([x0 + (x1 - x0) * share, y0 + (y1 - y0) * share]);
    }
    await this.up();
  }

  async #send(
    type: "touchStart" | "touchMove" | "touchEnd",
    places: readonly Place[],
  ): Promise<void> {
    const touchPoints = places.map(([x, y], id) => ({ x, y, id }));
    await this.#session.send("Input.dispatchTouchEvent", { type, touchPoints });
  }
}
