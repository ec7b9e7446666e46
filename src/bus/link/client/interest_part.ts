/**
 * Whether anybody subscribes to a subject, as the bus of another process says.
 *
 * @module
 */
import { InterestView } from "../../interest_view.ts";
import { decodeFields, encodeFields } from "../control_protocol.ts";
import type { Link, LinkPart } from "./link.ts";
import type { LinkSession } from "./link_session.ts";
import { LinkedView } from "./linked_view.ts";
import { PartConnection } from "./part_connection.ts";

/** The look at one subject. */
export class InterestPart extends LinkedView implements LinkPart {
  readonly view: InterestView;
  readonly #subject: string;

  constructor(link: Link, subject: string, signals: readonly AbortSignal[]) {
    super(link, signals);
    this.#subject = subject;
    this.view = new InterestView(() => this.finish());
    link.add(this);
  }

  attach(session: LinkSession): void {
    this.connection = new PartConnection({
      link: this.link,
      part: this,
      session,
      kind: "interest",
      metadata: encodeFields({ subject: this.#subject }),
      onOpen: () => {},
      take: (message) => this.#take(message),
    });
  }

  protected override ended(...errors: [] | [unknown]): void {
    this.view.end(...errors);
  }

  #take(message: Uint8Array): undefined {
    if (message.length !== 1) return this.refused(decodeFields(message));
    const [isWanted = 0] = message;
    this.link.partIsUp(this);
    this.view.set(isWanted !== 0);
  }
}
