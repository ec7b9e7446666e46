/**
 * Calls of drivers, as a virtual user makes them.
 *
 * @module
 */
import type {
  Driver,
  DriverSession,
  OperationCall,
  OperationOutcome,
} from "../../../src/load/driver.ts";
import type { JsonObject } from "../../../src/codec/mod.ts";

const never = new AbortController().signal;

/** A call that is never given up, or until `signal` aborts. */
export function call(
  request: object,
  signal: AbortSignal = never,
): OperationCall {
  return { operation: "test", request: plain(request), signal };
}

/** What comes of a call, without the times that it took. */
export function timeless(
  {
    connectMs: _connect,
    tlsMs: _tls,
    firstByteMs: _first,
    restMs: _rest,
    ...others
  }: OperationOutcome,
): OperationOutcome {
  return others;
}

/** What the driver opens for a user. */
export function openUser(driver: Driver): Promise<DriverSession> {
  return driver.open({ number: 0, signal: never });
}

/** What is wrong with a request, in words. */
export function issuesOf(driver: Driver, request: object): readonly string[] {
  return driver.validate(plain(request))
    .map(({ path, message }) => `${path.join(".")} ${message}`);
}

function plain(request: object): JsonObject {
  return { ...request };
}
