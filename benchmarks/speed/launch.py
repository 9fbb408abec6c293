"""Run a command as a new process and print its seconds and peak memory as JSON.

Small and started anew for each command, without site-packages: Linux counts the memory of the process that forks as a
first peak of the one that is forked, so that the large benchmark must not start the command itself.
"""

import json
import os
import sys
import time

started = time.perf_counter()
child = os.posix_spawn(
    sys.argv[1], sys.argv[1:], os.environ,
    file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
)  # fmt: skip
_, status, usage = os.wait4(child, 0)
seconds = time.perf_counter() - started
peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)  # bytes there, kilobytes elsewhere
print(json.dumps({"code": os.waitstatus_to_exitcode(status), "seconds": seconds, "peak_bytes": peak}))
