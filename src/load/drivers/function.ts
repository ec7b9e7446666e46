/**
 * The driver for any function.
 *
 * @module
 */
import { checkFunction, checkObject } from "../../checks/internal.ts";
import { checkRule } from "../scenario/check_rule.ts";
import type {
  Driver,
  DriverUser,
  OperationCall,
  OperationOutcome,
} from "../driver.ts";
import { choice, type Rule } from "../scenario/rule.ts";
import { DriverError } from "./driver_error.ts";

/**
 * A function that performs an operation, and throws if it fails. It should
 * settle soon after the signal of the call has aborted.
 */
export type OperationFunction = (
  call: OperationCall,
  user: DriverUser,
) => Promise<OperationOutcome | void> | OperationOutcome | void;

/**
 * Makes a driver from functions. The field `function` of a request names one of
 * them; its other fields are for that function.
 *
 * @example
 * ```ts
 * import { functionDriver, validateScenario } from "@troupe/troupe/load";
 *
 * const driver = functionDriver({
 *   hash: async ({ request }) => {
 *     const bytes = new TextEncoder().encode(String(request.text));
 *     await crypto.subtle.digest("SHA-256", bytes);
 *   },
 * });
 * const { errors } = validateScenario({
 *   name: "hashes",
 *   load: { model: "closed", users: 1 },
 *   phases: { steadyMs: 1000 },
 *   operations: [
 *     { name: "hash", driver: "function", request: { function: "hash", text: "a" } },
 *   ],
 * }, { function: driver });
 * console.assert(errors.length === 0);
 * ```
 *
 * @throws {TypeError} if there is no function, or something else.
 */
export function functionDriver(
  functions: { readonly [name: string]: OperationFunction },
): Driver {
  checkObject("functions", functions, "an object of functions by name");
  if (Object.keys(functions).length === 0) {
    throw new TypeError(
      "Cannot use functions: there are none, a request names one of them",
    );
  }
  for (const [name, perform] of Object.entries(functions)) {
    checkFunction(name, perform);
  }
  const rule: Rule = {
    kind: "object",
    fields: { function: choice(...Object.keys(functions)) },
  };
  return {
    validate: ({ function: called = undefined }) =>
      checkRule(rule, { function: called }),
    open: (user) =>
      Promise.resolve({
        async perform(call) {
          const called = String(call.request.function);
          const perform = Object.hasOwn(functions, called)
            ? functions[called]
            : undefined;
          if (perform === undefined) {
            throw new DriverError(
              `Cannot perform ${call.operation}: there is no function ${called}`,
            );
          }
          return await perform(call, user) ?? {};
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
  };
}
