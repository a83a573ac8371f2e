import { BlockList, isIP } from "node:net";

/** Which peers may say for whom they speak: addresses and CIDR ranges of TRUSTED_PROXIES. */
export function trustedProxies(entries: readonly string[]): (address: string) => boolean {
  const trusted = new BlockList();
  for (const entry of entries) {
    const [address = "", prefix] = entry.split("/");
    const family = isIP(address);
    const bits = prefix === undefined ? undefined : Number(prefix);
    if (!family || (bits !== undefined && !(Number.isInteger(bits) && bits >= 0 && bits <= (family === 6 ? 128 : 32))))
      throw new Error(`TRUSTED_PROXIES: ${entry} is neither an address nor a CIDR range.`);
    if (bits === undefined) trusted.addAddress(address, familyName(address));
    else trusted.addSubnet(address, bits, familyName(address));
  }
  return (address) => isIP(address) !== 0 && trusted.check(address, familyName(address));
}

/** The nearest address in the chain that is not one of ours: whatever stands left of it may be invented. */
export function clientAddress(peer: string, forwardedFor: string, isTrusted: (address: string) => boolean): string {
  let client = plain(peer);
  for (const hop of forwardedFor.split(",").reverse()) {
    const address = plain(hop.trim());
    if (!isTrusted(client) || !isIP(address)) break;
    client = address;
  }
  return client;
}

/** What only a proxy that is believed may say of a request, by its headers. */
const FORWARDED = ["forwarded", "x-real-ip", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port"];

/** Behind this line X-Forwarded-For is one address, and true; and so is the place, where a header for it is named. */
export function settleForwarding(
  headers: Record<string, string | string[] | undefined>,
  remoteAddress: string | undefined,
  isTrusted: (address: string) => boolean,
  locationHeader: string | undefined,
): void {
  const peer = clientAddress(remoteAddress ?? "", "", isTrusted);
  const client = clientAddress(peer, String(headers["x-forwarded-for"] ?? ""), isTrusted);
  if (!isTrusted(peer)) for (const name of [...FORWARDED, locationHeader ?? ""]) delete headers[name];
  headers["x-forwarded-for"] = client;
}

/** Dual-stack sockets report IPv4 peers as ::ffff:1.2.3.4. */
function plain(address: string): string {
  const inner = address.toLowerCase().startsWith("::ffff:") ? address.slice(7) : "";
  return isIP(inner) === 4 ? inner : address;
}

function familyName(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}
