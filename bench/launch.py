"""Starts programs and tells what they cost, which Node cannot: CPU and memory of a child are known to whoever waits for it.

Reads one JSON per line: {"argv": [...], "env": {...}, "cwd": "...", "out": "path"}; answers one per program:
{"code", "startedAt" and "endedAt" in ms of the monotonic clock, "cpu" in ms with children that it waited for, "rss" in kB at most}.
"""
import json
import os
import sys
import time

nothing = os.open(os.devnull, os.O_RDWR)
for line in sys.stdin:
    wanted = json.loads(line)
    out = os.open(wanted["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    errors = os.open(wanted["out"] + ".err", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.chdir(wanted["cwd"])
    streams = [(os.POSIX_SPAWN_DUP2, nothing, 0), (os.POSIX_SPAWN_DUP2, out, 1), (os.POSIX_SPAWN_DUP2, errors, 2)]
    started = time.monotonic_ns()
    pid = os.posix_spawn(wanted["argv"][0], wanted["argv"], wanted["env"], file_actions=streams)
    _, status, usage = os.wait4(pid, 0)
    ended = time.monotonic_ns()
    os.close(out)
    os.close(errors)
    told = {
        "code": os.waitstatus_to_exitcode(status),
        "startedAt": started / 1e6,
        "endedAt": ended / 1e6,
        "cpu": (usage.ru_utime + usage.ru_stime) * 1000,
        "rss": usage.ru_maxrss,
    }
    print(json.dumps(told), flush=True)
