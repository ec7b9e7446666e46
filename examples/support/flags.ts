/** The permissions that `-A` gives. */
const KINDS = ["read", "write", "net", "env", "run", "sys", "ffi"] as const;

/** Whether this program has what a flag such as `--allow-net=127.0.0.1` gives. */
export function isGranted(flag: string): boolean {
  if (flag === "-A") return KINDS.every((kind) => isGranted(`--allow-${kind}`));
  const [, name, values] = flag.match(/^--allow-([a-z]+)(?:=(.+))?$/) ?? [];
  const kind = KINDS.find((kind) => kind === name);
  if (kind === undefined) throw new TypeError(`Cannot check ${flag}`);
  return (values?.split(",") ?? [undefined]).every((value) =>
    Deno.permissions.querySync(descriptorOf(kind, value)).state === "granted"
  );
}

function descriptorOf(
  name: typeof KINDS[number],
  value: string | undefined,
): Deno.PermissionDescriptor {
  if (value === undefined) return { name };
  switch (name) {
    case "net":
      return { name, host: value };
    case "env":
      return { name, variable: value };
    case "run":
      return { name, command: value };
    case "read":
    case "write":
    case "ffi":
      return { name, path: value };
    default:
      throw new TypeError(`Cannot check --allow-${name}=${value}`);
  }
}
