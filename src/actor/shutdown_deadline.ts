/**
 * The end of an actor's time to stop.
 *
 * @module
 */
import type { Cell } from "./cell.ts";
import { Deadline } from "./deadlines.ts";

/** Kills an actor that did not stop in time. */
export class ShutdownDeadline extends Deadline {
  readonly #cell: Cell;

  constructor(cell: Cell) {
    super();
    this.#cell = cell;
  }

  expire(): void {
    this.#cell.reportKilled();
    this.#cell.kill();
  }
}
