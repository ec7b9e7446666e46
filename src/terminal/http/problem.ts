/**
 * The reasons for which a request is refused, as problem details (RFC 9457).
 *
 * @module
 */
import { TroupeError } from "../../actor/mod.ts";
import {
  PtyAttachmentError,
  PtyEndedError,
  PtyError,
  PtyLimitError,
  PtyPlatformError,
  PtySpawnError,
} from "../../pty/mod.ts";

/** The kind of a problem, which is the `code` of the response. */
export type ProblemKind =
  | "bad_request"
  | "login_needed"
  | "wrong_ticket"
  | "forbidden"
  | "wrong_origin"
  | "not_found"
  | "wrong_method"
  | "ended"
  | "restarted"
  | "too_large"
  | "wrong_media_type"
  | "cannot_spawn"
  | "upgrade_needed"
  | "too_many_requests"
  | "failed"
  | "full"
  | "closed";

/** The HTTP status and the title of each kind. */
const KINDS: Readonly<Record<ProblemKind, readonly [number, string]>> = {
  "bad_request": [400, "The request is invalid"],
  "login_needed": [401, "A ticket is needed"],
  "wrong_ticket": [401, "The ticket is unknown, used or expired"],
  "forbidden": [403, "This is not allowed"],
  "wrong_origin": [403, "The request comes from another origin"],
  "not_found": [404, "The resource does not exist"],
  "wrong_method": [405, "The method is not supported"],
  "ended": [409, "The program has ended"],
  "restarted": [410, "The server has restarted"],
  "too_large": [413, "The body is too large"],
  "wrong_media_type": [415, "The content type must be application/json"],
  "cannot_spawn": [422, "The program cannot be started"],
  "upgrade_needed": [426, "The route takes only WebSockets"],
  "too_many_requests": [429, "The client has sent too many requests"],
  "failed": [500, "The server has failed"],
  "full": [503, "The server is at its limit"],
  "closed": [503, "The terminal server is closed"],
};

/** Thrown for a request that is refused; it makes the response. */
export class Problem extends TroupeError {
  /** Kind of the problem. */
  readonly kind: ProblemKind;
  /** Headers of the response, such as `Retry-After`. */
  readonly headers: Readonly<Record<string, string>>;

  /**
   * Makes a problem; the client that sent the request reads `detail`.
   *
   * @param headers May be left out; by default there are none.
   */
  constructor(
    kind: ProblemKind,
    detail: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.kind = kind;
    this.headers = headers;
  }

  /** HTTP status of the response. */
  get status(): number {
    return KINDS[this.kind][0];
  }

  /** Returns the response: problem details with the kind as `code`. */
  toResponse(): Response {
    const [status, title] = KINDS[this.kind];
    const { kind: code, message: detail } = this;
    return Response.json(
      { type: "about:blank", title, status, detail, code },
      {
        status,
        headers: {
          ...this.headers,
          "content-type": "application/problem+json",
        },
      },
    );
  }
}

/** Returns the problem for an error, or `undefined` if it is a bug. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (!(error instanceof PtyError)) return undefined;
  const kind = error instanceof PtyLimitError ||
      error instanceof PtyAttachmentError
    ? "full"
    : error instanceof PtyPlatformError
    ? "failed"
    : error instanceof PtySpawnError
    ? "cannot_spawn"
    : error instanceof PtyEndedError
    ? "ended"
    : "bad_request";
  return new Problem(kind, error.message);
}
