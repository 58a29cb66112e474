import { Alert, Button, Group, TextInput } from "@mantine/core";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ask } from "../api/client.ts";
import { Entries } from "../components/entries.tsx";
import { Page } from "../components/page.tsx";
import { Answer, Empty, Failure } from "../components/states.tsx";

interface Filter {
  readonly actor?: string;
  readonly verb?: string;
  readonly subject?: string;
  readonly from?: string;
  readonly until?: string;
}

const FIELDS = ["actor", "verb", "subject", "from", "until"] as const;

/** For overseers: search the audit, verify it, take it away. */
export function AuditPage() {
  const { t } = useTranslation();
  const [filter, setFilter] = useState<Filter>({});
  const [before, setBefore] = useState<number>();
  const asked = { ...filter, limit: 100, ...(before === undefined ? {} : { before }) };
  const query = useQuery({
    queryKey: ["audit", asked],
    queryFn: () => ask(api.GET("/audit", { params: { query: asked } })),
    placeholderData: keepPreviousData,
  });
  const choose = (next: Filter): void => {
    setBefore(undefined);
    setFilter(next);
  };
  return (
    <Page
      title={t("audit.title")}
      name={t("audit.title")}
      lead={t("audit.lead")}
      actions={
        <Button component="a" href="/api/v1/audit/export" variant="default" download>
          {t("audit.export")}
        </Button>
      }
    >
      <Verdict />
      <Find onFind={choose} />
      <Answer query={query}>
        {({ entries }) =>
          entries.length === 0 ? (
            <Empty>{t("audit.empty")}</Empty>
          ) : (
            <>
              <Entries entries={entries} label={t("audit.title")} />
              {entries.length === 100 && (
                <Button variant="default" onClick={() => setBefore(entries.at(-1)?.seq)}>
                  {t("audit.older")}
                </Button>
              )}
            </>
          )
        }
      </Answer>
    </Page>
  );
}

function Verdict() {
  const { t } = useTranslation();
  const verify = useMutation({ mutationFn: () => ask(api.GET("/audit/verify")) });
  const { data } = verify;
  return (
    <>
      {verify.error !== null && <Failure error={verify.error} />}
      {data !== undefined && (
        <Alert variant="light" color={data.verified ? "teal" : "red"} role={data.verified ? "status" : "alert"}>
          {data.verified
            ? t("audit.verified", { count: data.size })
            : t("audit.notVerified", { count: data.faults.length })}
          <ul>
            {data.faults.map((fault, n) => (
              <li key={n}>
                {fault.position === null ? t("audit.log") : t("audit.entry", { n: fault.position })}:{" "}
                <bdi>{fault.message}</bdi>
              </li>
            ))}
          </ul>
        </Alert>
      )}
      <Group>
        <Button loading={verify.isPending} onClick={() => verify.mutate()}>
          {t("audit.verify")}
        </Button>
      </Group>
    </>
  );
}

function Find({ onFind }: { readonly onFind: (filter: Filter) => void }) {
  const { t } = useTranslation();
  const [words, setWords] = useState<Record<(typeof FIELDS)[number], string>>({
    actor: "",
    verb: "",
    subject: "",
    from: "",
    until: "",
  });
  const label = {
    actor: t("audit.who"),
    verb: t("audit.what"),
    subject: t("audit.subject"),
    from: t("audit.from"),
    until: t("audit.until"),
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onFind(Object.fromEntries(FIELDS.filter((field) => words[field].trim() !== "").map((f) => [f, words[f].trim()])));
  };
  return (
    <form onSubmit={submit}>
      <Group align="flex-end" gap="xs">
        {FIELDS.map((field) => (
          <TextInput
            key={field}
            label={label[field]}
            type={field === "from" || field === "until" ? "date" : "text"}
            placeholder={field === "actor" ? t("audit.whoHelp") : undefined}
            dir="auto"
            value={words[field]}
            onChange={(event) => setWords({ ...words, [field]: event.currentTarget.value })}
          />
        ))}
        <Button type="submit" variant="default">
          {t("audit.find")}
        </Button>
      </Group>
    </form>
  );
}
