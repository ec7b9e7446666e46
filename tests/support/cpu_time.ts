import process from "node:process";

/**
 * Milliseconds of processor time that this process has used so far, over all
 * of its threads. Unlike the clock it does not go on while others have the
 * processor, so a bound on it holds on a busy machine too.
 */
export function cpuTimeMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
