"""The command `ratchetrl`.

    ratchetrl run CONFIG [--dotted.option VALUE ...] [--output DIR] [--dry-run] [--rerun]
                         [--approve auto|human|POLICY.toml]
    ratchetrl sample RUN         one stage (also plan, verify, select, train, evaluate, gate)
    ratchetrl status RUN [--json]

    ratchetrl report RUN [--json]              draw the report again; print its numbers
    ratchetrl price RUN --score 0.6 [--json]   what a score costs, generation by generation
    ratchetrl compare A B [--json]             is B better than A? rows of results, or two runs
    ratchetrl rollouts RUN [--problem ID]      read what was sampled, and why it was judged so
    ratchetrl recheck RUN                      does every reported number follow from what is stored?
    ratchetrl control RUN --arm ARM            the same generation with random rewards, rft, ...
    ratchetrl distil RUN --student CONFIG      its champion taught to a smaller model, on the same frontier
    ratchetrl promote RUN                      decide on a challenger that waits for a person
    ratchetrl rollback RUN --to N              let an earlier champion stand again
    ratchetrl unseal RUN                       score the champion on the sealed split; the look is counted

    ratchetrl verifiers [--json]   what judges answers; also: verifiers new NAME, verifiers check [NAME]
    ratchetrl judge VERIFIER < in.jsonl > out.jsonl
    ratchetrl rejudge RUN --verifier NAME
    ratchetrl doctor [--json]      what this machine allows, and whether its sandbox holds
    ratchetrl env

Exit codes: 0 done, 1 the answer is no, 2 the request cannot be served as given, 130 interrupted.
"""

import errno
import importlib
import importlib.metadata
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from ratchetrl.pipelines import hardware
from ratchetrl.pipelines.handover import HandoverError
from ratchetrl.pipelines.stages import STAGES
from ratchetrl.pipelines.worker import WorkerDied
from ratchetrl.verifiers.errors import UserError

FAILED, CANNOT_SERVE, INTERRUPTED = 1, 2, 130


@dataclass(frozen=True)
class StatusArguments:
    """Where a run stands."""

    run: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="RUN")]
    """The run's folder."""
    json: bool = False
    """Print JSON."""


@dataclass(frozen=True)
class StageArguments:
    """Runs the generation under way up to the end of this stage; stages that are done are not run again."""

    run: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="RUN")]
    """The run's folder."""
    approve: str = "auto"
    """Who has the last word, as for `ratchetrl run`: auto, human, or a policy file."""


def run(arguments: list[str]) -> int:
    """`ratchetrl run`."""
    from ratchetrl.pipelines.approval import check_approver, read_approver
    from ratchetrl.pipelines.config_file import RunArguments, load_arguments
    from ratchetrl.pipelines.estimate import print_plan
    from ratchetrl.pipelines.generation import Orders
    from ratchetrl.pipelines.launch import check_inputs, launch
    from ratchetrl.pipelines.run_folder import RunFolder
    from ratchetrl.pipelines.verifier_checks import let_through_lines

    given: RunArguments = load_arguments(arguments)
    orders = Orders(approver=read_approver(given.approve))
    if given.dry_run:
        check_approver(orders.approver, given.config)
        _, checks = check_inputs(given.config, allow_unchecked=given.allow_unchecked)
        print_plan(given.config, Console(highlight=False, soft_wrap=True))
        for line in let_through_lines(checks):
            print(line)
        return 0
    age_s = hardware.process_age_s()
    if given.push_to_hub is None:
        return launch(given.config, given.output, given.rerun, orders, given.allow_unchecked, age_s)

    from ratchetrl.pipelines.hub_push import check_push, push_run

    check_push(given.push_to_hub)
    code = launch(given.config, given.output, given.rerun, orders, given.allow_unchecked, age_s)
    if (folder := RunFolder(given.output)).state()["state"] == "finished":
        print(push_run(folder, given.push_to_hub))
    return code


def stage(name: str, arguments: list[str]) -> int:
    """`ratchetrl sample` and its siblings."""
    from ratchetrl.pipelines.approval import read_approver
    from ratchetrl.pipelines.config_file import load_toml
    from ratchetrl.pipelines.generation import Orders
    from ratchetrl.pipelines.launch import launch
    from ratchetrl.pipelines.run_folder import open_run

    given = tyro.cli(StageArguments, args=arguments, prog=f"ratchetrl {name}")
    folder = open_run(given.run)
    orders = Orders(until=name, approver=read_approver(given.approve))
    age_s = hardware.process_age_s()
    return launch(load_toml(folder.config_file), given.run, False, orders, began_s_ago=age_s)


def status(arguments: list[str]) -> int:
    """`ratchetrl status`."""
    from ratchetrl.pipelines.status import print_status, run_status

    given = tyro.cli(StatusArguments, args=arguments, prog="ratchetrl status")
    found = run_status(given.run)
    if given.json:
        print(json.dumps(found))
    else:
        print_status(found)
    return 0


def environment(arguments: list[str]) -> int:
    """`ratchetrl env`."""
    from ratchetrl.pipelines.hardware import environment as describe

    if arguments:
        raise UserError("ratchetrl env takes no arguments; leave them out")
    print(json.dumps({key: value for key, value in describe().items() if key != "diff"}, indent=1))
    return 0


COMMANDS = {"run": run, "status": status, "env": environment}
COMMAND_MODULES = {
    "compare": "compare_command",
    "control": "control_command",
    "distil": "distil_command",
    "doctor": "doctor",
    "judge": "judge_command",
    "price": "price_command",
    "promote": "promote_command",
    "recheck": "recheck_command",
    "rejudge": "rejudge",
    "report": "report_command",
    "rollback": "rollback_command",
    "rollouts": "rollouts_command",
    "unseal": "unseal_command",
    "verifiers": "verifier_commands",
}
"""Command -> the module of this room whose `main(arguments)` serves it."""


def dispatch(arguments: list[str]) -> int:
    """Runs the command that the arguments name."""
    match arguments:
        case [] | ["-h" | "--help", *_]:
            print(__doc__)
            return 0
        case ["--version", *_]:
            print(f"ratchetrl {importlib.metadata.version('ratchetrl')}")
            return 0
        case [name, *rest] if name in COMMANDS:
            return COMMANDS[name](rest)
        case [name, *rest] if name in COMMAND_MODULES:
            module = importlib.import_module(f"ratchetrl.pipelines.{COMMAND_MODULES[name]}")
            code: int = module.main(rest)
            return code
        case [name, *rest] if name in STAGES:
            return stage(name, rest)
        case _:
            known = ", ".join([*COMMANDS, *COMMAND_MODULES, *STAGES])
            raise UserError(f"there is no command {arguments[0]!r}; the commands are {known}")


def main() -> None:
    """Entry point: the named boundary at which errors for people become one line and an exit code."""
    try:
        code = dispatch(sys.argv[1:])
    except UserError as error:
        print(f"ratchetrl: {error}", file=sys.stderr)
        code = CANNOT_SERVE
    except (WorkerDied, HandoverError) as error:
        print(f"ratchetrl: {_advice(str(error))}", file=sys.stderr)
        code = FAILED
    except BrokenPipeError:  # who read our output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = FAILED
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        print(f"ratchetrl: {_advice(str(error))}", file=sys.stderr)
        code = CANNOT_SERVE
    except KeyboardInterrupt:
        code = INTERRUPTED
    sys.exit(code)


def _advice(message: str) -> str:
    """A full disk is the one failure of a child process that the person can mend."""
    if os.strerror(errno.ENOSPC) in message:
        return "the disk is full; free some space, or lower budget.keep, and run the same command to continue"
    return message
