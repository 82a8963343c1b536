import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { aTraining } from "@/api/feeds/builders";
import { isMember, Membership } from "@/features/populations/membership";

describe("a training that is a member", () => {
  it("leads to its population", () => {
    const training = aTraining({ population_id: 3, member: 2 });
    render(<Membership of={training} />);
    const link = screen.getByRole("link", { name: "member 2 of population 3" });
    expect(link.getAttribute("href")).toBe("/population?id=3");
    expect(isMember(training)).toBe(true);
  });

  it("is none where it learns alone", () => {
    const { container } = render(<Membership of={aTraining()} />);
    expect(container.textContent).toBe("");
    expect(isMember(aTraining({ population_id: null }))).toBe(false);
  });
});
