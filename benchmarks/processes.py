"""What a process and its descendants have used, as the kernel counts it."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

PROC = Path("/proc")
MS_PER_TICK = 1000 / os.sysconf("SC_CLK_TCK")
# Fields of /proc/PID/stat, counted from the state, which follows the name in brackets.
PARENT, SESSION, CHILDREN_USER, CHILDREN_SYSTEM = 1, 3, 13, 14


def _stat(pid: int) -> list[str]:
    """The fields after the program's name, which may itself hold spaces and brackets."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _all() -> dict[int, list[str]]:
    pids = (int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit())
    return {pid: fields for pid in pids if (fields := _stat(pid))}


def tree(root: int) -> list[int]:
    """Find a process and its living descendants.

    Args:
        root: The process the tree starts at.

    Returns:
        The root first, every parent before its children.
    """
    children: dict[int, list[int]] = {}
    for pid, fields in _all().items():
        children.setdefault(int(fields[PARENT]), []).append(pid)
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def in_session(leader: int) -> list[int]:
    """Find the living processes of a session, without its leader."""
    return [
        pid
        for pid, fields in _all().items()
        if int(fields[SESSION]) == leader and pid != leader and fields[0] != "Z"
    ]


def cpu_ms(root: int) -> float:
    """Add up the user and system time of a process tree.

    Args:
        root: The process the tree starts at.

    Returns:
        Milliseconds, with threads that ended and children that were waited for.
    """
    total = 0.0
    for pid in tree(root):
        fields = _stat(pid)
        if not fields:
            continue
        reaped = (int(fields[CHILDREN_USER]) + int(fields[CHILDREN_SYSTEM])) * MS_PER_TICK
        total += reaped + _own_cpu_ms(pid)
    return total


def _own_cpu_ms(pid: int) -> float:
    # /proc/PID/stat counts in ticks of 10 ms, longer than a key takes, and /proc/PID/schedstat
    # forgets ended threads. The process's CPU clock (clock_getcpuclockid) does neither.
    try:
        return time.clock_gettime_ns((~pid << 3) | 2) / 1e6
    except OSError:
        return 0.0


def peak_mib(root: int) -> float:
    """Add up the largest resident memory of each process of a tree, in MiB."""
    total = 0
    for pid in tree(root):
        try:
            status = (PROC / str(pid) / "status").read_text()
        except OSError:
            continue
        if peak := re.search(r"^VmHWM:\s+(\d+)", status, re.MULTILINE):
            total += int(peak[1])
    return total / 1024
