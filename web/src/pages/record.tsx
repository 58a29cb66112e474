import { Anchor, Badge, Button, Group, Modal, Stack, Table, Tabs, Text, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ask, type Schemas } from "../api/client.ts";
import { recordQuery, sessionQuery } from "../api/queries.ts";
import { MarkingPicker } from "../components/markings.tsx";
import { Fact, Page, Section } from "../components/page.tsx";
import { Answer, Failure } from "../components/states.tsx";
import { HandlingWords, Moment, Name, State } from "../components/words.tsx";

const HIDDEN = new Set([
  "type",
  "id",
  "spec_version",
  "created",
  "modified",
  "object_marking_refs",
  "created_by_ref",
  "extensions",
  "name",
]);

function Value({ value }: { readonly value: unknown }) {
  if (typeof value === "string") return <bdi dir="auto">{value}</bdi>;
  if (Array.isArray(value) && value.every((item) => typeof item === "string"))
    return (
      <Group gap={4}>
        {value.map((item) => (
          <Badge key={item} variant="default" style={{ textTransform: "none" }}>
            <bdi dir="auto">{item}</bdi>
          </Badge>
        ))}
      </Group>
    );
  if (typeof value === "object" && value !== null) {
    return (
      <Stack gap={2}>
        {Object.entries(value).map(([key, inner]) => (
          <div key={key}>
            <Text span size="xs" c="dimmed">
              <bdi>{Array.isArray(value) ? "•" : key}</bdi>
            </Text>{" "}
            <Value value={inner} />
          </div>
        ))}
      </Stack>
    );
  }
  return <bdi>{String(value)}</bdi>;
}

/** What changed between two versions, by property. */
function changes(after: Record<string, unknown> | null, before: Record<string, unknown> | null): string[] {
  if (after === null || before === null) return [];
  const keys = new Set([...Object.keys(after), ...Object.keys(before)]);
  return [...keys].filter((key) => key !== "modified" && JSON.stringify(after[key]) !== JSON.stringify(before[key]));
}

/** An alias with its kind and quality in one line: `BLA (a.k.a., weak)`. */
function aliasWords(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((alias: unknown) => {
    if (typeof alias !== "object" || alias === null || !("name" in alias)) return String(alias);
    const more = ["kind", "quality"].flatMap((key) => (key in alias ? String(Reflect.get(alias, key)) : []));
    return `${String(alias.name)}${more.length === 0 ? "" : ` (${more.join(", ")})`}`;
  });
}

function Facts({ object }: { readonly object: Record<string, unknown> }) {
  const extensions =
    typeof object["extensions"] === "object" && object["extensions"] !== null
      ? Object.values(object["extensions"])
      : [];
  const rows = [
    ...Object.entries(object).filter(([key]) => !HIDDEN.has(key)),
    ...extensions
      .flatMap((extension) => Object.entries(extension as object))
      .filter(([key]) => key !== "extension_type")
      .map(([key, value]): [string, unknown] => [key, key === "aliases" ? aliasWords(value) : value]),
  ];
  return (
    <Table className="rows" verticalSpacing={4}>
      <Table.Tbody>
        {rows.map(([key, value]) => (
          <Table.Tr key={key}>
            <Table.Th scope="row" w={170} fw={500}>
              <bdi>{key.replaceAll("_", " ")}</bdi>
            </Table.Th>
            <Table.Td>
              <Value value={value} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function History({ versions }: { readonly versions: Schemas["Record"]["versions"] }) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs">
      {versions.map((version, n) => {
        const what = changes(version.object, versions[n + 1]?.object ?? null);
        return (
          <div key={version.version} className="marking">
            <Group gap="xs">
              <Text fw={500}>
                {t("record.version")} <Moment at={version.version} />
              </Text>
              {n === 0 && version.state === "held" && <State state="confirmed">{t("record.current")}</State>}
            </Group>
            <Text size="sm" c="dimmed">
              <Name>{version.addedBy}</Name> · <Moment at={version.addedAt} />
            </Text>
            {what.length > 0 && <Text size="sm">{t("record.changed", { what: what.join(", ") })}</Text>}
          </div>
        );
      })}
    </Stack>
  );
}

function Recall({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [opened, { open, close }] = useDisclosure();
  const [reason, setReason] = useState("");
  const recall = useMutation({
    mutationFn: () => ask(api.POST("/records/{id}/recall", { params: { path: { id } }, body: { reason } })),
    onSuccess: () => {
      close();
      void client.invalidateQueries();
    },
  });
  return (
    <>
      <Button variant="default" size="xs" onClick={open}>
        {t("record.recall")}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t("record.recall")}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        <Stack>
          <Text size="sm">{t("record.recallHelp")}</Text>
          <Textarea
            label={t("record.recallReason")}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            autosize
            minRows={2}
            required
            data-autofocus
          />
          {recall.error !== null && <Failure error={recall.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t("common.cancel")}
            </Button>
            <Button disabled={reason.trim() === ""} loading={recall.isPending} onClick={() => recall.mutate()}>
              {t("record.recall")}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

/** Gives the record other handling terms, beside its text, which does not change. */
function Mark({ id, refs }: { readonly id: string; readonly refs: readonly string[] }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [opened, { open, close }] = useDisclosure();
  const [chosen, setChosen] = useState<string[]>([...refs]);
  const mark = useMutation({
    mutationFn: () => ask(api.PUT("/records/{id}/markings", { params: { path: { id } }, body: { markings: chosen } })),
    onSuccess: () => {
      close();
      void client.invalidateQueries();
    },
  });
  return (
    <>
      <Button variant="default" size="xs" onClick={open}>
        {t("record.mark")}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        size="lg"
        title={t("record.mark")}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        <Stack>
          <MarkingPicker label={t("record.markHelp")} value={chosen} onChange={setChosen} />
          {mark.error !== null && <Failure error={mark.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t("common.cancel")}
            </Button>
            <Button loading={mark.isPending} onClick={() => mark.mutate()}>
              {t("common.save")}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

export function RecordPage() {
  const { t } = useTranslation();
  const { id } = useParams({ from: "/shell/records/$id" });
  const query = useQuery(recordQuery(id));
  const session = useQuery(sessionQuery);
  const may = (permission: string): boolean => session.data?.permissions.includes(permission) === true;
  return (
    <Answer query={query}>
      {(data) => {
        const { record, handling, copies, source } = data;
        const live = copies.some((copy) => copy.state === "sent" || copy.state === "confirmed");
        return (
          <Page
            name={record.title}
            title={<Name>{record.title === "" ? record.type : record.title}</Name>}
            lead={
              <>
                <bdi>{record.type}</bdi> · {record.own ? t("common.us") : <Name>{record.owner.name}</Name>}
                {record.aboutPerson && <> · {t("records.person")}</>}
              </>
            }
            actions={
              <Group gap="xs">
                {record.own && data.state === "held" && may("content.write") && <Mark id={id} refs={handling.refs} />}
                {live && may("release.recall") && <Recall id={id} />}
              </Group>
            }
            aside={
              <>
                <Section title={t("record.handling")}>
                  <HandlingWords handling={handling} />
                </Section>
                <Section title={t("record.where")}>
                  {copies.length === 0 && (
                    <Text size="sm" c="dimmed">
                      {t("record.nowhere")}
                    </Text>
                  )}
                  {copies.map((copy) => (
                    <Group key={`${copy.party.id}${copy.version}`} gap="xs" mb={4}>
                      <Anchor component={Link} to={`/releases/${copy.release}`} size="sm">
                        <Name>{copy.party.name}</Name>
                      </Anchor>
                      <State state={copy.state}>{t(`release.copies.${copy.state}`)}</State>
                      <Text size="xs" c="dimmed">
                        <Moment at={copy.updatedAt} />
                      </Text>
                    </Group>
                  ))}
                </Section>
                <Fact label={t("record.source")}>
                  {source.kind === "channel"
                    ? t("record.received", { name: source.name })
                    : t("record.importedBy", { name: source.name, by: source.by })}{" "}
                  · <Moment at={source.at} />
                </Fact>
                <Fact label={t("record.hash")}>
                  <span className="code">{data.sha256}</span>
                </Fact>
                <Fact label="STIX id">
                  <span className="code">{record.id}</span>
                </Fact>
              </>
            }
          >
            {data.state === "withdrawn" ? (
              <Text>{t("record.withdrawn")}</Text>
            ) : (
              <Tabs defaultValue="facts" keepMounted={false}>
                <Tabs.List mb="sm">
                  <Tabs.Tab value="facts">{t("record.facts")}</Tabs.Tab>
                  <Tabs.Tab value="history">
                    {t("record.history")} ({data.versions.length})
                  </Tabs.Tab>
                  <Tabs.Tab value="relations">
                    {t("record.relations")} ({data.relations.length})
                  </Tabs.Tab>
                  <Tabs.Tab value="text">{t("record.text")}</Tabs.Tab>
                </Tabs.List>
                <Tabs.Panel value="facts">
                  <Facts object={data.object} />
                </Tabs.Panel>
                <Tabs.Panel value="history">
                  <History versions={data.versions} />
                </Tabs.Panel>
                <Tabs.Panel value="relations">
                  {data.relations.length === 0 && (
                    <Text size="sm" c="dimmed">
                      {t("record.noRelations")}
                    </Text>
                  )}
                  <Stack gap={4}>
                    {data.relations.map((relation) => (
                      <div key={`${relation.id}${relation.property}`}>
                        <Text span size="xs" c="dimmed">
                          <bdi>{relation.property.replaceAll("_", " ")}</bdi> {relation.direction === "to" ? "→" : "←"}
                        </Text>{" "}
                        <Anchor component={Link} to={`/records/${relation.id}`}>
                          <Name>{relation.title}</Name>
                        </Anchor>{" "}
                        <Text span size="xs" c="dimmed">
                          <bdi>{relation.type}</bdi>
                        </Text>
                      </div>
                    ))}
                  </Stack>
                </Tabs.Panel>
                <Tabs.Panel value="text">
                  <pre className="code" dir="ltr">
                    {data.text}
                  </pre>
                </Tabs.Panel>
              </Tabs>
            )}
          </Page>
        );
      }}
    </Answer>
  );
}
