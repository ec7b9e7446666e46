/**
 * Drivers of other threads: functions cannot be posted, so each thread makes
 * its own.
 *
 * @module
 */
import { checkDrivers } from "../../check_options.ts";
import type { DriverMap } from "../../driver.ts";

/**
 * Imports the drivers that a module exports as its default.
 *
 * @throws {TypeError} if they are no drivers.
 */
export async function importDrivers(module: string): Promise<DriverMap> {
  const { default: drivers } = await import(module);
  checkDrivers(drivers);
  return drivers;
}
