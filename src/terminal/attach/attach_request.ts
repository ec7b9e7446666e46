/**
 * The parameters of the request for a WebSocket. None of them is secret: the
 * cookie says who the viewer is and what it may do.
 *
 * @module
 */
import { TerminalProtocolError } from "./protocol.ts";

/** The parameters with which a viewer attaches. */
export interface AttachRequest {
  /** Id of the session: 1 to 255 characters. */
  readonly sessionId: string;
  /**
   * Id of the numbering of the viewer's input, so that none is taken twice:
   * 1 to 64 letters, digits, `-` and `_`. A page makes a random one when it is
   * loaded.
   */
  readonly clientId: string;
  /** Offset where the viewer stopped; without it, the viewer is new. */
  readonly offset?: number | undefined;
  /**
   * Name of the viewer for the others, such as "Phone": up to 64 characters.
   * @default {none}
   */
  readonly name?: string | undefined;
  /** Id of the server where the viewer was attached before, from its HELLO. */
  readonly serverId?: string | undefined;
}

const PATH = /\/sessions\/([^/]{1,765})\/attach$/;
const CLIENT_ID = /^[A-Za-z0-9_-]{1,64}$/;
const NAME = /^[^\p{C}]{0,64}$/u;
const OFFSET = /^(?:0|[1-9][0-9]{0,15})$/;

/** Returns whether the path of a request is that of a socket. */
export function isSocketPath(pathname: string): boolean {
  return /\/sessions\/[^/]+\/attach$/.test(pathname);
}

/** Returns the address of a session, relative to that of the page. */
export function sessionPath(sessionId: string): string {
  return `sessions/${encodeURIComponent(sessionId)}`;
}

/** Returns the address of the WebSocket, relative to that of the page. */
export function attachPath(request: AttachRequest): string {
  const query = new URLSearchParams({ client: request.clientId });
  const { offset, name, serverId } = request;
  if (offset !== undefined) query.set("offset", `${offset}`);
  if (name !== undefined) query.set("name", name);
  if (serverId !== undefined) query.set("server", serverId);
  return `${sessionPath(request.sessionId)}/attach?${query}`;
}

/**
 * Reads the address of a request.
 *
 * @returns `undefined` if the path is another one.
 *
 * @throws {TerminalProtocolError} if a part of it is missing or malformed.
 */
export function parseAttachUrl(url: URL): AttachRequest | undefined {
  const part = PATH.exec(url.pathname)?.[1];
  if (part === undefined) return undefined;
  const clientId = url.searchParams.get("client") ?? "";
  if (!CLIENT_ID.test(clientId)) {
    fail('"client" must be 1 to 64 letters, digits, - and _');
  }
  const digits = url.searchParams.get("offset");
  const offset = digits === null ? undefined : Number(digits);
  if (digits !== null && !OFFSET.test(digits) || !isOffset(offset)) {
    fail('"offset" must be a number of bytes');
  }
  const name = url.searchParams.get("name") ?? undefined;
  if (name !== undefined && !NAME.test(name)) {
    fail('"name" must be up to 64 characters, without control characters');
  }
  const serverId = url.searchParams.get("server") ?? undefined;
  if (serverId !== undefined && !CLIENT_ID.test(serverId)) {
    fail('"server" must be 1 to 64 letters, digits, - and _');
  }
  return { sessionId: decodeId(part), clientId, offset, name, serverId };
}

function isOffset(offset: number | undefined): boolean {
  return offset === undefined || Number.isSafeInteger(offset);
}

function decodeId(part: string): string {
  let id: string;
  try {
    id = decodeURIComponent(part);
  } catch (cause) {
    return fail("the session is not UTF-8", { cause });
  }
  return id.length <= 255 ? id : fail("the session has over 255 characters");
}

function fail(reason: string, options?: ErrorOptions): never {
  throw new TerminalProtocolError(`Cannot attach: ${reason}`, options);
}
