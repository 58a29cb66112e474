import { Button, Card, Checkbox, Group, MultiSelect, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ask, type Schemas } from "../api/client.ts";
import { channelsQuery, markingsQuery, sessionQuery } from "../api/queries.ts";
import { Failure } from "./states.tsx";

function NewTerms({ onMade }: { readonly onMade: (id: string) => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const channels = useQuery(channelsQuery);
  const [terms, setTerms] = useState({
    releasableTo: [] as string[],
    purposes: "",
    caveats: "",
    noOnward: true,
    reviewBy: "",
    expires: "",
  });
  const make = useMutation({
    mutationFn: () => {
      const purposes = terms.purposes
        .split(",")
        .map((word) => word.trim())
        .filter((word) => word !== "");
      return ask(
        api.POST("/markings", {
          body: {
            releasableTo: terms.releasableTo,
            purposes: purposes.length === 0 ? null : purposes,
            noOnward: terms.noOnward,
            caveats: terms.caveats
              .split("\n")
              .map((line) => line.trim())
              .filter((line) => line !== ""),
            reviewBy: terms.reviewBy || null,
            expires: terms.expires || null,
          },
        }),
      );
    },
    onSuccess: ({ id }) => {
      void client.invalidateQueries({ queryKey: ["markings"] });
      onMade(id);
    },
  });
  return (
    <Card withBorder padding="md">
      <Stack gap="xs">
        <MultiSelect
          label={t("terms.to")}
          placeholder={terms.releasableTo.length === 0 ? t("terms.nobody") : ""}
          value={terms.releasableTo}
          onChange={(releasableTo) => setTerms({ ...terms, releasableTo })}
          data={(channels.data?.channels ?? []).map((channel) => ({
            value: channel.partner.id,
            label: channel.partner.name,
          }))}
        />
        <TextInput
          label={t("terms.purposes")}
          value={terms.purposes}
          onChange={(event) => setTerms({ ...terms, purposes: event.currentTarget.value })}
        />
        <Textarea
          label={t("terms.caveats")}
          value={terms.caveats}
          onChange={(event) => setTerms({ ...terms, caveats: event.currentTarget.value })}
          autosize
          minRows={2}
          dir="auto"
        />
        <Group>
          <TextInput
            type="date"
            label={t("terms.review")}
            value={terms.reviewBy}
            onChange={(event) => setTerms({ ...terms, reviewBy: event.currentTarget.value })}
          />
          <TextInput
            type="date"
            label={t("terms.expires")}
            value={terms.expires}
            onChange={(event) => setTerms({ ...terms, expires: event.currentTarget.value })}
          />
        </Group>
        <Checkbox
          label={t("terms.noOnward")}
          checked={terms.noOnward}
          onChange={(event) => setTerms({ ...terms, noOnward: event.currentTarget.checked })}
        />
        {make.error !== null && <Failure error={make.error} />}
        <Button size="xs" w="fit-content" variant="default" onClick={() => make.mutate()} loading={make.isPending}>
          {t("terms.make")}
        </Button>
      </Stack>
    </Card>
  );
}

/** Chooses handling terms, or makes new ones. */
export function MarkingPicker(props: {
  readonly label: string;
  readonly value: string[];
  readonly onChange: (value: string[]) => void;
}) {
  const { t } = useTranslation();
  const session = useQuery(sessionQuery);
  const markings = useQuery(markingsQuery);
  const label = (marking: Schemas["Marking"]): string => {
    const { handling } = marking;
    const to =
      handling.releasableTo.length === 0
        ? t("handling.national")
        : t("handling.to", { parties: handling.releasableTo.map((party) => party.name).join(", ") });
    return [
      to,
      ...(handling.purposes === null ? [] : [t("handling.purposes", { purposes: handling.purposes.join(", ") })]),
      ...handling.caveats,
    ].join(" ");
  };
  const { value, onChange } = props;
  const own = (markings.data?.markings ?? []).filter(
    (marking) => marking.handling.granted && marking.owner.name !== "",
  );
  return (
    <>
      <MultiSelect
        label={props.label}
        placeholder={value.length === 0 ? t("imports.none") : ""}
        value={value}
        onChange={onChange}
        data={own.map((marking) => ({ value: marking.id, label: label(marking) }))}
      />
      {session.data?.permissions.includes("content.write") === true && (
        <details>
          <summary>{t("imports.newTerms")}</summary>
          <NewTerms onMade={(id) => onChange([...value, id])} />
        </details>
      )}
    </>
  );
}
