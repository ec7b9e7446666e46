// A module for workers that fails when it is called.
export default function main(): void {
  throw new Error("thrown at the start");
}
