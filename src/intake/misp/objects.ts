import type { JsonObject } from "#base";
import { addressComparison, addressOf, equals, HASHES, mimeOf, observable, portOf, present } from "./observables.ts";
import type { Made } from "./attributes.ts";
import { flagOf, idOf, isoOf, textOf } from "./read.ts";

/** A MISP object's attributes by their relation. What a template does not ask for is told as unmapped. */
export class Fields {
  readonly used = new Set<number>();
  readonly #attributes: readonly JsonObject[];

  constructor(attributes: readonly JsonObject[]) {
    this.#attributes = attributes;
  }

  all(...relations: readonly string[]): readonly string[] {
    const values: string[] = [];
    for (const [index, attribute] of this.#attributes.entries()) {
      if (flagOf(attribute["deleted"]) || !relations.includes(textOf(attribute["object_relation"]) ?? "")) continue;
      const value = textOf(attribute["value"]);
      if (value === null || value === "" || !value.isWellFormed()) continue;
      this.used.add(index);
      values.push(value);
    }
    return values;
  }

  /** The first of them; the others stay unused, and so are told. */
  one(...relations: readonly string[]): string | null {
    for (const [index, attribute] of this.#attributes.entries()) {
      if (flagOf(attribute["deleted"]) || !relations.includes(textOf(attribute["object_relation"]) ?? "")) continue;
      const value = textOf(attribute["value"]);
      if (value === null || value === "" || !value.isWellFormed()) continue;
      this.used.add(index);
      return value;
    }
    return null;
  }

  whole(...relations: readonly string[]): number | null {
    const value = this.one(...relations);
    return value !== null && /^[0-9]{1,15}$/.test(value) ? Number(value) : null;
  }

  decimal(...relations: readonly string[]): number | null {
    const value = this.one(...relations);
    return value !== null && /^-?[0-9]{1,3}(?:\.[0-9]{1,15})?$/.test(value) ? Number(value) : null;
  }

  moment(...relations: readonly string[]): string | null {
    return isoOf(this.one(...relations) ?? undefined);
  }
}

/** A template: what its object becomes, and the pattern's comparison of each relation that can be watched for. */
interface Template {
  readonly make: (fields: Fields) => Made | null;
  readonly watch?: Readonly<Record<string, (value: string) => string | null>>;
}

const path = (name: string) => (value: string) => equals(name, value);
const port = (name: string) => (value: string) => (portOf(value) === null ? null : `${name} = ${Number(value)}`);
const address = (name: string) => (value: string) => {
  const found = addressOf(value);
  return found === null ? null : addressComparison(found, name);
};
const hashPaths = (type: string): Record<string, (value: string) => string> =>
  Object.fromEntries(Object.entries(HASHES).map(([name, stix]) => [name, path(`${type}:hashes.'${stix}'`)]));

function hashesOf(fields: Fields): JsonObject | null {
  const found: JsonObject = {};
  for (const [name, stix] of Object.entries(HASHES)) {
    const value = fields.one(name);
    if (value !== null) found[stix] = value;
  }
  return Object.keys(found).length === 0 ? null : found;
}

function host(ip: string | null, name: string | null): JsonObject | null {
  if (ip !== null) return addressOf(ip);
  return name === null ? null : observable("domain-name", { value: name });
}

function file(fields: Fields): Made | null {
  const folder = fields.one("path", "fullpath");
  const directory = folder === null ? null : observable("directory", { path: folder });
  const properties = present({
    name: fields.one("filename"),
    hashes: hashesOf(fields),
    size: fields.whole("size-in-bytes"),
    mime_type: mimeOf(fields.one("mimetype")),
    ctime: fields.moment("creation-time"),
    mtime: fields.moment("modification-time"),
    atime: fields.moment("access-time"),
    parent_directory_ref: directory === null ? null : idOf(directory),
  });
  if (properties["name"] === undefined && properties["hashes"] === undefined) return null;
  return { objects: [observable("file", properties), ...(directory === null ? [] : [directory])] };
}

function email(fields: Fields): Made {
  const people = (...relations: readonly string[]): JsonObject[] =>
    fields.all(...relations).map((value) => observable("email-addr", { value }));
  const [from, to, cc, bcc] = [people("from").slice(0, 1), people("to"), people("cc"), people("bcc")];
  const refs = (list: readonly JsonObject[]) => (list.length === 0 ? null : list.map(idOf));
  const headers = present({
    "X-Mailer": one(fields.one("x-mailer")),
    "Thread-Index": one(fields.one("thread-index")),
    "Reply-To": one(fields.one("reply-to")),
    "Return-Path": one(fields.one("return-path")),
  });
  const message = observable("email-message", {
    is_multipart: false,
    ...present({
      subject: fields.one("subject"),
      body: fields.one("email-body"),
      date: fields.moment("send-date"),
      message_id: fields.one("message-id"),
      from_ref: from[0] === undefined ? null : idOf(from[0]),
      to_refs: refs(to),
      cc_refs: refs(cc),
      bcc_refs: refs(bcc),
      additional_header_fields: Object.keys(headers).length === 0 ? null : headers,
    }),
  });
  return { objects: [message, ...from, ...to, ...cc, ...bcc] };
}
const one = (value: string | null): string[] | null => (value === null ? null : [value]);

function connection(fields: Fields): Made | null {
  const source = host(fields.one("ip-src"), fields.one("hostname-src"));
  const target = host(fields.one("ip-dst", "ip"), fields.one("hostname-dst", "hostname", "domain"));
  if (source === null && target === null) return null;
  const named = fields
    .all("layer3-protocol", "layer4-protocol", "layer7-protocol", "protocol")
    .map((name) => name.toLowerCase().replaceAll(/[^a-z0-9-]/g, "-"));
  const flow = observable(
    "network-traffic",
    present({
      protocols: named.length > 0 ? named : [(target ?? source)?.["type"] === "ipv6-addr" ? "ipv6" : "ipv4"],
      src_ref: source === null ? null : idOf(source),
      dst_ref: target === null ? null : idOf(target),
      src_port: portOf(fields.one("src-port")),
      dst_port: portOf(fields.one("dst-port")),
      start: fields.moment("first-packet-seen", "first-seen"),
    }),
  );
  return { objects: [flow, ...[source, target].filter((end) => end !== null)] };
}
const connectionWatch = {
  "ip-src": address("network-traffic:src_ref.value"),
  "ip-dst": address("network-traffic:dst_ref.value"),
  ip: address("network-traffic:dst_ref.value"),
  "hostname-dst": path("network-traffic:dst_ref.value"),
  hostname: path("network-traffic:dst_ref.value"),
  domain: path("network-traffic:dst_ref.value"),
  "src-port": port("network-traffic:src_port"),
  "dst-port": port("network-traffic:dst_port"),
};

function domainIp(fields: Fields): Made | null {
  const names = fields.all("domain", "hostname").map((value) => observable("domain-name", { value }));
  const addresses = fields
    .all("ip")
    .map(addressOf)
    .filter((found) => found !== null);
  if (names.length === 0 && addresses.length === 0) return null;
  return {
    objects: [...names, ...addresses],
    links: names.flatMap((name) =>
      addresses.map((found) => [idOf(name), "resolves-to", idOf(found)] as const).slice(0, 100),
    ),
  };
}

function x509(fields: Fields): Made | null {
  const hashes = present({
    MD5: plainHex(fields.one("x509-fingerprint-md5")),
    "SHA-1": plainHex(fields.one("x509-fingerprint-sha1")),
    "SHA-256": plainHex(fields.one("x509-fingerprint-sha256")),
  });
  const selfSigned = fields.one("self_signed");
  const exponent = fields.whole("pubkey-info-exponent");
  const properties = present({
    hashes: Object.keys(hashes).length === 0 ? null : hashes,
    is_self_signed: selfSigned === null ? null : flagOf(selfSigned),
    version: fields.one("version"),
    serial_number: fields.one("serial-number"),
    issuer: fields.one("issuer"),
    subject: fields.one("subject"),
    signature_algorithm: fields.one("signature_algorithm"),
    validity_not_before: fields.moment("validity-not-before"),
    validity_not_after: fields.moment("validity-not-after"),
    subject_public_key_algorithm: fields.one("pubkey-info-algorithm"),
    subject_public_key_modulus: fields.one("pubkey-info-modulus"),
    subject_public_key_exponent: exponent,
  });
  return Object.keys(properties).length === 0 ? null : { objects: [observable("x509-certificate", properties)] };
}
const plainHex = (value: string | null): string | null => value?.replaceAll(":", "").toLowerCase() ?? null;

function registryKey(fields: Fields): Made | null {
  const key = fields.one("key");
  if (key === null) return null;
  const hive = fields.one("hive");
  const value = present({
    name: fields.one("name"),
    data: fields.one("data"),
    data_type: fields.one("data-type"),
  });
  return {
    objects: [
      observable(
        "windows-registry-key",
        present({
          key: hive === null || key.toUpperCase().startsWith("HKEY") ? key : `${hive}\\${key}`,
          values: Object.keys(value).length === 0 ? null : [value],
          modified_time: fields.moment("last-modified"),
        }),
      ),
    ],
  };
}

function userAccount(fields: Fields): Made | null {
  const properties = present({
    user_id: fields.one("user-id"),
    account_login: fields.one("username"),
    display_name: fields.one("display-name"),
    account_type: fields.one("account-type"),
    account_created: fields.moment("created"),
    account_last_login: fields.moment("last_login"),
    is_disabled: boolean(fields.one("disabled")),
    is_privileged: boolean(fields.one("privileged")),
  });
  return properties["user_id"] === undefined && properties["account_login"] === undefined
    ? null
    : { objects: [observable("user-account", properties)] };
}
const boolean = (value: string | null): boolean | null => (value === null ? null : flagOf(value));

function person(fields: Fields): Made | null {
  const parts = [fields.one("first-name"), fields.one("middle-name"), fields.one("last-name")].filter(
    (part) => part !== null,
  );
  const name = fields.one("full-name") ?? (parts.length > 0 ? parts.join(" ") : fields.one("alias"));
  if (name === null) return null;
  const contact = [...fields.all("e-mail", "email"), ...fields.all("phone-number"), ...fields.all("address")];
  return {
    domain: present({
      type: "identity",
      name,
      identity_class: "individual",
      description: fields.one("text"),
      roles: some(fields.all("role", "function")),
      contact_information: contact.length === 0 ? null : contact.join("; "),
    }),
  };
}
const some = (values: readonly string[]): string[] | null => (values.length === 0 ? null : [...new Set(values)]);

function organization(fields: Fields): Made | null {
  const name = fields.one("name");
  if (name === null) return null;
  const contact = [...fields.all("e-mail"), ...fields.all("phone-number"), ...fields.all("address")];
  return {
    domain: present({
      type: "identity",
      name,
      identity_class: "organization",
      description: fields.one("description"),
      roles: some(fields.all("role", "type-of-organization")),
      contact_information: contact.length === 0 ? null : contact.join("; "),
    }),
  };
}

function vulnerability(fields: Fields): Made | null {
  const id = fields.one("id", "CVE", "cve");
  const description = fields.one("summary", "description");
  if (id === null) return null;
  const references = fields.all("references").map((url) => ({ source_name: "reference", url }));
  return {
    domain: present({
      type: "vulnerability",
      name: id,
      description,
      external_references: [
        /^CVE-[0-9]{4}-[0-9]{4,}$/.test(id)
          ? { source_name: "cve", external_id: id }
          : { source_name: "MISP", external_id: id },
        ...references,
      ],
    }),
  };
}

function geolocation(fields: Fields): Made | null {
  const [latitude, longitude] = [fields.decimal("latitude"), fields.decimal("longitude")];
  const code = fields.one("countrycode");
  const properties = present({
    type: "location",
    latitude,
    longitude,
    country: code !== null && /^[A-Za-z]{2}$/.test(code) ? code.toUpperCase() : null,
    city: fields.one("city"),
    street_address: fields.one("address"),
    postal_code: fields.one("zipcode"),
    description: fields.one("text"),
    name: fields.one("country", "region"),
  });
  const placed = properties["country"] !== undefined || (latitude !== null && longitude !== null);
  return placed ? { domain: properties } : null;
}

function attackPattern(fields: Fields): Made | null {
  const name = fields.one("name");
  const id = fields.one("id");
  if (name === null) return null;
  return {
    domain: present({
      type: "attack-pattern",
      name,
      description: fields.one("summary"),
      external_references:
        id === null ? null : [/^CAPEC-[0-9]+$/.test(id) ? { source_name: "capec", external_id: id } : capec(id)],
    }),
  };
}
const capec = (id: string): JsonObject =>
  /^[0-9]{1,5}$/.test(id)
    ? { source_name: "capec", external_id: `CAPEC-${id}` }
    : { source_name: "MISP", external_id: id };

/** One attribute of one relation is the whole object. */
const single =
  (type: string, property: string, ...relations: readonly string[]) =>
  (fields: Fields): Made | null => {
    const value = fields.one(...relations);
    return value === null ? null : { objects: [observable(type, { [property]: value })] };
  };

function autonomous(fields: Fields): Made | null {
  const number = /^(?:AS)?([0-9]{1,10})$/i.exec(fields.one("asn") ?? "")?.[1];
  if (number === undefined) return null;
  const name = fields.one("description");
  return { objects: [observable("autonomous-system", present({ number: Number(number), name }))] };
}

/** MISP's object templates that STIX can say; docs/misp.md has the same as a table. */
const TEMPLATES: ReadonlyMap<string, Template> = new Map<string, Template>([
  ["file", { make: file, watch: { filename: path("file:name"), ...hashPaths("file") } }],
  [
    "email",
    {
      make: email,
      watch: {
        from: path("email-message:from_ref.value"),
        to: path("email-message:to_refs[*].value"),
        subject: path("email-message:subject"),
        "message-id": path("email-message:message_id"),
      },
    },
  ],
  ["network-connection", { make: connection, watch: connectionWatch }],
  ["network-socket", { make: connection, watch: connectionWatch }],
  ["ip-port", { make: connection, watch: connectionWatch }],
  [
    "domain-ip",
    {
      make: domainIp,
      watch: {
        domain: path("domain-name:value"),
        hostname: path("domain-name:value"),
        ip: address("domain-name:resolves_to_refs[*].value"),
      },
    },
  ],
  ["url", { make: single("url", "value", "url"), watch: { url: path("url:value") } }],
  ["mutex", { make: single("mutex", "name", "name"), watch: { name: path("mutex:name") } }],
  ["asn", { make: autonomous }],
  [
    "x509",
    {
      make: x509,
      watch: {
        "x509-fingerprint-md5": path("x509-certificate:hashes.MD5"),
        "x509-fingerprint-sha1": path("x509-certificate:hashes.'SHA-1'"),
        "x509-fingerprint-sha256": path("x509-certificate:hashes.'SHA-256'"),
        "serial-number": path("x509-certificate:serial_number"),
      },
    },
  ],
  [
    "registry-key",
    {
      make: registryKey,
      watch: {
        key: path("windows-registry-key:key"),
        name: path("windows-registry-key:values[*].name"),
        data: path("windows-registry-key:values[*].data"),
      },
    },
  ],
  [
    "user-account",
    {
      make: userAccount,
      watch: { username: path("user-account:account_login"), "user-id": path("user-account:user_id") },
    },
  ],
  ["person", { make: person }],
  ["organization", { make: organization }],
  ["vulnerability", { make: vulnerability }],
  ["geolocation", { make: geolocation }],
  ["attack-pattern", { make: attackPattern }],
]);

export const OBJECT_TEMPLATES: readonly string[] = [...TEMPLATES.keys()];

/** What an object becomes; `null` where its template has no place in STIX or lacks what it needs. */
export function makeObject(name: string, attributes: readonly JsonObject[], fields: Fields): Made | null {
  const template = TEMPLATES.get(name);
  const made = template?.make(fields) ?? null;
  if (template === undefined || made === null) return null;
  const watched: string[] = [];
  for (const attribute of attributes) {
    const value = textOf(attribute["value"]);
    if (!flagOf(attribute["to_ids"]) || flagOf(attribute["deleted"]) || value === null || !value.isWellFormed())
      continue;
    const comparison = template.watch?.[textOf(attribute["object_relation"]) ?? ""]?.(value) ?? null;
    if (comparison !== null) watched.push(comparison);
  }
  return watched.length === 0 ? made : { ...made, comparison: [...new Set(watched)].join(" AND ") };
}
