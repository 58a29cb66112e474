import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compareNames,
  compareScore,
  countryOf,
  MATCH_THRESHOLD,
  MentionFinder,
  NameIndex,
  type NameType,
  parseBirth,
  weighFacts,
} from "./index.ts";

describe("names that are the same", () => {
  test.each<[string, string, NameType]>([
    ["Jon Smith", "John Smith", "person"],
    ["PUTIN, Vladimir", "Владимир Владимирович Путин", "person"],
    ["Osama Binladen", "أسامة بن لادن", "person"],
    ["Abdurrahman Yasin", "عبد الرحمن ياسين", "person"],
    ["Nasir ud Din Haqqani", "Nasiruddin Haqqani", "person"],
    ["Hafiz Muhammad Saeed", "حافظ محمد سعید", "person"],
    ["Ivanova Maria", "Мария Иванова", "person"],
    ["Müller Hans", "Hans Mueller", "person"],
    ["Аhmed Hаssan", "Ahmed Hassan", "person"],
    ["J.K. Rowling", "J K Rowling", "person"],
    ["Tehrik-e Taliban Pakistan", "تحریک طالبان پاکستان", "organization"],
    ["Gazprom OAO", "ОАО Газпром", "organization"],
    ["M/V Ocean Star", "OCEAN STAR", "vessel"],
    ["Sea Breeze 2", "SEA BREEZE II", "vessel"],
  ])("%s ~ %s", (left, right, type) => expect(compareNames(left, right, type)).toMatchObject({ match: true }));
});

describe("names that are not", () => {
  test.each<[string, string, NameType]>([
    ["John Smith", "Jane Smith", "person"],
    ["Hassan Ali", "Hussain Ali", "person"],
    ["Muhammad Ali Khan", "Muhammad Ali Shah", "person"],
    ["Abdul Rahman Khan", "Abdul Rahim Khan", "person"],
    ["Maria Garcia", "Mario Garcia", "person"],
    ["Kim Jong Un", "Kim Jong Il", "person"],
    ["Al Rashid Trust", "Al Akhtar Trust", "organization"],
    ["General Trading Company", "International Trading Company", "organization"],
    ["CORP", "Gazprom Corp", "organization"],
    ["TTP", "Tehrik-e Taliban Pakistan", "organization"],
    ["Brigade 313", "Brigade 55", "organization"],
    ["Ocean Star", "Ocean Star 2", "vessel"],
  ])("%s, %s", (left, right, type) => expect(compareNames(left, right, type)).toMatchObject({ match: false }));
});

describe("for any names", () => {
  const name = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 60 }),
    fc
      .array(
        fc.constantFrom(
          "Muhammad",
          "al-",
          "bin",
          "Abd",
          "Хасан",
          "علی",
          "عبدال",
          "Smith,",
          "LLC",
          "2",
          "Jr",
          "-",
          "o'",
          "Abu",
          "ud",
          "Din",
        ),
        { maxLength: 9 },
      )
      .map((words) => words.join(" ")),
  );
  const type = fc.constantFrom<NameType>("person", "organization", "vessel");
  test("a score lies between 0 and 1, says the same both ways, and is the same again", () => {
    fc.assert(
      fc.property(name, name, type, (left, right, of) => {
        const { score, match } = compareScore(left, right, of);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
        expect(match).toBe(score >= MATCH_THRESHOLD);
        expect(compareScore(left, right, of).score).toBe(score);
        expect(Math.abs(compareScore(right, left, of).score - score)).toBeLessThan(0.1);
      }),
    );
  });
  test("hostile names take bounded work", () => {
    for (const long of [
      "a".repeat(100_000),
      "a b ".repeat(25_000),
      "عبدال".repeat(20_000),
      "a-".repeat(50_000),
      "uddin ".repeat(1000),
      "o.".repeat(9000),
    ])
      expect(compareScore(long, `${long} x`, "person").score).toBeLessThanOrEqual(1);
  });
});

test("the index gives what a comparison of every name would, with the same score", () => {
  const names = [
    "Usama bin Ladin",
    "BIN LADIN, Usama",
    "Ayman al-Zawahiri",
    "Владимир Путин",
    "حافظ محمد سعید",
    "Muhammad Ali Khan",
    "John Smith",
  ];
  const index = new NameIndex(names.map((one, subject) => ({ name: one, type: "person", subject })));
  for (const asked of [
    "Osama bin Laden",
    "Aiman Alzawahiri",
    "Vladimir Putin",
    "Hafiz Saeed",
    "Jon Smith",
    "Osama Binladen",
    "Mohd Ali Khan",
  ]) {
    const full = names
      .map((one, at) => ({ at, score: compareScore(asked, one, "person").score }))
      .filter(({ score }) => score >= 0.6);
    const found = index.find(asked, ["person"], { minimum: 0.6, limit: 10 });
    expect(new Set(found.map(({ at }) => at)), asked).toEqual(new Set(full.map(({ at }) => at)));
    for (const { at, result } of found)
      expect(result.score).toBeCloseTo(full.find((one) => one.at === at)?.score ?? 0, 3);
  }
});

test("mixed scripts are read and told", () => {
  expect(compareNames("Аhmed", "Ahmed", "person").reasons.join()).toContain("mixed scripts");
});

test.each([
  ["1962", "1962-01-01", "1962-12-31"],
  ["5 Mar 1962", "1962-03-05", "1962-03-05"],
  ["March 5, 1962", "1962-03-05", "1962-03-05"],
  ["05/03/1962", "1962-03-05", "1962-03-05"],
  ["1962-02", "1962-02-01", "1962-02-28"],
  ["1964 to 1966", "1964-01-01", "1966-12-31"],
  ["circa 1938", "1938-01-01", "1938-12-31"],
])("born %s", (text, from, to) => expect(parseBirth(text)).toMatchObject({ from, to }));
test.each(["31-02-1950", "1950-13-01", "0000", "yesterday", "", "1966 to 1964"])("%s is no birth date", (text) =>
  expect(parseBirth(text)).toBeNull(),
);

test("what stands beside a name lowers or raises, and never removes", () => {
  const born = (text: string) => ({
    births: [parseBirth(text)].filter((one) => one !== null),
    countries: [] as string[],
    identifiers: [] as string[],
  });
  expect(weighFacts(0.8, born("1962"), born("1962")).score).toBeGreaterThan(0.85);
  const far = weighFacts(0.8, born("1990"), born("1962")).score;
  expect(far).toBeLessThan(0.6);
  expect(far).toBeGreaterThan(0.4);
  expect(weighFacts(0.8, born(""), born("1962")).reasons.join()).toContain("would raise it to 0.87");
  expect([countryOf("Pakistani"), countryOf("PK"), countryOf("Iran (Islamic Republic of)")]).toEqual([
    "PK",
    "PK",
    "IR",
  ]);
});

test("mentions are whole words with their places", () => {
  const finder = new MentionFinder([
    { name: "Balochistan Liberation Army", type: "organization", subject: 1, weak: false },
    { name: "BLA", type: "organization", subject: 1, weak: true },
  ]);
  const text = "BLACK and the BLA.";
  expect(finder.find(text)).toMatchObject([{ text: "BLA", start: 14, end: 17, confidence: 0.27 }]);
  expect(
    finder.find(`Baluchistan? Balochistan liberation army; ${text}`).map(({ confidence }) => confidence > 0.5),
  ).toEqual([true, true]);
});
