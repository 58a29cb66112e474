import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, ask } from "../api/client.ts";
import { Entries } from "../components/entries.tsx";
import { Page } from "../components/page.tsx";
import { Answer, Empty } from "../components/states.tsx";

export function ActivityPage() {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: ["activity"],
    queryFn: () => ask(api.GET("/activity", { params: { query: {} } })),
  });
  return (
    <Page title={t("activity.title")} name={t("activity.title")} lead={t("activity.lead")}>
      <Answer query={query}>
        {({ entries }) =>
          entries.length === 0 ? (
            <Empty>{t("activity.empty")}</Empty>
          ) : (
            <Entries entries={entries} label={t("activity.title")} />
          )
        }
      </Answer>
    </Page>
  );
}
