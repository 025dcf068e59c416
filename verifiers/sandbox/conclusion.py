"""From what the kernel and the server said to how an execution ended. Nothing the program said is asked.

Except two things that cannot make a bad program look good: an exit code that says that memory ran out,
and, from the first process of a command's pid namespace, which a command cannot touch, the command's status.
"""

import os
import signal
from collections.abc import Sequence

from ratchetrl.verifiers.sandbox import protocol
from ratchetrl.verifiers.sandbox.execution import Ending, Execution
from ratchetrl.verifiers.sandbox.exit_codes import EXIT_OUT_OF_MEMORY
from ratchetrl.verifiers.sandbox.limits import Limits


def conclude(
    message: bytes,
    limits: Limits,
    outputs: Sequence[bytes],
    *,
    overflowed: bool,
    command_status: int | None = None,
) -> Execution:
    """The execution that ended with this last message of its server; an empty one means that none came.

    `outputs` are what it wrote to standard output and error, `overflowed` whether that was too much.
    """
    stdout, stderr = outputs
    if not message.startswith(b"["):
        detail = message.removeprefix(protocol.SETUP_FAILED).decode(errors="replace")
        return Execution(Ending.lost, detail=detail or "the fork server did not report its end")
    report = protocol.decode_report(message)
    code = os.waitstatus_to_exitcode(report.wait_status if command_status is None else command_status)
    return Execution(
        ending=_ending(report, code, limits, overflowed),
        exit_code=code if code >= 0 else None,
        signal=-code if code < 0 else None,
        stdout=stdout,
        stderr=stderr,
        cpu_s=report.cpu_s,
        wall_s=report.wall_s,
        peak_memory_bytes=report.peak_memory_bytes,
    )


def _ending(report: protocol.Report, code: int, limits: Limits, overflowed: bool) -> Ending:
    """Read in the order of what explains what."""
    if overflowed:
        return Ending.output
    if code == EXIT_OUT_OF_MEMORY:
        return Ending.memory
    if code >= 0:
        late = limits.cpu_s is not None and report.cpu_s > limits.cpu_s
        return Ending.timeout if late else Ending.exited
    if report.stopped == "deadline":
        return Ending.timeout
    if report.stopped:
        return Ending.killed
    if code == -signal.SIGSYS:
        return Ending.unsafe
    # The kernel's limit counts ticks, its account does not: half is far more than they differ.
    if code in (-signal.SIGKILL, -signal.SIGXCPU) and report.cpu_s >= 0.5 * (limits.cpu_s or limits.wall_s):
        return Ending.timeout
    # Nothing inside can send SIGKILL to the first process: the kernel does when memory runs out.
    return Ending.memory if os.waitstatus_to_exitcode(report.wait_status) == -signal.SIGKILL else Ending.crash
