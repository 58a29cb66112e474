import { Alert, Anchor, Button, Card, Center, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ask, type Schemas } from "../api/client.ts";
import { nodeQuery } from "../api/queries.ts";
import { goToOrganisation, signInWithPasskey } from "../api/webauthn.ts";
import { Failure } from "../components/states.tsx";

/** What stands after the #, which no server ever sees in an address. */
const fragment = (): URLSearchParams => new URLSearchParams(window.location.hash.slice(1));

/** The ways in: a one-time link, a passkey, an organisation, a recovery code. */
export function SignInPage() {
  const { t } = useTranslation();
  const node = useQuery(nodeQuery);
  const entered = useEntered();
  const started = useRef(false);
  const [given] = useState(fragment);
  const token = given.get("token");
  const link = useMutation({
    mutationFn: (value: string) => ask(api.POST("/session", { body: { token: value } })),
    onSuccess: entered,
  });
  const passkey = useMutation({ mutationFn: signInWithPasskey, onSuccess: entered });
  const away = useMutation({ mutationFn: (provider: string) => goToOrganisation(provider, false) });
  const { mutate } = link;
  useEffect(() => {
    document.title = `${t("signIn.title")} · Entente`;
    if (token === null || started.current) return;
    started.current = true;
    window.history.replaceState(null, "", window.location.pathname);
    mutate(token);
  }, [token, mutate, t]);
  const error = passkey.error ?? away.error ?? link.error;
  return (
    <Center mih="100vh" p="md" component="main">
      <Card withBorder w={420} maw="100%" padding="xl">
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            <bdi>{node.data?.party.name}</bdi>
          </Text>
          <Title order={1}>{t("signIn.title")}</Title>
          <Text size="sm">{t("signIn.lead")}</Text>
          {link.isPending && (
            <Text size="sm" role="status">
              {t("signIn.working")}
            </Text>
          )}
          {error !== null && <Failure error={error} />}
          {given.has("refused") && error === null && (
            <Alert variant="light" color="red" role="alert">
              {t("signIn.refused")}
            </Alert>
          )}
          <Button loading={passkey.isPending} onClick={() => passkey.mutate()}>
            {t("signIn.passkey")}
          </Button>
          {(node.data?.organisations ?? []).map(({ name, title }) => (
            <Button key={name} variant="default" onClick={() => away.mutate(name)}>
              {t("signIn.with", { name: title })}
            </Button>
          ))}
          <Recovery onEntered={entered} />
          {link.isIdle && (
            <Text size="sm" c="dimmed">
              {t("signIn.noToken")}
            </Text>
          )}
        </Stack>
      </Card>
    </Center>
  );
}

function useEntered(): (session: Schemas["Session"]) => void {
  const client = useQueryClient();
  const navigate = useNavigate();
  return (session) => {
    client.clear();
    client.setQueryData(["session"], session);
    void navigate({ to: "/" });
  };
}

function Recovery({ onEntered }: { readonly onEntered: (session: Schemas["Session"]) => void }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [email, setEmail] = useState("");
  const [code, setCode] = useState("");
  const enter = useMutation({
    mutationFn: () => ask(api.POST("/sign-in/recovery", { body: { email, code } })),
    onSuccess: onEntered,
  });
  if (!open)
    return (
      <Anchor component="button" type="button" size="sm" onClick={() => setOpen(true)}>
        {t("signIn.recovery")}
      </Anchor>
    );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    enter.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        {enter.error !== null && <Failure error={enter.error} />}
        <TextInput
          label={t("signIn.email")}
          type="email"
          autoComplete="username"
          dir="ltr"
          required
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <TextInput
          label={t("signIn.code")}
          autoComplete="one-time-code"
          dir="ltr"
          required
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={enter.isPending}>
          {t("signIn.enter")}
        </Button>
      </Stack>
    </form>
  );
}
