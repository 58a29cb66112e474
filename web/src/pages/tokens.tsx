import { Button, Checkbox, Group, Stack, Table, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ask, type Schemas } from "../api/client.ts";
import { Rows, Section } from "../components/page.tsx";
import { Failure } from "../components/states.tsx";
import { Moment, Name } from "../components/words.tsx";
import { useSecurityChange } from "../api/security-change.ts";

type NewToken = Schemas["NewApiToken"];

/** What acts for the officer: made here, shown once, ended here. */
export function TokenSection({ security: { tokens, scopes } }: { readonly security: Schemas["MySecurity"] }) {
  const { t } = useTranslation();
  const end = useSecurityChange((id: string) => ask(api.DELETE("/tokens/{id}", { params: { path: { id } } })));
  return (
    <Section title={t("security.tokens")}>
      {end.error !== null && <Failure error={end.error} />}
      {tokens.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t("security.noTokens")}
        </Text>
      ) : (
        <Rows
          label={t("security.tokens")}
          heads={[
            t("security.token"),
            t("security.scopes"),
            t("security.expires"),
            t("security.used"),
            t("common.next"),
          ]}
        >
          {tokens.map((token) => (
            <Table.Tr key={token.id}>
              <Table.Td>
                <Name>{token.name}</Name>
              </Table.Td>
              <Table.Td>
                <bdi className="code">{token.scopes.join(", ")}</bdi>
              </Table.Td>
              <Table.Td>
                <Moment at={token.expires} date />
              </Table.Td>
              <Table.Td>{token.lastUsedAt === null ? t("security.never") : <Moment at={token.lastUsedAt} />}</Table.Td>
              <Table.Td>
                {token.endedAt === null ? (
                  <Button size="compact-xs" variant="default" onClick={() => end.mutate(token.id)}>
                    {t("security.revoke", { name: token.name })}
                  </Button>
                ) : (
                  t("security.ended")
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Rows>
      )}
      <Maker scopes={scopes} />
    </Section>
  );
}

function Maker({ scopes }: { readonly scopes: Schemas["MySecurity"]["scopes"] }) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<string[]>([]);
  const [expires, setExpires] = useState("");
  const make = useSecurityChange((body: NewToken) => ask(api.POST("/tokens", { body })));
  const body = { name, scopes: chosen as NewToken["scopes"], expires };
  return (
    <Stack gap="xs" mt="sm" maw={560}>
      {make.error !== null && <Failure error={make.error} />}
      {make.data !== undefined && (
        <div role="status">
          <Text size="sm" fw={500}>
            {t("security.tokenHelp")}
          </Text>
          <bdi className="code">{make.data.token}</bdi>
        </div>
      )}
      <Group align="flex-end" gap="xs">
        <TextInput
          label={t("security.token")}
          value={name}
          dir="auto"
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label={t("security.expires")}
          type="date"
          value={expires}
          onChange={(event) => setExpires(event.currentTarget.value)}
        />
      </Group>
      <Checkbox.Group label={t("security.scopes")} value={chosen} onChange={setChosen}>
        <Group gap="md" mt={4}>
          {scopes.map(({ scope }) => (
            <Checkbox key={scope} value={scope} label={scope} />
          ))}
        </Group>
      </Checkbox.Group>
      <Group>
        <Button
          variant="default"
          disabled={name.trim() === "" || chosen.length === 0 || expires === ""}
          loading={make.isPending}
          onClick={() => make.mutate(body)}
        >
          {t("security.makeToken")}
        </Button>
      </Group>
    </Stack>
  );
}
