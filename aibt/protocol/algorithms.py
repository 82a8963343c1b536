"""The algorithms on the wire."""

from pydantic import Field

from aibt.protocol.message import WireMessage
from aibt.rl.catalogue import ALGORITHMS, DEFAULT_ALGORITHM, UNUSED


class AlgorithmMessage(WireMessage):
    """One way to learn."""

    name: str = Field(description="as `algorithm` of a bot or a training")
    sentence: str = Field(description="what it does")
    is_default: bool = Field(description="whether a new bot learns so unless told otherwise")
    unused: dict[str, str] = Field(
        description="parameters that mean nothing to it, by name, each with why"
    )


class AlgorithmsMessage(WireMessage):
    """All ways to learn that there are."""

    algorithms: list[AlgorithmMessage]


def algorithms_message() -> AlgorithmsMessage:
    """Return the algorithms of this version."""
    return AlgorithmsMessage(
        algorithms=[
            AlgorithmMessage(
                name=name,
                sentence=sentence,
                is_default=name == DEFAULT_ALGORITHM,
                unused=dict(UNUSED.get(name, {})),
            )
            for name, sentence in ALGORITHMS.items()
        ]
    )
