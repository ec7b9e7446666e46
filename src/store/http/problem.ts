/**
 * Why a request is refused, as problem details (RFC 9457) that PocketBase's
 * client reads as well: it takes `status`, `message` and, for each field that
 * is wrong, `data.<field>.code` and `data.<field>.message`.
 *
 * @module
 */
import { TroupeError } from "../../actor/mod.ts";

/** The kind of a problem, which is the `code` of the response. */
export type ProblemKind =
  | "bad_request"
  | "invalid"
  | "login_needed"
  | "forbidden"
  | "wrong_origin"
  | "not_found"
  | "wrong_method"
  | "too_slow"
  | "conflict"
  | "too_large"
  | "wrong_media_type"
  | "too_many_requests"
  | "failed"
  | "not_implemented"
  | "busy"
  | "closed"
  | "disk_full";

/** The HTTP status and the title of each kind. */
const KINDS: Readonly<Record<ProblemKind, readonly [number, string]>> = {
  "bad_request": [400, "The request is invalid"],
  "invalid": [400, "A field is invalid"],
  "login_needed": [401, "A valid token is needed"],
  "forbidden": [403, "This is not allowed"],
  "wrong_origin": [403, "The request comes from another origin"],
  "not_found": [404, "The resource does not exist"],
  "wrong_method": [405, "The method is not supported"],
  "too_slow": [408, "The body came too slowly"],
  "conflict": [409, "The state of the store does not allow this"],
  "too_large": [413, "The body is too large"],
  "wrong_media_type": [415, "The content type is not supported"],
  "too_many_requests": [429, "The client has sent too many requests"],
  "failed": [500, "The store has failed"],
  "not_implemented": [501, "The store does not have this"],
  "busy": [503, "The store is at its limit"],
  "closed": [503, "The store is closed"],
  "disk_full": [507, "The disk is full"],
};

/** What is wrong with one field. */
export interface FieldProblem {
  /** What kind of fault it is, such as `validation_required`. */
  readonly code: string;
  /** What is needed. */
  readonly message: string;
  /** Where it is in the text of a filter or sort, in UTF-16 units from 0. */
  readonly position?: number;
}

/** The fields that are wrong, by their names or, in a batch, their places. */
export type FieldProblems = {
  readonly [field: string]: FieldProblem | FieldProblems;
};

/** What a problem may have besides its kind and its text. */
export interface ProblemParts {
  /** The fields that are wrong; none by default. */
  readonly data?: FieldProblems;
  /** Headers of the response, such as `retry-after`; none by default. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown for a request that is refused; it makes the response. */
export class Problem extends TroupeError {
  /** Kind of the problem. */
  readonly kind: ProblemKind;
  /** The fields that are wrong. */
  readonly data: FieldProblems;
  /** Headers of the response. */
  readonly headers: Readonly<Record<string, string>>;

  /** Makes a problem; whoever sent the request reads `detail`. */
  constructor(
    kind: ProblemKind,
    detail: string,
    { data = {}, headers = {} }: ProblemParts = {},
  ) {
    super(detail);
    this.kind = kind;
    this.data = data;
    this.headers = headers;
  }

  /** The HTTP status of the response. */
  get status(): number {
    return KINDS[this.kind][0];
  }

  /** Returns the body of the response. */
  toBody(): {
    readonly type: string;
    readonly title: string;
    readonly status: number;
    readonly detail: string;
    readonly code: ProblemKind;
    readonly message: string;
    readonly data: FieldProblems;
  } {
    const [status, title] = KINDS[this.kind];
    const { kind: code, message: detail, data } = this;
    return {
      type: "about:blank",
      title,
      status,
      detail,
      code,
      message: detail,
      data,
    };
  }

  /** Returns the response. */
  toResponse(): Response {
    return Response.json(this.toBody(), {
      status: this.status,
      headers: {
        ...this.headers,
        "content-type": "application/problem+json",
      },
    });
  }
}
