/**
 * What a client looks at on the bus: it ends with its user's signals, and is
 * looked at again over the next session.
 *
 * @module
 */
import { type Fields, numberField, textField } from "../control_protocol.ts";
import { fromFailure } from "../failures.ts";
import type { Link, LinkPart } from "./link.ts";
import type { LinkSession } from "./link_session.ts";
import type { PartConnection } from "./part_connection.ts";

/** A look at something on the bus. */
export abstract class LinkedView implements LinkPart {
  readonly isSubscription = false;
  protected readonly link: Link;
  protected connection: PartConnection | undefined;
  readonly #signals: readonly AbortSignal[];
  readonly #onAbort = (): void => {
    this.finish();
    this.ended();
  };

  constructor(link: Link, signals: readonly AbortSignal[]) {
    this.link = link;
    this.#signals = signals;
    for (const signal of signals) {
      signal.addEventListener("abort", this.#onAbort, { once: true });
      if (signal.aborted) queueMicrotask(this.#onAbort);
    }
  }

  abstract attach(session: LinkSession): void;

  detach(_cause: unknown): void {
    this.connection?.abandon();
    this.connection = undefined;
  }

  end(error: unknown): void {
    this.finish();
    this.ended(error);
  }

  /** The bus does not allow it. */
  protected refused(fields: Fields): undefined {
    this.end(
      fromFailure({
        code: numberField(fields, "code"),
        text: textField(fields, "text"),
      }),
    );
  }

  /** Nobody looks any more. */
  protected finish(): void {
    this.link.remove(this);
    this.connection?.abandon();
    this.connection = undefined;
    for (const signal of this.#signals) {
      signal.removeEventListener("abort", this.#onAbort);
    }
  }

  /** Ends what the user has of it. */
  protected abstract ended(...errors: [] | [unknown]): void;
}
