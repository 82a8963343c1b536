"""Where a training without workers of its own collects: on its learner's GPU, or on the CPU."""

from aibt.rl.environment import DeviceEnvironmentFactory, EnvironmentFactory
from aibt.rl.preparation import Preparation
from aibt.rl.rollout import InProcessWorkers, RolloutWorkers, WeightsSource


def local_workers(
    preparation: Preparation, factory: EnvironmentFactory, source: WeightsSource
) -> RolloutWorkers:
    """Return what collects in the learner's process.

    On a GPU if the learner is there, acts there (`DevicePolicy`), and the factory has
    environments for it; else on the CPU. Remote workers, which are asked for by
    `rollout_workers`, are always on CPUs.

    Raises:
        Invalid: the device cannot be had.
    """
    setups = preparation.rollout_setups()
    if preparation.parameters.device != "cpu" and len(setups) == 1:
        from aibt.rl.device_rollout import DevicePolicy, DeviceWorkers  # torch
        from aibt.rl.devices import resolve_device

        device = resolve_device(preparation.parameters.device)
        on_gpu = device.type != "cpu"
        if (
            on_gpu
            and isinstance(source, DevicePolicy)
            and isinstance(factory, DeviceEnvironmentFactory)
        ):
            return DeviceWorkers(setups[0], factory.on_device, device)
    return InProcessWorkers(setups, factory)
