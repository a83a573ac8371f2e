import { beforeAll, describe, expect, test } from "vitest";
import { createScopes } from "#server/domain/access/create-scopes.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let [root, ca, ny, spring] = ["", "", "", ""];
beforeAll(async () => {
  world = await makeTenant();
  const items = [{ code: "S", name: "Spring" }];
  const [made] = await createScopes(await world.system(), { parentId: world.orgs.ca, kind: "CYCLE", items });
  [root, ca, ny, spring] = [world.rootId, world.orgs.ca, world.orgs.ny, made?.id as string];
});

const PATHS = "UPDATE scopes SET parent_id = $2, path = $3 WHERE id = $1";
const place = (id: string, parent: string | null, path: readonly string[]) =>
  admin().pool.query(PATHS, [id, parent, path]);

describe("R10 a scope is never above itself: the database takes no path that", () => {
  test.each<[string, () => Promise<unknown>, string]>([
    ["goes round through itself", () => place(ca, spring, [root, ca, spring, ca]), "scopes_path"],
    ["names one place twice", () => place(spring, ca, [root, root, ca, spring]), "scopes_path"],
    ["ends in another", () => place(ca, root, [root, ny]), "scopes_path"],
    ["has another before it than its parent", () => place(spring, ca, [root, ny, spring]), "scopes_path"],
    ["is empty", () => place(ca, root, []), "scopes_path"],
    ["is empty, at the root", () => place(root, null, []), "scopes_path"],
    ["stands above a root", () => place(root, null, [ca, root]), "scopes_path"],
    ["is itself alone, with a parent", () => place(ca, ca, [ca]), "scopes_path"],
    ["is not its parent's", () => place(spring, ca, [ny, ca, spring]), "scopes_path_above"],
    ["would be another's who stands below", () => place(ca, root, [spring, root, ca]), "scopes_path_above"],
  ])("%s", async (_, put, constraint) => {
    await expect(put()).rejects.toMatchObject({ constraint });
  });

  test("goes round through two who name one another", async () => {
    const both = `UPDATE scopes SET parent_id = CASE id WHEN $1 THEN $2::uuid ELSE $1 END,
      path = CASE id WHEN $1 THEN ARRAY[$2, $1]::uuid[] ELSE ARRAY[$1, $2]::uuid[] END WHERE id IN ($1, $2)`;
    await expect(admin().pool.query(both, [ca, ny])).rejects.toMatchObject({ constraint: "scopes_path_above" });
  });

  test("is of a new scope and leaves out what its parent stands below", async () => {
    const insert = `INSERT INTO scopes (tenant_id, id, parent_id, kind, code, name, path) VALUES ($1, $2, $3, 'ORG', 'X', 'X', ARRAY[$3, $2]::uuid[])`;
    const gone = admin().pool.query(insert, [world.tenantId, uuidv7(), ca]);
    await expect(gone).rejects.toMatchObject({ constraint: "scopes_path_above" });
  });
});

test("every scope that the commands make has its parent's path and itself", async () => {
  const { rows } = await admin().pool.query(
    `SELECT s.code FROM scopes s LEFT JOIN scopes p ON p.tenant_id = s.tenant_id AND p.id = s.parent_id
     WHERE s.tenant_id = $1 AND s.path = coalesce(p.path, '{}') || s.id ORDER BY 1`,
    [world.tenantId],
  );
  expect(rows).toHaveLength(4);
});
