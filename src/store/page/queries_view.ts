/**
 * The queries that were slow, with what SQLite does for them.
 *
 * @module
 */
import type { CollectionState, StorePageState } from "../page_contract.ts";
import { button, create, table } from "./elements.ts";
import type { PageContext, View } from "./view.ts";

/** The queries that were slow. */
export class QueriesView implements View {
  readonly #panel: HTMLElement;
  readonly #context: PageContext;

  constructor(panel: HTMLElement, context: PageContext) {
    this.#panel = panel;
    this.#context = context;
  }

  show(
    collection: CollectionState,
    { slowQueries, slowMs }: StorePageState,
  ): void {
    const rows = slowQueries.map((
      { kind, collection, filter, sort, count, meanMs, maxMs, plan },
    ) => [
      `${kind} of ${collection}`,
      create("span", { className: "code", text: filter }),
      create("span", { className: "code", text: sort }),
      `${count}`,
      meanMs.toFixed(1),
      maxMs.toFixed(1),
      plan === undefined ? "not known yet" : plan.steps.join("\n"),
      plan?.index === undefined ? "" : plan.index.join(", "),
    ]);
    this.#panel.replaceChildren(
      create("p", {
        className: "tools",
        children: [
          create("span", {
            className: "muted",
            text: `Slow is ${slowMs} ms or longer, as slowQueries.overMs says.`,
          }),
          button("Refresh", async () => {
            this.show(collection, await this.#context.refresh());
          }),
        ],
      }),
      rows.length === 0
        ? create("p", { className: "muted", text: "No query was slow." })
        : table("Slow queries", [
          "Query",
          "Filter",
          "Sort",
          "Times slow",
          "Mean ms",
          "Longest ms",
          "Plan",
          "Index it lacks",
        ], rows),
    );
  }
}
