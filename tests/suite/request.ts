/** What is asked for on the command line. */
export interface Request {
  /** The task that was called. */
  readonly task: "test" | "test:slow";
  /** Files and folders; the whole suite without one. */
  readonly paths: readonly string[];
  /** Options of `deno test`. */
  readonly options: readonly string[];
  /** Arguments of the tests themselves: what follows `--`. */
  readonly forTests: readonly string[];
}

/** Tells paths from options: only `--filter` has a value apart from it. */
export function readRequest(args: readonly string[]): Request {
  const isSlow = args[0] === "--slow";
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const own = args.slice(isSlow ? 1 : 0, end);
  const isOption = own.map((argument, index) =>
    argument.startsWith("-") || own[index - 1] === "--filter"
  );
  return {
    task: isSlow ? "test:slow" : "test",
    paths: own.filter((_, index) => !isOption[index]),
    options: own.filter((_, index) => isOption[index]),
    forTests: [...(isSlow ? ["--slow"] : []), ...args.slice(end + 1)],
  };
}
