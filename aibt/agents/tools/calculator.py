"""The math tool: arithmetic that a language model should not do in its head."""

from typing import Annotated

from pydantic import Field

from aibt.agents.tools.desk import Desk, Result
from aibt.agents.tools.expressions import LONGEST, value
from aibt.agents.tools.server import DeskOf, ToolServer, bound_to, tool_server
from aibt.agents.tools.tool import Arguments, Tool
from aibt.errors import Invalid

INSTRUCTIONS = "Exact arithmetic on numbers that you write out."


class ExpressionArguments(Arguments):
    expression: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST,
            description="such as (171.2 / 163.4 - 1) * 100, or stdev(1.2, -0.4, 0.8) * sqrt(252)",
        ),
    ]


async def _calculate(_: Desk, given: ExpressionArguments) -> Result:
    try:
        return {"result": value(given.expression)}
    except ValueError as error:
        raise Invalid("expression", str(error)) from None


CALCULATE = Tool(
    name="calculate",
    description=(
        "The value of an arithmetic expression: + - * / // (whole part of a quotient) % "
        "(remainder) ** (power), parentheses, abs, min, max, round(x, digits), sqrt, log "
        "(natural), log10, exp, floor, ceil, sum, mean, stdev (of a sample), pi, e. No "
        f"variables, no comparisons; at most {LONGEST} characters."
    ),
    arguments=ExpressionArguments,
    run=_calculate,
    time_limit_s=5.0,
)


def math_server(desk: Desk | DeskOf) -> ToolServer:
    """Return the MCP server `math`; its tool asks nothing of the desk."""
    desk_of = desk if callable(desk) else bound_to(desk)
    return tool_server("math", INSTRUCTIONS, (CALCULATE,), desk_of)
