/**
 * The stored functions, which can be called with JSON.
 *
 * @module
 */
import type { CollectionState, StorePageState } from "../page_contract.ts";
import { button, create } from "./elements.ts";
import type { PageContext, View } from "./view.ts";

/** The stored functions of a store. */
export class FunctionsView implements View {
  readonly #context: PageContext;
  readonly #choice = create("select");
  readonly #input = create("textarea", { text: "{}" });
  readonly #outcome = create("pre");
  readonly #form: HTMLElement;
  readonly #none = create("p", {
    className: "muted",
    text: "The store has no stored functions.",
  });

  constructor(panel: HTMLElement, context: PageContext) {
    this.#context = context;
    this.#input.spellcheck = false;
    this.#input.setAttribute("aria-label", "Input as JSON");
    this.#outcome.setAttribute("role", "status");
    this.#outcome.hidden = true;
    const label = create("label", { children: ["Function ", this.#choice] });
    this.#form = create("div", {
      children: [
        create("p", {
          className: "tools",
          children: [label, button("Call as superuser", () => this.#call())],
        }),
        this.#input,
        this.#outcome,
      ],
    });
    panel.append(this.#form, this.#none);
  }

  show(_collection: CollectionState, { functions }: StorePageState): void {
    const { value } = this.#choice;
    this.#choice.replaceChildren(
      ...functions.map((name) => create("option", { text: name })),
    );
    if (functions.includes(value)) this.#choice.value = value;
    this.#form.hidden = functions.length === 0;
    this.#none.hidden = functions.length > 0;
  }

  async #call(): Promise<void> {
    const start = performance.now();
    let text: string;
    try {
      const input = this.#input.value.trim();
      const output = await this.#context.api.send(
        "POST",
        `functions/${encodeURIComponent(this.#choice.value)}`,
        input === "" ? undefined : JSON.parse(input),
      );
      text = output === undefined ? "nothing" : JSON.stringify(output, null, 2);
    } catch (error) {
      text = `${error instanceof Error ? error.message : error}`;
    }
    const ms = (performance.now() - start).toFixed(1);
    this.#outcome.textContent = `${text}\n\n${ms} ms`;
    this.#outcome.hidden = false;
  }
}
