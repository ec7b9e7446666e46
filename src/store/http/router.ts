/**
 * Finds what handles a request, by its method and its path.
 *
 * @module
 */
import { Problem } from "./problem.ts";

/** One route: what handles the requests of a method to a path. */
export interface Route<Handle> {
  /** The method; that of `HEAD` is `GET`. */
  readonly method: string;
  /** The path below `api/`, whose groups are the parts of the route. */
  readonly path: RegExp;
  /** What handles it. */
  readonly handle: Handle;
}

/** A route that was found, with the parts of its path. */
export interface Routed<Handle> {
  /** What handles the request. */
  readonly handle: Handle;
  /** The parts of the path, decoded. */
  readonly parts: readonly string[];
}

/** Returns the methods of a path: none if there is no such path. */
export function methodsOf<Handle>(
  routes: readonly Route<Handle>[],
  path: string,
): readonly string[] {
  const methods = routes.filter((route) => route.path.test(path))
    .map(({ method }) => method);
  return methods.flatMap((method) =>
    method === "GET" ? ["GET", "HEAD"] : method
  );
}

/**
 * Finds the route of a request.
 *
 * @throws {Problem} if there is no such path, or none with the method.
 */
export function findRoute<Handle>(
  routes: readonly Route<Handle>[],
  method: string,
  path: string,
): Routed<Handle> {
  const asked = method === "HEAD" ? "GET" : method;
  for (const route of routes) {
    if (route.method !== asked) continue;
    const match = route.path.exec(path);
    if (match === null) continue;
    return { handle: route.handle, parts: match.slice(1).map(decoded) };
  }
  const methods = methodsOf(routes, path);
  if (methods.length === 0) {
    throw new Problem("not_found", "There is no such route");
  }
  const allow = methods.join(", ");
  throw new Problem("wrong_method", `The method must be one of ${allow}`, {
    headers: { allow },
  });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Problem("not_found", "There is no such route");
  }
}
