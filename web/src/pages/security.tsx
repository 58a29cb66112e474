import { Badge, Button, Group, Stack, Table, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ask, type Schemas } from "../api/client.ts";
import { addPasskey } from "../api/webauthn.ts";
import { Page, Rows, Section } from "../components/page.tsx";
import { Answer, Failure } from "../components/states.tsx";
import { Moment, Name } from "../components/words.tsx";
import { useSecurityChange } from "../api/security-change.ts";
import { TokenSection } from "./tokens.tsx";

type Security = Schemas["MySecurity"];

export function SecurityPage() {
  const { t } = useTranslation();
  const query = useQuery({ queryKey: ["security"], queryFn: () => ask(api.GET("/security")) });
  return (
    <Page title={t("security.title")} name={t("security.title")} lead={t("security.lead")}>
      <Answer query={query}>
        {(security) => (
          <>
            <PasskeySection security={security} />
            <CodeSection left={security.recoveryCodes} />
            <SessionSection sessions={security.sessions} />
            <TokenSection security={security} />
            <HistorySection history={security.history} />
          </>
        )}
      </Answer>
    </Page>
  );
}

function PasskeySection({ security: { passkeys } }: { readonly security: Security }) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const add = useSecurityChange((given: string) => addPasskey(given));
  const remove = useSecurityChange((id: string) => ask(api.DELETE("/passkeys/{id}", { params: { path: { id } } })));
  const error = add.error ?? remove.error;
  return (
    <Section title={t("security.passkeys")}>
      {error !== null && <Failure error={error} />}
      {passkeys.length === 0 ? (
        <Text size="sm" c="dimmed" maw={560}>
          {t("security.noPasskeys")}
        </Text>
      ) : (
        <Rows
          label={t("security.passkeys")}
          heads={[t("security.passkeyName"), t("security.made"), t("security.used"), t("security.remove")]}
        >
          {passkeys.map((passkey) => (
            <Table.Tr key={passkey.id}>
              <Table.Td>
                <Name>{passkey.name}</Name> {passkey.backedUp && <Badge color="gray">{t("security.synced")}</Badge>}
              </Table.Td>
              <Table.Td>
                <Moment at={passkey.createdAt} />
              </Table.Td>
              <Table.Td>
                {passkey.lastUsedAt === null ? t("security.never") : <Moment at={passkey.lastUsedAt} />}
              </Table.Td>
              <Table.Td>
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={t("security.removeOf", { name: passkey.name })}
                  onClick={() => remove.mutate(passkey.id)}
                >
                  {t("security.remove")}
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Rows>
      )}
      <Group align="flex-end" gap="xs" mt="sm">
        <TextInput
          label={t("security.passkeyName")}
          description={t("security.passkeyHelp")}
          value={name}
          maxLength={100}
          dir="auto"
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button loading={add.isPending} onClick={() => add.mutate(name, { onSuccess: () => setName("") })}>
          {t("security.add")}
        </Button>
      </Group>
    </Section>
  );
}

function CodeSection({ left }: { readonly left: number }) {
  const { t } = useTranslation();
  const renew = useSecurityChange(() => ask(api.POST("/recovery-codes")));
  return (
    <Section title={t("security.codes")}>
      {renew.error !== null && <Failure error={renew.error} />}
      {renew.data === undefined ? (
        <Text size="sm">{t("security.codesLeft", { count: left })}</Text>
      ) : (
        <Stack gap={4}>
          <Text size="sm" fw={500}>
            {t("security.codesHelp")}
          </Text>
          <ul aria-label={t("security.codes")}>
            {renew.data.codes.map((code) => (
              <li key={code}>
                <bdi className="digits">{code}</bdi>
              </li>
            ))}
          </ul>
        </Stack>
      )}
      <Button mt="xs" variant="default" loading={renew.isPending} onClick={() => renew.mutate()}>
        {t("security.newCodes")}
      </Button>
    </Section>
  );
}

function SessionSection({ sessions }: { readonly sessions: Security["sessions"] }) {
  const { t } = useTranslation();
  const end = useSecurityChange((id: string) => ask(api.DELETE("/sessions/{id}", { params: { path: { id } } })));
  const others = useSecurityChange(() => ask(api.DELETE("/sessions")));
  const error = end.error ?? others.error;
  return (
    <Section
      title={t("security.sessions")}
      action={
        sessions.length > 1 && (
          <Button size="xs" variant="default" onClick={() => others.mutate()}>
            {t("security.endOthers")}
          </Button>
        )
      }
    >
      {error !== null && <Failure error={error} />}
      <Rows
        label={t("security.sessions")}
        heads={[t("security.made"), t("security.how"), t("security.address"), t("security.browser"), t("security.end")]}
      >
        {sessions.map((session) => (
          <Table.Tr key={session.id}>
            <Table.Td>
              <Moment at={session.createdAt} />
            </Table.Td>
            <Table.Td>{t(`security.method.${session.method}`)}</Table.Td>
            <Table.Td>
              <bdi className="code">{session.address}</bdi>
            </Table.Td>
            <Table.Td>
              <bdi className="code">{session.agent.slice(0, 80)}</bdi>
            </Table.Td>
            <Table.Td>
              {session.current ? (
                t("security.current")
              ) : (
                <Button size="compact-xs" variant="default" onClick={() => end.mutate(session.id)}>
                  {t("security.end")}
                </Button>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Rows>
    </Section>
  );
}

function HistorySection({ history }: { readonly history: Security["history"] }) {
  const { t, i18n } = useTranslation();
  return (
    <Section title={t("security.history")}>
      <Rows label={t("security.history")} heads={[t("releases.when"), t("security.event"), t("security.how")]}>
        {history.map((entry, n) => (
          <Table.Tr key={`${entry.at} ${n}`}>
            <Table.Td>
              <Moment at={entry.at} />
            </Table.Td>
            <Table.Td>
              {i18n.exists(`security.verb.${entry.verb}`) ? i18n.t(`security.verb.${entry.verb}`) : entry.verb}
            </Table.Td>
            <Table.Td>
              <bdi className="code">{entry.detail}</bdi>
            </Table.Td>
          </Table.Tr>
        ))}
      </Rows>
    </Section>
  );
}
