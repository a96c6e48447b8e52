"""What the worker gives up before a student's code runs: more time, memory and threads, and ways round these limits.

A limit that counts for a process counts for a submission only if there is one process. So nothing here can make
another: neither `fork` nor `exec` of a program beside it, whose time and memory nobody would count. Memory that belongs
to no process, and notes that would outlive it in the system, are refused as well. All this holds until it ends.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import struct

# What the system calls are numbered, which is all that a filter sees: by name, on x86-64 and on 64-bit ARM.
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
REFUSED = {
    "fork": (57, None),
    "vfork": (58, None),
    "ptrace": (101, 117),
    "unshare": (272, 97),
    "setns": (308, 268),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "shmget": (29, 194),  # memory of no process
    "semget": (64, 190),
    "msgget": (68, 186),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "add_key": (248, 217),  # notes that the next student could find
    "request_key": (249, 218),
    "keyctl": (250, 219),
}
CLONE = (56, 220)
CLONE3 = 435  # its arguments lie in memory, where a filter cannot look; who lacks it takes `clone`
X32 = 0x40000000  # the same calls once more, by other numbers
CLONE_THREAD = 0x10000


def confine(uid: int | None, seconds: int, memory: int, processes: int, file_size: int) -> None:
    """Bound what this process may take; it cannot take the bounds back.

    Parameters
    ----------
    uid : int or None
        Whom to become, if this is root.
    seconds : int
        Of CPU.
    memory : int
        Bytes of address space.
    processes : int
        Of this user, at a time: its threads.
    file_size : int
        Bytes of a file.

    Raises
    ------
    OSError
        If the system does not filter its calls.
    """
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    bounds = {
        "RLIMIT_CPU": seconds,
        "RLIMIT_AS": memory,
        "RLIMIT_NPROC": processes,
        "RLIMIT_FSIZE": file_size,
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": 64,
    }
    for name, bound in bounds.items():
        resource.setrlimit(getattr(resource, name), (bound, bound))
    _filter(program(platform.machine()))


def program(machine: str) -> bytes:
    """Return the filter of system calls, in the instructions of the kernel's packet filter.

    Parameters
    ----------
    machine : str
        As `platform.machine` names it.

    Returns
    -------
    bytes
        Eight for each instruction.

    Raises
    ------
    OSError
        If its system calls are not known here.

    Examples
    --------
    >>> len(program("x86_64")) // 8
    48
    """
    if machine not in ARCHITECTURES:
        raise OSError(f"only {' and '.join(ARCHITECTURES)} can be confined, this is {machine}")
    column = list(ARCHITECTURES).index(machine)
    load, equal, least, has, end = 0x20, 0x15, 0x35, 0x45, 0x06
    allow, refuse, lack, kill = 0x7FFF0000, 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS, 0x80000000
    number, architecture, first_argument = 0, 4, 16  # where they lie in what the kernel shows
    # (instruction, how many to skip if it holds, how many if not, its number)
    steps = [(load, 0, 0, architecture), (equal, 1, 0, ARCHITECTURES[machine]), (end, 0, 0, kill)]
    steps += [(load, 0, 0, number), (least, 0, 1, X32), (end, 0, 0, lack)]
    for call in (numbers[column] for numbers in REFUSED.values()):
        steps += [] if call is None else [(equal, 0, 1, call), (end, 0, 0, refuse)]
    steps += [(equal, 0, 1, CLONE3), (end, 0, 0, lack)]
    steps += [(equal, 1, 0, CLONE[column]), (end, 0, 0, allow), (load, 0, 0, first_argument)]
    steps += [(has, 0, 1, CLONE_THREAD), (end, 0, 0, allow), (end, 0, 0, refuse)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def _filter(steps: bytes) -> None:
    """Hand the filter to the kernel."""
    no_new_privileges, seccomp, by_filter = 38, 22, 2
    libc = ctypes.CDLL(None, use_errno=True)
    told = _Program(len(steps) // 8, steps)
    for words in ((no_new_privileges, 1, 0), (seccomp, by_filter, ctypes.byref(told))):
        if libc.prctl(*words, 0, 0):
            raise OSError(ctypes.get_errno(), "the system does not filter its calls")
