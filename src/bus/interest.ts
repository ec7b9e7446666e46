/**
 * Interest: whether anybody subscribes to what one could publish.
 *
 * @module
 */

/**
 * Whether there is a subscriber whose pattern matches a subject. A loop over it
 * yields `true` when the first comes and `false` when the last goes; the first
 * value is that of the moment. Changes that nobody reads are merged.
 */
export interface Interest extends AsyncDisposable, AsyncIterable<boolean> {
  /** Resolves when it knows. */
  readonly ready: Promise<void>;
  /** Whether there is one, as far as this side knows. */
  readonly isWanted: boolean;
}
