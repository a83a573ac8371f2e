import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import type { CityResponse, CountryResponse } from "maxmind";
import { Reader } from "maxmind";

type Places = Reader<CityResponse | CountryResponse>;

/** City and country of an address; nothing where the database knows none. */
export type Locate = (address: string) => string;

/** A file in MaxMind's format, of cities or of countries, held in memory whole. */
export function readLocations(file: string): Locate {
  const places = open(file);
  return (address) => {
    const [plain = ""] = address.split("%", 1); // without its zone
    return isIP(plain) === 0 ? "" : placeOf(places, plain);
  };
}

function open(file: string): Places {
  try {
    return new Reader(readFileSync(file));
  } catch (error) {
    throw new Error(`LOCATION_DATABASE: ${file} cannot be read as a MaxMind database (${(error as Error).message}).`);
  }
}

function placeOf(places: Places, address: string): string {
  try {
    const found = places.get(address);
    if (!found) return "";
    const city = "city" in found ? found.city : undefined;
    return [city, found.country].flatMap((place) => place?.names?.en ?? []).join(", ");
  } catch {
    return ""; // a damaged record keeps nobody out
  }
}
