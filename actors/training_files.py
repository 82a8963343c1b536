"""Where a training's files lie: names made by the server, under the storage root alone."""

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

BEST = "best.safetensors"
"""Name of the best weights within a checkpoint's folder, as `aibt.rl.checkpoint` writes them."""


@dataclass(frozen=True, slots=True)
class TrainingFiles:
    """Paths of one installation's data sets, checkpoints and weights.

    A checkpoint is a folder that carries epoch and step in its name; it counts only once a
    row names it, so a half-written one is never read.
    """

    root: Path

    @property
    def datasets(self) -> Path:
        """Folder of the frozen bars."""
        return self.root / "datasets"

    def checkpoint(self, training_id: int, epoch: int, step: int) -> str:
        """Return the path of a checkpoint, relative to the root."""
        return f"trainings/{training_id}/checkpoints/{epoch}-{step}"

    def best_weights(self, checkpoint: str) -> str:
        """Return where a checkpoint keeps the best weights so far; there may be none yet."""
        return f"{checkpoint}/{BEST}"

    def bot_weights(self, training_id: int, epoch: int) -> str:
        """Return the path of the weights that a training leaves to its bot, from the root."""
        return f"trainings/{training_id}/weights-{epoch}.safetensors"

    def taken(self, training_id: int, name: str) -> str:
        """Return the path of what a training takes over from another, from the root.

        It stays until all checkpoints that are kept are from after it was taken over.
        """
        return f"{self._all_taken(training_id)}/{name}.safetensors"

    def absolute(self, relative: str) -> Path:
        """Return the absolute path of a stored, relative one.

        Raises:
            ValueError: it leads out of the root.
        """
        path = (self.root / relative).resolve()
        if not path.is_relative_to(self.root.resolve()):
            raise ValueError(f"{relative!r} leads out of the storage root")
        return path

    def remove_taken(self, training_id: int, paths: Collection[str]) -> None:
        """Delete those of `paths`, each one of `taken`, that are still there."""
        folder = self._all_taken(training_id)
        for file in self.absolute(folder).glob("*"):
            if f"{folder}/{file.name}" in paths:
                file.unlink(missing_ok=True)

    def remove_all_taken(self, training_id: int) -> None:
        """Delete all that a training has taken over: it has ended, and is never gone on with."""
        self.remove(self._all_taken(training_id))

    def remove(self, relative: str) -> None:
        """Delete a folder of which nothing is read any more."""
        shutil.rmtree(self.absolute(relative), ignore_errors=True)

    def _all_taken(self, training_id: int) -> str:
        return f"trainings/{training_id}/taken"
