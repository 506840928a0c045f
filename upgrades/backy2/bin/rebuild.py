"""What backy2's own commands leave open when a metadata database in SQLite is built anew.

    rebuild.py save DATABASE FOLDER           writes down which versions, blocks and tags there are
    rebuild.py exported FOLDER                proves that every version was exported as a whole
    rebuild.py versions FOLDER                each version and the number of its blocks
    rebuild.py configure CONFIG FOLDER NEW    a configuration like CONFIG, for the new database: FOLDER/new.cfg
    rebuild.py initdb NEW PROGRAM ...         the program, without what an `initdb` that was cut off left
    rebuild.py made NEW                       `yes` where the database has a revision
    rebuild.py import NEW UID PROGRAM ...     the program, without what an `import` that was cut off left
    rebuild.py imported NEW UID               how many blocks the version has there; nothing where it is not there
    rebuild.py tags NEW FOLDER                puts the tags back
    rebuild.py compare DATABASE NEW FOLDER    proves that the new database says what the old one says

FOLDER holds the exports and `saved.json`.
"""

import configparser
import csv
import json
import os
import sqlite3
import stat
import sys
from pathlib import Path

# What an export and an import bring over. `expire` and the statistics are not among it.
BLOCKS = "version_uid, id, uid, checksum, size, valid"
VERSIONS = ("uid", "name", "snapshot_name", "size", "size_bytes", "valid", "protected")


def connect(path, write=False):
    if not Path(path).is_file():
        sys.exit(f"there is no database {path}")
    return sqlite3.connect(f"file:{path}?mode={'rw' if write else 'ro'}", uri=True, timeout=30)


def saved(folder):
    return json.loads(Path(folder, "saved.json").read_text())


def save(database, folder):
    db = connect(database)
    count = "select v.uid, (select count(*) from blocks b where b.version_uid = v.uid) from versions v order by 1"
    # Before 2.9.9 there were none.
    there = db.execute("select 1 from sqlite_schema where name = 'tags'").fetchone()
    tags = db.execute("select version_uid, name from tags order by 1, 2").fetchall() if there else []
    Path(folder).mkdir(parents=True, exist_ok=True)
    part = Path(folder, "saved.part")
    part.write_text(json.dumps({"versions": db.execute(count).fetchall(), "tags": tags}))
    os.replace(part, Path(folder, "saved.json"))


def exported(folder):
    for uid, blocks in saved(folder)["versions"]:
        path = Path(folder, f"{uid}.backy")
        if not path.is_file():
            sys.exit(f"the version {uid} was not exported")
        with open(path, newline="") as file:
            rows = [row for row in csv.reader(file) if row]
        # The first row says what this is, the second one is the version.
        if len(rows) - 2 != blocks or rows[1][0] != uid:
            sys.exit(f"the export of {uid} has {len(rows) - 2} blocks of {blocks}")


# With `-c`, backy2 reads one file and none of its own defaults. A new database needs these.
DEFAULTS = {
    "DEFAULTS": {
        "logfile": "/tmp/backy.log",
        "block_size": "4194304",
        "hash_function": "sha512",
        "disallow_rm_when_younger_than_days": "0",
        "lock_dir": "/tmp",
    },
    "MetaBackend": {"type": "backy2.meta_backends.sql"},
    "DataBackend": {"type": "backy2.data_backends.file", "path": "/tmp", "simultaneous_writes": "1", "simultaneous_reads": "1"},
}


def configure(config, folder, new):
    parser = configparser.RawConfigParser(strict=False)
    parser.read_dict(DEFAULTS)
    if not parser.read(config):
        sys.exit(f"there is no configuration {config}")
    parser.set("MetaBackend", "engine", f"sqlite:///{new}")
    part = Path(folder, "new.part")
    with open(part, "w") as file:
        parser.write(file)
    os.replace(part, Path(folder, "new.cfg"))


def initdb(new, program):
    # It is not the database in use: this run makes it, beside that one.
    Path(new).unlink(missing_ok=True)
    os.execvp(program[0], program)


def made(new):
    if Path(new).is_file():
        db = connect(new)
        there = db.execute("select 1 from sqlite_schema where name = 'alembic_version'").fetchone()
        if there and db.execute("select 1 from alembic_version").fetchone():
            print("yes")


def imported(new, uid):
    db = connect(new)
    for (blocks,) in db.execute(
        "select (select count(*) from blocks b where b.version_uid = v.uid) from versions v where v.uid = ?", (uid,)
    ):
        print(blocks)


def import_(new, uid, program):
    # backy2 writes the version first and its blocks then, and refuses a version that it knows. Its own `rm` would let
    # the blocks' data be cleaned up.
    db = connect(new, write=True)
    with db:
        db.execute("delete from blocks where version_uid = ?", (uid,))
        db.execute("delete from versions where uid = ?", (uid,))
    db.close()
    os.execvp(program[0], program)


def tags(new, folder):
    # Not by `add-tag`, which says nothing and ends with 0 when it fails.
    with connect(new, write=True) as db:
        db.executemany("insert or ignore into tags (version_uid, name) values (?, ?)", saved(folder)["tags"])


def compare(database, new, folder):
    db = connect(new)
    db.execute("attach ? as old", (f"file:{database}?mode=ro",))
    there = {name for (name,) in db.execute("select name from pragma_table_info('versions', 'old')")}
    # An export keeps whole seconds.
    columns = ", ".join([name for name in VERSIONS if name in there] + ["datetime(date)"])
    for table, names in (("versions", columns), ("blocks", BLOCKS)):
        for kind, one, other in (("missing", "old", "main"), ("new", "main", "old")):
            query = f"select {names} from {one}.{table} except select {names} from {other}.{table}"
            rows = db.execute(query).fetchmany(5)
            if rows:
                sys.exit(f"{kind} in {table}: " + "; ".join(str(row) for row in rows))
    found = [list(row) for row in db.execute("select version_uid, name from tags order by 1, 2")]
    if found != saved(folder)["tags"]:
        sys.exit(f"there are {len(found)} tags of {len(saved(folder)['tags'])}")
    # Jobs may run as another user than this.
    old = os.stat(database)
    os.chmod(new, stat.S_IMODE(old.st_mode))
    if os.geteuid() == 0:
        os.chown(new, old.st_uid, old.st_gid)
    versions, blocks = (db.execute(f"select count(*) from {table}").fetchone()[0] for table in ("versions", "blocks"))
    print(f"{versions} versions, {blocks} blocks, {len(found)} tags")


def main(command, *rest):
    os.umask(0o077)
    if command == "versions":
        for uid, blocks in saved(rest[0])["versions"]:
            print(uid, blocks)
    elif command == "initdb":
        initdb(rest[0], rest[1:])
    elif command == "import":
        import_(rest[0], rest[1], rest[2:])
    elif command in ("save", "exported", "configure", "made", "imported", "tags", "compare"):
        globals()[command](*rest)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
