"""What a session's model has used, and whether that was all it may."""

from aibt.agents.model import Answer
from aibt.agents.plan import SessionPlan


class Spending:
    """Tokens, money and time of all answers so far."""

    def __init__(self, plan: SessionPlan) -> None:
        self._plan = plan
        self.input_tokens = 0
        self.output_tokens = 0
        self.cost: float | None = 0.0  # US dollars; None once an answer's price is not known
        self.known_cost = 0.0
        self.seconds = 0.0
        self.answers = 0

    def add(self, answer: Answer, took_s: float) -> None:
        """Count an answer."""
        usage = answer.usage
        self.input_tokens += usage.input_tokens
        self.output_tokens += usage.output_tokens
        self.seconds += took_s
        self.answers += 1
        if usage.cost is None:
            self.cost = None
        else:
            self.known_cost += usage.cost
            self.cost = None if self.cost is None else self.cost + usage.cost

    def exceeded(self) -> str | None:
        """Return which limit is reached, as a sentence, or None."""
        tokens = self.input_tokens + self.output_tokens
        if self._plan.max_tokens is not None and tokens >= self._plan.max_tokens:
            return f"the model has used {tokens:,} tokens, all that it may"
        if self._plan.max_cost is not None and self.known_cost >= self._plan.max_cost:
            return f"the model has cost {self.known_cost:.2f} US dollars, all that it may"
        return None
