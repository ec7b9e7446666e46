/**
 * Options of TLS that may be renewed while a listener or a pool lives.
 *
 * @module
 */

/**
 * Options of TLS, or a function that returns them. The function is called for
 * each handshake, so certificates can be renewed: return the same object until
 * there are new ones. Sessions that live go on.
 */
export type TlsSource<Options> = Options | (() => Options | Promise<Options>);

/** Checks what a source returns, unless it was checked before. */
export class CheckedTls<Options extends object> {
  readonly #source: TlsSource<Options>;
  readonly #check: (options: Options) => void;
  #checked: Options | undefined;

  /**
   * Checks options that are given as they are, once and for all: changes of the
   * object have no effect.
   *
   * @throws {TypeError} if they cannot be used.
   */
  constructor(source: TlsSource<Options>, check: (options: Options) => void) {
    this.#check = check;
    if (typeof source === "function") {
      this.#source = source;
    } else {
      check(source);
      this.#source = this.#checked = { ...source };
    }
  }

  /**
   * Returns the options for a handshake.
   *
   * @throws {TypeError} as a rejection, if they cannot be used, and whatever the
   * function throws.
   */
  async current(): Promise<Options> {
    const options = typeof this.#source === "function"
      ? await this.#source()
      : this.#source;
    if (options !== this.#checked) this.#check(options);
    this.#checked = options;
    return options;
  }
}
