"""Whether barbican.conf names the database in STORE: ``database.py CONF VERSION``, as that release reads the file.

With ``both`` in place of a version: a line for each of the two names that says something else than STORE. With ``driver``:
a line if STORE does not name its driver. A URL is never printed: it may hold a password.
"""

import configparser
import os
import sys

path, version = sys.argv[1:]
conf = configparser.RawConfigParser(strict=False)
conf.read(path)
old = conf.get("DEFAULT", "sql_connection", fallback=None)
new = conf.get("database", "connection", fallback=None) if conf.has_section("database") else None
store = os.environ["STORE"]

if version == "driver":
    scheme = store.split(":", 1)[0]
    if "+" not in scheme:
        print(f"{scheme}: names no driver")
elif version == "both":
    for name, found in (("[DEFAULT] sql_connection", old), ("[database] connection", new)):
        if found not in (None, store):
            print(f"{name} names another database")
else:
    major = int(version.split(".")[0])
    read = old if major < 18 else (new or old) if major == 18 else new
    print("no database" if read is None else "this database" if read == store else "another one")
