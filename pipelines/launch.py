"""From a config to a running supervisor: everything is checked before anything is created.

    code = launch(config, Path("outputs/run"), rerun=False, orders=Orders())

Bad input (a config, a model, a dataset, a folder) raises UserError while nothing has been written yet. The
exit codes are 0 (done), 2 (cannot be served as given) and 130 (interrupted).
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from ratchetrl.pipelines import hardware
from ratchetrl.pipelines.accounting.account import Account
from ratchetrl.pipelines.accounting.attempts import close_killed, heartbeat
from ratchetrl.pipelines.accounting.energy import joule_counter
from ratchetrl.pipelines.accounting.prices import token_price, used_gpus
from ratchetrl.pipelines.approval import Waiting, check_approver
from ratchetrl.pipelines.base_stage import check_model
from ratchetrl.pipelines.canaries import check_canaries
from ratchetrl.pipelines.chooser import check_chooser
from ratchetrl.pipelines.config import Config
from ratchetrl.pipelines.generation import Orders, Paused
from ratchetrl.pipelines.placement import placement
from ratchetrl.pipelines.posterior.levels import check_levels
from ratchetrl.pipelines.progress import Progress
from ratchetrl.pipelines.regression_suites import check_regression_suites
from ratchetrl.pipelines.reporting.write import REPORT, redraw_report, write_report
from ratchetrl.pipelines.run_context import Run, Stopwatch
from ratchetrl.pipelines.run_folder import RunFolder
from ratchetrl.pipelines.sampler_client import Sampler, sampler_plan
from ratchetrl.pipelines.stopping import Stopped, StopSignal
from ratchetrl.pipelines.suite_contamination import contamination_lines, store_contamination
from ratchetrl.pipelines.suites import Suite, open_suite
from ratchetrl.pipelines.supervisor import Ending, supervise
from ratchetrl.pipelines.trackers import check_trackers, open_trackers
from ratchetrl.pipelines.trainer_client import TrainerClient, TrainerStopped
from ratchetrl.pipelines.verifier_checks import (
    CheckRecord,
    check_verifiers,
    let_through_lines,
    store_checks,
    stored_checks,
)
from ratchetrl.rewards.compose import compose
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.pool import VerifierPool

INTERRUPTED = 130


def launch(
    config: Config,
    output: Path,
    rerun: bool,
    orders: Orders,
    allow_unchecked: bool = False,
    began_s_ago: float = 0.0,
) -> int:
    """Runs or continues the run in `output`, which somebody asked for so many seconds ago; returns the exit
    code."""
    clock, folder = stopwatch(config, began_s_ago), RunFolder(output)
    folder.check(config, rerun)
    check_approver(orders.approver, config)
    suite, checks = check_inputs(config, stored_checks(folder.path), allow_unchecked)
    folder.check_data(suite.digest, rerun)
    with attempt(config, folder, suite, rerun, clock) as run:
        store_checks(folder.path, checks)
        for line in let_through_lines(checks):
            run.progress.line(line)
        return _supervise(run, orders)


@contextmanager
def attempt(
    config: Config, folder: RunFolder, suite: Suite, rerun: bool = False, clock: Stopwatch | None = None
) -> Iterator[Run]:
    """The run, while the folder is ours: it says that it is running, its processes end with the block, and
    every second is in its ledger, from the start of `clock` on."""
    clock = clock or stopwatch(config)
    with folder.locked():
        logs = folder.adopt(config, suite.digest, rerun)
        folder.set_state("running")
        close_killed(folder.path, config)
        account = Account(config, folder.path, clock)
        with (
            heartbeat(logs, clock.rest_s()),
            account.closed(),
            running(config, folder, suite, logs, clock) as run,
        ):
            account.settle("start")
            yield run


def stopwatch(config: Config, began_s_ago: float = 0.0) -> Stopwatch:
    """Of an attempt that begins now, or began a moment ago."""
    return Stopwatch(joule_counter(used_gpus(config)), began_s_ago)


def check_inputs(
    config: Config, known: Sequence[CheckRecord] = (), allow_unchecked: bool = False
) -> tuple[Suite, list[CheckRecord]]:
    """Everything that can be refused without creating anything: the model, the reward, the problems, and
    verifiers that can be fooled (`known` is what an earlier attempt found of them)."""
    check_model(config)
    check_accelerate(config)
    check_trackers(config.tracking.trackers)
    placement(config)
    token_price(config)
    compose(config.reward.parts, config.reward.overlong_tokens or None)
    with verifier_pool(config) as pool:
        suite = open_suite(config.data, config.seed, pool)
        check_levels(config, suite.levels)
        check_regression_suites(config, pool)
        check_chooser(config, pool, suite.report_problems())
        check_canaries(pool, config.data.canary_share, suite.train_problems(1, config.sampling.problems))
        return suite, check_verifiers(config, suite, pool, known, allow_unchecked)


def verifier_pool(config: Config) -> VerifierPool:
    """The pool that a recipe describes."""
    chosen = config.verification
    return VerifierPool(chosen.workers, chosen.timeout_s, chosen.tier, chosen.unsafe)


def suite_lines(suite: Suite) -> Iterator[str]:
    """What became of the rows that were read, where any were dropped."""
    for split, counts in suite.counts.items():
        overlaps = {f"also in {other}": count for other, count in counts.overlapping.items()}
        dropped = {
            "in data.exclude_ids": counts.excluded,
            "repeated": counts.repeated,
            "gold unreadable": counts.unreadable,
            **overlaps,
        }
        if any(dropped.values()):
            told = ", ".join(f"{count} {why}" for why, count in dropped.items() if count)
            yield f"{split}: {counts.rows} rows read, dropped {told}; {counts.problems} problems are left"


def check_accelerate(config: Config) -> None:
    """The launch file must be there before anything is sampled for it."""
    file = config.train.accelerate_config
    if file is not None and not Path(file).is_file():
        raise UserError(
            f"train.accelerate_config {file} is not a file; the shipped ones are in configs/accelerate/"
        )


def _supervise(run: Run, orders: Orders) -> int:
    """Runs to an end, and writes down which. Anything unforeseen is recorded and keeps its traceback."""
    found = store_contamination(run.folder.path, run.suite, run.config.sampling.problems)
    for line in (*suite_lines(run.suite), *contamination_lines(found)):
        run.progress.line(line)
    try:
        ending = supervise(run, orders)
    except (Stopped, TrainerStopped):
        run.account.settle("aborted")
        run.folder.set_state("stopped", f"{run.stop.reason}; run the same command to continue")
        run.progress.line(f"stopped: {run.stop.reason}; run the same command to continue")
        return INTERRUPTED if run.stop.interrupted else 0
    except Paused as paused:
        run.folder.set_state("stopped", str(paused))
        run.progress.line(str(paused))
        return 0
    except Waiting as waiting:
        run.folder.set_state("waiting", str(waiting))
        redraw_report(run.folder)
        run.progress.line(str(waiting))
        return 0
    except BaseException as error:
        run.account.settle("aborted")
        run.folder.set_state("failed", f"{type(error).__name__}: {error}")
        raise
    _finish(run, ending)
    return 0


def _finish(run: Run, ending: Ending) -> None:
    run.folder.set_state("finished", ending.reason)
    run.progress.line(f"finished: {ending.reason}; the champion is generation {ending.champion.generation}")
    run.progress.line(write_report(run.folder)["headline"][0])
    run.progress.line(f"weights: {run.folder.champion_link}")
    run.progress.line(f"report:  {run.folder.path / REPORT / 'index.html'}")


def _environment(gpus: str | None) -> dict[str, str]:
    """Of the trainer's processes. Threads that spin while they wait starve the engine."""
    return {"OMP_WAIT_POLICY": "PASSIVE"} if gpus is None else {"CUDA_VISIBLE_DEVICES": gpus}


@contextmanager
def running(config: Config, folder: RunFolder, suite: Suite, logs: Path, clock: Stopwatch) -> Iterator[Run]:
    """The run with its processes, which end with the block however it ends."""
    place = placement(config)
    with ExitStack() as stack:
        progress = Progress(logs, folder.metrics_file)
        stack.callback(progress.close)
        trackers = open_trackers(config.tracking, folder.path, progress.line)
        progress.copy_to(stack.enter_context(trackers))
        stop = StopSignal(folder.stop_file)
        sampler = Sampler(
            sampler_plan(config, hardware.device(), place.engines), logs, folder.path / "scratch"
        )
        stack.callback(sampler.close)

        def on_step(line: dict[str, Any]) -> None:
            progress.step(line)
            if stop():
                trainer.request_stop()

        trainer = stack.enter_context(
            TrainerClient(logs / "trainer.log", config.engine.keep_warm, on_step, _environment(place.trainer))
        )
        pool = stack.enter_context(verifier_pool(config))
        yield Run(config, folder, suite, sampler, trainer, pool, progress, stop, clock)
