import { Alert, Button, Skeleton, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { problemOf } from "../api/client.ts";
import { StepUp } from "./step-up.tsx";

/** A skeleton, but only when waiting takes long enough to be noticed. */
function Loading({ lines = 6 }: { readonly lines?: number }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 300);
    return () => clearTimeout(timer);
  }, []);
  if (!shown) return null;
  return (
    <Stack gap="xs" role="status" aria-label={t("common.loading")}>
      {Array.from({ length: lines }, (_, n) => (
        <Skeleton key={n} height={18} width={`${95 - ((n * 13) % 40)}%`} />
      ))}
    </Stack>
  );
}

/** What happened, where, and what to do next. */
export function Failure({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const { t } = useTranslation();
  const { title, where, fix, code } = problemOf(error);
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle size={18} />} title={t("common.error")} role="alert">
      <Text size="sm" fw={500}>
        {title}
      </Text>
      {where !== null && (
        <Text size="sm">
          {t("common.where")}: <bdi className="code">{where}</bdi>
        </Text>
      )}
      {fix !== null && (
        <Text size="sm">
          {t("common.next")}: {fix}
        </Text>
      )}
      {code === "step-up-required" && <StepUp />}
      {onRetry !== undefined && (
        <Button mt="xs" size="xs" variant="default" onClick={onRetry}>
          {t("common.retry")}
        </Button>
      )}
    </Alert>
  );
}

export function Empty({ children, action }: { readonly children: ReactNode; readonly action?: ReactNode }) {
  return (
    <Stack gap="sm" align="flex-start" py="lg">
      <Text c="dimmed" maw={560}>
        {children}
      </Text>
      {action}
    </Stack>
  );
}

interface Asked<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly refetch: () => unknown;
}

/** One of the states of a question: still asking, failed, or answered. */
export function Answer<T>({
  query,
  children,
}: {
  readonly query: Asked<T>;
  readonly children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error !== null && query.error !== undefined)
    return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  return <Loading />;
}
