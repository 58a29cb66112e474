import { Alert, Card, Center, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { api, ask } from "../api/client.ts";
import { nodeQuery } from "../api/queries.ts";
import { Failure } from "../components/states.tsx";

/** Signs in with the token after the #, which no server ever sees in an address. */
export function SignInPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const node = useQuery(nodeQuery);
  const started = useRef(false);
  const token = new URLSearchParams(window.location.hash.slice(1)).get("token");
  const signIn = useMutation({
    mutationFn: (value: string) => ask(api.POST("/session", { body: { token: value } })),
    onSuccess: (session) => {
      client.clear();
      client.setQueryData(["session"], session);
      void navigate({ to: "/" });
    },
  });
  const { mutate } = signIn;
  useEffect(() => {
    document.title = `${t("signIn.title")} · Entente`;
    if (token === null || started.current) return;
    started.current = true;
    window.history.replaceState(null, "", window.location.pathname);
    mutate(token);
  }, [token, mutate, t]);
  return (
    <Center mih="100vh" p="md" component="main">
      <Card withBorder w={420} padding="xl">
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            <bdi>{node.data?.party.name}</bdi>
          </Text>
          <Title order={1}>{t("signIn.title")}</Title>
          <Text size="sm">{t("signIn.lead")}</Text>
          {signIn.isPending && (
            <Text size="sm" role="status">
              {t("signIn.working")}
            </Text>
          )}
          {signIn.error !== null && <Failure error={signIn.error} />}
          {signIn.isIdle && (
            <Alert variant="light" color="gray">
              {t("signIn.noToken")}
            </Alert>
          )}
        </Stack>
      </Card>
    </Center>
  );
}
