/**
 * What a client looks at: who is in a topic, and whether anybody subscribes to
 * a subject.
 *
 * @module
 */
import type { LogicalConnection } from "../../../session/mod.ts";
import type { PresenceMember } from "../../presence.ts";
import {
  decodeFields,
  encodeFields,
  type Fields,
  textField,
} from "../control_protocol.ts";
import { toFailure } from "../failures.ts";
import type { BusOperation } from "./server_options.ts";
import type { ServedClient } from "./served_client.ts";

/** Members in one message, and bytes of them unless one alone has more. */
const MAX_MEMBERS = 500;
const MAX_BYTES = 65_536;

/** Serves the look at one topic. */
export async function servePresence(
  connection: LogicalConnection,
  client: ServedClient,
): Promise<void> {
  const topic = textField(decodeFields(connection.metadata), "topic");
  await serveView(connection, client, "presence", topic, async (signal) => {
    await using presence = client.source.bus.presence(topic, { signal });
    for await (const { joins, ...changes } of presence) {
      const parts = inParts(joins);
      const last = parts.pop() ?? [];
      for (const joins of parts) {
        await connection.send(encodeFields({ joins, more: true }));
      }
      const none = { joins: [], leaves: [], updates: [] };
      await connection.send(encodeFields({ ...none, joins: last }));
      for (const leaves of inParts(changes.leaves)) {
        await connection.send(encodeFields({ ...none, leaves }));
      }
      for (const updates of inParts(changes.updates)) {
        await connection.send(encodeFields({ ...none, updates }));
      }
    }
  });
}

/** Serves the look at one subject. */
export async function serveInterest(
  connection: LogicalConnection,
  client: ServedClient,
): Promise<void> {
  const subject = textField(decodeFields(connection.metadata), "subject");
  await serveView(connection, client, "publish", subject, async (signal) => {
    await using interest = client.source.bus.interest(subject, { signal });
    for await (const isWanted of interest) {
      await connection.send(Uint8Array.of(isWanted ? 1 : 0));
    }
  });
}

async function serveView(
  connection: LogicalConnection,
  client: ServedClient,
  operation: BusOperation,
  subject: string,
  view: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const aborter = new AbortController();
  let isCounted = false;
  const judgeAgain = async (): Promise<void> => {
    const verdict = await client.authorizer.judge(operation, subject);
    if (verdict === undefined) return;
    await connection.send(failureFields(verdict));
    aborter.abort(verdict);
  };
  try {
    client.add("tracked");
    isCounted = true;
    await client.authorizer.check(operation, subject);
    client.onReauthorize.add(judgeAgain);
    // The client has nothing to say: what it sends is its end.
    void connection.receive().catch(() => {}).then(() => aborter.abort());
    await view(aborter.signal);
  } catch (error) {
    if (aborter.signal.aborted) return;
    await connection.send(failureFields(error));
  } finally {
    client.onReauthorize.delete(judgeAgain);
    if (isCounted) client.remove("tracked");
  }
}

function failureFields(error: unknown): Uint8Array {
  const { code, text } = toFailure(error);
  return encodeFields({ code, text });
}

/** Returns members in messages that are not too large. */
function inParts(members: readonly PresenceMember[]): Fields[][] {
  const parts: Fields[][] = [];
  let bytes = 0;
  for (const member of members) {
    const fields = memberFields(member);
    const length = encodeFields(fields).length;
    bytes += length;
    const part = parts.at(-1);
    if (part === undefined || part.length >= MAX_MEMBERS || bytes > MAX_BYTES) {
      parts.push([fields]);
      bytes = length;
    } else part.push(fields);
  }
  return parts;
}

function memberFields({ key, id, meta }: PresenceMember): Fields {
  return { key, id, meta };
}
