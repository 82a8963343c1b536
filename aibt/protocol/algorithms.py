"""The algorithms, and the encoders they learn with, on the wire."""

from pydantic import Field

from aibt.protocol.message import WireMessage
from aibt.rl.catalogue import (
    ALGORITHMS,
    DEFAULT_ALGORITHM,
    DEFAULT_ENCODER,
    ENCODERS,
    UNUSED,
    encoders_of,
)


class AlgorithmMessage(WireMessage):
    """One way to learn."""

    name: str = Field(description="as `algorithm` of a bot or a training")
    sentence: str = Field(description="what it does")
    is_default: bool = Field(description="whether a new bot learns so unless told otherwise")
    unused: dict[str, str] = Field(
        description="parameters that mean nothing to it, by name, each with why"
    )
    encoders: list[str] = Field(description="`encoder` of a bot or a training that it takes")


class EncoderMessage(WireMessage):
    """One way to read the bars."""

    name: str = Field(description="as `encoder` of a bot or a training")
    sentence: str = Field(description="what it does")
    is_default: bool = Field(description="whether a new bot has it unless told otherwise")


class AlgorithmsMessage(WireMessage):
    """All ways to learn, and to read the bars, that there are."""

    algorithms: list[AlgorithmMessage]
    encoders: list[EncoderMessage]


def algorithms_message() -> AlgorithmsMessage:
    """Return the algorithms and encoders of this version."""
    return AlgorithmsMessage(
        algorithms=[
            AlgorithmMessage(
                name=name,
                sentence=sentence,
                is_default=name == DEFAULT_ALGORITHM,
                unused=dict(UNUSED.get(name, {})),
                encoders=[*encoders_of(name)],
            )
            for name, sentence in ALGORITHMS.items()
        ],
        encoders=[
            EncoderMessage(name=name, sentence=sentence, is_default=name == DEFAULT_ENCODER)
            for name, sentence in ENCODERS.items()
        ],
    )
