import { createTheme, Modal, type MantineColorsTuple } from "@mantine/core";

/** One accent, a deep teal; everything else is grey. */
const teal: MantineColorsTuple = [
  "#e8f6f5",
  "#d3e9e8",
  "#a5d3d0",
  "#74bbb7",
  "#4ca8a3",
  "#329b96",
  "#20958f",
  "#0d7f7a",
  "#006f6b",
  "#005b57",
];

export const theme = createTheme({
  primaryColor: "teal",
  primaryShade: { light: 8, dark: 5 },
  colors: { teal },
  defaultRadius: 4,
  components: {
    // A dialog's heading is no second banner of the page.
    Modal: Modal.extend({ defaultProps: { attributes: { header: { role: "presentation" } } } }),
  },
  fontFamily: "'Inter Variable', 'Noto Naskh Arabic', system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, monospace",
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  headings: {
    fontWeight: "600",
    sizes: { h1: { fontSize: "20px", lineHeight: "1.3" }, h2: { fontSize: "15px", lineHeight: "1.4" } },
  },
});
