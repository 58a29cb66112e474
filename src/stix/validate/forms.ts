/** The written forms of §2 and of the standards it names. Hand-made scanners and linear expressions: the text is hostile. */

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const digit = (text: string, at: number): number => {
  const code = text.charCodeAt(at) - 48;
  return code >= 0 && code <= 9 ? code : Number.NaN;
};
const pair = (text: string, at: number): number => digit(text, at) * 10 + digit(text, at + 1);

/** §2.16.1, RFC 3339 in UTC with `T` and `Z`: the number of digits after the second, or -1 when it is no such moment. */
export function timestampDigits(text: string): number {
  const last = text.length - 1;
  if (last < 19 || text.charCodeAt(last) !== 0x5a || text.charCodeAt(10) !== 0x54) return -1;
  if (
    text.charCodeAt(4) !== 0x2d ||
    text.charCodeAt(7) !== 0x2d ||
    text.charCodeAt(13) !== 0x3a ||
    text.charCodeAt(16) !== 0x3a
  )
    return -1;
  const year = pair(text, 0) * 100 + pair(text, 2);
  const month = pair(text, 5);
  const day = pair(text, 8);
  const hour = pair(text, 11);
  const minute = pair(text, 14);
  const second = pair(text, 17);
  if (
    !(year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= (DAYS[month - 1] ?? 0) && hour <= 23 && minute <= 59)
  )
    return -1;
  if (month === 2 && day === 29 && !(year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0))) return -1;
  // A leap second stands only at the end of a day in UTC.
  if (!(second <= 59 || (second === 60 && hour === 23 && minute === 59))) return -1;
  if (last === 19) return 0;
  if (last === 20 || text.charCodeAt(19) !== 0x2e) return -1;
  for (let at = 20; at < last; at++) if (Number.isNaN(digit(text, at))) return -1;
  return last - 20;
}

/** Negative, zero or positive as the moment `a` is before, at or after `b`; both must be timestamps of §2.16. */
export function compareTimestamps(a: string, b: string): number {
  const [headA, headB] = [a.slice(0, 19), b.slice(0, 19)];
  if (headA !== headB) return headA < headB ? -1 : 1;
  const [restA, restB] = [a.slice(20, -1), b.slice(20, -1)];
  const width = Math.max(restA.length, restB.length);
  const [fullA, fullB] = [restA.padEnd(width, "0"), restB.padEnd(width, "0")];
  return fullA === fullB ? 0 : fullA < fullB ? -1 : 1;
}

/** By character code: 1 a digit or a–f, 2 A–F, 0 anything else. */
const HEX = Uint8Array.from({ length: 128 }, (_, code) => {
  const letter = String.fromCharCode(code);
  return /[0-9a-f]/.test(letter) ? 1 : /[A-F]/.test(letter) ? 2 : 0;
});
export const CAPITALS = 16;

/** RFC 4122: the version (1 to 5) of the UUID that ends the text, plus `CAPITALS` when it has any; 0 when it is none. */
export function uuidVersion(text: string, from: number): number {
  if (text.length - from !== 36) return 0;
  let capitals = 0;
  for (let at = 0; at < 36; at++) {
    const code = text.charCodeAt(from + at);
    if (at === 8 || at === 13 || at === 18 || at === 23) {
      if (code !== 0x2d) return 0;
    } else {
      const kind = code < 128 ? (HEX[code] ?? 0) : 0;
      if (kind === 0) return 0;
      capitals |= kind;
    }
  }
  const version = text.charCodeAt(from + 14) - 48;
  const variant = text.charCodeAt(from + 19) | 0x20;
  const rfc4122 =
    variant === 0x38 ||
    variant === 0x39 ||
    variant === 0x61 ||
    variant === 0x62 ||
    text.charCodeAt(from + 19) === 0x38 ||
    text.charCodeAt(from + 19) === 0x39;
  if (!rfc4122 || version < 1 || version > 5) return 0;
  return version + (capitals >= 2 ? CAPITALS : 0);
}

/** Where the UUID of `object-type--UUID` begins (§2.9), or -1 when the form is another. The UUID itself is not read. */
export function uuidStart(id: string): number {
  const at = id.length - 36;
  return at >= 5 && id.charCodeAt(at - 1) === 0x2d && id.charCodeAt(at - 2) === 0x2d && isTypeName(id, at - 2)
    ? at
    : -1;
}

/** §3.1 and §11.2: a type's name is 3 to 250 of a–z, 0–9 and hyphen, begins with a letter, and has no two hyphens together. */
export function isTypeName(text: string, end = text.length): boolean {
  if (end < 3 || end > 250) return false;
  let before = 0x2d;
  for (let at = 0; at < end; at++) {
    const code = text.charCodeAt(at);
    const letter = code >= 0x61 && code <= 0x7a;
    if (!letter && (at === 0 || !((code >= 0x30 && code <= 0x39) || (code === 0x2d && before !== 0x2d)))) return false;
    before = code;
  }
  return true;
}

const PROPERTY_NAME = /^[a-z][a-z0-9_]{2,249}$/;
/** §3.1 and §11.1: a property's name is 3 to 250 of a–z, 0–9 and underscore, and begins with a letter. */
export const isPropertyName = (text: string): boolean => PROPERTY_NAME.test(text);

const DICTIONARY_KEY = /^[A-Za-z0-9_-]{1,250}$/;
export const isDictionaryKey = (text: string): boolean => DICTIONARY_KEY.test(text);

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
export const isBase64 = (text: string): boolean => text.length % 4 === 0 && BASE64.test(text);

const HEX_FORM = /^(?:[0-9a-fA-F]{2})+$/;
export const isHex = (text: string): boolean => HEX_FORM.test(text);

const URI = /^[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;
const WEB = /^(?:https?|ftps?|wss?):/i;
const WEB_HOST = /^[A-Za-z]+:\/\/[^/?#]/;
/** RFC 3986 §3: a URI with a scheme; one of a scheme of the web names a host. */
export const isUri = (text: string): boolean => URI.test(text) && (!WEB.test(text) || WEB_HOST.test(text));

const OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);
const IPV4_CIDR = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}(?:/(?:3[0-2]|[12]?[0-9]))?$`);
export const isIpv4 = (text: string): boolean => IPV4_CIDR.test(text);

/** RFC 4291 §2.2, with a prefix length or without. */
export function isIpv6(text: string): boolean {
  const slash = text.indexOf("/");
  if (slash !== -1 && !/^(?:12[0-8]|1[01][0-9]|[1-9]?[0-9])$/.test(text.slice(slash + 1))) return false;
  let address = slash === -1 ? text : text.slice(0, slash);
  if (address.length > 45) return false;
  const dotted = address.includes(".") ? address.slice(address.lastIndexOf(":") + 1) : "";
  if (dotted !== "") {
    if (!IPV4.test(dotted)) return false;
    address = `${address.slice(0, address.length - dotted.length)}0:0`;
  }
  const halves = address.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  return (
    groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group)) &&
    (halves.length === 2 ? groups.length <= 7 : groups.length === 8)
  );
}

const MAC = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/;
export const isMac = (text: string): boolean => MAC.test(text);

const LABEL = /^[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_\u{b7}\u{30fb}-]{0,61}[\p{L}\p{M}\p{N}_])?$/u;
/** RFC 1034 and RFC 5890: labels of 1 to 63, 253 in all; U-labels are taken, and the underscore that DNS itself allows. */
export function isDomainName(text: string): boolean {
  const name = text.endsWith(".") ? text.slice(0, -1) : text;
  return name.length >= 1 && name.length <= 253 && name.split(".").every((label) => LABEL.test(label));
}

const ADDR_SPEC =
  /^(?:[^\s@<>()[\],;:\\".]+(?:\.[^\s@<>()[\],;:\\".]+)*|"[^"\\]*(?:\\.[^"\\]*)*")@(?:[^\s@<>()[\],;:\\"]+|\[[^\s[\]\\]*\])$/;
/** RFC 5322 §3.4.1 `addr-spec`, with the letters that RFC 6532 adds. */
export const isEmailAddress = (text: string): boolean => text.length <= 320 && ADDR_SPEC.test(text);

const CPE_PART = /^(?:[*-]|(?:[A-Za-z0-9\-._*?]|\\[!-~])+)$/;
/** CPE 2.3 formatted string (NISTIR 7695 §6.2). */
export function isCpe(text: string): boolean {
  const parts = text.split(/(?<!\\):/);
  return (
    parts.length === 13 &&
    parts[0] === "cpe" &&
    parts[1] === "2.3" &&
    /^[aho*-]$/.test(parts[2] ?? "") &&
    parts.slice(3).every((part) => CPE_PART.test(part))
  );
}

const MIME =
  /^(?:application|audio|font|example|haptics|image|message|model|multipart|text|video)\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$/;
/** A media type of a registered top-level type; `x-` and `x.` subtypes are by definition in no registry (RFC 6838 §3.4). */
export const isRegisteredMime = (text: string): boolean =>
  MIME.test(text) && (!/\/x[-.]/i.test(text) || text === "application/x-www-form-urlencoded");

/** Families of the IANA character set registry, by preferred MIME name or name. */
const CHARSETS = [
  "us-ascii|utf-(?:7|8|16|32)|utf-(?:16|32)[bl]e|utf-7-imap|cesu-8|bocu-1|scsu|unicode-1-1(?:-utf-7)?|iso-10646-[a-z0-9-]+",
  "iso-8859-(?:[1-9]|1[03456])|iso-8859-[68]-[ei]|iso-8859-[12579]-windows[a-z0-9.-]*|iso-2022-(?:jp|jp-2|kr|cn|cn-ext)|iso-ir-[0-9.]+|iso_[a-z0-9_.:-]+",
  "windows-(?:31j|874|125[0-8])|ibm-?[a-z0-9-]+|cp[0-9]{3,5}|ebcdic-[a-z0-9-]+|osd_ebcdic_[a-z0-9_]+|macintosh|hp-[a-z0-9-]+|dec-mcs|microsoft-publishing",
  "koi8-[eru]|koi7-switched|gost_19768-74|ecma-cyrillic|ptcp154|kz-1048|amiga-1251|tis-620|viscii|viqr|tscii|inis(?:-[0-9a-z-]+)?",
  "euc-(?:jp|kr)|extended_unix_code_[a-z0-9_]+|shift_jis|gb2312|gbk|gb18030|gb_2312-80|gb_1988-80|big5(?:-hkscs)?|hz-gb-2312|ks_c_5601-1987|ksc5636",
  "j(?:is|us)_[a-z0-9_.-]+|adobe-(?:standard|symbol)-encoding|ventura-[a-z]+|pc8-[a-z-]+|latin-?greek(?:-1)?|greek[a-z0-9-]*|nats-[a-z-]+|brf",
];
const CHARSET = new RegExp(`^(?:${CHARSETS.join("|")})$`, "i");
/** §3.9.1: a name of the registry; its national variants of ISO 646 are few and not all known here. */
export const isCharset = (text: string): boolean => text.length <= 60 && CHARSET.test(text);

const LOWER_HYPHENS = /^[^\sA-Z_]+$/;
/** §2.14 and §2.11: lower case, with hyphens between words. */
export const isLowerHyphens = (text: string): boolean => LOWER_HYPHENS.test(text);

const LANGUAGES = new Set(
  (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv " +
    "ha he hi ho hr ht hu hy hz ia id ie ig ii ik in io is it iu iw ja ji jv jw ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mo mr ms mt my " +
    "na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty " +
    "ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
  ).split(" "),
);
const LANGTAG =
  /^([a-z]{2,3})(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[0-9a-wyz](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?$/i;
const PRIVATE_OR_GRANDFATHERED =
  /^(?:x(?:-[a-z0-9]{1,8})+|i-(?:ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu)|en-GB-oed|sgn-(?:BE-FR|BE-NL|CH-DE)|art-lojban|cel-gaulish|no-(?:bok|nyn)|zh-(?:guoyu|hakka|min|min-nan|xiang))$/i;

/** RFC 5646 §2.1; a two-letter language must be one that ISO 639-1 has, and no longer one than three letters is registered. */
export function isLanguageTag(text: string): boolean {
  if (text.length > 100) return false;
  const primary = LANGTAG.exec(text)?.[1]?.toLowerCase();
  if (primary === undefined) return PRIVATE_OR_GRANDFATHERED.test(text);
  return primary.length === 3 || LANGUAGES.has(primary);
}

const DIGESTS: Readonly<Record<string, RegExp>> = {
  MD5: /^[0-9a-fA-F]{32}$/,
  "SHA-1": /^[0-9a-fA-F]{40}$/,
  "SHA-256": /^[0-9a-fA-F]{64}$/,
  "SHA-512": /^[0-9a-fA-F]{128}$/,
  "SHA3-256": /^[0-9a-fA-F]{64}$/,
  "SHA3-512": /^[0-9a-fA-F]{128}$/,
  SSDEEP: /^[0-9]{1,12}:[A-Za-z0-9/+]{0,128}:[A-Za-z0-9/+]{0,128}(?:,"?[^"]*"?)?$/,
  TLSH: /^(?:T1)?[0-9a-fA-F]{70}$/,
};
/** §10.7: whether the text is a digest of this algorithm; undefined for an algorithm that the vocabulary lacks. */
export function isDigest(algorithm: string, text: string): boolean | undefined {
  return Object.hasOwn(DIGESTS, algorithm) ? DIGESTS[algorithm]?.test(text) : undefined;
}
