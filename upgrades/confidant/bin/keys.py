"""Names each setting of a node that 5.0.0 and later cannot use: a key's name without `alias/`, and no ARN.

    keys.py FILE NODE [COMMAND ...]

COMMAND runs another command on NODE. Without one the file is read here. No value is printed.
"""

import subprocess
import sys

KEYS = ("AUTH_KEY", "USER_AUTH_KEY", "KMS_MASTER_KEY")


def main(path, node, *command):
    if command:
        text = subprocess.check_output(list(command) + [node, "cat", path], universal_newlines=True)
    else:
        with open(path) as file:
            text = file.read()
    for line in text.splitlines():
        name, equals, value = line.strip().partition("=")
        name = name[len("export "):].strip() if name.startswith("export ") else name.strip()
        value = value.strip().strip("\"'")
        if equals and name in KEYS and value and not value.startswith(("alias/", "arn:")):
            print(name)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (OSError, subprocess.CalledProcessError) as error:
        raise SystemExit(str(error))
