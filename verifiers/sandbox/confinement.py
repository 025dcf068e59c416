"""What each tier does: once in the fork server, before each fork, in each child, after its end.

    confinement = CONFINEMENTS[Tier.A](reach)
    confinement.enter()              # the server confines itself
    confinement.before_fork()
    confinement.confine(limits)      # in the child, before any untrusted code
    confinement.after_end(pid)

Every step raises where it fails: nothing ever runs less confined than its tier promises.
"""

import contextlib
import os
import signal
from collections.abc import Mapping

from ratchetrl.verifiers.sandbox import capabilities, identity, landlock, rlimits, syscalls, tree
from ratchetrl.verifiers.sandbox.limits import Limits
from ratchetrl.verifiers.sandbox.namespaces import PidNamespaces, enter
from ratchetrl.verifiers.sandbox.policy import command_policy, python_policy
from ratchetrl.verifiers.sandbox.reach import Reach
from ratchetrl.verifiers.sandbox.seccomp import Filter, lone_command_filter
from ratchetrl.verifiers.sandbox.syscalls import CLONE_NEWIPC, CLONE_NEWNS
from ratchetrl.verifiers.sandbox.tiers import Tier


class ResourceConfinement:
    """Tier C: limits only. A process that leaves its group escapes."""

    def __init__(self, reach: Reach) -> None:
        self._server = os.getpid()
        self._baseline_bytes = rlimits.baseline_bytes()

    def enter(self) -> None:
        """Nothing: the server stays as it is."""

    def before_fork(self) -> None:
        """Nothing."""

    def confine(self, limits: Limits, *, commands: bool) -> None:
        """Limit this process and give it a group that can be killed."""
        _refuse(commands)
        die_with_parent(self._server)
        os.setsid()
        rlimits.apply(limits, self._baseline_bytes)

    def after_end(self, pid: int) -> None:
        """Kill what is left of the child's group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


class LandlockConfinement:
    """Tier B: no namespaces. The server itself is under Landlock, so its children are from the start."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._baseline_bytes = rlimits.baseline_bytes()
        self._filter = Filter(python_policy(own_files=False))
        self._server = os.getpid()
        self._own_uid = False
        self._kept: list[int] = []

    def enter(self) -> None:
        """Become unprivileged, as far as may be, and put this process under Landlock."""
        self._rules = _python_rules(self._reach)
        if os.geteuid() == 0:
            with contextlib.suppress(OSError):  # a container may forbid it; what follows binds root too
                self._become_unprivileged()
            capabilities.keep_only(*self._kept)
        syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
        self._rules.restrict()

    def before_fork(self) -> None:
        """Nothing."""

    def confine(self, limits: Limits, *, commands: bool) -> None:
        """Limit this process and close all system calls that a Python program can do without."""
        _refuse(commands)
        die_with_parent(self._server)
        os.setsid()  # no group in common with anybody
        self._rules.restrict()  # a domain of its own, so that it cannot look into its siblings
        syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)
        rlimits.apply(limits, self._baseline_bytes)
        if self._own_uid:
            rlimits.limit_processes(limits.threads)
        self._filter.install()

    def after_end(self, pid: int) -> None:
        """Nothing: the child could not make a process."""

    def _become_unprivileged(self) -> None:
        """An interpreter where only root may enter needs a right to read; else this process stays root's.

        Landlock shows nothing but the interpreter's library then, and root without capabilities is nobody.
        """
        capabilities.drop_bounding_set()
        if not identity.may_become_unprivileged():
            return
        if not identity.everybody_may_read(os.__file__):
            self._kept = [capabilities.DAC_READ_SEARCH]
        syscalls.prctl(syscalls.PR_SET_KEEPCAPS, 1)
        self._own_uid = identity.become_unprivileged()


class NamespaceConfinement:
    """Tier A: everything that the kernel has."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._baseline_bytes = rlimits.baseline_bytes()
        self._filters = {False: Filter(python_policy(own_files=True)), True: Filter(command_policy())}
        lone_command_filter()  # made here, once, for the children that need it

    def enter(self) -> None:
        """Enter the namespaces; what goes on is the first process of a new pid namespace."""
        enter(self._reach)
        become_first_process()
        self._pids = PidNamespaces()
        self._rules = {}
        if landlock.version():  # one wall more; the tree alone shows nothing of the host's
            self._rules = {False: _python_rules(self._reach), True: _command_rules()}
        for rules in self._rules.values():
            rules.allow(tree.SCRATCH, landlock.CHANGE | landlock.EXECUTE)
        capabilities.drop_bounding_set()
        capabilities.keep_only(capabilities.SYS_ADMIN)
        syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)

    def before_fork(self) -> None:
        """Let the next child begin a pid namespace."""
        self._pids.new()

    def confine(self, limits: Limits, *, commands: bool) -> None:
        """Take an empty folder, lose all rights, and close what can be done without."""
        os.setsid()  # a group reaches beyond a pid namespace
        syscalls.unshare(CLONE_NEWNS | CLONE_NEWIPC)
        tree.mount_space(limits.disk_bytes, executable=commands)
        if rules := self._rules.get(commands):
            rules.restrict()
        rlimits.apply(limits, self._baseline_bytes)
        rlimits.limit_processes(limits.threads)
        capabilities.keep_only()
        self._filters[commands].install()

    def after_end(self, pid: int) -> None:
        """Nothing: all descendants ended with the first process of their namespace."""


Confinement = ResourceConfinement | LandlockConfinement | NamespaceConfinement
CONFINEMENTS: Mapping[Tier, type[Confinement]] = {
    Tier.A: NamespaceConfinement,
    Tier.B: LandlockConfinement,
    Tier.C: ResourceConfinement,
}
"""How each tier confines."""


def die_with_parent(parent: int | None = None) -> None:
    """Ask the kernel for SIGKILL when the thread that forked this process ends.

    Where the parent's pid is given, this process ends now if it is too late to ask.
    """
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent is not None and os.getppid() != parent:
        os._exit(0)


def become_first_process() -> None:
    """Fork; the child goes on as pid 1, this process only waits for it and ends with it."""
    pid = os.fork()
    if pid == 0:
        die_with_parent()
        return
    die_with_parent()  # a change of uid has undone it
    os.closerange(0, 65_536)
    os.waitpid(pid, 0)
    os._exit(0)


def _python_rules(reach: Reach) -> landlock.Ruleset:
    rules = landlock.Ruleset()
    for path in reach.readable():
        rules.allow(path, landlock.READ)
    rules.allow("/dev/null", landlock.READ_FILE | landlock.WRITE_FILE | landlock.TRUNCATE)
    return rules


def _command_rules() -> landlock.Ruleset:
    """All of the tree may be read and executed."""
    rules = landlock.Ruleset()
    rules.allow("/", landlock.READ | landlock.EXECUTE)
    for path in filter(os.path.exists, tree.DEVICES):
        rules.allow(path, landlock.READ_FILE | landlock.WRITE_FILE | landlock.TRUNCATE)
    return rules


def _refuse(commands: bool) -> None:
    if commands:
        raise PermissionError("commands run in tier A only")
