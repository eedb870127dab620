"""What the child gives up before it looks at the file: endless memory and time, the disk, the network.

Each bar stands alone, because no kernel has all of them: rlimits (POSIX), Landlock (Linux 5.13), seccomp (Linux 3.5).
After `lock_down` the open descriptors still work and nothing else can be opened, so everything is imported before.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import signal
import socket
import sys
from dataclasses import dataclass
from typing import Final

_PR_SET_DUMPABLE: Final = 4
_PR_SET_SECCOMP: Final = 22
_PR_SET_NO_NEW_PRIVS: Final = 38
_SECCOMP_MODE_FILTER: Final = 2
_LANDLOCK_CREATE_RULESET: Final = 444
_LANDLOCK_RESTRICT_SELF: Final = 446
_NOBODY: Final = 65534

_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000
_KILL: Final = 0x80000000
_CLONE_THREAD: Final = 0x10000
_AT_EMPTY_PATH: Final = 0x1000

# The calls that Python, Pillow and FFmpeg need for work on descriptors that are already open: memory, threads, time.
# Numbers from arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
_CALLS: Final = {
    "x86_64": (
        0xC000003E,
        {
            "read": 0, "write": 1, "close": 3, "fstat": 5, "poll": 7, "lseek": 8, "mmap": 9, "mprotect": 10,
            "munmap": 11, "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "pread64": 17,
            "pwrite64": 18, "readv": 19, "writev": 20, "sched_yield": 24, "mremap": 25, "madvise": 28, "dup": 32,
            "nanosleep": 35, "getpid": 39, "clone": 56, "exit": 60, "uname": 63, "fcntl": 72, "fsync": 74,
            "ftruncate": 77, "getcwd": 79, "gettimeofday": 96, "getrusage": 98, "sysinfo": 99, "times": 100,
            "sigaltstack": 131, "gettid": 186, "futex": 202, "sched_getaffinity": 204, "set_tid_address": 218,
            "clock_gettime": 228, "clock_getres": 229, "clock_nanosleep": 230, "exit_group": 231, "newfstatat": 262,
            "set_robust_list": 273, "getcpu": 309, "getrandom": 318, "membarrier": 324, "rseq": 334,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "getcwd": 17, "dup": 23, "fcntl": 25, "ftruncate": 46, "close": 57, "lseek": 62, "read": 63, "write": 64,
            "readv": 65, "writev": 66, "pread64": 67, "pwrite64": 68, "ppoll": 73, "newfstatat": 79, "fstat": 80,
            "fsync": 82, "exit": 93, "exit_group": 94, "set_tid_address": 96, "futex": 98, "set_robust_list": 99,
            "nanosleep": 101, "clock_gettime": 113, "clock_getres": 114, "clock_nanosleep": 115,
            "sched_getaffinity": 123, "sched_yield": 124, "sigaltstack": 132, "rt_sigaction": 134,
            "rt_sigprocmask": 135, "rt_sigreturn": 139, "times": 153, "uname": 160, "getrusage": 165, "getcpu": 168,
            "gettimeofday": 169, "getpid": 172, "gettid": 178, "sysinfo": 179, "brk": 214, "munmap": 215,
            "mremap": 216, "clone": 220, "mmap": 222, "mprotect": 226, "madvise": 233, "getrandom": 278,
            "membarrier": 283, "rseq": 293,
        },
    ),
}  # fmt: skip
_CLONE3: Final = 435
_ONLY_WITH: Final = {"clone": (0, _CLONE_THREAD), "newfstatat": (3, _AT_EMPTY_PATH)}
"""Calls that need one bit of one argument: threads but no processes, the size of a descriptor but not of a path."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bars:
    """What holds this process now."""

    landlock: bool
    seccomp: bool


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_ushort), ("jt", ctypes.c_ubyte), ("jf", ctypes.c_ubyte), ("k", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.POINTER(_Instruction)))


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


def lock_down(*, memory: int, cpu: int, wall: int, output: int) -> Bars:
    """From here on this process computes on what it has open, and that is all.

    `memory` and `output` in bytes, `cpu` and `wall` in seconds; past them the process fails or ends.
    """
    _limit(memory=memory, cpu=cpu, output=output)
    signal.alarm(wall)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        os.setgroups([])
        os.setgid(_NOBODY)
        os.setuid(_NOBODY)
    if not sys.platform.startswith("linux"):
        return Bars(landlock=False, seccomp=False)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return Bars(landlock=False, seccomp=False)
    return Bars(landlock=_close_files(libc), seccomp=_close_calls(libc))


def _limit(*, memory: int, cpu: int, output: int) -> None:
    wishes = {"RLIMIT_AS": memory, "RLIMIT_CPU": cpu, "RLIMIT_FSIZE": output, "RLIMIT_NOFILE": 64, "RLIMIT_CORE": 0}
    for name, wish in wishes.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        hard = resource.getrlimit(kind)[1]
        value = wish if hard == resource.RLIM_INFINITY else min(wish, hard)
        try:
            resource.setrlimit(kind, (value, value))
        except (OSError, ValueError):
            if name != "RLIMIT_AS":  # macOS knows the name and refuses the number
                raise


def _close_files(libc: ctypes.CDLL) -> bool:
    """No path can be opened, made or removed, no TCP port reached (Documentation/userspace-api/landlock.rst)."""
    version = libc.syscall(_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    # Rights by version of the interface: 13 at first, then moving (2), truncating (3), device controls (5).
    rights = (1 << (13 + (version >= 2) + (version >= 3) + (version >= 5))) - 1
    rules = _Ruleset(rights, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = libc.syscall(_LANDLOCK_CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(size), 0)
    if ruleset < 0:
        return False
    done = bool(libc.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0) == 0)
    os.close(ruleset)
    return done


def _close_calls(libc: ctypes.CDLL) -> bool:
    """The kernel answers only the calls in the list; any other fails as not permitted."""
    if platform.machine() not in _CALLS or sys.maxsize < 2**32:
        return False
    program = _filter(*_CALLS[platform.machine()])
    instructions = (_Instruction * len(program))(*(_Instruction(*line) for line in program))
    wanted = _Program(len(program), instructions)
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(wanted), 0, 0) == 0)


def _filter(architecture: int, calls: dict[str, int]) -> list[tuple[int, int, int, int]]:
    load, equal, bits, answer = 0x20, 0x15, 0x45, 0x06  # BPF: LD+W+ABS, JMP+JEQ+K, JMP+JSET+K, RET+K
    program = [(load, 0, 0, 4), (equal, 1, 0, architecture), (answer, 0, 0, _KILL), (load, 0, 0, 0)]
    for name, number in calls.items():
        if name in _ONLY_WITH:
            argument, bit = _ONLY_WITH[name]
            program += [
                (equal, 0, 4, number),
                (load, 0, 0, 16 + 8 * argument),
                (bits, 0, 1, bit),
                (answer, 0, 0, _ALLOW),
                (answer, 0, 0, _REFUSE | errno.EPERM),
            ]
        else:
            program += [(equal, 0, 1, number), (answer, 0, 0, _ALLOW)]
    # "No such call" lets the C library fall back on clone, whose flags a filter can see.
    program += [(equal, 0, 1, _CLONE3), (answer, 0, 0, _REFUSE | errno.ENOSYS)]
    return [*program, (answer, 0, 0, _REFUSE | errno.EPERM)]


def can_read(path: str) -> bool:
    """Whether this process can open the file at `path`."""
    try:
        os.close(os.open(path, os.O_RDONLY))
    except OSError:
        return False
    return True


def can_connect() -> bool:
    """Whether this process can make a socket."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()
    except OSError:
        return False
    return True
