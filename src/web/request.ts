import { checkObject, checkString } from "../checks/internal.ts";

/**
 * Checks that a handler was called with a request, of whatever class: that of a
 * framework is as good.
 *
 * @throws {TypeError} if it is anything else.
 */
export function checkHttpRequest(request: Request): void {
  checkObject("request", request, "a Request, as Deno.serve passes it");
  checkString("url of the request", request.url);
  checkObject("headers of the request", request.headers, "Headers");
}
