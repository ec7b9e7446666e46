/**
 * The view of a load test: what it is, how far it is, whether its criteria
 * hold, and how it has ended.
 *
 * @module
 */
import type { LoadEnd, LoadEvent, LoadResults } from "../load_event.ts";
import type { Announcer } from "./announcer.ts";
import { Board } from "./board.ts";
import { byId, create, setText } from "./elements.ts";
import { endText, LOAD_PANELS, loadText, phaseText } from "./load_panels.ts";
import { LoadTables } from "./load_tables.ts";
import type { View } from "./view.ts";

/** The view of a load test. */
export class LoadView implements View {
  readonly board: Board<LoadEvent>;
  readonly #announcer: Announcer;
  readonly #tables = new LoadTables({
    criteria: byId("load-criteria"),
    operations: byId("load-operations"),
    errors: byId("load-errors"),
  });
  readonly #progress = byId("load-progress");
  readonly #end = byId("load-end");
  #isShown = false;
  #results: LoadResults | undefined;
  /** Whether each criterion held when it was last said. */
  readonly #held = new Map<string, boolean | null>();
  /** Whether the run has ended. */
  hasEnded = false;

  /** Takes over its part of the page. */
  constructor(announcer: Announcer) {
    this.#announcer = announcer;
    this.board = new Board<LoadEvent>({
      section: byId("load-charts"),
      axis: "elapsed",
      at: ({ elapsedMs }) => elapsedMs / 1000,
      isVisible: () => this.#isShown,
    }, LOAD_PANELS);
  }

  /** Shows the progress of a run. */
  update(event: LoadEvent): void {
    const { phase, elapsedMs, plannedMs, run, results } = event;
    const { board } = this;
    const isNew = elapsedMs / 1000 < board.end || board.end === -Infinity;
    if (isNew) this.#begin(event);
    const name = phaseText(phase);
    if (board.spans.at(-1)?.name !== name) {
      board.spans.push({ name, from: elapsedMs / 1000 });
    }
    board.push(event);
    const model = run === undefined ? "" : `, ${run.model} model`;
    setText(byId("load-title"), `Load test${model}`);
    setText(byId("load-description"), run?.description ?? "");
    setText(byId("load-state"), loadText(event));
    if (this.#progress instanceof HTMLProgressElement) {
      this.#progress.max = Math.max(1, plannedMs);
      this.#progress.value = Math.min(elapsedMs, plannedMs);
    }
    if (results !== undefined) this.#take(results);
  }

  /** Shows how the run has ended, for good. */
  end(end: LoadEnd): void {
    this.hasEnded = true;
    this.#take(end.results);
    const { verdict, reasons, warnings, report } = end;
    setText(byId("load-state"), endText(end));
    setText(byId("criteria-title"), "Criteria");
    const sentences = [...reasons, ...warnings]
      .map((sentence) => create("li", "", sentence));
    const list = create("ul");
    list.append(...sentences);
    const title = create("h3", "", `The run has ended: ${verdict}`);
    title.dataset.verdict = verdict;
    const place = create("p", "", "Report: ");
    place.append(create("code", "", report ?? ""));
    this.#end.replaceChildren(
      title,
      ...sentences.length > 0 ? [list] : [],
      report === null ? create("p", "", "No report was written.") : place,
    );
    this.#end.hidden = false;
    this.#progress.hidden = true;
    this.#announcer.say(`The run has ended: ${verdict}.`);
  }

  show(): void {
    this.#isShown = true;
    if (this.#results !== undefined) this.#tables.show(this.#results);
    this.board.draw();
  }

  hide(): void {
    this.#isShown = false;
  }

  /** Another run has started. */
  #begin({ plannedMs }: LoadEvent): void {
    this.board.clear(plannedMs / 1000);
    this.#held.clear();
    setText(byId("criteria-title"), "Criteria as they stand");
    this.#end.hidden = true;
    this.#progress.hidden = false;
    this.hasEnded = false;
  }

  #take(results: LoadResults): void {
    this.#results = results;
    if (this.#isShown) this.#tables.show(results);
    for (const { text, holds } of results.criteria) {
      const held = this.#held.get(text);
      this.#held.set(text, holds);
      // The first that is known is in the table; changes are said.
      if (typeof held !== "boolean" || holds === null || holds === held) {
        continue;
      }
      this.#announcer.say(
        holds ? `${text} holds again.` : `${text} does not hold any more.`,
      );
    }
  }
}
