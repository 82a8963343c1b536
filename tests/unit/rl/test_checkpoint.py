from pathlib import Path

import numpy as np
import pytest

from aibt.rl.checkpoint import (
    BEST,
    RUN,
    BadCheckpoint,
    Checkpoint,
    TrainedWeights,
    load,
    load_weights,
    save_weights,
)
from aibt.rl.network import NumpyNetwork
from aibt.rl.q_network import initial_weights
from tests.unit.rl.builders import a_preparation, a_run, to_the_end


def a_checkpoint() -> Checkpoint:
    generator = np.random.Generator(np.random.PCG64(3))
    tensors = {
        "floats": np.array([[0.1, np.inf], [np.nan, -0.0]], np.float32),
        "doubles": np.array([1e-300, 0.1 + 0.2]),
        "flags": np.array([True, False]),
        "small": np.array([-1, 0, 1], np.int8),
        "none": np.zeros(0, np.int32),
    }
    return Checkpoint(
        steps=17, tensors=tensors, facts={"generator": generator.bit_generator.state, "pi": 0.1}
    )


def some_weights() -> TrainedWeights:
    preparation = a_preparation()
    return TrainedWeights(
        weights=initial_weights(preparation.architecture, 1),
        architecture=preparation.architecture,
        statistics=preparation.table.statistics,
        facts={"episode": 3},
    )


def test_a_checkpoint_comes_back_to_the_bit(tmp_path: Path) -> None:
    written = a_checkpoint()

    written.save(tmp_path / "1-17")
    read = load(tmp_path / "1-17")

    assert (read.steps, read.facts) == (17, written.facts)
    assert set(read.tensors) == set(written.tensors)
    for name, tensor in written.tensors.items():
        assert read.tensors[name].dtype == tensor.dtype
        assert read.tensors[name].tobytes() == tensor.tobytes()
    assert [path.name for path in (tmp_path / "1-17").iterdir()] == [RUN]


def test_a_generator_goes_on_from_what_was_read(tmp_path: Path) -> None:
    a_checkpoint().save(tmp_path)
    expected = np.random.Generator(np.random.PCG64(3)).random(5)

    generator = np.random.Generator(np.random.PCG64(99))
    generator.bit_generator.state = load(tmp_path).facts["generator"]

    np.testing.assert_array_equal(generator.random(5), expected)


@pytest.mark.parametrize("at", [0, 4, 40, -1])
def test_a_damaged_byte_is_noticed(tmp_path: Path, at: int) -> None:
    a_checkpoint().save(tmp_path)
    content = bytearray((tmp_path / RUN).read_bytes())
    content[at] ^= 1
    (tmp_path / RUN).write_bytes(content)

    with pytest.raises(BadCheckpoint):
        load(tmp_path)


@pytest.mark.parametrize("length", [0, 5, 100, -1])
def test_half_a_file_is_noticed(tmp_path: Path, length: int) -> None:
    a_checkpoint().save(tmp_path)
    content = (tmp_path / RUN).read_bytes()
    (tmp_path / RUN).write_bytes(content[:length])

    with pytest.raises(BadCheckpoint):
        load(tmp_path)


def test_a_writing_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    a_checkpoint().save(tmp_path)

    with pytest.raises(ValueError, match="not JSON compliant"):
        Checkpoint(steps=18, tensors={}, facts={"loss": float("nan")}).save(tmp_path)

    assert load(tmp_path).steps == 17
    assert [path.name for path in tmp_path.iterdir()] == [RUN]


def test_weights_can_be_used_alone(tmp_path: Path) -> None:
    trained = some_weights()
    save_weights(trained, tmp_path / "weights.safetensors")

    read = load_weights(tmp_path / "weights.safetensors")

    assert read.architecture == trained.architecture
    assert read.statistics == trained.statistics
    assert read.facts == {"episode": 3}
    row = np.ones(read.architecture.features, np.float32)
    before, after = (
        NumpyNetwork(one.architecture, one.weights).values(row[None]) for one in (trained, read)
    )
    np.testing.assert_array_equal(before, after)


def test_weights_are_no_checkpoint_and_a_checkpoint_no_weights(tmp_path: Path) -> None:
    save_weights(some_weights(), tmp_path / RUN)

    with pytest.raises(BadCheckpoint, match="is weights of format 1, not checkpoint"):
        load(tmp_path)
    a_checkpoint().save(tmp_path)
    with pytest.raises(BadCheckpoint, match="is checkpoint of format 1, not weights"):
        load_weights(tmp_path / RUN)


def test_weights_that_are_not_of_their_architecture_are_refused(tmp_path: Path) -> None:
    trained = some_weights()
    fewer = {name: held for name, held in trained.weights.items() if name != "layers.0.bias"}
    save_weights(
        TrainedWeights(
            weights=fewer,
            architecture=trained.architecture,
            statistics=trained.statistics,
            facts={},
        ),
        tmp_path / "weights.safetensors",
    )

    with pytest.raises(BadCheckpoint, match=r"layers\.0\.bias"):
        load_weights(tmp_path / "weights.safetensors")


def test_a_checkpoint_keeps_the_best_weights_beside_it(tmp_path: Path) -> None:
    run = to_the_end(a_run())

    run.snapshot().save(tmp_path)
    run.save_best(tmp_path / "alone.safetensors")

    beside, alone = load_weights(tmp_path / BEST), load_weights(tmp_path / "alone.safetensors")
    assert beside.facts == alone.facts
    for name, tensor in alone.weights.items():
        np.testing.assert_array_equal(beside.weights[name], tensor)
