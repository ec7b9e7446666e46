/**
 * Mails that accounts ask for, sent by the program after the request that
 * asked: whether there was an account, and whether the mail was sent, shows in
 * no response.
 *
 * @module
 */
import { type Clock, TroupeError } from "../../actor/mod.ts";
import { report } from "../../actor/internal.ts";
import { AuthBusyError } from "./auth_errors.ts";

/** The limits of a queue. */
export interface MailLimits {
  /** Most mails under way at once. */
  readonly atOnce: number;
  /** Most mails that wait. */
  readonly waiting: number;
  /** Milliseconds after which a mail under way is given up. */
  readonly mailMs: number;
}

/** Something to send, until its signal aborts. */
export type MailJob = (signal: AbortSignal) => Promise<void>;

const RETRY_MS = 60_000;

/** A mail was not sent within its time. */
class MailTimeout extends TroupeError {}

/** Sends a few mails at once; the rest wait in order. */
export class MailQueue {
  readonly #limits: MailLimits;
  readonly #clock: Clock;
  readonly #waiting: MailJob[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #closed = new AbortController();
  /** How many mails could not be sent. */
  failed = 0;

  /** Starts with nothing to send. */
  constructor(limits: MailLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** How many mails wait or are under way. */
  get size(): number {
    return this.#waiting.length + this.#running.size;
  }

  /**
   * Accepts a mail. It resolves to nothing: what becomes of the mail is nobody's
   * to know who has asked for it.
   *
   * @throws {AuthBusyError} if too many wait.
   */
  add(job: MailJob): void {
    if (this.#closed.signal.aborted) return;
    if (this.#waiting.length >= this.#limits.waiting) {
      throw new AuthBusyError(
        `Cannot send a mail now: ${this.#waiting.length} wait for theirs, try again in ${RETRY_MS} ms`,
        RETRY_MS,
      );
    }
    this.#waiting.push(job);
    this.#start();
  }

  /** Resolves when nothing waits and nothing is under way. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Gives up what waits and what is under way. */
  async close(): Promise<void> {
    this.#waiting.length = 0;
    this.#closed.abort(new MailTimeout("The store is closed"));
    await this.idle();
  }

  #start(): void {
    while (this.#running.size < this.#limits.atOnce) {
      const job = this.#waiting.shift();
      if (job === undefined) return;
      const running = this.#run(job).finally(() => {
        this.#running.delete(running);
        this.#start();
      });
      this.#running.add(running);
    }
  }

  /** Runs a job until it ends or its time is over; it never rejects. */
  async #run(job: MailJob): Promise<void> {
    const late = new AbortController();
    const timer = this.#clock.schedule(
      this.#limits.mailMs,
      () => late.abort(new MailTimeout("It took too long")),
    );
    timer.unref();
    const signal = AbortSignal.any([late.signal, this.#closed.signal]);
    const gaveUp = Promise.withResolvers<never>();
    signal.addEventListener("abort", () => gaveUp.reject(signal.reason));
    try {
      // The program may ignore the signal.
      await Promise.race([job(signal), gaveUp.promise]);
    } catch (error) {
      this.failed++;
      if (!this.#closed.signal.aborted) {
        // Its message may have the link of the mail in it, and so the token.
        report("A mail could not be sent:", nameOf(error));
      }
    } finally {
      timer.cancel();
    }
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
