/**
 * What is wrong with a request, as RFC 9457 says it.
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

/** A kind of problem; the `code` of the answer. */
export type ProblemKind =
  | "bad_request"
  | "login_needed"
  | "wrong_ticket"
  | "forbidden"
  | "wrong_origin"
  | "not_found"
  | "wrong_method"
  | "ended"
  | "too_large"
  | "wrong_media_type"
  | "cannot_spawn"
  | "upgrade_needed"
  | "too_many_requests"
  | "failed"
  | "full"
  | "closed";

/** The status and the title of each. */
const KINDS: Readonly<Record<ProblemKind, readonly [number, string]>> = {
  "bad_request": [400, "The request makes no sense"],
  "login_needed": [401, "A ticket is needed"],
  "wrong_ticket": [401, "The ticket is unknown, used or too old"],
  "forbidden": [403, "This is not allowed"],
  "wrong_origin": [403, "The request comes from elsewhere"],
  "not_found": [404, "There is no such thing"],
  "wrong_method": [405, "The method is not supported"],
  "ended": [409, "The program has ended"],
  "too_large": [413, "The body is too large"],
  "wrong_media_type": [415, "The content type must be application/json"],
  "cannot_spawn": [422, "The program cannot be started"],
  "upgrade_needed": [426, "A WebSocket is needed"],
  "too_many_requests": [429, "There were too many requests"],
  "failed": [500, "The server has failed"],
  "full": [503, "There are too many of these"],
  "closed": [503, "The terminal server has ended"],
};

/** A request that is refused. */
export class Problem extends TroupeError {
  /** What is wrong. */
  readonly kind: ProblemKind;
  /** Headers of the answer, such as `Retry-After`. */
  readonly headers: Readonly<Record<string, string>>;

  /** A problem; `detail` is read by whoever sent the request. */
  constructor(
    kind: ProblemKind,
    detail: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.kind = kind;
    this.headers = headers;
  }

  /** The HTTP status. */
  get status(): number {
    return KINDS[this.kind][0];
  }

  /** The answer: problem details, with the kind as `code`. */
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

/** What to answer for an error; nothing for one that is a bug of ours. */
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
