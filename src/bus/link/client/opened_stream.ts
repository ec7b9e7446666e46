/**
 * A stream that a client has opened: it is opened again on each session.
 *
 * @module
 */
import type { Fields } from "../control_protocol.ts";
import type { Link, LinkPart } from "./link.ts";
import type { LinkSession } from "./link_session.ts";

/** A stream that is opened on each session, before it is used. */
export class OpenedStream implements LinkPart {
  readonly isSubscription = false;
  readonly name: string;
  readonly #fields: Fields;
  #opening: Promise<unknown>;
  /** The session that it is open on. */
  session: LinkSession | undefined;

  constructor(link: Link, name: string, fields: Fields) {
    this.name = name;
    this.#fields = fields;
    this.#opening = link.next().then(() => this.#opening);
    this.#opening.catch(() => {});
    link.add(this);
  }

  /** Settles as the last opening does. */
  get ready(): Promise<unknown> {
    return this.#opening;
  }

  attach(session: LinkSession): void {
    this.#opening = session.control.call("stream", this.#fields).then(() =>
      this.session = session
    );
    this.#opening.catch(() => {});
  }

  detach(_cause: unknown): void {
    this.session = undefined;
  }

  end(_error: unknown): void {
    this.session = undefined;
  }
}
