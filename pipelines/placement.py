"""Which GPUs the engines get and which the trainer.

    place = placement(config)           raises UserError where the machine has too few
    place.engines[0], place.trainer     values for CUDA_VISIBLE_DEVICES; None on a machine without GPUs

Engines take the first GPUs. With `engine.keep_warm` the trainer gets the ones behind them, or shares the
first where the engines leave room (`engine.memory` of at most a half); without it they take turns and the
trainer starts from the first GPU again. The trainer sees no more GPUs than it has processes: one process
that sees several would be wrapped in torch's DataParallel. Reasoned from the sources; not run on GPUs by
us.
"""

from dataclasses import dataclass

from ratchetrl.pipelines import hardware
from ratchetrl.pipelines.config import Config
from ratchetrl.verifiers.errors import UserError

ROOM_FOR_A_TRAINER = 0.5  # share of a GPU's memory


@dataclass(frozen=True, slots=True)
class Placement:
    """Values for CUDA_VISIBLE_DEVICES."""

    engines: tuple[str | None, ...]
    """One per engine."""
    trainer: str | None
    """For all trainer processes together."""


def placement(config: Config) -> Placement:
    """The GPUs of each process, or no word of GPUs where there are none."""
    replicas = 1 if config.engine.url else config.engine.replicas
    if hardware.device() == "cpu":
        return Placement((None,) * replicas, None)
    gpus, width = hardware.visible_gpus(), config.engine.tensor_parallel
    taken = 0 if config.engine.url else replicas * width
    _refuse_too_few(len(gpus), taken, config)
    engines = tuple(",".join(gpus[each * width : (each + 1) * width]) or None for each in range(replicas))
    apart = config.engine.keep_warm and len(gpus) - taken >= config.train.processes
    first = taken if apart else 0
    return Placement(engines, ",".join(gpus[first : first + config.train.processes]))


def _refuse_too_few(gpus: int, taken: int, config: Config) -> None:
    processes, memory = config.train.processes, config.engine.memory
    if taken > gpus:
        raise UserError(
            f"the engines want {taken} GPUs (engine.replicas x engine.tensor_parallel) and {gpus} are "
            "visible; lower one of the two"
        )
    if processes > gpus:
        raise UserError(f"train.processes is {processes} and {gpus} GPUs are visible; lower it")
    if memory > 1:
        raise UserError(f"engine.memory is {memory}, more than the whole GPU; give a share such as 0.9")
    if config.engine.keep_warm and gpus - taken < processes and memory > ROOM_FOR_A_TRAINER:
        raise UserError(
            f"engine.keep_warm needs {processes} GPUs for the trainer besides {taken} for the engines, "
            f"and {gpus} are visible; set engine.keep_warm = false, or engine.memory to at most "
            f"{ROOM_FOR_A_TRAINER}"
        )
