/**
 * The cookies of one user.
 *
 * @module
 */
import { CookieJar } from "tough-cookie";

/** Keeps the cookies of responses, and says which ones a request has. */
export class Cookies {
  #jar: CookieJar | undefined;

  /** Keeps the cookies of a response, as far as a browser would. */
  keep(url: URL, setCookies: readonly string[]): void {
    if (setCookies.length === 0) return;
    // Hosts such as `localhost` are what is tested.
    const jar = this.#jar ??= new CookieJar(undefined, {
      rejectPublicSuffixes: false,
    });
    for (const one of setCookies) {
      jar.setCookieSync(one, url.href, { ignoreError: true });
    }
  }

  /** Returns the header of a request, if it has any cookie. */
  headerFor(url: URL): string | undefined {
    return this.#jar?.getCookieStringSync(url.href) || undefined;
  }

  /** Returns the values of the cookies of a request, by name. */
  valuesFor(url: URL): { readonly [name: string]: string } {
    const cookies = this.#jar?.getCookiesSync(url.href) ?? [];
    return Object.fromEntries(cookies.map(({ key, value }) => [key, value]));
  }
}
