import { Button, Card, Group, MultiSelect, Stack, Table, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ask } from "../api/client.ts";
import { basesQuery, channelsQuery, sessionQuery } from "../api/queries.ts";
import { Page, Rows } from "../components/page.tsx";
import { Answer, Empty, Failure } from "../components/states.tsx";
import { Moment, Name } from "../components/words.tsx";

const BLANK = { title: "", citation: "", purposes: "", parties: [] as string[], validFrom: "", validUntil: "" };

function AddBasis() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const channels = useQuery(channelsQuery);
  const [form, setForm] = useState(BLANK);
  const add = useMutation({
    mutationFn: () =>
      ask(
        api.POST("/legal-bases", {
          body: {
            ...form,
            purposes: form.purposes
              .split(",")
              .map((word) => word.trim())
              .filter((word) => word !== ""),
            validUntil: form.validUntil || null,
          },
        }),
      ),
    onSuccess: () => {
      setForm(BLANK);
      void client.invalidateQueries({ queryKey: ["bases"] });
    },
  });
  return (
    <Card withBorder padding="md" maw={720}>
      <Stack
        gap="xs"
        component="form"
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate();
        }}
      >
        <TextInput
          label={t("bases.name")}
          required
          value={form.title}
          onChange={(event) => setForm({ ...form, title: event.currentTarget.value })}
          dir="auto"
        />
        <TextInput
          label={t("bases.citation")}
          required
          value={form.citation}
          onChange={(event) => setForm({ ...form, citation: event.currentTarget.value })}
          dir="auto"
        />
        <TextInput
          label={t("bases.purposes")}
          required
          value={form.purposes}
          onChange={(event) => setForm({ ...form, purposes: event.currentTarget.value })}
        />
        <MultiSelect
          label={t("bases.parties")}
          value={form.parties}
          onChange={(parties) => setForm({ ...form, parties })}
          data={(channels.data?.channels ?? []).map((channel) => ({
            value: channel.partner.id,
            label: channel.partner.name,
          }))}
        />
        <Group>
          <TextInput
            type="date"
            required
            label={t("bases.from")}
            value={form.validFrom}
            onChange={(event) => setForm({ ...form, validFrom: event.currentTarget.value })}
          />
          <TextInput
            type="date"
            label={t("bases.until")}
            value={form.validUntil}
            onChange={(event) => setForm({ ...form, validUntil: event.currentTarget.value })}
          />
        </Group>
        {add.error !== null && <Failure error={add.error} />}
        <Button type="submit" size="xs" w="fit-content" loading={add.isPending}>
          {t("bases.add")}
        </Button>
      </Stack>
    </Card>
  );
}

export function BasesPage() {
  const { t } = useTranslation();
  const query = useQuery(basesQuery);
  const session = useQuery(sessionQuery);
  return (
    <Page title={t("bases.title")} name={t("bases.title")} lead={t("bases.lead")}>
      <Answer query={query}>
        {({ bases }) =>
          bases.length === 0 ? (
            <Empty>{t("bases.empty")}</Empty>
          ) : (
            <Rows
              label={t("bases.title")}
              heads={[t("bases.name"), t("bases.purposes"), t("bases.parties"), t("bases.from")]}
            >
              {bases.map((basis) => (
                <Table.Tr key={basis.id}>
                  <Table.Td>
                    <Name>{`${basis.title}, ${basis.citation}`}</Name>
                  </Table.Td>
                  <Table.Td>
                    <bdi>{basis.purposes.join(", ")}</bdi>
                  </Table.Td>
                  <Table.Td>
                    <Name>{basis.parties.map((party) => party.name).join(", ")}</Name>
                  </Table.Td>
                  <Table.Td>
                    <Moment at={basis.validFrom} date />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Rows>
          )
        }
      </Answer>
      {session.data?.permissions.includes("basis.write") === true && <AddBasis />}
    </Page>
  );
}
