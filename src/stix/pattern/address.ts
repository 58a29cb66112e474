/** An IPv4 or IPv6 address or CIDR block: its first address and how many leading bits are fixed. */
export interface Address {
  readonly family: 4 | 6;
  readonly bits: bigint;
  readonly prefix: number;
}

const WIDTH = { 4: 32, 6: 128 } as const;

/** Reads `198.51.100.7`, `198.51.100.0/24`, `2001:db8::/32`; null for anything else. Host bits are ignored. */
export function parseAddress(text: string): Address | null {
  if (text.length > 49) return null;
  const [host = "", prefixText, more] = text.split("/");
  if (more !== undefined) return null;
  const family = host.includes(":") ? 6 : 4;
  const bits = family === 6 ? ipv6Bits(host) : ipv4Bits(host);
  if (bits === null) return null;
  if (prefixText === undefined) return { family, bits, prefix: WIDTH[family] };
  if (!/^(?:0|[1-9]\d{0,2})$/.test(prefixText) || Number(prefixText) > WIDTH[family]) return null;
  return { family, bits, prefix: Number(prefixText) };
}

/** Whether every address of `inner` lies in `outer`. */
export function isSubset(inner: Address, outer: Address): boolean {
  const shift = BigInt(WIDTH[outer.family] - outer.prefix);
  return inner.family === outer.family && inner.prefix >= outer.prefix && inner.bits >> shift === outer.bits >> shift;
}

/** Four decimal parts. A leading zero is refused: some readers take it for octal. */
function ipv4Bits(text: string): bigint | null {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255))
    return null;
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

/** RFC 4291 §2.2: eight groups, one run of zeros as `::`, the last two perhaps as an IPv4 address. */
function ipv6Bits(text: string): bigint | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const [head, tail] = halves.map(groupsOf);
  if (head === undefined || head === null || tail === null) return null;
  if (tail === undefined) return head.length === 8 ? joined(head) : null;
  const zeros = 8 - head.length - tail.length;
  return zeros < 1 ? null : joined([...head, ...Array.from({ length: zeros }, () => 0), ...tail]);
}

function groupsOf(half: string, index: number, halves: readonly string[]): number[] | null {
  if (half === "") return halves.length === 2 ? [] : null;
  const parts = half.split(":");
  const groups: number[] = [];
  for (const [at, part] of parts.entries()) {
    const last = at === parts.length - 1 && index === halves.length - 1;
    const dotted = last && part.includes(".") ? ipv4Bits(part) : null;
    if (dotted !== null) groups.push(Number(dotted >> 16n), Number(dotted & 0xffffn));
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return null;
  }
  return groups;
}

function joined(groups: readonly number[]): bigint {
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(group), 0n);
}
