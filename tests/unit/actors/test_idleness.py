import asyncio

import pytest

from actors.idleness import Idleness
from tests.patience import PATIENCE_S


async def test_it_lasts_so_long_from_the_beginning_where_nobody_asks() -> None:
    now = asyncio.get_running_loop().time
    began = now()

    await Idleness(0.05).lasted()

    assert now() - began >= 0.05


async def test_a_question_that_takes_longer_holds_it_up_until_its_answer_is_old() -> None:
    now = asyncio.get_running_loop().time
    idleness = Idleness(0.05)
    lasted = asyncio.create_task(idleness.lasted())

    with idleness.interrupted():
        await asyncio.sleep(0.12)
        assert not lasted.done()
    answered = now()
    await lasted

    assert now() - answered >= 0.05
    assert idleness.answered == 1


async def test_a_question_that_fails_is_over_as_well() -> None:
    idleness = Idleness(0.01)

    with pytest.raises(ValueError, match="no"), idleness.interrupted():
        raise ValueError("no")

    async with asyncio.timeout(PATIENCE_S):
        await idleness.lasted()
