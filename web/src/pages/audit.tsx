import { Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, ask } from "../api/client.ts";
import { Page, Rows } from "../components/page.tsx";
import { Answer } from "../components/states.tsx";
import { Moment, Name } from "../components/words.tsx";

export function AuditPage() {
  const { t } = useTranslation();
  const query = useQuery({ queryKey: ["audit"], queryFn: () => ask(api.GET("/audit", { params: { query: {} } })) });
  return (
    <Page title={t("audit.title")} name={t("audit.title")} lead={t("audit.lead")}>
      <Answer query={query}>
        {({ entries }) => (
          <Rows
            label={t("audit.title")}
            heads={[t("releases.when"), t("audit.who"), t("audit.what"), t("audit.subject")]}
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
              </Table.Tr>
            ))}
          </Rows>
        )}
      </Answer>
    </Page>
  );
}
