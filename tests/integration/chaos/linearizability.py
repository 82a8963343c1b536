"""Whether one order of a user's operations explains all that he was answered, and the database.

The search is that of Wing and Gong with Lowe's memory of what was tried: an operation has its
effect at one moment between its beginning and its first acknowledgement; one that was never
acknowledged has it at any later moment, or never.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.integration.chaos.bots_model import EMPTY, Found, State, after, ends_as
from tests.integration.chaos.history import NEVER, Operation

_MOST_VISITS = 500_000


@dataclass(frozen=True, slots=True)
class Node:
    """The operations that have had their effect, as bits, and the state they left."""

    done: int
    state: State


def fault(operations: Sequence[Operation], found: Mapping[str, Found] | None) -> str | None:
    """Return why no order explains the history, or None where one does.

    Args:
        operations: of one user, those that the model knows.
        found: his bots in the database at the end; None: they are not looked at.
    """
    ordered = sorted(operations, key=lambda one: one.began)
    wanted = sum(1 << at for at, one in enumerate(ordered) if one.ended < NEVER)
    start = Node(0, EMPTY)
    stack, seen, furthest = [start], {start}, start
    while stack:
        node = stack.pop()
        if node.done & wanted == wanted and (found is None or ends_as(node.state, found)):
            return None
        if (node.done & wanted).bit_count() > (furthest.done & wanted).bit_count():
            furthest = node
        for following in _following(ordered, node):
            if following not in seen:
                seen.add(following)
                stack.append(following)
        if len(seen) > _MOST_VISITS:
            return "the search for an order took too long"
    return _says(ordered, furthest, wanted, found)


def _following(ordered: Sequence[Operation], node: Node) -> list[Node]:
    """Return where to go on: what changes nothing goes first, for it never stands in the way."""
    choices: list[Node] = []
    for at in _candidates(ordered, node.done):
        for state in after(node.state, ordered[at]):
            following = Node(node.done | 1 << at, state)
            if state == node.state and ordered[at].ended < NEVER:
                return [following]
            choices.append(following)
    return choices


def _candidates(ordered: Sequence[Operation], done: int) -> list[int]:
    """Return the operations that no other one precedes: none ended before they began."""
    found: list[int] = []
    horizon = NEVER
    for at, one in enumerate(ordered):
        if one.began > horizon:
            break
        if not done >> at & 1:
            found.append(at)
            horizon = min(horizon, one.ended)
    return [at for at in found if ordered[at].began <= horizon]


def _says(
    ordered: Sequence[Operation], node: Node, wanted: int, found: Mapping[str, Found] | None
) -> str:
    count = (node.done & wanted).bit_count()
    bots = "\n".join(f"    {name!r}: {bot}" for name, bot in sorted(node.state))
    if node.done & wanted == wanted:
        there = "\n".join(f"    {name!r}: {one}" for name, one in sorted((found or {}).items()))
        return f"after all {count} operations the bots are\n{bots}\n  and the database has\n{there}"
    stuck = "\n".join(f"    {ordered[at]}" for at in _candidates(ordered, node.done))
    return f"after {count} operations the bots are\n{bots}\n  and none of these fits:\n{stuck}"
