import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { locationDatabase } from "../testing/location-database.ts";
import { readLocations } from "./location-database.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-places-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: Buffer): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const portugal = { iso_code: "PT", names: { en: "Portugal", es: "Portugal" } };
const networks = {
  "203.0.113.0/25": { city: { names: { en: "Lisbon", es: "Lisboa" } }, country: portugal },
  "203.0.113.128/25": { country: portugal },
  "198.51.100.7/32": { city: { names: { de: "Genf" } }, country: { iso_code: "CH" } },
  "2001:db8:1::/48": { city: { names: { en: "Évora" } }, country: portugal },
};

describe("the place of an address", () => {
  const locate = readLocations(file("cities.mmdb", locationDatabase(networks)));

  it.each([
    ["203.0.113.9", "Lisbon, Portugal"],
    ["203.0.113.200", "Portugal"],
    ["2001:db8:1::5", "Évora, Portugal"],
    ["2001:db8:1::5%eth0", "Évora, Portugal"],
    ["198.51.100.7", ""],
    ["127.0.0.1", ""],
    ["2001:db8:2::5", ""],
    ["", ""],
    ["'; DROP", ""],
    ["203.0.113.9, 203.0.113.9", ""],
  ])("of %s is: %s", (address, place) => {
    expect(locate(address)).toBe(place);
  });

  it("is none where its record is damaged", () => {
    const content = locationDatabase(networks);
    content.fill(0xff, content.indexOf("Lisbon") - 20, content.indexOf("Lisbon"));
    expect(readLocations(file("damaged.mmdb", content))("203.0.113.9")).toBe("");
  });
});

describe("a file that is no such database", () => {
  const whole = locationDatabase(networks);
  it.each([
    ["missing.mmdb", null],
    ["empty.mmdb", Buffer.alloc(0)],
    ["text.mmdb", Buffer.from("network,city\n203.0.113.0/24,Lisbon\n")],
    ["cut-off.mmdb", whole.subarray(0, whole.length / 2)],
  ])("%s is refused by the name of the setting", (name, content) => {
    const path = content ? file(name, content) : join(folder, name);
    expect(() => readLocations(path)).toThrow(`LOCATION_DATABASE: ${path} cannot be read`);
  });
});
