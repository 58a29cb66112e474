import { Alert, Button, Card, FileButton, Group, SimpleGrid, Stack, Table, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type DragEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ask, type Schemas } from "../api/client.ts";
import { channelsQuery, ledgerQuery } from "../api/queries.ts";
import { Page, Section, Rows } from "../components/page.tsx";
import { Answer, Empty, Failure } from "../components/states.tsx";
import { Moment, Name, State } from "../components/words.tsx";

function Verdict({ verdict }: { readonly verdict: Schemas["EvidenceVerdict"] }) {
  const { t } = useTranslation();
  return (
    <Alert
      color={verdict.verdict === "genuine" ? "teal" : verdict.verdict === "incomplete" ? "yellow" : "red"}
      variant="light"
      title={t(`ledger.${verdict.verdict}`)}
      role="status"
    >
      <Text size="sm">{verdict.keysFrom === "given" ? t("ledger.keysgiven") : t("ledger.keysfile")}</Text>
      {verdict.reasons.map((reason) => (
        <Text key={reason.where + reason.code} size="sm">
          <bdi className="code">{reason.where}</bdi>: {reason.message}
        </Text>
      ))}
      {verdict.facts?.given.map((given) => (
        <Text key={given.sequence} size="sm">
          <Moment at={given.sent} /> · {given.kind} · <Name>{given.title}</Name> ·{" "}
          {t("records.count", { count: given.records })}
        </Text>
      ))}
      {verdict.facts?.returned.map((receipt) => (
        <Text key={receipt.sequence} size="sm">
          <Moment at={receipt.received} /> · {t("ledger.receipt")}:{" "}
          {Object.entries(receipt.results)
            .map(([result, n]) => `${n} ${result}`)
            .join(", ")}
        </Text>
      ))}
    </Alert>
  );
}

function EvidenceCheck() {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  const check = useMutation({
    mutationFn: async (file: File) => ask(api.POST("/evidence/check", { body: { text: await file.text() } })),
  });
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file !== undefined) check.mutate(file);
  };
  return (
    <Section title={t("ledger.check")}>
      <Stack gap="xs">
        <Card
          withBorder
          padding="lg"
          ta="center"
          style={{ borderStyle: "dashed", borderColor: over ? "var(--mantine-color-teal-6)" : undefined }}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={drop}
        >
          <FileButton onChange={(file) => file !== null && check.mutate(file)} accept="application/json,.json">
            {(props) => (
              <Button {...props} variant="subtle" loading={check.isPending}>
                {t("ledger.drop")}
              </Button>
            )}
          </FileButton>
        </Card>
        {check.error !== null && <Failure error={check.error} />}
        {check.data !== undefined && <Verdict verdict={check.data} />}
      </Stack>
    </Section>
  );
}

function LogCard({
  title,
  log,
  checkpoint,
}: {
  readonly title: string;
  readonly log: { size: number; verified?: boolean; problems?: readonly string[] };
  readonly checkpoint: string | null;
}) {
  const { t } = useTranslation();
  return (
    <Card withBorder padding="sm">
      <Group justify="space-between">
        <Text fw={600}>{title}</Text>
        {log.verified !== undefined && (
          <State state={log.verified ? "confirmed" : "rejected"}>
            {log.verified ? t("ledger.verified") : t("ledger.notVerified")}
          </State>
        )}
      </Group>
      <Text size="sm">{t("ledger.entries", { count: log.size })}</Text>
      {log.problems?.map((problem) => (
        <Text key={problem} size="sm" c="red">
          {problem}
        </Text>
      ))}
      {checkpoint !== null && (
        <details>
          <summary>{t("ledger.checkpoint")}</summary>
          <pre className="code" dir="ltr">
            {checkpoint}
          </pre>
        </details>
      )}
    </Card>
  );
}

function ChannelLedger({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const query = useQuery(ledgerQuery(id));
  const verify = useMutation({ mutationFn: () => ask(api.POST("/ledger/{id}/verify", { params: { path: { id } } })) });
  return (
    <Answer query={query}>
      {(ledger) => (
        <Section
          title={<Name>{ledger.channel.partner.name}</Name>}
          action={
            <Button size="xs" onClick={() => verify.mutate()} loading={verify.isPending}>
              {t("ledger.verify")}
            </Button>
          }
        >
          {verify.error !== null && <Failure error={verify.error} />}
          <SimpleGrid cols={{ base: 1, sm: 2 }} mb="sm">
            <LogCard title={t("ledger.own")} log={verify.data?.own ?? ledger.own} checkpoint={ledger.own.checkpoint} />
            <LogCard
              title={t("ledger.theirs", { name: ledger.channel.partner.name })}
              log={verify.data?.theirs ?? ledger.theirs}
              checkpoint={ledger.theirs.checkpoint}
            />
          </SimpleGrid>
          {ledger.incidents.map((incident) => (
            <Alert key={incident.id} color="orange" variant="light" title={t("ledger.incidents")} mb="sm">
              <Text size="sm">
                <Moment at={incident.at} /> · {incident.message}
              </Text>
              <Text size="sm">{incident.todo}</Text>
            </Alert>
          ))}
          {ledger.entries.length === 0 ? (
            <Empty>{t("ledger.empty")}</Empty>
          ) : (
            <Rows
              label={t("ledger.title")}
              heads={[
                t("ledger.when"),
                t("ledger.direction"),
                t("ledger.place"),
                t("ledger.kind"),
                t("ledger.receipt"),
                t("ledger.hash"),
              ]}
            >
              {ledger.entries.map((entry) => (
                <Table.Tr key={`${entry.direction}${entry.sequence}`}>
                  <Table.Td>
                    <Moment at={entry.at} />
                  </Table.Td>
                  <Table.Td>{t(`ledger.${entry.direction}`)}</Table.Td>
                  <Table.Td>{entry.sequence}</Table.Td>
                  <Table.Td>{t(`ledger.${entry.kind as "release"}`)}</Table.Td>
                  <Table.Td>
                    {entry.receipted !== null && (
                      <State state={entry.receipted ? "confirmed" : "queued"}>
                        {entry.receipted ? t("release.receipted") : t("release.noReceipt")}
                      </State>
                    )}
                  </Table.Td>
                  <Table.Td>
                    <span className="code" title={entry.hash} style={{ whiteSpace: "nowrap" }}>
                      {entry.hash.slice(0, 12)}…
                    </span>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Rows>
          )}
        </Section>
      )}
    </Answer>
  );
}

export function LedgerPage() {
  const { t } = useTranslation();
  const query = useQuery(channelsQuery);
  return (
    <Page title={t("ledger.title")} name={t("ledger.title")} lead={t("ledger.lead")}>
      <Answer query={query}>
        {({ channels }) =>
          channels.length === 0 ? (
            <Empty>{t("channels.empty")}</Empty>
          ) : (
            channels.map((channel) => <ChannelLedger key={channel.id} id={channel.id} />)
          )
        }
      </Answer>
      <EvidenceCheck />
    </Page>
  );
}
