#!/bin/sh
# deno doc of Deno 2.9.6, in the terminal.
#
# A parameter that may be left out because it has a value is printed as if it had
# to be given: `options: Options` for `options: Options = {}`, where `options?:`
# is right for whoever calls it. The value, which `--json` has, is not printed
# either. And a property with a getter and a setter is not printed at all, though
# one with a getter alone is: whoever reads the text does not learn of it. The
# pages of `--html` have both as they should be: `options?: Options` and the
# property.
#
# Seen:
#   constructor(options: Options)
#   get seats(): number
#   html: open
#   html: options?
set -eu
command -v npx >/dev/null || { echo "npx is needed" >&2; exit 2; }
script=$(realpath "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >door.ts <<'TS'
/** What a door is made with. */
export interface Options {
  /** The number of seats behind it. */
  seats?: number;
}

/** A door to a room. */
export class Door {
  #open = false;
  #seats: number;

  /** Makes a door. */
  constructor(options: Options = {}) {
    this.#seats = options.seats ?? 4;
  }

  /** The number of seats behind the door. */
  get seats(): number {
    return this.#seats;
  }

  /** Whether the door is open; it can be set. */
  get open(): boolean {
    return this.#open;
  }

  set open(value: boolean) {
    this.#open = value;
  }
}
TS
deno() { NO_COLOR=1 timeout 120 npx -y deno@2.9.6 "$@"; }
deno doc --filter Door door.ts | grep -E 'constructor|open|seats\(' |
  sed 's/^ *//' >seen
deno doc --html --output=pages door.ts >/dev/null 2>&1
sed 's/<[^>]*>//g' pages/*/Door.html >page
grep -q 'open: boolean' page && echo 'html: open' >>seen
grep -q 'Door(options?: Options)' page && echo 'html: options?' >>seen
cat seen
sed -n 's/^#   //p' "$script" >expected
diff expected seen
