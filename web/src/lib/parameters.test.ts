import { describe, expect, it } from "vitest";
import { defaultText, fault, parameter, parameters, textOf, valueOf } from "./parameters";

const learningRate = parameter("TrainingsStart", "lr");
const batchSize = parameter("TrainingsStart", "batch_size");
const name = parameter("BotsCreate", "name");
const universe = parameter("AgentsCreate", "universe");

describe("a parameter", () => {
  it("is described by the platform and named in plain words", () => {
    expect(learningRate).toMatchObject({
      label: "Learning rate",
      kind: "number",
      nullable: true,
      exclusiveMinimum: 0,
      maximum: 1,
    });
    expect(batchSize).toMatchObject({ integer: true, required: true, minimum: 1, maximum: 8192 });
  });

  it("says what it means when it is left empty", () => {
    expect(learningRate.description).toContain("Empty: the bot’s");
  });

  it("calls other fields by their labels", () => {
    expect(parameter("TrainingsStart", "min_episodes").description).toContain("“Most episodes”");
  });

  it("has its choices in words", () => {
    const source = parameter("TrainingsStart", "source");
    expect(source.kind).toBe("choice");
    expect(source.options).toContainEqual({ value: "yahoo", label: "Yahoo Finance" });
  });

  it("tells its default in words", () => {
    expect(defaultText(parameter("BotsCreate", "hidden_layers"))).toBe("43");
    expect(defaultText(parameter("TrainingsStart", "device"))).toBe("Automatic");
    expect(defaultText(learningRate)).toBeNull();
  });

  it("exists for each field of a model", () => {
    expect(parameters("BotsCreate").map((each) => each.name)).toEqual([
      "name",
      "lr",
      "hidden_layers",
      "gamma",
      "discounter_rate",
      "depth",
      "algorithm",
      "encoder",
    ]);
  });
});

describe("a fault", () => {
  it.each([
    ["0", "Above 0."],
    ["1.5", "At most 1."],
    ["abc", "Write a number, as 0.001."],
    ["1e-", "Write a number, as 0.001."],
    ["0x10", "Write a number, as 0.001."],
    ["1e-3", null],
    ["", null],
  ])("of the learning rate %j is %j", (text, expected) => {
    expect(fault(learningRate, text)).toBe(expected);
  });

  it.each([
    ["", "Batch size is needed."],
    ["0", "At least 1."],
    ["8193", "At most 8,192."],
    ["1.5", "Write a whole number."],
    ["64", null],
  ])("of the batch size %j is %j", (text, expected) => {
    expect(fault(batchSize, text)).toBe(expected);
  });

  it("of a name allows letters of every script and refuses other signs", () => {
    expect(fault(name, "momentum-1")).toBeNull();
    expect(fault(name, "Čapek 2")).toBeNull();
    expect(fault(name, "-x")).toContain("begin with a letter");
    expect(fault(name, "a/b")).toContain("begin with a letter");
    expect(fault(name, "a".repeat(65))).toContain("At most 64");
  });

  it("of a list names the entry", () => {
    expect(fault(universe, "EURUSD, ^GSPC")).toBeNull();
    expect(fault(universe, "EURUSD, $x")).toContain("$x:");
    expect(fault(universe, "EURUSD, EURUSD")).toBe("EURUSD stands there twice.");
    expect(fault(universe, "")).toBe("Symbols is needed.");
  });

  it("of a date asks for its form", () => {
    const start = parameter("SessionsStart", "start");
    expect(fault(start, "2025-06-02")).toBeNull();
    expect(fault(start, "2.6.2025")).toContain("2025-06-02");
  });
});

describe("a value", () => {
  it("is what the text means", () => {
    expect(valueOf(batchSize, " 64 ")).toBe(64);
    expect(valueOf(learningRate, "")).toBeNull();
    expect(valueOf(parameter("BotsCreate", "depth"), "")).toBeUndefined();
    expect(valueOf(parameter("TrainingsStart", "fresh"), "true")).toBe(true);
    expect(valueOf(name, " ada ")).toBe("ada");
    expect(valueOf(universe, "EURUSD,^GSPC")).toEqual(["EURUSD", "^GSPC"]);
    expect(valueOf(parameter("AgentsCreate", "prompt"), " as is ")).toBe(" as is ");
  });

  it("becomes text and value again", () => {
    expect(valueOf(universe, textOf(["EURUSD", "^GSPC"]))).toEqual(["EURUSD", "^GSPC"]);
    expect(textOf(null)).toBe("");
  });
});
