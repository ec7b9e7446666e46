/**
 * Subjects: what messages are published on and subscribed to, by the rules of
 * NATS, with the types of their messages.
 *
 * A subject is one or more tokens with `.` between them, such as
 * `orders.eu.created`. In a pattern, `*` stands for one token, and `>`, as the
 * last token, for one or more.
 *
 * @module
 */
import { kindOf } from "../checks/internal.ts";
import { type Codec, msgpack, type MsgpackValue } from "../codec/mod.ts";
import { checkCodec } from "../codec/internal.ts";
import { checkPattern, checkToken } from "./subject_rules.ts";

/**
 * A subject or pattern together with the type of its messages `T`, and of the
 * replies to them `R`. All who use it should share one, as they share a type.
 * Wherever one is taken, text is taken as well.
 */
export interface Subject<in out T, in out R = MsgpackValue> {
  /** The subject or pattern as text. */
  readonly pattern: string;
  /** How messages are encoded where they leave the process. */
  readonly codec: Codec<T>;
  /** How replies are encoded where they leave the process. */
  readonly reply: Codec<R>;
  /**
   * Returns the subject that has these tokens in place of the wildcards of the
   * pattern, in their order; more of them than wildcards where the last is `>`.
   *
   * @throws {TypeError} if a token is not text, or has a `.`, a wildcard or a
   * space in it, or if there are too few or too many.
   */
  at(...tokens: readonly string[]): Subject<T, R>;
}

/** How messages are encoded on a subject that is given as text. */
export const DEFAULT_CODEC: Codec<MsgpackValue> = msgpack();

/**
 * Returns a subject whose messages are whatever MessagePack can represent, as
 * of one that is given as text.
 *
 * @throws {TypeError} if `pattern` is not text, or no subject or pattern.
 * @throws {RangeError} if `pattern` is too long.
 */
export function subject(pattern: string): Subject<MsgpackValue>;
/**
 * Returns a subject whose messages have the type of the codec.
 *
 * @example
 * ```ts
 * import { subject } from "@troupe/troupe/bus";
 * import { json } from "@troupe/troupe/codec";
 *
 * const temperatures = subject(
 *   "sensors.*.temperature",
 *   json({ parse: Number }),
 * );
 * const cellar = temperatures.at("cellar");
 * console.assert(cellar.pattern === "sensors.cellar.temperature");
 * ```
 *
 * @throws {TypeError} if `pattern` is not text, or no subject or pattern, or if
 * `codec` is no codec.
 * @throws {RangeError} if `pattern` is too long.
 */
export function subject<T>(pattern: string, codec: Codec<T>): Subject<T>;
/**
 * Returns a subject with the type of its messages and of the replies to them.
 *
 * @throws {TypeError} if `pattern` is not text, or no subject or pattern, or if
 * a codec is none.
 * @throws {RangeError} if `pattern` is too long.
 */
export function subject<T, R>(
  pattern: string,
  codec: Codec<T>,
  reply: Codec<R>,
): Subject<T, R>;
export function subject<T, R>(
  pattern: string,
  codec?: Codec<T>,
  reply?: Codec<R>,
): Subject<MsgpackValue> | Subject<T> | Subject<T, R> {
  checkPattern("pattern", pattern);
  if (codec !== undefined) checkCodec("codec", codec);
  if (reply !== undefined) checkCodec("reply", reply);
  if (codec === undefined) {
    return new TypedSubject(pattern, DEFAULT_CODEC, DEFAULT_CODEC);
  }
  return reply === undefined
    ? new TypedSubject(pattern, codec, DEFAULT_CODEC)
    : new TypedSubject(pattern, codec, reply);
}

/**
 * Checks a subject that is not text, for programs without types.
 *
 * @throws {TypeError} if it is nothing that `subject()` returns.
 */
export function checkTyped(
  subject: { readonly pattern: string; readonly codec: object },
): void {
  const isSubject = typeof subject?.pattern === "string" &&
    subject.codec !== undefined;
  if (isSubject) return;
  throw new TypeError(
    `Cannot use subject: it is ${
      kindOf(subject)
    }, it must be text, or what subject() returns`,
  );
}

class TypedSubject<in out T, in out R> implements Subject<T, R> {
  readonly pattern: string;
  readonly codec: Codec<T>;
  readonly reply: Codec<R>;

  constructor(pattern: string, codec: Codec<T>, reply: Codec<R>) {
    this.pattern = pattern;
    this.codec = codec;
    this.reply = reply;
  }

  at(...tokens: readonly string[]): Subject<T, R> {
    tokens.forEach(checkToken);
    const rest = [...tokens];
    const filled = this.pattern.split(".").flatMap((token) => {
      if (token === "*") return rest.splice(0, 1);
      return token === ">" ? rest.splice(0) : [token];
    });
    const isWhole = rest.length === 0 &&
      filled.length >= this.pattern.split(".").length;
    if (!isWhole) {
      throw new TypeError(
        `Cannot use tokens: there are ${tokens.length}, they must be as many as the wildcards of "${this.pattern}"`,
      );
    }
    const pattern = filled.join(".");
    checkPattern("the subject", pattern);
    return new TypedSubject(pattern, this.codec, this.reply);
  }
}
