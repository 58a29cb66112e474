import { Button, Group, SegmentedControl, Table, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type RecordFilter, recordsQuery } from "../api/queries.ts";
import { Page, Rows } from "../components/page.tsx";
import { Answer, Empty } from "../components/states.tsx";
import { Moment, Name } from "../components/words.tsx";

export interface RecordsSearch extends RecordFilter {
  readonly cursor?: string;
}

/** The filter lives in the address: it can be sent, kept and gone back to. */
export function RecordsPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { cursor, ...filter } = useSearch({ from: "/shell/records" });
  const [words, setWords] = useState(filter.q ?? "");
  const [settled] = useDebouncedValue(words, 200);
  useEffect(() => {
    if ((filter.q ?? "") !== settled)
      void navigate({
        to: "/records",
        search: {
          ...(settled === "" ? {} : { q: settled }),
          ...(filter.from === undefined ? {} : { from: filter.from }),
        },
        replace: true,
      });
  }, [settled, filter.q, filter.from, navigate]);
  const query = useQuery({ ...recordsQuery(filter, cursor), placeholderData: (before) => before });
  return (
    <Page title={t("records.title")} name={t("records.title")} lead={t("records.lead")}>
      <Group gap="sm">
        <TextInput
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
          placeholder={t("records.find")}
          aria-label={t("records.find")}
          leftSection={<IconSearch size={15} />}
          w={320}
          dir="auto"
        />
        <SegmentedControl
          aria-label={t("records.owner")}
          value={filter.from ?? "all"}
          onChange={(from) =>
            void navigate({
              to: "/records",
              search: {
                ...(filter.q === undefined ? {} : { q: filter.q }),
                ...(from === "own" || from === "partners" ? { from } : {}),
              },
            })
          }
          data={[
            { value: "all", label: t("records.all") },
            { value: "own", label: t("records.own") },
            { value: "partners", label: t("records.partners") },
          ]}
        />
        {query.data !== undefined && (
          <Text size="sm" c="dimmed" role="status">
            {t("records.count", { count: query.data.total })}
          </Text>
        )}
      </Group>
      <Answer query={query}>
        {(page) =>
          page.items.length === 0 ? (
            filter.q === undefined && filter.from === undefined ? (
              <Empty>{t("records.empty")}</Empty>
            ) : (
              <Empty
                action={
                  <Button
                    size="xs"
                    variant="default"
                    onClick={() => {
                      setWords("");
                      void navigate({ to: "/records", search: {} });
                    }}
                  >
                    {t("records.clear")}
                  </Button>
                }
              >
                {t("records.filtered")}
              </Empty>
            )
          ) : (
            <Rows
              label={t("records.title")}
              heads={[t("records.name"), t("records.type"), t("records.owner"), t("records.added")]}
            >
              {page.items.map((record) => (
                <Table.Tr key={record.id}>
                  <Table.Td>
                    <Link className="row-link" to="/records/$id" params={{ id: record.id }}>
                      <Name>{record.title}</Name>
                    </Link>
                    {record.aboutPerson && (
                      <Text span size="xs" c="dimmed">
                        {" "}
                        · {t("records.person")}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td>
                    <bdi>{record.type}</bdi>
                  </Table.Td>
                  <Table.Td>{record.own ? t("common.us") : <Name>{record.owner.name}</Name>}</Table.Td>
                  <Table.Td>
                    <Moment at={record.addedAt} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Rows>
          )
        }
      </Answer>
      {query.data?.next !== null && query.data !== undefined && (
        <Button
          variant="default"
          size="xs"
          w="fit-content"
          onClick={() => void navigate({ to: "/records", search: { ...filter, cursor: query.data.next ?? "" } })}
        >
          {t("records.more")}
        </Button>
      )}
    </Page>
  );
}
