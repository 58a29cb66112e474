import { Alert, Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ask, type Schemas } from "../api/client.ts";
import { basesQuery, releaseQuery, sessionQuery } from "../api/queries.ts";
import { ItemTable, Reasons } from "../components/answers.tsx";
import { Fact, Page, Section } from "../components/page.tsx";
import { Answer, Failure } from "../components/states.tsx";
import { Moment, Name, State } from "../components/words.tsx";

function Decide({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [note, setNote] = useState("");
  const decide = useMutation({
    mutationFn: (word: "approve" | "reject") =>
      word === "approve"
        ? ask(api.POST("/releases/{id}/approve", { params: { path: { id } }, body: { note } }))
        : ask(api.POST("/releases/{id}/reject", { params: { path: { id } }, body: { note } })),
    onSettled: () => void client.invalidateQueries(),
  });
  return (
    <Stack gap="xs" maw={560} mb="lg">
      <Textarea
        label={t("release.note")}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        autosize
        minRows={2}
        dir="auto"
      />
      {decide.error !== null && <Failure error={decide.error} />}
      <Group>
        <Button onClick={() => decide.mutate("approve")} loading={decide.isPending}>
          {t("release.approve")}
        </Button>
        <Button
          variant="default"
          onClick={() => decide.mutate("reject")}
          disabled={note.trim() === "" || decide.isPending}
        >
          {t("release.reject")}
        </Button>
      </Group>
    </Stack>
  );
}

function Delivery({ parcels }: { readonly parcels: Schemas["Release"]["parcels"] }) {
  const { t } = useTranslation();
  return (
    <Stack gap={6}>
      {parcels.map((parcel) => (
        <div key={parcel.sequence}>
          <Group gap="xs">
            <State state={parcel.receipted ? "confirmed" : parcel.state}>
              {parcel.receipted
                ? t("release.receipted")
                : parcel.state === "queued"
                  ? t("release.queued")
                  : t("release.delivered")}
            </State>
            <Text size="xs" c="dimmed">
              {t("release.place", { n: parcel.sequence })} · <Moment at={parcel.deliveredAt ?? parcel.createdAt} />
            </Text>
          </Group>
          {parcel.lastError !== null && (
            <Text size="sm" c="orange.8">
              {parcel.lastError}
            </Text>
          )}
        </div>
      ))}
    </Stack>
  );
}

export function ReleasePage() {
  const { t } = useTranslation();
  const { id } = useParams({ from: "/shell/releases/$id" });
  const query = useQuery(releaseQuery(id));
  const session = useQuery(sessionQuery);
  const bases = useQuery(basesQuery);
  const client = useQueryClient();
  const submit = useMutation({
    mutationFn: () => ask(api.POST("/releases/{id}/submit", { params: { path: { id } } })),
    onSettled: () => void client.invalidateQueries(),
  });
  const permissions = session.data?.permissions ?? [];
  return (
    <Answer query={query}>
      {({ release, reasons, items, parcels }) => {
        const basis = bases.data?.bases.find((item) => item.id === release.legalBasis);
        const stateWords = t(`releases.${release.state}`);
        return (
          <Page
            name={release.title}
            title={<Name>{release.title}</Name>}
            lead={
              <Group gap="xs" component="span">
                <State state={release.state}>{stateWords}</State>
                <span>
                  {t("releases.recipient")} <Name>{release.recipient.name}</Name>
                </span>
              </Group>
            }
            actions={
              parcels.length > 0 ? (
                <Button
                  size="xs"
                  variant="default"
                  component="a"
                  href={`/api/v1/releases/${id}/evidence`}
                  leftSection={<IconDownload size={14} />}
                  title={t("release.evidenceHelp")}
                >
                  {t("release.evidence")}
                </Button>
              ) : undefined
            }
            aside={
              <>
                <Fact label={t("release.purpose")}>
                  <bdi>{release.purpose || "—"}</bdi>
                </Fact>
                <Fact label={t("release.basis")}>
                  {basis === undefined ? "—" : <Name>{`${basis.title}, ${basis.citation}`}</Name>}
                </Fact>
                <Fact label={t("release.necessity")}>
                  <Name>{release.necessity || "—"}</Name>
                </Fact>
                <Fact label={t("release.review")}>
                  {release.reviewBy === null ? "—" : <Moment at={release.reviewBy} date />}
                </Fact>
                <Fact label={t("releases.by")}>
                  <Name>{release.createdByName}</Name> · <Moment at={release.createdAt} />
                </Fact>
                {release.decidedByName !== null && release.decidedAt !== null && (
                  <Fact label={t("release.decided", { state: stateWords, name: release.decidedByName })}>
                    <Moment at={release.decidedAt} />
                    {release.decisionNote !== "" && (
                      <>
                        {" "}
                        · <Name>{release.decisionNote}</Name>
                      </>
                    )}
                  </Fact>
                )}
                {parcels.length > 0 && (
                  <Section title={t("release.delivery")}>
                    <Delivery parcels={parcels} />
                  </Section>
                )}
              </>
            }
          >
            {reasons.length > 0 && (
              <Section title={t("release.answers")}>
                <Reasons reasons={reasons} />
              </Section>
            )}
            {release.state === "submitted" &&
              permissions.includes("release.approve") &&
              (release.mine ? (
                <Alert variant="light" color="gray" mb="md">
                  {t("release.own")}
                </Alert>
              ) : (
                <Decide id={id} />
              ))}
            {release.state === "draft" && release.mine && (
              <Stack gap="xs" mb="md">
                {submit.error !== null && <Failure error={submit.error} />}
                <Button w="fit-content" onClick={() => submit.mutate()} loading={submit.isPending}>
                  {t("release.submit")}
                </Button>
              </Stack>
            )}
            <Section title={t("release.items")}>
              <ItemTable items={items} />
            </Section>
          </Page>
        );
      }}
    </Answer>
  );
}
