import { Alert, Button, Card, FileButton, Group, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ask, type Schemas } from "../api/client.ts";
import { channelsQuery, sessionQuery } from "../api/queries.ts";
import { Page } from "../components/page.tsx";
import { Answer, Empty, Failure } from "../components/states.tsx";
import { Moment, Name, State } from "../components/words.tsx";

function saveFile(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

function Confirm({ channel }: { readonly channel: Schemas["Channel"] }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [digits, setDigits] = useState("");
  const confirm = useMutation({
    mutationFn: () =>
      ask(api.POST("/channels/{id}/confirm", { params: { path: { id: channel.id } }, body: { fingerprint: digits } })),
    onSuccess: () => void client.invalidateQueries(),
  });
  return (
    <Stack gap="xs" mt="sm">
      <Text size="sm">{t("channels.confirmHelp")}</Text>
      <Text className="digits">{channel.fingerprint}</Text>
      <TextInput
        label={t("channels.digits")}
        value={digits}
        onChange={(event) => setDigits(event.currentTarget.value)}
        dir="ltr"
        maw={420}
        inputMode="numeric"
      />
      {confirm.error !== null && <Failure error={confirm.error} />}
      <Button
        w="fit-content"
        size="xs"
        onClick={() => confirm.mutate()}
        loading={confirm.isPending}
        disabled={digits.replace(/\D/g, "").length !== 40}
      >
        {t("channels.confirm")}
      </Button>
    </Stack>
  );
}

export function ChannelsPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const query = useQuery(channelsQuery);
  const session = useQuery(sessionQuery);
  const [answer, setAnswer] = useState<string | null>(null);
  const invite = useMutation({
    mutationFn: () => ask(api.POST("/channels/invitations")),
    onSuccess: ({ text }) => saveFile("invitation.entente", text),
  });
  const accept = useMutation({
    mutationFn: async (file: File) => ask(api.POST("/channels/accept", { body: { text: await file.text() } })),
    onSuccess: (accepted) => {
      setAnswer(accepted.answer);
      void client.invalidateQueries();
    },
  });
  const manages = session.data?.permissions.includes("channel.manage") === true;
  const actions = manages ? (
    <>
      <Button size="xs" variant="default" onClick={() => invite.mutate()} loading={invite.isPending}>
        {t("channels.invite")}
      </Button>
      <FileButton onChange={(file) => file !== null && accept.mutate(file)}>
        {(props) => (
          <Button {...props} size="xs" loading={accept.isPending}>
            {t("channels.accept")}
          </Button>
        )}
      </FileButton>
    </>
  ) : undefined;
  return (
    <Page title={t("channels.title")} name={t("channels.title")} lead={t("channels.lead")} actions={actions}>
      {(invite.error ?? accept.error) !== null && <Failure error={invite.error ?? accept.error} />}
      {answer !== null && (
        <Alert variant="light" title={t("channels.answerReady")}>
          <Button size="xs" onClick={() => saveFile("answer.entente", answer)}>
            {t("channels.download")}
          </Button>
        </Alert>
      )}
      <Answer query={query}>
        {({ channels }) =>
          channels.length === 0 ? (
            <Empty>{t("channels.empty")}</Empty>
          ) : (
            <Stack gap="sm">
              {channels.map((channel) => (
                <Card key={channel.id} withBorder padding="md" component="article">
                  <Group justify="space-between">
                    <Text fw={600}>
                      <Name>{channel.partner.name}</Name>
                    </Text>
                    <Group gap="xs">
                      {channel.waiting > 0 && (
                        <Text size="sm">{t("channels.waiting", { count: channel.waiting })}</Text>
                      )}
                      <State state={channel.state}>{t(`channels.${channel.state}`)}</State>
                    </Group>
                  </Group>
                  <Text size="sm" c="dimmed">
                    {t("channels.lastContact")}:{" "}
                    {channel.lastContactAt === null ? t("channels.never") : <Moment at={channel.lastContactAt} />} ·{" "}
                    {t("channels.purposes")}: <bdi>{channel.purposes.join(", ")}</bdi>
                  </Text>
                  {channel.lastError !== null && (
                    <Text size="sm" c="orange.8">
                      {channel.lastError}
                    </Text>
                  )}
                  {channel.state === "awaiting-confirmation" && manages && <Confirm channel={channel} />}
                </Card>
              ))}
            </Stack>
          )
        }
      </Answer>
    </Page>
  );
}
