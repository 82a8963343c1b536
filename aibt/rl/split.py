"""Which bars train, validate and test: in time order, with gaps that nothing is asked of."""

from dataclasses import dataclass
from typing import Final

from aibt.errors import Invalid

_HORIZON: Final = 1  # bars that a reward looks ahead
_SHORTEST: Final = 8  # decisions that a part must have room for
_VALIDATION_SHARE: Final = 5  # one in so many


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Bars `start` up to but not including `stop`; a decision is made at all but the last."""

    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Train | purge | validation | purge | test.

    A purge is `window` + 1 bars, so that no window of returns in a part holds one of the part
    before it and no reward reaches into the part after it. The longer averages of an
    observation, and encoders that read many bars, look back across it: at the past alone.
    `train` begins after the warm-up.

    Attributes:
        out_of_sample: index of the first bar that is not of the training part; `test` begins
            a purge later.
    """

    train: Part
    validation: Part
    test: Part
    out_of_sample: int


def split(bars: int, *, train_data_percentage: int, window: int, warm_up: int) -> Split:
    """Return the parts of a series of so many bars.

    The training part is the first `train_data_percentage` per cent; its last fifth, after a
    purge, is validation.

    Raises:
        Invalid: a part would hold fewer than nine bars; field `train_data_percentage`.
    """
    purge = window + _HORIZON
    out_of_sample = bars * train_data_percentage // 100
    validation_start = out_of_sample - out_of_sample // _VALIDATION_SHARE
    found = Split(
        train=Part(start=warm_up, stop=max(validation_start - purge, warm_up)),
        validation=Part(start=validation_start, stop=out_of_sample),
        test=Part(start=min(out_of_sample + purge, bars), stop=bars),
        out_of_sample=out_of_sample,
    )
    for name in ("train", "validation", "test"):
        length = len(getattr(found, name))
        if length <= _SHORTEST:
            what = "out of sample" if name == "test" else f"for {name}"
            raise Invalid(
                "train_data_percentage",
                f"{train_data_percentage} leaves {length} of {bars} bars {what}, "
                f"more than {_SHORTEST} are needed",
            )
    return found
