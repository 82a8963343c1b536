"""Checkpoints and weights on disk: one safetensors file each, with JSON in its header.

Nothing is ever unpickled. A file appears whole or not at all, and says when it is damaged.
"""

import hashlib
import json
import os
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from aibt.market.features import FeatureStatistics
from aibt.rl.environment import Floats
from aibt.rl.network import Architecture, check_weights

FORMAT: Final = 1
RUN: Final = "run.safetensors"
BEST: Final = "best.safetensors"
_FACTS: Final = "facts"
_DIGEST: Final = "sha256"

Tensors = Mapping[str, NDArray[np.generic]]


class BadCheckpoint(ValueError):
    """A file is no checkpoint of this format, or is damaged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedWeights:
    """Weights with all that is needed to use them alone.

    Attributes:
        statistics: those of the features they were trained on, the window among them.
        facts: where they come from (episode, score), for people.
    """

    weights: Mapping[str, Floats]
    architecture: Architecture
    statistics: FeatureStatistics
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A training between two units of work, in memory.

    Attributes:
        steps: environment steps so far.
        tensors: weights, optimizer, replay buffer, environments.
        facts: everything else, as JSON's own types.
        best: the best weights so far, to be used alone; None before an evaluation.
    """

    steps: int
    tensors: Tensors
    facts: Mapping[str, Any]
    best: TrainedWeights | None = None

    def save(self, folder: Path) -> None:
        """Write the whole into `folder`: `run.safetensors` last, which alone is loaded again.

        Either file exists only once it is whole and on the disk.

        Raises:
            OSError: it could not be written.
        """
        if self.best is not None:
            save_weights(self.best, folder / BEST)
        facts = {"kind": "checkpoint", "steps": self.steps, "run": self.facts}
        _write(folder / RUN, self.tensors, facts)


def load(folder: Path) -> Checkpoint:
    """Read what `Checkpoint.save` wrote; `best` stays in its own file.

    Raises:
        BadCheckpoint: it is not a whole checkpoint of this format.
        OSError: it could not be read.
    """
    tensors, facts = _read(folder / RUN, "checkpoint")
    return Checkpoint(steps=int(facts["steps"]), tensors=tensors, facts=facts["run"])


def save_weights(trained: TrainedWeights, path: Path) -> None:
    """Write weights; `path` exists only once they are whole and on the disk.

    Raises:
        OSError: they could not be written.
    """
    shape = trained.architecture
    facts = {
        "kind": "weights",
        "architecture": asdict(shape),
        "statistics": trained.statistics.to_json(),
        "about": dict(trained.facts),
    }
    _write(path, trained.weights, facts)


def load_weights(path: Path) -> TrainedWeights:
    """Read what `save_weights` wrote.

    Raises:
        BadCheckpoint: it holds no whole weights of this format, or not those it says.
        OSError: it could not be read.
    """
    tensors, facts = _read(path, "weights")
    try:
        architecture = Architecture(**facts["architecture"])
        statistics = FeatureStatistics.from_json(facts["statistics"])
        weights = {name: tensor.astype(np.float32) for name, tensor in tensors.items()}
        check_weights(architecture, weights)
    except (KeyError, TypeError, ValueError) as error:
        raise BadCheckpoint(f"{path.name} holds no weights: {error}") from error
    return TrainedWeights(
        weights=weights, architecture=architecture, statistics=statistics, facts=facts["about"]
    )


def save_knowledge(tensors: Tensors, facts: Mapping[str, Any], path: Path) -> None:
    """Write what an algorithm has learned; `path` exists only once it is whole and on the disk.

    Raises:
        OSError: it could not be written.
    """
    _write(path, tensors, {"kind": "knowledge", "facts": dict(facts)})


def load_knowledge(path: Path) -> tuple[Tensors, dict[str, Any]]:
    """Read what `save_knowledge` wrote: tensors, and facts.

    Raises:
        BadCheckpoint: it is not a whole file of this format.
        OSError: it could not be read.
    """
    tensors, found = _read(path, "knowledge")
    return tensors, found["facts"]


def _write(path: Path, tensors: Tensors, facts: Mapping[str, Any]) -> None:
    text = json.dumps({"format": FORMAT, **facts}, allow_nan=False)
    arrays = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    content = save_tensors(arrays, {_FACTS: text, _DIGEST: _digest(arrays, text)})
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name, too, must survive a power cut
    finally:
        os.close(folder)


def _read(path: Path, kind: str) -> tuple[dict[str, NDArray[np.generic]], dict[str, Any]]:
    content = path.read_bytes()
    try:
        (length,) = struct.unpack("<Q", content[:8])
        about = json.loads(content[8 : 8 + length])["__metadata__"]
        text = about[_FACTS]
        tensors: dict[str, NDArray[np.generic]] = load_tensors(content)
        if _digest(tensors, text) != about[_DIGEST]:
            raise BadCheckpoint(f"{path.name} is damaged: its digest does not fit")
        facts: dict[str, Any] = json.loads(text)
    except (SafetensorError, struct.error, KeyError, TypeError, UnicodeDecodeError) as error:
        raise BadCheckpoint(f"{path.name} is no {kind} file: {error!r}") from error
    except json.JSONDecodeError as error:
        raise BadCheckpoint(f"{path.name} is no {kind} file: {error}") from error
    if facts.get("format") != FORMAT or facts.get("kind") != kind:
        found = f"{facts.get('kind')} of format {facts.get('format')}"
        raise BadCheckpoint(f"{path.name} is {found}, not {kind} of format {FORMAT}")
    return tensors, facts


def _digest(tensors: Tensors, text: str) -> str:
    digest = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"{name} {tensor.dtype.str} {tensor.shape}".encode())
        digest.update(tensor.tobytes())
    return digest.hexdigest()
