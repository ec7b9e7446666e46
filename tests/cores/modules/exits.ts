// A module for workers that exits when it is called.
export default function main(): void {
  Deno.exit(0);
}
