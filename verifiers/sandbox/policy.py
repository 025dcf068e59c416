"""Which system calls a confined process may make, by name.

Everything that no list names fails as if the kernel did not have it (ENOSYS): libraries then take their
older way, and a call that a future kernel adds is closed until somebody has thought about it.
`seccomp.py` turns a policy into a filter; numbers are in `syscall_numbers.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WORK = _names(
    """
    brk mmap munmap mremap mprotect madvise mincore msync mlock munlock membarrier rseq arch_prctl
    futex set_robust_list set_tid_address gettid sched_yield restart_syscall getcpu
    rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack pause
    exit exit_group wait4 waitid getpid getppid getpgid getpgrp getsid
    getuid geteuid getgid getegid getgroups getresuid getresgid capget
    getrlimit getrusage times sysinfo uname getpriority getrandom time gettimeofday
    clock_gettime clock_getres clock_nanosleep nanosleep alarm getitimer setitimer
    timer_create timer_settime timer_gettime timer_getoverrun timer_delete
    timerfd_create timerfd_settime timerfd_gettime
    sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max sched_get_priority_min
    """
)

_DESCRIPTORS = _names(
    """
    read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2 close close_range
    dup dup2 dup3 pipe pipe2 eventfd eventfd2 lseek flock fsync fdatasync ftruncate fallocate fadvise64
    readahead sendfile splice tee copy_file_range
    poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2
    sendto recvfrom sendmsg recvmsg shutdown getsockname getpeername getsockopt setsockopt
    """
)

_FILES = _names(
    """
    open openat openat2 creat stat lstat fstat newfstatat statx statfs fstatfs access faccessat faccessat2
    getdents getdents64 getcwd chdir fchdir readlink readlinkat umask
    mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat
    getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr
    """
)

_OWN_FILES = _names("chmod fchmod fchmodat utime utimes utimensat truncate mknod mknodat")
"""Calls that Landlock does not see: only where no file but the process's own can be changed."""

_REFUSED = _names(
    """
    fork vfork socket connect bind listen accept accept4 memfd_create
    shmget shmat shmctl semget semop semctl msgget msgsnd msgrcv msgctl mq_open mq_unlink
    setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid capset
    setpgid setsid setpriority setrlimit personality seccomp sync syncfs sethostname setdomainname
    sched_setaffinity sched_setscheduler sched_setparam sched_setattr
    chown fchown lchown fchownat setxattr lsetxattr fsetxattr removexattr
    tkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open inotify_init inotify_init1 fanotify_init
    """
)

_HOSTILE = _names(
    """
    execve execveat ptrace process_vm_readv process_vm_writev process_madvise kcmp
    pidfd_getfd pidfd_send_signal mount umount2 pivot_root chroot unshare setns
    open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr open_by_handle_at
    bpf perf_event_open userfaultfd keyctl add_key request_key
    init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff
    acct quotactl iopl ioperm settimeofday clock_settime adjtimex vhangup syslog
    """
)

_COMMANDS = _names(
    """
    fork vfork execve execveat kill tgkill tkill setpgid setsid prctl ioctl fcntl prlimit64
    sched_setaffinity setpriority personality pidfd_open inotify_init1 chown fchown lchown fchownat
    """
)


@dataclass(frozen=True, slots=True)
class Policy:
    """What happens to each call."""

    allowed: frozenset[str]
    """Calls that are made as they are."""
    refused: frozenset[str]
    """Calls that fail with EPERM: an honest program may try them and go on."""
    hostile: frozenset[str]
    """Calls that no honest program makes: they end the process with SIGSYS."""
    only: Mapping[str, tuple[int, tuple[int, ...]]] = field(default_factory=dict)
    """Calls allowed where an argument has one of these values, else refused: (index, values)."""
    never: Mapping[str, tuple[int, tuple[int, ...]]] = field(default_factory=dict)
    """Calls allowed except where an argument has one of these values, which are refused."""
    only_self: frozenset[str] = frozenset()
    """Calls allowed on the process itself (first argument its pid), else hostile."""
    self_or_zero: frozenset[str] = frozenset()
    """Likewise, where 0 stands for the process itself. To kill(2) it stands for a group."""
    new_processes: bool = False
    """Whether clone may make a process, in no new namespace; a thread it always may."""


_IOCTLS = 0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451  # terminal?, its size, FIONREAD, FIONBIO, FIO[N]CLEX
_SIGNAL_BY_FCNTL = 8, 10, 15  # F_SETOWN, F_SETSIG, F_SETOWN_EX: any signal to any process of the same user
_NAME_OPTIONS = 15, 16, 0x53564D41  # PR_SET_NAME, PR_GET_NAME, PR_SET_VMA
_AF_UNIX = 1


def python_policy(*, own_files: bool) -> Policy:
    """For a Python program: threads, but no process, no program, no socket but a connected pair."""
    return Policy(
        allowed=_WORK | _DESCRIPTORS | _FILES | (_OWN_FILES if own_files else frozenset()),
        refused=_REFUSED | (frozenset() if own_files else _OWN_FILES),
        hostile=_HOSTILE,
        only={"ioctl": (1, _IOCTLS), "prctl": (0, _NAME_OPTIONS), "socketpair": (0, (_AF_UNIX,))},
        never={"fcntl": (1, _SIGNAL_BY_FCNTL)},
        only_self=frozenset(["kill", "tgkill"]),
        self_or_zero=frozenset(["prlimit64"]),
    )


def command_policy() -> Policy:
    """For a compiler, say: processes and programs too, in a pid namespace of their own."""
    return Policy(
        allowed=_WORK | _DESCRIPTORS | _FILES | _OWN_FILES | _COMMANDS,
        refused=_REFUSED - _COMMANDS,
        hostile=_HOSTILE - _COMMANDS,
        only={"socketpair": (0, (_AF_UNIX,))},
        new_processes=True,
    )


def lone_command_policy() -> Policy:
    """For a program that may become another one, and start threads, but no process."""
    policy = command_policy()
    forks = _names("fork vfork")
    return replace(
        policy, allowed=policy.allowed - forks, refused=policy.refused | forks, new_processes=False
    )
