import type { WrittenPage } from "../taxii-server/index.ts";

/** Pages as they went out, up to so many bytes; the longest unused go first. */
export function pageCache(maxBytes: number) {
  const pages = new Map<string, WrittenPage>();
  let bytes = 0;
  return {
    get(key: string): WrittenPage | null {
      const page = pages.get(key);
      if (page === undefined) return null;
      pages.delete(key);
      pages.set(key, page);
      return page;
    },
    keep(key: string, page: WrittenPage): void {
      if (page.bytes.length > maxBytes / 8 || pages.has(key)) return;
      pages.set(key, page);
      bytes += page.bytes.length;
      for (const [oldest, { bytes: gone }] of pages) {
        if (bytes <= maxBytes) break;
        pages.delete(oldest);
        bytes -= gone.length;
      }
    },
  };
}
