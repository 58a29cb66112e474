import { Table } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client.ts";
import { Rows } from "./page.tsx";
import { Moment, Name } from "./words.tsx";

/** Entries of the audit, a row each. */
export function Entries({
  entries,
  label,
}: {
  readonly entries: readonly Schemas["AuditEntry"][];
  readonly label: string;
}) {
  const { t } = useTranslation();
  return (
    <Rows
      label={label}
      heads={[
        t("releases.when"),
        t("audit.who"),
        t("audit.what"),
        t("audit.subject"),
        t("audit.detail"),
        t("audit.place"),
      ]}
    >
      {entries.map((entry) => (
        <Table.Tr key={entry.seq}>
          <Table.Td>
            <Moment at={entry.at} />
          </Table.Td>
          <Table.Td>
            <Name>{entry.actor}</Name>
          </Table.Td>
          <Table.Td>
            <bdi>{entry.verb}</bdi>
          </Table.Td>
          <Table.Td>
            <bdi className="code">{entry.subject}</bdi>
          </Table.Td>
          <Table.Td>
            {entry.term === null ? (
              <bdi className="code">{entry.detail === "{}" ? "" : entry.detail}</bdi>
            ) : (
              <Name>{`“${entry.term}”`}</Name>
            )}
          </Table.Td>
          <Table.Td>{entry.position ?? "…"}</Table.Td>
        </Table.Tr>
      ))}
    </Rows>
  );
}
