import { Button, Group, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api, ask, problemOf } from "../api/client.ts";
import { confirmWithPasskey, goToOrganisation } from "../api/webauthn.ts";

/** How an officer shows again that it is them, where something rests on it. */
export function StepUp() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const ways = useQuery({ queryKey: ["step-up"], queryFn: () => ask(api.GET("/step-up")) });
  const confirm = useMutation({
    mutationFn: confirmWithPasskey,
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["session"] });
      await client.invalidateQueries({ queryKey: ["security"] });
    },
  });
  const away = useMutation({ mutationFn: (provider: string) => goToOrganisation(provider, true) });
  if (ways.data === undefined) return null;
  const { passkey, oidc } = ways.data;
  const error = confirm.error ?? away.error;
  if (confirm.isSuccess) return <Text size="sm">{t("security.confirmed")}</Text>;
  return (
    <>
      <Group gap="xs" mt="xs">
        {passkey && (
          <Button size="xs" loading={confirm.isPending} onClick={() => confirm.mutate()}>
            {t("security.confirm")}
          </Button>
        )}
        {oidc.map(({ name, title }) => (
          <Button key={name} size="xs" variant="default" onClick={() => away.mutate(name)}>
            {t("signIn.with", { name: title })}
          </Button>
        ))}
        {!passkey && oidc.length === 0 && <Link to="/security">{t("security.setUp")}</Link>}
      </Group>
      {error !== null && (
        <Text size="sm" role="status">
          {problemOf(error).title} {problemOf(error).fix}
        </Text>
      )}
    </>
  );
}
