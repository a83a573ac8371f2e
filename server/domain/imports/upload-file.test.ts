import { beforeAll, describe, expect, test } from "vitest";
import { revokeRole } from "#server/domain/access/revoke-role.ts";
import type { Caller } from "#server/domain/caller.ts";
import { checkImport } from "#server/domain/imports/check-import.ts";
import { discardImport } from "#server/domain/imports/discard-import.ts";
import { importColumns, previewRows } from "#server/domain/imports/preview-rows.ts";
import { listImports, readChunk } from "#server/domain/imports/queries.ts";
import { CHUNK_BYTES, OPEN_MAX, UPLOAD_BYTES_MAX } from "#server/domain/imports/rules.ts";
import { uploadFile } from "#server/domain/imports/upload-file.ts";
import { purgeExpired } from "#server/domain/maintenance/purge.ts";
import { HEADER, importsOf, MAP, numbered } from "#server/testing/imports.ts";
import { codeOf, refused } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
const imports = importsOf(admin);
let world: World;
let ada: Caller;

beforeAll(async () => {
  world = await makeTenant();
});
/** Each test uploads as somebody of its own: nobody has many imports open. */
const somebody = async (scopeId = world.rootId) => {
  ada = await world.person("administrator", scopeId);
  return ada;
};
const chunks = (caller: Caller, id: string) => imports.count("import_chunks", caller.tenantId, `import_id = '${id}'`);

describe("an uploaded file", () => {
  test("is kept byte for byte in pieces, whatever parts it comes in, and is gone when it is discarded", async () => {
    await somebody();
    const text = `${HEADER}\n${numbered(60_000).join("\n")}`;
    const id = await imports.upload(ada, text, { size: 7_777_777 });
    const pieces: Buffer[] = [];
    for (let number = 0; ; number++) {
      const piece = await readChunk(ada, { importId: id, number });
      if (!piece) break;
      pieces.push(piece);
    }
    expect(pieces.slice(0, -1).every((piece) => piece.length === CHUNK_BYTES)).toBe(true);
    expect(Buffer.concat(pieces).toString()).toBe(text);
    await discardImport(ada, { id });
    expect(await chunks(ada, id)).toBe(0);
  });

  test.each([
    ["", "import.empty", {}],
    ["\ufeff", "import.empty", {}],
    [HEADER, "import.no_rows", {}],
    [`${HEADER}\r\n\r\n`, "import.no_rows", {}],
    [Buffer.from(`\ufeff${HEADER}\n1`, "utf16le"), "import.encoding", {}],
    [Buffer.from([0x50, 0x4b, 3, 4, 0x14, 0, 6, 0, 8, 0]), "import.not_csv", { line: 1, flaw: "not_text" }],
    [`a\u0000,b\n1,2\n`, "import.not_csv", { line: 1, flaw: "not_text" }],
    [Buffer.from([0x61, 0xf1, 0x2c, 0x62, 0x0a, 0x31]), "import.not_csv", { line: 1, flaw: "not_text" }],
    [`${HEADER}\nCA,"never closed,1\n`, "import.not_csv", { line: 2, flaw: "open_quote" }],
    [`${HEADER}\nCA,"x"y,1\n`, "import.not_csv", { line: 2, flaw: "after_quote" }],
    [`${HEADER}\nCA,${"x".repeat(10 * 1024 * 1024)}\n`, "import.not_csv", { line: 2, flaw: "too_long" }],
    [`${Array.from({ length: 2000 }, (_, i) => `c${i}`)}\n1\n`, "import.too_many_columns", { max: 1000 }],
    [`${",".repeat(1_000_000)}\n1\n`, "import.too_many_columns", { max: 1000 }],
    ["a,b,a,b,,\n1,2,3,4,5,6\n", "import.repeated_columns", { columns: '"a", "b"' }],
  ])("that cannot be imported is refused by name, and nothing of it stays (%#)", async (text, code, facts) => {
    await somebody();
    expect(await refused(imports.upload(ada, text))).toEqual({ code, facts });
    expect(
      await imports.count(
        "import_chunks",
        ada.tenantId,
        `import_id IN (SELECT id FROM imports WHERE person_id = '${ada.personId}')`,
      ),
    ).toBe(0);
    expect((await listImports(ada, {})).items).toEqual([]);
  });

  test(`of more than ${UPLOAD_BYTES_MAX / 1e6} MB is refused when the byte beyond comes, and what came is gone`, async () => {
    await somebody();
    let sent = 0;
    async function* endless() {
      for (;;) {
        sent += 1_000_000;
        yield Buffer.alloc(1_000_000, "x,");
      }
    }
    expect(await refused(uploadFile(async () => ada, "endless.csv", endless()))).toEqual({
      code: "import.too_large",
      facts: { max: 50 },
    });
    expect([sent, await imports.count("import_chunks", ada.tenantId)]).toEqual([UPLOAD_BYTES_MAX + 1_000_000, 0]);
  });

  test("whose sender goes away in the middle leaves nothing", async () => {
    await somebody();
    async function* broken() {
      yield Buffer.alloc(3 * CHUNK_BYTES, "x,");
      throw new Error("gone");
    }
    await expect(uploadFile(async () => ada, "broken.csv", broken())).rejects.toThrow("gone");
    expect(await imports.count("import_chunks", ada.tenantId)).toBe(0);
  });

  test(`is refused beyond ${OPEN_MAX} of one person that are open, though they come at once; others still may`, async () => {
    await somebody();
    const sent = await Promise.allSettled(
      Array.from({ length: OPEN_MAX + 3 }, () => imports.upload(ada, `${HEADER}\n1`)),
    );
    const made = sent.flatMap((s) => (s.status === "fulfilled" ? [s.value] : []));
    expect(made).toHaveLength(OPEN_MAX);
    expect(await refused(imports.upload(ada, `${HEADER}\n1`))).toEqual({
      code: "import.too_many_open",
      facts: { max: OPEN_MAX },
    });
    await discardImport(ada, { id: made[0] as string });
    await imports.upload(ada, `${HEADER}\n1`);
    await imports.upload(await somebody(), `${HEADER}\n1`);
  });

  test("of yesterday is removed by the schedule, with an import that nobody went on with; what was submitted stays listed", async () => {
    await somebody();
    const [draft, done, fresh] = [
      await imports.upload(ada, `${HEADER}\n1`),
      (await imports.submitted(ada, numbered(1))).id,
      await imports.upload(ada, `${HEADER}\n1`),
    ];
    await admin().pool.query(
      "UPDATE imports SET created_at = clock_timestamp() - interval '25 hours' WHERE id = ANY($1)",
      [[draft, done]],
    );
    await purgeExpired(await world.system(), {});
    const { items } = await listImports(ada, {});
    expect(items.flatMap((i) => (i.mine ? [i.id] : []))).toEqual([fresh, done]);
    expect(items.map((i) => i.id)).not.toContain(draft);
    expect(await chunks(ada, fresh)).toBe(1);
  });
});

describe("the columns of a file", () => {
  const lines = [
    "Sede;Tipo;Título;Prioridad;Importe;Correo;Vencimiento;Folio;Fecha de alta;Piezas;",
    "CA;viaje;Madrid, dos noches;Alta;12.50;ana@example.test;2027-01-05;F-1;ayer;3;",
    "NY;viaje;Lima;urgente;100;ana@example.test;2027-01-06;F-2;hoy;12;",
  ];

  test("are guessed from their names and first values, in Spanish and behind semicolons too", async () => {
    await somebody();
    const id = await imports.upload(ada, lines.join("\r\n"));
    const { delimiter, guess, columns } = await importColumns(ada, { id });
    expect(delimiter).toBe(";");
    expect(guess).toEqual({
      delimiter: ";",
      fields: {
        org: { column: "Sede" },
        type: { column: "Tipo" },
        title: { column: "Título" },
        priority: { column: "Prioridad", values: { Alta: "HIGH", urgente: "URGENT" } },
        amount: { column: "Importe", scale: 2 },
        requesterEmail: { column: "Correo" },
        dueAt: { column: "Vencimiento" },
        importKey: { column: "Folio" },
        payload: {
          fecha_de_alta: { column: "Fecha de alta", as: "string" },
          piezas: { column: "Piezas", as: "integer" },
        },
      },
    });
    expect(columns[3]).toEqual({ name: "Prioridad", samples: ["Alta", "urgente"], values: ["Alta", "urgente"] });
  });

  test("are those of another delimiter where one is chosen", async () => {
    await somebody();
    const id = await imports.upload(ada, lines.join("\n"));
    expect((await importColumns(ada, { id, delimiter: "|" })).columns.map((c) => c.name)).toEqual([lines[0]]);
  });

  test("are taken from the only organisation where there is no column for it, and never from a number that each file begins anew", async () => {
    const local = await somebody(world.orgs.ny);
    const id = await imports.upload(local, "id,kind,subject\n1,a,b\n2,a,c\n");
    const { guess, organisations } = await importColumns(local, { id });
    expect(organisations).toEqual([{ code: "NY", name: "New York" }]);
    expect(guess.fields).toMatchObject({
      org: { constant: "NY" },
      type: { column: "kind" },
      title: { column: "subject" },
    });
    expect(guess.fields.importKey).toBeUndefined();
  });

  test("are mapped as the last file with the same columns was, and as others whose columns it has", async () => {
    await somebody();
    await imports.checked(ada, numbered(1));
    const other = { fields: { ...MAP.fields, title: { template: "{title} ({type})" } } };
    const second = await imports.upload(ada, "type,title,org,amount,email,more\na,b,CA,1,,\n");
    await checkImport(ada, { id: second, version: 2, map: other });
    const id = await imports.upload(ada, `${HEADER}\n${numbered(1)}`);
    const { remembered, map } = await importColumns(ada, { id });
    expect(map).toBeNull();
    expect(remembered.map((r) => [r.same, r.map.fields.title])).toEqual([
      [false, { template: "{title} ({type})", trim: true }],
      [true, { column: "title", trim: true }],
    ]);
    const stranger = await world.person("administrator", world.orgs.ca);
    const theirs = await imports.upload(stranger, `${HEADER}\n${numbered(1)}`);
    expect((await importColumns(stranger, { id: theirs })).remembered).toEqual([]);
  });
});

describe("the preview", () => {
  const preview = async (caller: Caller, text: string, map: object = MAP) =>
    (await previewRows(caller, { id: await imports.upload(caller, text), map: map as typeof MAP })).rows;

  test("shows the first twenty rows exactly as they are then submitted", async () => {
    await somebody();
    const { email } = (await admin().pool.query("SELECT email FROM people WHERE id = $1", [ada.personId])).rows[0];
    const rows = [`CA,imported,"=Taxi, ""late""",90071992547409.93, ${email.toUpperCase()} `, ...numbered(30, "NY")];
    const map = {
      fields: {
        ...MAP.fields,
        summary: { template: "{title} in {org}" },
        payload: { sum: { column: "amount", as: "string" as const } },
      },
    };
    const shown = await preview(ada, `${HEADER}\n${rows.join("\n")}`, map);
    expect([shown.length, shown.at(-1)?.line]).toEqual([20, 21]);
    expect(shown[0]).toEqual({
      line: 2,
      org: { code: "CA", name: "California" },
      type: "imported",
      title: '=Taxi, "late"',
      summary: '=Taxi, "late" in CA',
      priority: "NORMAL",
      amount: "9007199254740993",
      payload: { sum: "90071992547409.93" },
      requesterEmail: email,
      dueAt: null,
      importKey: null,
      problems: [],
    });
    await imports.submitted(ada, rows, map);
    const made = await admin().pool.query(
      `SELECT s.code AS org, a.type, a.title, a.summary, a.priority, a.amount::text, a.payload FROM approvals a JOIN scopes s ON s.id = a.org_id
       WHERE a.tenant_id = $1 AND a.submitter_person_id = $2 ORDER BY a.id LIMIT 20`,
      [world.tenantId, ada.personId],
    );
    expect(made.rows).toEqual(
      shown.map(({ org, type, title, summary, priority, amount, payload }) => ({
        org: org?.code,
        type,
        title,
        summary,
        priority,
        amount,
        payload,
      })),
    );
  });

  test("marks each cell that is wrong, and keeps what could be read of the row", async () => {
    await somebody();
    const [bad, short, blank] = await preview(
      ada,
      `${HEADER}\nXX,imported,,1.005,nobody@example.test\nCA,imported\n,,,,\n`,
    );
    expect(bad).toMatchObject({ org: { code: "XX", name: null }, type: "imported", title: null });
    expect(bad?.problems.map(({ field, code }) => [field, code]).sort()).toEqual([
      ["amount", "too_precise"],
      ["org", "org_unknown"],
      ["requesterEmail", "requester_unknown"],
      ["title", "blank"],
    ]);
    expect(short?.problems).toEqual([{ field: "row", code: "cells", facts: { cells: 2, columns: 5 } }]);
    expect(blank?.problems.map(({ field }) => field)).toEqual(["org", "type", "title"]);
  });

  test("marks rows of organisations in which its person may not import, as it does unknown ones", async () => {
    const local = await somebody(world.orgs.ny);
    const rows = await preview(
      local,
      `${HEADER}\n${[...numbered(1, "NY"), ...numbered(1, "CA"), ...numbered(1, "ZZ")].join("\n")}`,
    );
    expect(rows.map((r) => r.problems)).toEqual([
      [],
      [{ field: "org", code: "org_unknown", facts: { value: "CA" } }],
      [{ field: "org", code: "org_unknown", facts: { value: "ZZ" } }],
    ]);
    expect(rows[1]?.org).toEqual({ code: "CA", name: null });
  });

  test.each([
    ["a column that is not there", { org: { column: "gone" } }, "import.missing_columns"],
    ["a field of two origins", { org: { column: "org", constant: "CA" } }, "input.invalid"],
    ["a character that cannot be kept", { org: { constant: "\u0000" } }, "input.invalid"],
    ["half a character", { org: { constant: "\ud800" } }, "input.invalid"],
    [
      "more than a map may hold",
      {
        org: {
          column: "org",
          values: Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i}`, "x".repeat(9_000)])),
        },
      },
      "input.invalid",
    ],
  ])("of a map with %s is refused", async (_, fields, code) => {
    await somebody();
    expect(await codeOf(preview(ada, `${HEADER}\n1`, { fields: { ...MAP.fields, ...fields } }))).toBe(code);
  });

  test("is its uploader's alone, and nobody's who may import no longer", async () => {
    await somebody();
    const id = await imports.upload(ada, `${HEADER}\n1`);
    const other = await world.person("administrator");
    for (const call of [() => previewRows(other, { id, map: MAP }), () => importColumns(other, { id })])
      expect(await codeOf(call())).toBe("import.not_found");
    expect(await readChunk(other, { importId: id, number: 0 })).toBeNull();
    const { rows } = await admin().pool.query("SELECT id FROM assignments WHERE person_id = $1", [ada.personId]);
    await revokeRole(await world.system(), { id: rows[0].id });
    expect(await codeOf(previewRows((await again(ada)) as Caller, { id, map: MAP }))).toBe("access.denied");
  });
});
