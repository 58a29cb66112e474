import { Box, Group, Stack, Table, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";

interface PageProps {
  readonly title: ReactNode;
  readonly name: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** Title, one line of what this is, the actions; the thing itself, and facts beside it. */
export function Page({ title, name, lead, actions, aside, children }: PageProps) {
  useEffect(() => {
    document.title = `${name} · Entente`;
  }, [name]);
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Box maw={820}>
          <Title order={1}>{title}</Title>
          {lead !== undefined && (
            <Text component="div" c="dimmed" size="sm">
              {lead}
            </Text>
          )}
        </Box>
        {actions !== undefined && (
          <Group gap="xs" className="no-print">
            {actions}
          </Group>
        )}
      </Group>
      {aside === undefined ? (
        children
      ) : (
        <Box style={{ display: "flex", flexWrap: "wrap", gap: 24 }}>
          <Box style={{ flex: "3 1 420px", minWidth: 0 }}>{children}</Box>
          <Box component="aside" style={{ flex: "1 1 280px", minWidth: 0 }}>
            {aside}
          </Box>
        </Box>
      )}
    </Stack>
  );
}

export function Section({
  title,
  children,
  action,
}: {
  readonly title: ReactNode;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <Box component="section" mb="lg">
      <Group justify="space-between" mb={6}>
        <Title order={2}>{title}</Title>
        {action}
      </Group>
      {children}
    </Box>
  );
}

export function Fact({ label, children }: { readonly label: ReactNode; readonly children: ReactNode }) {
  return (
    <Box mb="xs">
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text component="div" size="sm">
        {children}
      </Text>
    </Box>
  );
}

/** A dense table under its column heads. */
export function Rows(props: {
  readonly label: string;
  readonly heads: readonly string[];
  readonly children: ReactNode;
}) {
  return (
    <Wide label={props.label}>
      <Table className="rows" highlightOnHover verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            {props.heads.map((head) => (
              <Table.Th key={head}>{head}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{props.children}</Table.Tbody>
      </Table>
    </Wide>
  );
}

/** Something that may be wider than the window: it scrolls by itself, by keyboard too. */
function Wide({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="scroll-x" role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}
