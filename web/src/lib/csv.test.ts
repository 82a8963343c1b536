import { expect, it } from "vitest";
import { csv } from "./csv";

it("writes a header and rows with line ends as RFC 4180 says", () => {
  expect(csv(["id", "name"], [[1, "Ada"]])).toBe("id,name\r\n1,Ada\r\n");
});

it("quotes what has commas, quotes or line breaks", () => {
  expect(csv(["a"], [['say "hi", twice\n']])).toBe('a\r\n"say ""hi"", twice\n"\r\n');
});

it("defuses a text that a spreadsheet would run, and leaves numbers as they are", () => {
  const row = ["=1+1", "+1", "-1", "@x", "\tx", -1.5];
  expect(csv(["a"], [row])).toBe("a\r\n'=1+1,'+1,'-1,'@x,'\tx,-1.5\r\n");
});

it("leaves empty what is not known", () => {
  expect(csv(["a", "b", "c"], [[null, undefined, Number.NaN]])).toBe("a,b,c\r\n,,\r\n");
});
