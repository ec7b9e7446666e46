/**
 * What is wrong with a request, as RFC 9457 says it.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";
import {
  PtyAttachmentError,
  PtyEndedError,
  PtyError,
  PtyLimitError,
  PtyPlatformError,
  PtySpawnError,
} from "../pty/mod.ts";

/** A kind of problem; the `code` of the answer. */
export type ProblemKind =
  | "bad-request"
  | "login-needed"
  | "wrong-ticket"
  | "forbidden"
  | "wrong-origin"
  | "not-found"
  | "wrong-method"
  | "ended"
  | "too-large"
  | "wrong-media-type"
  | "cannot-spawn"
  | "upgrade-needed"
  | "too-many-requests"
  | "failed"
  | "full"
  | "closed";

/** The status and the title of each. */
const KINDS: Readonly<Record<ProblemKind, readonly [number, string]>> = {
  "bad-request": [400, "The request makes no sense"],
  "login-needed": [401, "A ticket is needed"],
  "wrong-ticket": [401, "The ticket is unknown, used or too old"],
  "forbidden": [403, "This is not allowed"],
  "wrong-origin": [403, "The request comes from elsewhere"],
  "not-found": [404, "There is no such thing"],
  "wrong-method": [405, "The method is not supported"],
  "ended": [409, "The program has ended"],
  "too-large": [413, "The body is too large"],
  "wrong-media-type": [415, "The content type must be application/json"],
  "cannot-spawn": [422, "The program cannot be started"],
  "upgrade-needed": [426, "A WebSocket is needed"],
  "too-many-requests": [429, "There were too many requests"],
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
    ? "cannot-spawn"
    : error instanceof PtyEndedError
    ? "ended"
    : "bad-request";
  return new Problem(kind, error.message);
}
