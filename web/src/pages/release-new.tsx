import { Button, Group, MultiSelect, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ask, type Schemas } from "../api/client.ts";
import { basesQuery, channelsQuery, recordsQuery } from "../api/queries.ts";
import { ItemTable, Reasons } from "../components/answers.tsx";
import { Page, Section } from "../components/page.tsx";
import { Failure } from "../components/states.tsx";

interface Draft {
  channel: string;
  title: string;
  purpose: string;
  necessity: string;
  legalBasis: string | null;
  reviewBy: string;
  records: string[];
}

const inOneYear = (): string => new Date(Date.now() + 365 * 86_400_000).toISOString().slice(0, 10);
const EMPTY: Draft = {
  channel: "",
  title: "",
  purpose: "",
  necessity: "",
  legalBasis: null,
  reviewBy: inOneYear(),
  records: [],
};

/** A draft is kept on the node at the first save; from then on the safeguards answer at each change. */
export function ReleaseNewPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const [review, setReview] = useState<Schemas["Release"] | null>(null);
  const [words, setWords] = useState("");
  const [settled] = useDebouncedValue(words, 200);
  const [known, setKnown] = useState<ReadonlyMap<string, string>>(new Map());
  const channels = useQuery(channelsQuery);
  const bases = useQuery(basesQuery);
  const found = useQuery(recordsQuery({ from: "own", ...(settled === "" ? {} : { q: settled }) }));
  const channel = channels.data?.channels.find((item) => item.id === draft.channel);
  const fitting = (bases.data?.bases ?? []).filter((basis) =>
    basis.parties.some((party) => party.id === channel?.partner.id),
  );
  const set = <K extends keyof Draft>(key: K, value: Draft[K]): void =>
    setDraft((before) => ({ ...before, [key]: value }));

  const save = useMutation({
    mutationFn: () =>
      review === null
        ? ask(api.POST("/releases", { body: draft }))
        : ask(api.PUT("/releases/{id}", { params: { path: { id: review.release.id } }, body: draft })),
    onSuccess: setReview,
  });
  const submit = useMutation({
    mutationFn: async () => {
      const saved = await save.mutateAsync();
      return ask(api.POST("/releases/{id}/submit", { params: { path: { id: saved.release.id } } }));
    },
    onSuccess: ({ release }) => void navigate({ to: "/releases/$id", params: { id: release.id } }),
  });

  const options = new Map([
    ...known,
    ...(found.data?.items ?? []).map((record): [string, string] => [record.id, `${record.title} (${record.type})`]),
  ]);
  return (
    <Page
      title={t("release.newTitle")}
      name={t("release.newTitle")}
      aside={
        <Section title={t("release.answers")}>
          {review !== null && <Reasons reasons={review.reasons} />}
          {review === null && (
            <Text size="sm" c="dimmed">
              {t("releases.empty")}
            </Text>
          )}
        </Section>
      }
    >
      <Stack
        gap="sm"
        maw={720}
        component="form"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Select
          label={t("release.recipient")}
          required
          value={draft.channel || null}
          onChange={(value) => {
            set("channel", value ?? "");
            set("purpose", "");
          }}
          data={(channels.data?.channels ?? [])
            .filter((item) => item.state === "active")
            .map((item) => ({ value: item.id, label: item.partner.name }))}
        />
        <TextInput
          label={t("release.title")}
          required
          value={draft.title}
          onChange={(event) => set("title", event.currentTarget.value)}
          dir="auto"
        />
        <Select
          label={t("release.purpose")}
          description={channel === undefined ? undefined : t("release.purposeHelp", { name: channel.partner.name })}
          value={draft.purpose || null}
          onChange={(value) => set("purpose", value ?? "")}
          data={[...new Set([...(channel?.purposes ?? []), ...fitting.flatMap((basis) => basis.purposes)])]}
          disabled={channel === undefined}
        />
        <Select
          label={t("release.basis")}
          value={draft.legalBasis}
          onChange={(value) => set("legalBasis", value)}
          data={fitting.map((basis) => ({ value: basis.id, label: `${basis.title}, ${basis.citation}` }))}
          disabled={channel === undefined}
          description={channel !== undefined && fitting.length === 0 ? t("release.noBasis") : undefined}
        />
        <Textarea
          label={t("release.necessity")}
          description={t("release.necessityHelp")}
          value={draft.necessity}
          onChange={(event) => set("necessity", event.currentTarget.value)}
          autosize
          minRows={2}
          dir="auto"
        />
        <TextInput
          type="date"
          label={t("release.review")}
          description={t("release.reviewHelp")}
          value={draft.reviewBy}
          onChange={(event) => set("reviewBy", event.currentTarget.value)}
          w={220}
        />
        <MultiSelect
          label={t("release.records")}
          description={t("release.recordsHelp")}
          searchable
          searchValue={words}
          onSearchChange={setWords}
          value={draft.records}
          onChange={(records) => {
            setKnown(options);
            set("records", records);
          }}
          data={[...options].map(([value, label]) => ({ value, label }))}
          filter={({ options: all }) => all}
          hidePickedOptions
        />
        {save.error !== null && <Failure error={save.error} />}
        {submit.error !== null && save.error === null && <Failure error={submit.error} />}
        <Group>
          <Button
            type="submit"
            variant="default"
            loading={save.isPending}
            disabled={draft.channel === "" || draft.title === ""}
          >
            {t("release.save")}
          </Button>
          <Button
            onClick={() => submit.mutate()}
            loading={submit.isPending}
            disabled={draft.channel === "" || draft.title === "" || draft.records.length === 0}
          >
            {t("release.submit")}
          </Button>
        </Group>
        {review !== null && <ItemTable items={review.items} />}
      </Stack>
    </Page>
  );
}
