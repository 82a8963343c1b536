"""From a training's row and files to the run that computes. It loads torch."""

from actors.rollout_worker import RemoteWorkers
from actors.shared_preparations import SharedPreparations
from actors.training_files import TrainingFiles
from actors.training_request import training_parameters
from aibt.clock import Clock
from aibt.live.events import EventSink
from aibt.market.dataset import load_dataset
from aibt.rl.checkpoint import load, load_weights
from aibt.rl.devices import use_one_thread
from aibt.rl.training import PICTURE_S, TrainingRun
from aibt.store.records import CheckpointRow, Training
from envs.factory import trading_environments


def build_run(
    training: Training,
    checkpoint: CheckpointRow | None,
    sink: EventSink,
    *,
    files: TrainingFiles,
    clock: Clock,
    epoch: int,
    shared: SharedPreparations | None = None,
    picture_s: float = PICTURE_S,
) -> TrainingRun:
    """Return the run of a training, from its newest checkpoint or from the beginning. Blocking.

    Args:
        training: its row.
        checkpoint: where it goes on from; None: from the beginning.
        sink: takes what happens.
        files: of trainings.
        clock: the time.
        epoch: of its activation.
        shared: what it shares with others of its process; None: it has no others.
        picture_s: how old its status may be while it computes.

    Raises:
        NotFound, BadBars: its frozen bars are gone or damaged.
        Invalid: its device cannot be had here.
        BadCheckpoint: its checkpoint is damaged.
    """
    use_one_thread()  # nets this small are slower with two, and trainings share the cores
    preparation = (shared or SharedPreparations()).prepared(
        training_parameters(training.request),
        training.dataset,
        lambda: load_dataset(training.dataset, files.datasets),
    )
    workers = None
    if preparation.parameters.rollout_workers:
        workers = RemoteWorkers(preparation.rollout_setups(), training.id, epoch)
    if checkpoint is not None:
        return TrainingRun.restore(
            preparation,
            trading_environments,
            load(files.absolute(checkpoint.path)),
            sink=sink,
            clock=clock,
            workers=workers,
            picture_s=picture_s,
        )
    initial = training.initial_weights
    return TrainingRun(
        preparation,
        trading_environments,
        sink=sink,
        clock=clock,
        initial_weights=load_weights(files.absolute(initial)).weights if initial else None,
        workers=workers,
        picture_s=picture_s,
    )
