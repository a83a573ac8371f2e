import type { ScopeNode } from "#server/domain/access/rules.ts";

const node = (id: string, ...above: string[]): ScopeNode => ({
  id,
  kind: "ORG",
  code: id,
  name: id,
  path: [...above, id],
});

/** root ▸ ca ▸ spring, root ▸ ny ▸ autumn */
export const TREE = [
  node("root"),
  node("ca", "root"),
  node("spring", "root", "ca"),
  node("ny", "root"),
  node("autumn", "root", "ny"),
];
