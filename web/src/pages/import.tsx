import { Button, Card, FileInput, Group, Progress, SimpleGrid, Stack, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiProblem, isProblem, type Schemas } from "../api/client.ts";
import { importsQuery } from "../api/queries.ts";
import { MarkingPicker } from "../components/markings.tsx";
import { Page, Section, Rows } from "../components/page.tsx";
import { Answer, Failure } from "../components/states.tsx";
import { Moment, Name } from "../components/words.tsx";

type Run = Schemas["Import"];

/** Sends the file as it is read; XMLHttpRequest, since it alone tells how much has gone. */
function upload(
  file: File,
  markings: readonly string[],
  onProgress: (part: number) => void,
  onRequest: (request: XMLHttpRequest) => void,
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const query = new URLSearchParams([
      ["name", file.name],
      ...markings.map((marking): [string, string] => ["marking", marking]),
    ]);
    request.open("POST", `/api/v1/imports?${query.toString()}`);
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(total === 0 ? 0 : loaded / total));
    request.addEventListener("load", () => {
      // Null when the body was no JSON.
      const answer: unknown = request.response;
      if (request.status === 200 && answer !== null) resolve(answer as Run);
      else reject(isProblem(answer) ? new ApiProblem(answer) : new Error(request.statusText));
    });
    request.addEventListener("error", () => reject(new Error("the node does not answer")));
    request.addEventListener("abort", () => reject(new Error("stopped; what was read stays")));
    onRequest(request);
    request.send(file);
  });
}

function Outcome({ run }: { readonly run: Run }) {
  const { t } = useTranslation();
  const figures = [
    ["imported", run.imported],
    ["unchanged", run.unchanged],
    ["conflicts", run.conflicts],
    ["problems", run.problems],
  ] as const;
  return (
    <Stack gap="sm" role="status">
      <SimpleGrid cols={{ base: 2, sm: 4 }}>
        {figures.map(([key, value]) => (
          <Card key={key} withBorder padding="sm">
            <Text size="xl" fw={600}>
              {value}
            </Text>
            <Text size="sm" c="dimmed">
              {t(`imports.${key}`)}
            </Text>
          </Card>
        ))}
      </SimpleGrid>
      {run.problemList.length > 0 && (
        <Rows label={t("imports.title")} heads={[t("imports.place"), t("imports.reason")]}>
          {run.problemList.map((problem) => (
            <Table.Tr key={problem.number}>
              <Table.Td>
                <bdi className="code">{problem.place}</bdi>
              </Table.Td>
              <Table.Td>{problem.message}</Table.Td>
            </Table.Tr>
          ))}
        </Rows>
      )}
    </Stack>
  );
}

export function ImportPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const earlier = useQuery(importsQuery);
  const [file, setFile] = useState<File | null>(null);
  const [chosen, setChosen] = useState<string[]>([]);
  const [part, setPart] = useState(0);
  const request = useRef<XMLHttpRequest | null>(null);
  const run = useMutation({
    mutationFn: (given: File) =>
      upload(given, chosen, setPart, (sent) => {
        request.current = sent;
      }),
    onSettled: () => void client.invalidateQueries(),
  });
  return (
    <Page title={t("imports.title")} name={t("imports.title")} lead={t("imports.lead")}>
      <Stack gap="sm" maw={820}>
        <FileInput label={t("imports.file")} value={file} onChange={setFile} clearable />
        <MarkingPicker label={t("imports.markings")} value={chosen} onChange={setChosen} />
        <Group>
          <Button onClick={() => file !== null && run.mutate(file)} disabled={file === null} loading={run.isPending}>
            {t("imports.start")}
          </Button>
          {run.isPending && (
            <Button variant="default" onClick={() => request.current?.abort()}>
              {t("imports.stop")}
            </Button>
          )}
        </Group>
        {run.isPending && <Progress value={part * 100} aria-label={t("imports.working")} animated />}
        {run.error !== null && <Failure error={run.error} />}
        {run.data !== undefined && <Outcome run={run.data} />}
      </Stack>
      <Section title={t("imports.earlier")}>
        <Answer query={earlier}>
          {({ imports }) =>
            imports.length === 0 ? (
              <Text size="sm" c="dimmed">
                {t("imports.empty")}
              </Text>
            ) : (
              <Rows
                label={t("imports.title")}
                heads={[
                  t("imports.file"),
                  t("imports.imported"),
                  t("imports.unchanged"),
                  t("imports.problems"),
                  t("releases.when"),
                ]}
              >
                {imports.map((item) => (
                  <Table.Tr key={item.id}>
                    <Table.Td>
                      <Name>{item.name}</Name>
                    </Table.Td>
                    <Table.Td>{item.imported}</Table.Td>
                    <Table.Td>{item.unchanged}</Table.Td>
                    <Table.Td>{item.problems}</Table.Td>
                    <Table.Td>
                      <Moment at={item.startedAt} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Rows>
            )
          }
        </Answer>
      </Section>
    </Page>
  );
}
