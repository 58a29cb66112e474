import { queryOptions } from "@tanstack/react-query";
import { api, ask } from "./client.ts";

/** What the screens ask for; one place for keys and calls. */
export const nodeQuery = queryOptions({
  queryKey: ["node"],
  queryFn: () => ask(api.GET("/node")),
  staleTime: Infinity,
});
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: () => ask(api.GET("/session")),
  retry: false,
  staleTime: 60_000,
});
export const homeQuery = queryOptions({ queryKey: ["home"], queryFn: () => ask(api.GET("/home")) });
export const inboxQuery = queryOptions({ queryKey: ["inbox"], queryFn: () => ask(api.GET("/inbox")) });
export const releasesQuery = queryOptions({ queryKey: ["releases"], queryFn: () => ask(api.GET("/releases")) });
export const channelsQuery = queryOptions({ queryKey: ["channels"], queryFn: () => ask(api.GET("/channels")) });
export const basesQuery = queryOptions({ queryKey: ["bases"], queryFn: () => ask(api.GET("/legal-bases")) });
export const markingsQuery = queryOptions({ queryKey: ["markings"], queryFn: () => ask(api.GET("/markings")) });
export const importsQuery = queryOptions({ queryKey: ["imports"], queryFn: () => ask(api.GET("/imports")) });

export interface RecordFilter {
  readonly q?: string;
  readonly from?: "own" | "partners";
  readonly type?: string;
}

export const recordsQuery = (filter: RecordFilter, cursor?: string) =>
  queryOptions({
    queryKey: ["records", filter, cursor],
    queryFn: () =>
      ask(
        api.GET("/records", {
          params: { query: { ...filter, limit: 100, ...(cursor === undefined ? {} : { cursor }) } },
        }),
      ),
  });
export const recordQuery = (id: string) =>
  queryOptions({
    queryKey: ["record", id],
    queryFn: () => ask(api.GET("/records/{id}", { params: { path: { id } } })),
  });
export const releaseQuery = (id: string) =>
  queryOptions({
    queryKey: ["release", id],
    queryFn: () => ask(api.GET("/releases/{id}", { params: { path: { id } } })),
  });
export const ledgerQuery = (id: string) =>
  queryOptions({ queryKey: ["ledger", id], queryFn: () => ask(api.GET("/ledger/{id}", { params: { path: { id } } })) });
export const dialoguesQuery = queryOptions({ queryKey: ["dialogues"], queryFn: () => ask(api.GET("/dialogues")) });
const ofDialogue = (id: string) => ({ params: { path: { id } } });
export const nextRoundQuery = (id: string) =>
  queryOptions({
    queryKey: ["dialogue", id, "next-round"],
    queryFn: () => ask(api.GET("/dialogues/{id}/next-round", ofDialogue(id))),
  });
export const dialogueStatementsQuery = (id: string) =>
  queryOptions({
    queryKey: ["dialogue", id, "statements"],
    queryFn: () => ask(api.GET("/dialogues/{id}/statements", ofDialogue(id))),
  });
export const dialogueRecordsQuery = (id: string) =>
  queryOptions({
    queryKey: ["dialogue", id, "records"],
    queryFn: () => ask(api.GET("/dialogues/{id}/records", ofDialogue(id))),
  });
