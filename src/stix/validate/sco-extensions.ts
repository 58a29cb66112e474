import {
  boolean,
  dictionary,
  fields,
  type Form,
  form,
  hashes,
  hex,
  integer,
  list,
  structure,
  refTo,
  refsTo,
  req,
  type Shape,
  size,
  type Spec,
  string,
  strings,
  vocabulary,
} from "./spec.ts";
import {
  addressFamily,
  integrityLevel,
  peType,
  serviceStartType,
  serviceStatus,
  serviceType,
  socketType,
} from "./vocabularies.ts";

/** The predefined extensions of §6 by the object type that may carry them. */
const some = { besides: [] };
const lower = (what: string): Spec =>
  form({ is: (text) => text === text.toLowerCase(), code: "lower-case", what, should: true });

const DOCUMENT_INFO = new Set([
  "Title",
  "Author",
  "Subject",
  "Keywords",
  "Creator",
  "Producer",
  "CreationDate",
  "ModDate",
  "Trapped",
]);
const documentInfo: Form = {
  is: (key) => DOCUMENT_INFO.has(key),
  code: "pdf-info",
  what: "an entry of the document information dictionary such as Title",
  should: true,
};
const SOCKET_OPTION = /^(?:SO|ICMP|ICMP6|IP|IPV6|MCAST|TCP|UDP|IRLMP|SOL)_[A-Z0-9_]+$/;
const socketOption: Form = {
  is: (key) => SOCKET_OPTION.test(key),
  code: "socket-option",
  what: "an option's name such as SO_KEEPALIVE",
  should: true,
};
const priority: Form = {
  is: (text) => text.endsWith("_CLASS"),
  code: "priority",
  what: "a priority class that ends in _CLASS",
  should: true,
};

const optionalHeader: Spec = structure({
  section: "6.7.6",
  properties: {
    magic_hex: hex,
    major_linker_version: integer,
    minor_linker_version: integer,
    size_of_code: size,
    size_of_initialized_data: size,
    size_of_uninitialized_data: size,
    address_of_entry_point: integer,
    base_of_code: integer,
    base_of_data: integer,
    image_base: integer,
    section_alignment: integer,
    file_alignment: integer,
    major_os_version: integer,
    minor_os_version: integer,
    major_image_version: integer,
    minor_image_version: integer,
    major_subsystem_version: integer,
    minor_subsystem_version: integer,
    win32_version_value_hex: hex,
    size_of_image: size,
    size_of_headers: size,
    checksum_hex: hex,
    subsystem_hex: hex,
    dll_characteristics_hex: hex,
    size_of_stack_reserve: size,
    size_of_stack_commit: size,
    size_of_heap_reserve: size,
    size_of_heap_commit: size,
    loader_flags_hex: hex,
    number_of_rva_and_sizes: integer,
    hashes,
  },
  some,
});

/** §6.7.6 puts the entropy of a section between 0 and 8 by its definition. */
const peSection: Spec = structure({
  section: "6.7.6",
  properties: { name: req(string), size, entropy: { kind: "number", min: 0, max: 8 }, hashes },
});

export const PREDEFINED: Readonly<Record<string, Readonly<Record<string, Shape>>>> = {
  file: {
    "archive-ext": {
      section: "6.7.2",
      properties: { contains_refs: req(refsTo("file", "directory")), comment: string },
    },
    "ntfs-ext": {
      section: "6.7.3",
      properties: {
        sid: string,
        alternate_data_streams: list(structure({ section: "6.7.3", properties: { name: req(string), hashes, size } })),
      },
      some,
    },
    "pdf-ext": {
      section: "6.7.4",
      properties: {
        version: string,
        is_optimized: boolean,
        document_info_dict: dictionary(string, documentInfo),
        pdfid0: string,
        pdfid1: string,
      },
      some,
    },
    "raster-image-ext": {
      section: "6.7.5",
      properties: {
        image_height: integer,
        image_width: integer,
        bits_per_pixel: integer,
        exif_tags: dictionary({ kind: "either", of: [string, integer], what: "a whole number or a string" }),
      },
      some,
    },
    "windows-pebinary-ext": {
      section: "6.7.6",
      properties: {
        pe_type: req(vocabulary(peType)),
        imphash: string,
        machine_hex: hex,
        number_of_sections: size,
        time_date_stamp: { kind: "timestamp", most: 0 },
        pointer_to_symbol_table_hex: hex,
        number_of_symbols: size,
        size_of_optional_header: size,
        characteristics_hex: hex,
        file_header_hashes: hashes,
        optional_header: optionalHeader,
        sections: list(peSection),
      },
      some: { besides: ["pe_type"] },
    },
  },
  "network-traffic": {
    "http-request-ext": {
      section: "6.12.2",
      properties: {
        request_method: req(lower("a method in lower case")),
        request_value: req(string),
        request_version: lower("a version in lower case"),
        request_header: dictionary(fields),
        message_body_length: integer,
        message_body_data_ref: refTo("artifact"),
      },
    },
    "icmp-ext": { section: "6.12.3", properties: { icmp_type_hex: req(hex), icmp_code_hex: req(hex) } },
    "socket-ext": {
      section: "6.12.4",
      properties: {
        address_family: req(vocabulary(addressFamily)),
        is_blocking: boolean,
        is_listening: boolean,
        options: dictionary(integer, socketOption),
        socket_type: vocabulary(socketType),
        socket_descriptor: size,
        socket_handle: integer,
      },
    },
    "tcp-ext": { section: "6.12.5", properties: { src_flags_hex: hex, dst_flags_hex: hex }, some },
  },
  process: {
    "windows-process-ext": {
      section: "6.13.2",
      properties: {
        aslr_enabled: boolean,
        dep_enabled: boolean,
        priority: form(priority),
        owner_sid: string,
        window_title: string,
        windows_title: string,
        startup_info: dictionary({ kind: "any" }),
        integrity_level: vocabulary(integrityLevel),
      },
      some,
    },
    "windows-service-ext": {
      section: "6.13.3",
      properties: {
        service_name: string,
        descriptions: strings,
        display_name: string,
        group_name: string,
        start_type: vocabulary(serviceStartType),
        service_dll_refs: refsTo("file"),
        service_type: vocabulary(serviceType),
        service_status: vocabulary(serviceStatus),
      },
      some,
    },
  },
  "user-account": {
    "unix-account-ext": {
      section: "6.16.2",
      properties: { gid: integer, groups: strings, home_dir: string, shell: string },
      some,
    },
  },
};

export const PREDEFINED_NAMES: ReadonlySet<string> = new Set(
  Object.values(PREDEFINED).flatMap((extensions) => Object.keys(extensions)),
);
