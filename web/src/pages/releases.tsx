import { Button, Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { releasesQuery, sessionQuery } from "../api/queries.ts";
import { Page, Rows } from "../components/page.tsx";
import { Answer, Empty } from "../components/states.tsx";
import { Moment, Name, State } from "../components/words.tsx";

export function ReleasesPage() {
  const { t } = useTranslation();
  const query = useQuery(releasesQuery);
  const session = useQuery(sessionQuery);
  const add =
    session.data?.permissions.includes("release.draft") === true ? (
      <Button size="xs" component={Link} to="/releases/new">
        {t("releases.new")}
      </Button>
    ) : undefined;
  return (
    <Page title={t("releases.title")} name={t("releases.title")} lead={t("releases.lead")} actions={add}>
      <Answer query={query}>
        {({ releases }) =>
          releases.length === 0 ? (
            <Empty>{t("releases.empty")}</Empty>
          ) : (
            <Rows
              label={t("releases.title")}
              heads={[
                t("releases.titleCol"),
                t("releases.state"),
                t("releases.recipient"),
                t("releases.by"),
                t("releases.when"),
              ]}
            >
              {releases.map((release) => (
                <Table.Tr key={release.id}>
                  <Table.Td>
                    <Link className="row-link" to="/releases/$id" params={{ id: release.id }}>
                      <Name>{release.title}</Name>
                    </Link>
                  </Table.Td>
                  <Table.Td>
                    <State state={release.state}>{t(`releases.${release.state}`)}</State>
                  </Table.Td>
                  <Table.Td>
                    <Name>{release.recipient.name}</Name>
                  </Table.Td>
                  <Table.Td>
                    <Name>{release.createdByName}</Name>
                  </Table.Td>
                  <Table.Td>
                    <Moment at={release.decidedAt ?? release.submittedAt ?? release.createdAt} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Rows>
          )
        }
      </Answer>
    </Page>
  );
}
