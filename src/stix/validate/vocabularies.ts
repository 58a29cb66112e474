import type { Vocabulary } from "./spec.ts";

/** The vocabularies and enumerations of §10, in the standard's order. */
const open = (name: string, section: string, terms: string): Vocabulary => ({
  name,
  section,
  open: true,
  terms: new Set(terms.split(" ")),
});
const closed = (name: string, section: string, terms: string): Vocabulary => ({
  name,
  section,
  open: false,
  terms: new Set(terms.split(" ")),
});

export const accountType = open(
  "account-type-ov",
  "10.1",
  "facebook ldap nis openid radius skype tacacs twitter unix windows-local windows-domain",
);
export const attackMotivation = open(
  "attack-motivation-ov",
  "10.2",
  "accidental coercion dominance ideology notoriety organizational-gain personal-gain personal-satisfaction revenge unpredictable",
);
export const attackResourceLevel = open(
  "attack-resource-level-ov",
  "10.3",
  "individual club contest team organization government",
);
export const encryptionAlgorithm = closed(
  "encryption-algorithm-enum",
  "10.4",
  "AES-256-GCM ChaCha20-Poly1305 mime-type-indicated",
);
export const extensionType = closed(
  "extension-type-enum",
  "10.5",
  "new-sdo new-sco new-sro property-extension toplevel-property-extension",
);
export const groupingContext = open("grouping-context-ov", "10.6", "suspicious-activity malware-analysis unspecified");
export const identityClass = open("identity-class-ov", "10.8", "individual group system organization class unknown");
export const implementationLanguage = open(
  "implementation-language-ov",
  "10.9",
  "applescript bash c c++ c# go java javascript lua objective-c perl php powershell python ruby rust scala swift typescript visual-basic x86-32 x86-64",
);
export const indicatorType = open(
  "indicator-type-ov",
  "10.10",
  "anomalous-activity anonymization benign compromised malicious-activity attribution unknown",
);
export const industrySector = open(
  "industry-sector-ov",
  "10.11",
  "agriculture aerospace automotive chemical commercial communications construction defense education energy entertainment financial-services government " +
    "emergency-services government-local government-national government-public-services government-regional healthcare hospitality-leisure infrastructure " +
    "dams nuclear water insurance legal manufacturing mining non-profit pharmaceuticals retail technology telecommunications transportation utilities",
);
export const infrastructureType = open(
  "infrastructure-type-ov",
  "10.12",
  "amplification anonymization botnet command-and-control control-system exfiltration firewall hosting-malware hosting-target-lists phishing " +
    "reconnaissance routers-switches staging workstation unknown",
);
export const malwareCapabilities = open(
  "malware-capabilities-ov",
  "10.13",
  "accesses-remote-machines anti-debugging anti-disassembly anti-emulation anti-memory-forensics anti-sandbox anti-vm captures-input-peripherals " +
    "captures-output-peripherals captures-system-state-data cleans-traces-of-infection commits-fraud communicates-with-c2 compromises-data-availability " +
    "compromises-data-integrity compromises-system-availability controls-local-machine degrades-security-software degrades-system-updates " +
    "determines-c2-server emails-spam escalates-privileges evades-av exfiltrates-data fingerprints-host hides-artifacts hides-executing-code " +
    "infects-files infects-remote-machines installs-other-components persists-after-system-reboot prevents-artifact-access prevents-artifact-deletion " +
    "probes-network-environment self-modifies steals-authentication-credentials violates-system-operational-integrity",
);
export const malwareResult = open("malware-result-ov", "10.14", "malicious suspicious benign unknown");
export const malwareType = open(
  "malware-type-ov",
  "10.15",
  "adware backdoor bot bootkit ddos downloader dropper exploit-kit keylogger ransomware remote-access-trojan resource-exploitation " +
    "rogue-security-software rootkit screen-capture spyware trojan unknown virus webshell wiper worm",
);
export const addressFamily = closed(
  "network-socket-address-family-enum",
  "10.16",
  "AF_UNSPEC AF_INET AF_IPX AF_APPLETALK AF_NETBIOS AF_INET6 AF_IRDA AF_BTH",
);
// The standard's summary line misprints SOCK_DGRAM; its table of values has it right.
export const socketType = closed(
  "network-socket-type-enum",
  "10.17",
  "SOCK_STREAM SOCK_DGRAM SOCK_RAW SOCK_RDM SOCK_SEQPACKET",
);
export const opinion = closed("opinion-enum", "10.18", "strongly-disagree disagree neutral agree strongly-agree");
export const patternType = open("pattern-type-ov", "10.19", "stix pcre sigma snort suricata yara");
export const processorArchitecture = open(
  "processor-architecture-ov",
  "10.20",
  "alpha arm ia-64 mips powerpc sparc x86 x86-64",
);
export const region = open(
  "region-ov",
  "10.21",
  "africa eastern-africa middle-africa northern-africa southern-africa western-africa americas caribbean central-america latin-america-caribbean " +
    "northern-america south-america asia central-asia eastern-asia southern-asia south-eastern-asia western-asia europe eastern-europe northern-europe " +
    "southern-europe western-europe oceania antarctica australia-new-zealand melanesia micronesia polynesia",
);
export const reportType = open(
  "report-type-ov",
  "10.22",
  "attack-pattern campaign identity incident indicator intrusion-set malware observed-data threat-actor threat-report tool vulnerability",
);
export const threatActorType = open(
  "threat-actor-type-ov",
  "10.23",
  "activist competitor crime-syndicate criminal hacker insider-accidental insider-disgruntled nation-state private-sector sensationalist spy terrorist unknown",
);
export const threatActorRole = open(
  "threat-actor-role-ov",
  "10.24",
  "agent director independent infrastructure-architect infrastructure-operator malware-author sponsor",
);
export const threatActorSophistication = open(
  "threat-actor-sophistication-ov",
  "10.25",
  "none minimal intermediate advanced expert innovator strategic",
);
export const toolType = open(
  "tool-type-ov",
  "10.26",
  "denial-of-service exploitation information-gathering network-capture credential-exploitation remote-access vulnerability-scanning unknown",
);
export const integrityLevel = closed("windows-integrity-level-enum", "10.27", "low medium high system");
export const peType = open("windows-pebinary-type-ov", "10.28", "dll exe sys");
export const registryDatatype = closed(
  "windows-registry-datatype-enum",
  "10.29",
  "REG_NONE REG_SZ REG_EXPAND_SZ REG_BINARY REG_DWORD REG_DWORD_BIG_ENDIAN REG_DWORD_LITTLE_ENDIAN REG_LINK REG_MULTI_SZ REG_RESOURCE_LIST " +
    "REG_FULL_RESOURCE_DESCRIPTION REG_RESOURCE_REQUIREMENTS_LIST REG_QWORD REG_INVALID_TYPE",
);
export const serviceStartType = closed(
  "windows-service-start-type-enum",
  "10.30",
  "SERVICE_AUTO_START SERVICE_BOOT_START SERVICE_DEMAND_START SERVICE_DISABLED SERVICE_SYSTEM_ALERT",
);
export const serviceType = closed(
  "windows-service-type-enum",
  "10.31",
  "SERVICE_KERNEL_DRIVER SERVICE_FILE_SYSTEM_DRIVER SERVICE_WIN32_OWN_PROCESS SERVICE_WIN32_SHARE_PROCESS",
);
export const serviceStatus = closed(
  "windows-service-status-enum",
  "10.32",
  "SERVICE_CONTINUE_PENDING SERVICE_PAUSE_PENDING SERVICE_PAUSED SERVICE_RUNNING SERVICE_START_PENDING SERVICE_STOP_PENDING SERVICE_STOPPED",
);

/** ISO 3166-1 alpha-2. */
export const COUNTRIES: ReadonlySet<string> = new Set(
  (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR " +
    "CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT " +
    "HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO " +
    "MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE " +
    "SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT " +
    "ZA ZM ZW"
  ).split(" "),
);

/** Names of the IANA service and protocol registries that are met in traffic, with those that the standard's own examples use. */
export const PROTOCOLS: ReadonlySet<string> = new Set(
  (
    "ip ipv4 ipv6 icmp ipv6-icmp icmp6 icmpv6 igmp igp egp tcp udp udplite sctp dccp gre esp ah ipip ipcomp ospf eigrp pim vrrp rsvp l2tp pptp hopopt ipv6-frag " +
    "ipv6-route mptcp hip rohc isis ethernet arp rarp ipx ax25 afpovertcp amqp amqps asf-rmcp auth bacnet bgp bgpd biff bittorrent bootpc bootps chargen " +
    "cifs coap coaps cvspserver daap daytime dcap dhcp dhcpv6-client dhcpv6-server dicom dict discard distcc dns domain domain-s doh dot echo epmap exec " +
    "fido finger ftp ftp-data ftps ftps-data git gnutella-rtr gnutella-svc gopher gsiftp h323hostcall hkp http http-alt https iax imap imap2 imaps ipp ipps " +
    "irc ircs ircd ircs-u isakmp iscsi iscsi-target isns kerberos kerberos-adm klogin kpasswd kshell ldap ldaps login llmnr lotusnote mdns mgcp-gateway " +
    "microsoft-ds modbus mbap ms-sql-m ms-sql-s mssql ms-wbt-server mqtt secure-mqtt munin mysql mysql-proxy nbd nbp netbios-dgm netbios-ns netbios-ssn " +
    "netstat nfs nntp nntps ntalk ntp ntske opc-ua openvpn oracle pcanywheredata pop2 pop3 pop3s postgresql printer ptp-event ptp-general qotd quic radius " +
    "radius-acct rdp redis rfb rmiregistry rpc rpc2portmap rsync rtcp rtmp rtp rtsp sane-port ses shell sieve sip sips sip-tls smb smtp smtps smux snmp " +
    "snmptrap snmp-trap socks spdy ssh ssl stomp stun stuns submission submissions sunrpc svn svrloc syslog syslog-tls systat tacacs talk teamviewer telnet " +
    "telnets tftp time tinc tls turn turns upnp uucp vnc webdav websocket whois who winrm wireguard ws wss wsman x11 xdmcp xmpp xmpp-client xmpp-server z3950 " +
    "zabbix-agent zabbix-trapper zeroconf zigbee"
  ).split(" "),
);
