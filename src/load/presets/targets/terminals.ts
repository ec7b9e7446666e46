/**
 * Web terminals with a plain shell, for clients that have the ticket.
 *
 * @module
 */
import type { ActorSystem } from "../../../actor/mod.ts";
import { serveTerminal } from "../../../terminal/mod.ts";
import { serveHttp, type TargetService } from "./target_service.ts";

/** The most programs at once; each is a process. */
const MAX_SESSIONS = 1000;
/** Practically no limit: all users of a scenario may come at once. */
const HANDSHAKES_PER_MINUTE = 1_000_000;
/** How long the ticket is valid: users may come late in a run. */
const TICKET_MS = 86_400_000;

/** Starts the service. */
export async function serveTerminals(
  system: ActorSystem,
): Promise<TargetService> {
  const shells = serveTerminal(system, {
    commands: [{ name: "sh", command: "sh", env: { PS1: "$ " } }],
    maxSessions: MAX_SESSIONS,
    maxAttachments: 2 * MAX_SESSIONS,
    handshakesPerMinute: HANDSHAKES_PER_MINUTE,
    ticketMs: TICKET_MS,
  });
  // Loads what a terminal needs, so that no user waits for it.
  await (await shells.start()).close();
  const service = serveHttp("terminals", shells.fetch, () => shells.close());
  const ticket = shells.ticket({ role: "control", session: "all" });
  return { ...service, outputs: { ...service.outputs, ticket } };
}
