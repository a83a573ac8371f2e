import type { Caller } from "#server/domain/caller.ts";
import { checkImport } from "#server/domain/imports/check-import.ts";
import { getImport } from "#server/domain/imports/queries.ts";
import { runImport } from "#server/domain/imports/run-import.ts";
import type { Import, ImportMapInput } from "#server/domain/imports/schema.ts";
import { startImport } from "#server/domain/imports/start-import.ts";
import { uploadFile } from "#server/domain/imports/upload-file.ts";
import type { Database } from "#server/platform/db.ts";

export const HEADER = "org,type,title,amount,email";
export const MAP: ImportMapInput = {
  fields: {
    org: { column: "org" },
    type: { column: "type" },
    title: { column: "title" },
    amount: { column: "amount", scale: 2 },
    requesterEmail: { column: "email" },
  },
};

/** `n` rows of an organisation, each with a title of its own. */
export const numbered = (n: number, org = "CA") =>
  Array.from({ length: n }, (_, i) => `${org},imported,${org} row ${i + 1},${i}.50,`);

async function* inParts(text: string | Buffer, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** What a person does on the import page, and what the rows say about it. */
export function importsOf(admin: () => Database) {
  const upload = async (caller: Caller, text: string | Buffer, { name = "rows.csv", size = 64 * 1024 } = {}) =>
    (await uploadFile(async () => caller, name, inParts(text, size))).id;
  const run = (caller: Caller, id: string, signal: { readonly aborted: boolean } = { aborted: false }) =>
    runImport(caller.tenantId, id, signal);
  /** A file whose rows wait for the worker to check them. */
  const mapped = async (caller: Caller, rows: readonly string[], map = MAP): Promise<string> => {
    const id = await upload(caller, `${[HEADER, ...rows].join("\n")}\n`);
    await checkImport(caller, { id, version: 2, map });
    return id;
  };
  const checked = async (caller: Caller, rows: readonly string[], map = MAP): Promise<Import> => {
    const id = await mapped(caller, rows, map);
    await run(caller, id);
    return getImport(caller, { id });
  };
  const started = async (caller: Caller, rows: readonly string[], map = MAP): Promise<string> => {
    const { id, version } = await checked(caller, rows, map);
    await startImport(caller, { id, version });
    return id;
  };
  const submitted = async (caller: Caller, rows: readonly string[], map = MAP): Promise<Import> => {
    const id = await started(caller, rows, map);
    await run(caller, id);
    return getImport(caller, { id });
  };
  const one = async (sql: string, values: unknown[]) => (await admin().pool.query(sql, values)).rows[0];
  return {
    upload,
    run,
    mapped,
    checked,
    started,
    submitted,
    /** The lease of whoever holds it ends now. */
    lapse: (id: string) =>
      one("UPDATE imports SET leased_until = clock_timestamp() - interval '1 ms' WHERE id = $1", [id]),
    count: async (table: string, tenantId: string, where = "true"): Promise<number> =>
      (await one(`SELECT count(*)::int AS n FROM ${table} WHERE tenant_id = $1 AND ${where}`, [tenantId])).n,
    row: (id: string) =>
      one("SELECT state, total, bad, foreseen, submitted, known, fence, code FROM imports WHERE id = $1", [id]),
  };
}
