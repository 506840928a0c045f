"""Runs a script of Confidant, and ends with what the script found rather than with its exit status, which is 0 whatever
has failed.

    admin.py PROGRAM NAME ...

Each line is printed once: Confidant logs it up to three times, on standard output and on standard error. It ends with

    0     nothing has failed: `(N, 0)` of the migration of booleans, `Fail: 0` of those of sets
    75    something has failed: run it again
    70    the last line is not there: the script did not come to its end
    else  the status of the program
"""

import re
import subprocess
import sys

BOOLEANS = re.compile(r"\(\d+, (\d+)\)$")
SETS = re.compile(r"Fail: (\d+), Total: \d+$")
# What the handlers put before the message.
PREFIX = re.compile(r"^(?:\[?[\d:,. -]+\]?\s*)?(?:INFO|WARNING|ERROR)(?::[\w.]+:| in \w+:|\s)\s*")


def main(command):
    # Python would hold lines back when it writes into a pipe.
    program = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, bufsize=1
    )
    failed, last = None, None
    for line in program.stdout:
        line = PREFIX.sub("", line.rstrip())
        if not line or line == last:
            continue
        last = line
        print(line, flush=True)
        found = BOOLEANS.search(line) or SETS.search(line)
        if found:
            failed = int(found.group(1))
    status = program.wait()
    if status:
        return status if status > 0 else 128 - status
    return 70 if failed is None else 75 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
