import { Badge, Box, Text, Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client.ts";

/** A moment in the officer's zone and language, with UTC beside it on hover. */
export function Moment({ at, date = false }: { readonly at: string; readonly date?: boolean }) {
  const { i18n } = useTranslation();
  const locale = i18n.language === "ur" ? "ur-PK" : "en-GB";
  const moment = new Date(at);
  const words = moment.toLocaleString(
    locale,
    date ? { dateStyle: "medium" } : { dateStyle: "medium", timeStyle: "short" },
  );
  return (
    <Tooltip label={`${moment.toISOString().slice(0, 19).replace("T", " ")} UTC`}>
      <time dateTime={at} style={{ whiteSpace: "nowrap" }}>
        {words}
      </time>
    </Tooltip>
  );
}

export function Name({ children }: { readonly children: string }) {
  return <bdi dir="auto">{children}</bdi>;
}

const TLP_COLOUR: Readonly<Record<string, string>> = {
  clear: "#868e96",
  green: "#2b8a3e",
  amber: "#e67700",
  "amber+strict": "#d9480f",
  red: "#c92a2a",
};

/** What may be done with it, in sentences; the code comes second and is never the only sign. */
export function HandlingWords({ handling }: { readonly handling: Schemas["Handling"] }) {
  const { t, i18n } = useTranslation();
  const day = (at: string) =>
    new Date(at).toLocaleDateString(i18n.language === "ur" ? "ur-PK" : "en-GB", { dateStyle: "medium" });
  const lines: string[] = [];
  if (!handling.known) lines.push(t("handling.unknown"));
  if (!handling.granted) lines.push(t("handling.nobody"));
  else if (handling.releasableTo.length === 0) lines.push(t("handling.national"));
  else lines.push(t("handling.to", { parties: handling.releasableTo.map((party) => party.name).join(", ") }));
  if (handling.purposes !== null) lines.push(t("handling.purposes", { purposes: handling.purposes.join(", ") }));
  if (handling.granted && handling.noOnward) lines.push(t("handling.noOnward"));
  if (handling.granted && handling.evidenceUse === "with-consent") lines.push(t("handling.evidence"));
  if (handling.evidenceUse === "forbidden") lines.push(t("handling.noEvidence"));
  if (handling.reviewBy !== null) lines.push(t("handling.review", { date: day(handling.reviewBy) }));
  if (handling.expires !== null) lines.push(t("handling.expires", { date: day(handling.expires) }));
  return (
    <Box className="marking" style={{ "--tlp": TLP_COLOUR[handling.tlp ?? ""] ?? "#868e96" }}>
      <Text size="sm">{lines.join(" ")}</Text>
      {handling.caveats.map((caveat) => (
        <Text key={caveat} size="sm" fw={500}>
          <bdi dir="auto">{caveat}</bdi>
        </Text>
      ))}
      {handling.statements.map((statement) => (
        <Text key={statement} size="xs" c="dimmed">
          <bdi dir="auto">{statement}</bdi>
        </Text>
      ))}
      {handling.tlp !== null && (
        <Badge variant="outline" color="gray" size="sm" mt={4}>
          {t("handling.tlp", { tlp: handling.tlp.toUpperCase() })}
        </Badge>
      )}
    </Box>
  );
}

const STATE_COLOUR: Readonly<Record<string, string>> = {
  approved: "teal",
  confirmed: "teal",
  active: "teal",
  delivered: "teal",
  allow: "teal",
  submitted: "blue",
  sent: "blue",
  "recall-sent": "blue",
  queued: "gray",
  draft: "gray",
  "awaiting-confirmation": "yellow",
  rejected: "orange",
  refused: "orange",
  refuse: "orange",
  escalate: "yellow",
  recalled: "grape",
  replaced: "grape",
  deleted: "grape",
};

export function State({ state, children }: { readonly state: string; readonly children: string }) {
  return (
    <Badge
      variant="light"
      color={STATE_COLOUR[state] ?? "gray"}
      size="sm"
      style={{ textTransform: "none", maxWidth: "none" }}
    >
      {children}
    </Badge>
  );
}
