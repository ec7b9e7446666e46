/**
 * The response to a request, whatever happens.
 *
 * @module
 */
import { checkHttpRequest, secured } from "../../web/internal.ts";
import { Problem, problemOf } from "./problem.ts";

/** Resolves to what `route` responds, or to the problem for what it throws. */
export async function respond(
  request: Request,
  route: () => Response | Promise<Response>,
): Promise<Response> {
  checkHttpRequest(request);
  try {
    const response = await route();
    // The headers of an upgrade cannot be changed.
    return response.status === 101 ? response : secured(response, request);
  } catch (error) {
    const problem = problemOf(error);
    if (problem === undefined) {
      console.error("The terminal server failed:", error);
    }
    const shown = problem ??
      new Problem("failed", "See the log of the server");
    return secured(shown.toResponse(), request);
  }
}
