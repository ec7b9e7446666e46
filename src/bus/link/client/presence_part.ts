/**
 * Who is there, as the bus of another process says.
 *
 * @module
 */
import { ProtocolError } from "../../../session/mod.ts";
import type { MsgpackValue } from "../../../codec/mod.ts";
import type { PresenceMember } from "../../presence.ts";
import { PresenceView } from "../../presence_view.ts";
import {
  decodeFields,
  encodeFields,
  isFields,
  textField,
} from "../control_protocol.ts";
import type { Link, LinkPart } from "./link.ts";
import type { LinkSession } from "./link_session.ts";
import { PartConnection } from "./part_connection.ts";
import { LinkedView } from "./linked_view.ts";

/** Entries of one topic that a client knows; a bus that sends more is left. */
const MAX_MEMBERS = 100_000;

/** The look at one topic. */
export class PresencePart extends LinkedView implements LinkPart {
  readonly view: PresenceView;
  readonly #topic: string;
  readonly #members = new Map<string, PresenceMember>();
  /** Those who were there over the last session, and may be still. */
  #before: Map<string, PresenceMember> | undefined;
  /** Those of whom the bus has not sent all yet. */
  #more: PresenceMember[] = [];

  constructor(link: Link, topic: string, signals: readonly AbortSignal[]) {
    super(link, signals);
    this.#topic = topic;
    this.view = new PresenceView(this.#members, () => this.finish());
    link.add(this);
  }

  attach(session: LinkSession): void {
    this.#before = new Map(this.#members);
    this.#more = [];
    this.connection = new PartConnection({
      link: this.link,
      part: this,
      session,
      kind: "presence",
      metadata: encodeFields({ topic: this.#topic }),
      onOpen: () => {},
      take: (message) => this.#take(message),
    });
  }

  protected override ended(...errors: [] | [unknown]): void {
    this.view.end(...errors);
  }

  #take(message: Uint8Array): undefined {
    const change = decodeFields(message);
    if (Object.hasOwn(change, "code")) return this.refused(change);
    const joins = [...this.#more, ...membersOf(change["joins"])];
    this.#more = [];
    if (change["more"] === true) {
      if (joins.length > MAX_MEMBERS) throw tooMany();
      this.#more = joins;
      return;
    }
    const before = this.#before;
    this.#before = undefined;
    if (before === undefined) {
      for (const member of joins) this.#set("join", member);
    } else this.#compare(before, joins);
    for (const member of membersOf(change["updates"])) {
      this.#set("update", member);
    }
    for (const { id } of membersOf(change["leaves"])) this.#leave(id);
    if (before === undefined) return;
    this.link.partIsUp(this);
    this.view.confirm();
  }

  /** The first of a session has all who are there. */
  #compare(
    before: Map<string, PresenceMember>,
    now: readonly PresenceMember[],
  ): void {
    const there = new Set(now.map(({ id }) => id));
    for (const id of before.keys()) {
      if (!there.has(id)) this.#leave(id);
    }
    for (const member of now) {
      this.#set(before.has(member.id) ? "update" : "join", member);
    }
  }

  #set(event: "join" | "update", member: PresenceMember): void {
    if (!this.#members.has(member.id) && this.#members.size >= MAX_MEMBERS) {
      throw tooMany();
    }
    this.#members.set(member.id, member);
    this.view.changed(event, member);
  }

  #leave(id: string): void {
    const member = this.#members.get(id);
    if (member === undefined) return;
    this.#members.delete(id);
    this.view.changed("leave", member);
  }
}

function tooMany(): ProtocolError {
  return new ProtocolError(`The bus has more than ${MAX_MEMBERS} entries`);
}

function membersOf(value: MsgpackValue | undefined): PresenceMember[] {
  if (!Array.isArray(value)) {
    throw new ProtocolError("The bus has no members here");
  }
  return value.map((item: MsgpackValue) => {
    if (!isFields(item)) throw new ProtocolError("The bus has no member here");
    const { meta = null } = item;
    return { key: textField(item, "key"), id: textField(item, "id"), meta };
  });
}
