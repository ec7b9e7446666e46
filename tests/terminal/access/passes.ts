/**
 * Passes of sockets that are not there.
 *
 * @module
 */
import type { AccessRequest } from "../../../src/terminal/access/authorizer.ts";
import { Pass } from "../../../src/terminal/access/pass.ts";

/** A pass for all sessions, or another one. */
export function passOf(request: Partial<AccessRequest> = {}): Pass {
  return new Pass({
    role: "view",
    session: "all",
    user: undefined,
    invitedBy: undefined,
    login: undefined,
    method: "GET",
    url: "http://127.0.0.1/",
    headers: new Headers(),
    ...request,
  });
}
