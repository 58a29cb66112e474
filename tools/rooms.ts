/**
 * The order of the rooms, written once, and the check that the house keeps it: no upward arrow, no way past a door, no
 * cycle, no I/O or clock where a room is pure. `node tools/rooms.ts` prints the map; exit 1 when something is wrong.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

/** From the ground up. A room imports only rooms before it; rooms of one floor do not import each other. */
export const FLOORS: readonly (readonly string[])[] = [
  ["base"],
  ["stix"],
  ["policy"],
  ["ledger"],
  ["store"],
  ["access"],
  ["safeguards"],
  ["intake"],
  ["exchange"],
  [
    "pillars/dialogues",
    "pillars/designations",
    "pillars/requests",
    "pillars/deconfliction",
    "pillars/content",
    "pillars/programmes",
    "pillars/briefs",
  ],
  ["api"],
  ["node"],
  ["cli"],
];

const PURE = new Set(["base", "stix", "policy", "ledger"]);
/** Deterministic parts of Node that a pure room may use. */
const PURE_NODE = new Set(["node:crypto", "node:buffer", "node:util"]);
const LEDGER_MAY = new Set(["base"]);

export interface Violation {
  readonly file: string;
  readonly rule: string;
  readonly message: string;
}

export interface House {
  readonly files: number;
  /** Room → the rooms it imports. */
  readonly arrows: ReadonlyMap<string, ReadonlySet<string>>;
  readonly violations: readonly Violation[];
}

const IMPORT =
  /(?:^|[\s;])(?:import|export)\s+(?:[^"';]*?\sfrom\s+)?["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)/g;

const floorOf = (room: string): number => FLOORS.findIndex((floor) => floor.includes(room));
const isTest = (file: string): boolean => file.endsWith(".test.ts") || file.endsWith("/testing.ts");

function sources(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

function roomOf(src: string, file: string): string | null {
  const parts = relative(src, file).split(sep);
  const room = parts[0] === "pillars" ? `pillars/${parts[1] ?? ""}` : (parts[0] ?? "");
  return parts.length > 1 && floorOf(room) !== -1 ? room : null;
}

/** Without comments and with strings kept: so that a word in a comment is no import and no clock. */
function withoutComments(text: string): string {
  return text.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (part) =>
    part.startsWith("/") ? " " : part,
  );
}

export function inspect(root: string): House {
  const src = join(root, "src");
  const files = sources(src);
  const arrows = new Map<string, Set<string>>();
  const violations: Violation[] = [];
  if (files.length === 0) violations.push({ file: src, rule: "empty", message: "the check saw no file" });
  for (const file of files) {
    const name = relative(root, file);
    const room = roomOf(src, file);
    const add = (rule: string, message: string): void => void violations.push({ file: name, rule, message });
    if (room === null) {
      add("unknown-room", "stands in no room of the house");
      continue;
    }
    const text = withoutComments(readFileSync(file, "utf8"));
    if (!arrows.has(room)) arrows.set(room, new Set());
    for (const match of text.matchAll(IMPORT))
      inspectImport(match[1] ?? match[2] ?? "", { root, src, file, room, add, arrows });
    if (isTest(file)) continue;
    if (PURE.has(room) && /\bDate\.now\(|\bnew Date\(\s*\)|\bperformance\.now\(|\bprocess\.(?!nextTick)/.test(text)) {
      add("ambient", "a pure room reads the clock or the process");
    }
    if (/\bprocess\.env\b/.test(text) && !name.startsWith(join("src", "node", "config")))
      add("env", "process.env is read outside src/node/config");
  }
  for (const cycle of cycles(arrows)) violations.push({ file: "src", rule: "cycle", message: cycle.join(" → ") });
  return { files: files.length, arrows, violations };
}

interface Place {
  readonly root: string;
  readonly src: string;
  readonly file: string;
  readonly room: string;
  readonly arrows: Map<string, Set<string>>;
  readonly add: (rule: string, message: string) => void;
}

function inspectImport(target: string, { src, file, room, add, arrows }: Place): void {
  if (target.startsWith("#")) {
    const other = target.slice(1);
    if (floorOf(other) === -1) return add("skipped-door", `${target} is no door`);
    // A test may look down from anywhere, but it too goes through the door.
    if (other === room)
      return isTest(file) ? undefined : add("own-door", "a room does not go out and in again through its own door");
    if (!isTest(file)) arrows.get(room)?.add(other);
    if (floorOf(other) >= floorOf(room))
      return add(
        "upward",
        `${room} imports ${other}, which stands ${floorOf(other) === floorOf(room) ? "beside" : "above"} it`,
      );
    if (room === "ledger" && !LEDGER_MAY.has(other))
      return add("ledger", `ledger imports ${other}; it stands on base alone`);
    return undefined;
  }
  if (target.startsWith(".")) {
    const other = roomOf(src, resolve(dirname(file), target));
    if (other === room) {
      if (!isTest(file) && target.endsWith(".test.ts")) add("test-import", `imports ${target}`);
      return undefined;
    }
    return isTest(file) && target.endsWith("/testing.ts")
      ? undefined
      : add("skipped-door", `reaches ${target} past the door of ${other ?? "no room"}`);
  }
  if (PURE.has(room) && !isTest(file) && target.startsWith("node:") && !PURE_NODE.has(target))
    return add("ambient", `a pure room imports ${target}`);
  return undefined;
}

function cycles(arrows: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const walk = (room: string, path: readonly string[]): void => {
    if (path.includes(room)) return void found.push([...path.slice(path.indexOf(room)), room]);
    if (done.has(room)) return;
    for (const next of arrows.get(room) ?? []) walk(next, [...path, room]);
    done.add(room);
  };
  for (const room of arrows.keys()) walk(room, []);
  return found;
}

/** The map, top floor first. */
export function drawMap({ arrows }: House): string {
  const rooms = FLOORS.flat()
    .filter((room) => arrows.has(room))
    .toReversed();
  const width = Math.max(...rooms.map((room) => room.length), 0);
  return rooms
    .map(
      (room) =>
        `${room.padEnd(width)}  →  ${[...(arrows.get(room) ?? [])].toSorted((a, b) => floorOf(b) - floorOf(a)).join(" ") || "(ground)"}`,
    )
    .join("\n");
}

if (import.meta.main) {
  const house = inspect(resolve(import.meta.dirname, ".."));
  for (const { file, rule, message } of house.violations) console.error(`${file}: ${rule}: ${message}`);
  console.log(drawMap(house));
  console.log(`${house.files} files, ${house.arrows.size} rooms, ${house.violations.length} violations`);
  process.exitCode = house.violations.length > 0 ? 1 : 0;
}
