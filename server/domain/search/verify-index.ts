import { systemCaller } from "#server/domain/identity/find-caller.ts";
import { tenantIds } from "#server/domain/identity/queries.ts";
import { readDocuments } from "#server/domain/search/collections.ts";
import { indexDocuments, PAGE } from "#server/domain/search/index-documents.ts";
import type { CollectionName } from "#server/domain/search/rules.ts";
import { anyOf } from "#server/domain/search/rules.ts";
import { inTenant } from "#server/platform/db.ts";
import { deleteDocuments, exportDocuments, listAliases } from "#server/platform/typesense.ts";

const NIL = "00000000-0000-0000-0000-000000000000";
/** A filter goes in an address, which the engine bounds. */
const DELETE_MAX = 50;

export interface Verified {
  /** Records of the database. */
  readonly records: number;
  /** Not in the index; there with other words; in the index alone. */
  readonly missing: number;
  readonly different: number;
  readonly surplus: number;
  /** What of these the engine refused to take: they stay as they are. */
  readonly refused: number;
}

async function digests(collection: string, filter: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { id, digest } of exportDocuments(collection, filter, ["id", "digest"]))
    found.set(String(id), String(digest ?? ""));
  return found;
}

/** Documents of no tenant that there is. */
async function strays(collection: string, tenants: readonly string[]): Promise<string[]> {
  const known = new Set(tenants);
  const found: string[] = [];
  for await (const { id, tenant_id: tenantId } of exportDocuments(collection, "", ["id", "tenant_id"]))
    if (!known.has(String(tenantId))) found.push(String(id));
  return found;
}

async function remove(collection: string, ids: readonly string[]): Promise<void> {
  for (let at = 0; at < ids.length; at += DELETE_MAX)
    await deleteDocuments(collection, anyOf("id", ids.slice(at, at + DELETE_MAX)));
}

async function verifyTenant(name: CollectionName, collection: string, tenantId: string): Promise<Verified> {
  const caller = await systemCaller(tenantId);
  const known = await digests(collection, anyOf("tenant_id", [tenantId]));
  let [records, missing, different, refused] = [0, 0, 0, 0];
  for (let after = NIL; ; ) {
    const page = await inTenant(tenantId, (tx) => readDocuments({ caller, tx }, name, { after, limit: PAGE }));
    const wrong = page.filter(({ id, digest }) => known.get(id) !== digest);
    missing += wrong.filter(({ id }) => !known.has(id)).length;
    different += wrong.filter(({ id }) => known.has(id)).length;
    records += page.length;
    for (const { id } of page) known.delete(id);
    if (wrong.length > 0) {
      const ids = wrong.map(({ id }) => id);
      refused += (await indexDocuments(caller, name, { ids }, collection)).refused.size;
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE) break;
    after = last.id;
  }
  await remove(collection, [...known.keys()]);
  return { records, missing, different, surplus: known.size, refused };
}

const add = (a: Verified, b: Verified): Verified => ({
  records: a.records + b.records,
  missing: a.missing + b.missing,
  different: a.different + b.different,
  surplus: a.surplus + b.surplus,
  refused: a.refused + b.refused,
});

/**
 * Compares what is searched with what the database holds, and puts right what differs. What changes meanwhile, and has
 * not been followed yet, counts as different too. Null where there is no index.
 */
export async function verifyIndex(name: CollectionName): Promise<Verified | null> {
  const collection = (await listAliases()).get(name);
  if (!collection) return null;
  const tenants = await tenantIds();
  const nobodys = await strays(collection, tenants);
  await remove(collection, nobodys);
  let sum: Verified = { records: 0, missing: 0, different: 0, surplus: nobodys.length, refused: 0 };
  for (const tenantId of tenants) sum = add(sum, await verifyTenant(name, collection, tenantId));
  return sum;
}
