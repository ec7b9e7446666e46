/**
 * What became of an operation: its counters and its times.
 *
 * @module
 */
import type { DistributionSummary } from "../metrics/mod.ts";

/**
 * What became of the planned operations. `planned = started + dropped`, and in
 * the end, when none is in flight, `started = ok + failed + timedOut +
 * interrupted`.
 */
export interface Accounting {
  /** Operations whose planned start has come. */
  readonly planned: number;
  /** Operations that a user has started. */
  readonly started: number;
  /** Operations that no user was free to start. */
  readonly dropped: number;
  /** Operations that succeeded and passed their checks. */
  readonly ok: number;
  /** Operations that threw, or whose outcome did not pass its checks. */
  readonly failed: number;
  /** Operations that took longer than their `timeoutMs`. */
  readonly timedOut: number;
  /** Operations that were under way when the run ended. */
  readonly interrupted: number;
}

/** The result of one operation in the steady phase, or of all together. */
export interface OperationResult {
  /** The name of the operation, or `all`. */
  readonly name: string;
  /** The counters of the operation. */
  readonly accounting: Accounting;
  /** Successful operations a second; `null` without a steady phase. */
  readonly throughput: number | null;
  /**
   * The fraction of started operations that did not succeed, from 0 to 1;
   * `null` if none was started.
   */
  readonly errorRate: number | null;
  /**
   * Milliseconds that successful operations took: from the planned start in the
   * open model, from the real start in the closed model.
   */
  readonly latency: DistributionSummary;
  /** Milliseconds that successful operations took from their real start. */
  readonly serviceTime: DistributionSummary;
  /**
   * Milliseconds that successful operations took to open a connection, the
   * lookup of the name included: one value for each that opened one. `null` if
   * none did, or the driver does not know, as with HTTP/2.
   */
  readonly connectTime: DistributionSummary | null;
  /**
   * Milliseconds that the handshake of TLS took, of those that made one; `null`
   * if none did, or the driver does not know.
   */
  readonly tlsTime: DistributionSummary | null;
  /**
   * Milliseconds from the sending of the request over an open connection to the
   * first byte of the response; `null` if the driver does not know.
   */
  readonly firstByteTime: DistributionSummary | null;
  /**
   * Milliseconds from the first byte of the response to the last one, 0 if they
   * came together; `null` if the driver does not know. Of all operations
   * together these four are those of all requests, steps of flows included.
   */
  readonly restTime: DistributionSummary | null;
  /** Bytes of payload that successful operations sent. */
  readonly sentBytes: number;
  /** Bytes of payload that successful operations received. */
  readonly receivedBytes: number;
  /**
   * How many responses had a status of each class, such as `{ "2xx": 40 }`, of
   * operations that succeeded or failed; empty without any. Those of a flow are
   * those of its steps.
   */
  readonly statuses: { readonly [statusClass: string]: number };
  /**
   * Each check by its name, with how often it held and did not hold. Those of a
   * flow are those of its steps.
   */
  readonly checks: readonly {
    readonly name: string;
    readonly held: number;
    readonly broken: number;
  }[];
  /**
   * The most frequent errors, the most frequent first; at most 20 entries, of
   * which the last one counts all others as `(other errors)` if there are more.
   */
  readonly errors: readonly {
    /** The name and message of the error. */
    readonly message: string;
    /** How often the error occurred. */
    readonly count: number;
  }[];
}
