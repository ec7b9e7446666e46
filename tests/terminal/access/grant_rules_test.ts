import { assertEquals, assertThrows } from "@std/assert";
import {
  bestGrant,
  type Grant,
  type GrantRecord,
  inviterOf,
  newGrant,
  revocationOf,
  type RevokeTarget,
  withGrant,
} from "../../../src/terminal/access/grant_rules.ts";

function grant(given: Partial<Grant>): GrantRecord {
  return newGrant({ role: "control", session: "all", ...given });
}

function sessionsOf(records: readonly GrantRecord[]): string[] {
  return records.map(({ role, session }) => `${role} ${session}`);
}

Deno.test("a ticket needs a role and a session, and an error says what was meant", () => {
  // As a program without types, or with a value that is missing.
  const invalid: readonly [unknown, RegExp][] = [
    [undefined, /options of ticket\(\)/],
    [{ role: "view" }, /session: it is missing, .* "all" for all sessions/],
    [{ role: "view", session: undefined }, /session: it is missing/],
    [{ role: "view", session: null }, /session: it is missing/],
    [{ role: "view", session: "" }, /session: it is ""/],
    [{ role: "View", session: "all" }, /did you mean "view"/],
    [{ role: "contorl", session: "all" }, /did you mean "control"/],
    [{ role: {}, session: "all" }, /role: it is .* "control" or "view"/],
    [{ role: "admin", session: "all" }, /must be "control" or "view"/],
    [{ role: "view", session: "all", user: "" }, /user: it is ""/],
    [{ role: "view", session: "all", user: 7 }, /user: it is 7/],
    [{ role: "view", session: "all", replaces: "no" }, /replaces: it is "no"/],
    [{ role: "view", sesion: "all" }, /"sesion".*did you mean "session"/],
  ];
  for (const [given, text] of invalid) {
    const error = assertThrows(
      () => Reflect.apply(newGrant, undefined, [given]),
      TypeError,
    );
    assertEquals(text.test(error.message), true, error.message);
  }
});

Deno.test("another ticket replaces what a browser had, unless it says otherwise", () => {
  const admin = grant({});
  const guest = grant({ role: "view", session: "a" });
  assertEquals(withGrant([admin], guest), [guest]);
  const added = grant({ role: "view", session: "a", replaces: false });
  const other = grant({ session: "b", replaces: false });
  assertEquals(sessionsOf(withGrant([other], added)), [
    "control b",
    "view a",
  ]);
  assertEquals(withGrant([admin], added), [admin]);
});

Deno.test("a ticket of another user replaces in any case", () => {
  const ada = grant({ user: "ada" });
  const bob = grant({
    user: "bob",
    role: "view",
    session: "a",
    replaces: false,
  });
  assertEquals(withGrant([ada], bob), [bob]);
});

Deno.test("revoking a user leaves what others have", () => {
  const revoke = revocationOf({ user: "ada" });
  const bob = grant({ user: "bob" });
  assertEquals(revoke(grant({ user: "ada" })), undefined);
  assertEquals(revoke(bob), bob);
  const nobody = grant({});
  assertEquals(revoke(nobody), nobody);
});

Deno.test("revoking a session leaves other sessions to those who have all", () => {
  const revoke = revocationOf({ session: "a" });
  assertEquals(revoke(grant({ session: "a" })), undefined);
  const other = grant({ session: "b" });
  assertEquals(revoke(other), other);
  const left = revoke(grant({}));
  const records = left === undefined ? [] : [left];
  assertEquals(
    ["a", "b", "all"].map((id) => bestGrant(records, id)?.role),
    [undefined, "control", "control"],
  );
  assertEquals(records.map(revoke), records);
  // A new ticket gives it back.
  const again = withGrant(records, grant({ replaces: false }));
  assertEquals(bestGrant(again, "a")?.role, "control");
});

Deno.test("revoking all sessions leaves nothing, and parts of a target must match together", () => {
  const ada = grant({ user: "ada", session: "a" });
  assertEquals(revocationOf({ session: "all" })(ada), undefined);
  assertEquals(revocationOf({ user: "bob", session: "all" })(ada), ada);
  assertEquals(revocationOf({ user: "ada", session: "b" })(ada), ada);
  assertEquals(revocationOf({ user: "ada", session: "a" })(ada), undefined);
});

Deno.test("an invitation ends with what it was made from, however long the chain", () => {
  const ada = { ...grant({ user: "ada" }), login: "1" };
  const guest = { ...grant({}), parent: ada, login: "2" };
  const guests = { ...grant({ role: "view" }), parent: guest, login: "3" };
  assertEquals(inviterOf(guests), "ada");
  const targets: readonly RevokeTarget[] = [
    { user: "ada" },
    { login: "1" },
    { login: "2" },
  ];
  for (const target of targets) {
    assertEquals(revocationOf(target)(guests), undefined);
  }
  assertEquals(revocationOf({ login: "2" })(ada), ada);
  assertEquals(revocationOf(({ role }) => role === "view")(guest), guest);
  assertEquals(revocationOf(({ user }) => user === "ada")(guests), undefined);
});

Deno.test("a target that names nothing is refused, and a function that returns no boolean", () => {
  const invalid: readonly unknown[] = [
    undefined,
    null,
    "ada",
    {},
    { user: undefined },
    { user: "" },
    { usr: "ada" },
    { session: 1 },
  ];
  for (const target of invalid) {
    assertThrows(
      () => Reflect.apply(revocationOf, undefined, [target]),
      TypeError,
      undefined,
      JSON.stringify(target),
    );
  }
  const promises: unknown = () => Promise.resolve(false);
  const revoke = Reflect.apply(revocationOf, undefined, [promises]);
  assertThrows(() => revoke(grant({})), TypeError, "must return a boolean");
});
