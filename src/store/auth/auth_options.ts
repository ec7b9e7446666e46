/**
 * The options of authentication, with their defaults and ranges.
 *
 * @module
 */
import {
  checkFunction,
  checkOptionNames,
  countFrom,
  type NumberRange,
  type OptionNames,
  resolveNumbers,
} from "../../checks/internal.ts";
import type { SendAuthMail } from "./auth_mail.ts";
import { defaultHashesAtOnce } from "./hash_capacity.ts";
import { DEFAULT_COST, isStrongEnough } from "./password_cost.ts";

/** Options of the authentication of a store. */
export interface AuthOptions {
  /**
   * The fewest bytes of a new password, in UTF-8 and in Unicode's form NFC,
   * from 1.
   * @default {8}
   */
  readonly minPasswordBytes?: number;
  /**
   * The most bytes of a password, from 64 to 65,536.
   * @default {1024}
   */
  readonly maxPasswordBytes?: number;
  /**
   * Memory in KiB that argon2id takes for a hash, from 7,168. With
   * `hashPasses` it must be one of the costs that OWASP recommends, or more.
   * @default {19456}
   */
  readonly hashMemoryKiB?: number;
  /**
   * Passes of argon2id over that memory, from 1.
   * @default {2}
   */
  readonly hashPasses?: number;
  /**
   * Most passwords that are hashed at once, from 1.
   * @default {the cores but one, and no more than fit an eighth of the memory}
   */
  readonly hashesAtOnce?: number;
  /**
   * Most passwords that wait for their hash, from 0; what is beyond is refused
   * with an `AuthBusyError`.
   * @default {100}
   */
  readonly hashesWaiting?: number;
  /**
   * Milliseconds after which a password that still waits is refused.
   * @default {5000}
   */
  readonly hashWaitMs?: number;
  /**
   * Milliseconds without a use after which a session ends. One of a superuser
   * ends after a day at the latest, whatever this and `sessionMaxMs` say.
   * @default {604800000, seven days}
   */
  readonly sessionIdleMs?: number;
  /**
   * Milliseconds after which a session ends however it is used.
   * @default {2592000000, thirty days}
   */
  readonly sessionMaxMs?: number;
  /**
   * Most sessions of an account, from 1; a further one ends the one that was
   * unused for longest.
   * @default {100}
   */
  readonly maxSessions?: number;
  /**
   * Most sessions and keys that are kept in memory, from 1.
   * @default {10000}
   */
  readonly maxCachedSessions?: number;
  /**
   * Most wrong passwords for an account in `tryWindowMs`, from 1.
   * @default {10}
   */
  readonly triesPerAccount?: number;
  /**
   * Most wrong passwords from a network in `tryWindowMs`, from 1: an address of
   * IPv4, or the first 64 bits of one of IPv6.
   * @default {50}
   */
  readonly triesPerNetwork?: number;
  /**
   * The window of time for tries, in milliseconds.
   * @default {300000, five minutes}
   */
  readonly tryWindowMs?: number;
  /**
   * Most mails for an account in `mailWindowMs`, from 1.
   * @default {3}
   */
  readonly mailsPerAccount?: number;
  /**
   * Most mails that a network asks for in `mailWindowMs`, from 1.
   * @default {20}
   */
  readonly mailsPerNetwork?: number;
  /**
   * The window of time for mails, in milliseconds.
   * @default {900000, fifteen minutes}
   */
  readonly mailWindowMs?: number;
  /**
   * Milliseconds that `onMail` has for a mail; then its signal aborts.
   * @default {30000}
   */
  readonly mailMs?: number;
  /**
   * Milliseconds for which a token of a verification can be used.
   * @default {86400000, one day}
   */
  readonly verificationMs?: number;
  /**
   * Milliseconds for which a token of a password reset can be used.
   * @default {1800000, half an hour}
   */
  readonly passwordResetMs?: number;
  /**
   * Milliseconds for which a token of a change of address can be used.
   * @default {1800000, half an hour}
   */
  readonly emailChangeMs?: number;
  /**
   * Sends the mails with the tokens of verifications, password resets and
   * changes of address. Without it, they cannot be requested.
   */
  readonly onMail?: SendAuthMail;
}

/** The options that are numbers, all of them given. */
type AuthNumbers = Required<Omit<AuthOptions, "onMail">>;

/** The options of authentication as they are used. */
export interface ResolvedAuthOptions extends AuthNumbers {
  readonly onMail: SendAuthMail | undefined;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const DEFAULTS: Omit<AuthNumbers, "hashesAtOnce"> = {
  minPasswordBytes: 8,
  maxPasswordBytes: 1024,
  hashMemoryKiB: DEFAULT_COST.memoryKiB,
  hashPasses: DEFAULT_COST.passes,
  hashesWaiting: 100,
  hashWaitMs: 5000,
  sessionIdleMs: 7 * DAY_MS,
  sessionMaxMs: 30 * DAY_MS,
  maxSessions: 100,
  maxCachedSessions: 10_000,
  triesPerAccount: 10,
  triesPerNetwork: 50,
  tryWindowMs: 5 * MINUTE_MS,
  mailsPerAccount: 3,
  mailsPerNetwork: 20,
  mailWindowMs: 15 * MINUTE_MS,
  mailMs: 30_000,
  verificationMs: DAY_MS,
  passwordResetMs: 30 * MINUTE_MS,
  emailChangeMs: 30 * MINUTE_MS,
};

const COUNT: NumberRange = { min: 1, max: 1_000_000, integer: true };
/** At most a hundred years, so that times stay whole numbers. */
const TIME: NumberRange = { min: 1, max: 100 * 366 * DAY_MS, finite: true };

const RANGES: Readonly<Record<keyof AuthNumbers, NumberRange>> = {
  minPasswordBytes: COUNT,
  maxPasswordBytes: { min: 64, max: 65_536, integer: true },
  hashMemoryKiB: { min: 7168, max: 4_194_304, integer: true },
  hashPasses: { min: 1, max: 1000, integer: true },
  hashesAtOnce: { min: 1, max: 1024, integer: true },
  hashesWaiting: countFrom(0),
  hashWaitMs: TIME,
  sessionIdleMs: TIME,
  sessionMaxMs: TIME,
  maxSessions: COUNT,
  maxCachedSessions: COUNT,
  triesPerAccount: COUNT,
  triesPerNetwork: COUNT,
  tryWindowMs: TIME,
  mailsPerAccount: COUNT,
  mailsPerNetwork: COUNT,
  mailWindowMs: TIME,
  mailMs: TIME,
  verificationMs: TIME,
  passwordResetMs: TIME,
  emailChangeMs: TIME,
};

const NAMES: OptionNames<AuthOptions> = {
  minPasswordBytes: true,
  maxPasswordBytes: true,
  hashMemoryKiB: true,
  hashPasses: true,
  hashesAtOnce: true,
  hashesWaiting: true,
  hashWaitMs: true,
  sessionIdleMs: true,
  sessionMaxMs: true,
  maxSessions: true,
  maxCachedSessions: true,
  triesPerAccount: true,
  triesPerNetwork: true,
  tryWindowMs: true,
  mailsPerAccount: true,
  mailsPerNetwork: true,
  mailWindowMs: true,
  mailMs: true,
  verificationMs: true,
  passwordResetMs: true,
  emailChangeMs: true,
  onMail: true,
};

/**
 * Returns the options with their defaults.
 *
 * @throws {TypeError} if an option has the wrong type or is not known.
 * @throws {RangeError} if a number is out of its range.
 */
export function resolveAuthOptions(
  options: AuthOptions = {},
): ResolvedAuthOptions {
  checkOptionNames("auth", options, NAMES);
  const { onMail, ...given } = options;
  if (onMail !== undefined) checkFunction("onMail", onMail);
  const memoryKiB = given.hashMemoryKiB ?? DEFAULTS.hashMemoryKiB;
  const numbers = resolveNumbers(given, {
    ...DEFAULTS,
    hashesAtOnce: defaultHashesAtOnce(memoryKiB),
  }, RANGES);
  const cost = { memoryKiB, passes: numbers.hashPasses };
  if (!isStrongEnough(cost)) {
    throw new RangeError(
      `Cannot use hashMemoryKiB and hashPasses: they are ${cost.memoryKiB} and ${cost.passes}, they must be at least 47104 and 1, 19456 and 2, 12288 and 3, 9216 and 4, or 7168 and 5`,
    );
  }
  if (numbers.minPasswordBytes > numbers.maxPasswordBytes) {
    throw new RangeError(
      `Cannot use minPasswordBytes: it is ${numbers.minPasswordBytes}, it must be at most maxPasswordBytes, ${numbers.maxPasswordBytes}`,
    );
  }
  return { ...numbers, onMail };
}
