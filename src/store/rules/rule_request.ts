/**
 * What a rule may know of a request beside who asks.
 *
 * @module
 */

/** A request, as `@request` of a rule has it. */
export interface RuleRequest {
  /** Such as `"GET"`. */
  readonly method?: string | undefined;
  /** Where it comes from: `"default"`, `"realtime"` and the like. */
  readonly context?: string | undefined;
  /** The parameters of the address. */
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  /** The headers, in lower case and with `_` for `-`. */
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
  /** What is to be written. */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
}
