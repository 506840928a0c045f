"""Asks an Askar wallet what ACA-Py's own commands do not tell, and starts ACA-Py on it.

    wallet.py [--tenant ID] version           the version whose changes are in the records; nothing where none is known
    wallet.py [--tenant ID] records           each version record
    wallet.py [--tenant ID] without-state     each connection without the tag `state`
    wallet.py [--tenant ID] count CATEGORY    how many records there are
    wallet.py [--tenant ID] upgraded VERSION  `yes`, or what is still missing
    wallet.py [--tenant ID] users             each process of this host that has the wallet's file open
    wallet.py [--tenant ID] backup FOLDER     a copy of the wallet, read once
    wallet.py [--tenant ID] run PROGRAM ...   the program, with this wallet in its environment
    wallet.py [--tenant ID] upgrade PROGRAM ...   the same, with `--from-version` at its end
    wallet.py tenants                         id and name of each tenant
    wallet.py place                           `same` where ACA-Py opens the wallet that WALLET_URL names

It needs Python 3.9 and `aries-askar`, which ACA-Py installs. It reads WALLET_URL, HOME, ACAPY_WALLET_NAME,
ACAPY_WALLET_KEY and ACAPY_WALLET_KEY_DERIVATION_METHOD. It writes nothing to a wallet.
"""

import asyncio
import fcntl
import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

try:
    from aries_askar import AskarError, Store
except ImportError:
    sys.exit(f"{sys.executable} has no `aries-askar`. Name the Python of an ACA-Py, in stepwell.yaml under `python`.")

# What ACA-Py takes a wallet for that has no version record, and the first release that renews every connection.
ASSUMED, RENEWED = "v0.7.5", (0, 8, 1)
WITHOUT_STATE = {"$not": {"$exist": ["state"]}}


class Wallet:
    """Where a wallet is and what opens it."""

    def __init__(self, name, key, method, tenant=None):
        self.name, self.key, self.method = name, key, method or "kdf:argon2i:mod"
        self.who = f"the wallet of the tenant `{name}` ({tenant})" if tenant else f"the wallet `{name}`"
        url = urlsplit(os.environ["WALLET_URL"])
        self.postgres = None
        if url.scheme.split("+")[0] in ("postgres", "postgresql"):
            self.postgres = url
            self.database = name if tenant else unquote(url.path.lstrip("/"))
        # ACA-Py knows no other place than this one.
        self.path = Path(os.environ["HOME"], ".aries_cloudagent/wallet", name, "sqlite.db")

    @property
    def host(self):
        return f"{self.postgres.hostname}:{self.postgres.port or 5432}"

    @property
    def uri(self):
        if not self.postgres:
            return "sqlite://" + quote(str(self.path))
        user, password = (quote(unquote(part or ""), safe="") for part in (self.postgres.username, self.postgres.password))
        return f"postgres://{user}:{password}@{self.host}/{quote(self.database, safe='')}"

    def environment(self):
        """What makes ACA-Py open this wallet. The key is in no argument, where every user could read it."""
        env = dict(os.environ, ACAPY_WALLET_TYPE="askar", ACAPY_WALLET_NAME=self.name, ACAPY_WALLET_KEY=self.key)
        env["ACAPY_WALLET_KEY_DERIVATION_METHOD"] = self.method
        if self.postgres:
            user, password = unquote(self.postgres.username or ""), unquote(self.postgres.password or "")
            env["ACAPY_WALLET_NAME"] = self.database
            env["ACAPY_WALLET_STORAGE_TYPE"] = "postgres_storage"
            env["ACAPY_WALLET_STORAGE_CONFIG"] = json.dumps({"url": self.host})
            env["ACAPY_WALLET_STORAGE_CREDS"] = json.dumps({"account": user, "password": password})
        return env

    async def ask(self, question):
        """The answer of `question` to a session of the wallet."""
        if not self.postgres and not self.path.is_file():
            raise SystemExit(f"{self.who} is not there: {self.path}")
        try:
            store = await Store.open(self.uri, self.method, self.key)
        except AskarError as error:
            raise SystemExit(f"{self.who} cannot be opened: {first_line(error)}")
        try:
            async with store.session() as session:
                return await question(session)
        except AskarError as error:
            raise SystemExit(f"{self.who} cannot be read: {first_line(error)}")
        finally:
            await store.close()


def first_line(error):
    return str(error).strip().splitlines()[0]


def base():
    env = os.environ
    return Wallet(env["ACAPY_WALLET_NAME"], env["ACAPY_WALLET_KEY"], env.get("ACAPY_WALLET_KEY_DERIVATION_METHOD"))


async def tenant(wanted):
    """The wallet of a tenant, as its record in the base wallet describes it."""
    for record in await base().ask(lambda session: session.fetch_all("wallet_record")):
        if record.name == wanted:
            settings = record.value_json.get("settings", {})
            name, key = settings.get("wallet.name"), settings.get("wallet.key")
            if settings.get("wallet.type") == "askar-profile":
                raise SystemExit(f"the tenant `{name}` ({wanted}) is a profile of one wallet, and ACA-Py upgrades no profile")
            if not key:
                raise SystemExit(f"the key of the tenant `{name}` ({wanted}) is not in the base wallet: upgrade it by hand")
            return Wallet(name, key, settings.get("wallet.key_derivation_method"), wanted)
    raise SystemExit(f"there is no tenant {wanted} in the base wallet")


async def tenants(session):
    for record in await session.fetch_all("wallet_record"):
        name = record.value_json.get("settings", {}).get("wallet.name", "")
        # A line is one tenant, whatever its name holds.
        print(record.name, re.sub(r"\s", " ", name))


async def records(session):
    return [record.value.decode() for record in await session.fetch_all("acapy_version")]


async def without_state(session, limit=None):
    return [record.name for record in await session.fetch_all("connection", WITHOUT_STATE, limit)]


def number(version):
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


async def version(session):
    """What is recorded, unless a connection shows that the upgrade before never ran."""
    found = await records(session)
    if len(found) > 1:
        raise SystemExit(
            f"the wallet has {len(found)} version records ({', '.join(sorted(found))}): two upgrades ran at once. "
            "ACA-Py itself fails on such a wallet. Delete all but the lowest"
        )
    if found and number(found[0]) >= RENEWED and await without_state(session, 1):
        return [ASSUMED]
    return found


async def upgraded(session, wanted):
    found, old = await records(session), await without_state(session)
    if found != [wanted]:
        return f"the version records are {', '.join(found) or 'none'} instead of {wanted}"
    return f"{len(old)} connections have no tag `state`" if old else "yes"


def users(wallet):
    """The processes that have the wallet's file open, without this one."""
    for process in Path("/proc").glob("[0-9]*"):
        if int(process.name) == os.getpid():
            continue
        try:
            files = {os.path.realpath(link) for link in (process / "fd").iterdir()}
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue  # it has ended, or belongs to somebody else
        if os.path.realpath(wallet.path) in files:
            # No more than the program: an argument may be a secret.
            print(process.name, *command.split(" ")[:2])


def backup(wallet, folder, run):
    """Copies the wallet beside its final name, reads the copy, and gives it that name."""
    os.umask(0o077)
    Path(folder).mkdir(parents=True, exist_ok=True)
    final = Path(folder, f"{quote(wallet.name, safe='')}-{run}.{'dump' if wallet.postgres else 'sqlite'}")
    part = final.with_suffix(".part")
    if final.exists():
        return
    part.unlink(missing_ok=True)
    if wallet.postgres:
        url = wallet.postgres
        where = ["-h", url.hostname, "-p", str(url.port or 5432), "-U", unquote(url.username or ""), wallet.database]
        env = dict(os.environ, PGPASSWORD=unquote(url.password or ""))
        subprocess.run(["pg_dump", "--format=custom", "--file", str(part), *where], env=env, check=True)
        subprocess.run(["pg_restore", "--list", str(part)], stdout=subprocess.DEVNULL, check=True)
    else:
        if not wallet.path.is_file():
            raise SystemExit(f"{wallet.who} is not there: {wallet.path}")
        try:
            source, copy = sqlite3.connect(wallet.path), sqlite3.connect(part)
            source.backup(copy)
            damage = copy.execute("pragma integrity_check").fetchall()
        except sqlite3.DatabaseError as error:
            raise SystemExit(f"{wallet.who} cannot be copied: {error}")
        if damage != [("ok",)]:
            raise SystemExit(f"{wallet.who} is damaged: {damage[0][0]}")
        copy.close()
        source.close()
    os.replace(part, final)
    print(final)


def run(wallet, command):
    """Becomes the program. The lock goes with it and ends with it: no other upgrade of this file begins meanwhile."""
    if not wallet.postgres:
        if not wallet.path.is_file():
            raise SystemExit(f"{wallet.who} is not there: {wallet.path}")
        # Not SQLite's own kind of lock, so ACA-Py does not wait for it.
        lock = os.open(wallet.path, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(f"another upgrade of {wallet.who} is going on")
        os.set_inheritable(lock, True)
    os.execvpe(command[0], command, wallet.environment())


def place():
    url = urlsplit(os.environ["WALLET_URL"])
    wallet = base()
    if wallet.postgres:
        return "same" if wallet.database == wallet.name else f"another one: the database is `{wallet.database}`"
    named = os.path.realpath(unquote(url.path[1:] if url.path.startswith("//") else url.path))
    return "same" if named == os.path.realpath(wallet.path) else f"another one: ACA-Py opens {wallet.path}"


async def main(arguments):
    wallet = base()
    if arguments[:1] == ["--tenant"]:
        wallet, arguments = await tenant(arguments[1]), arguments[2:]
    command, rest = arguments[0], arguments[1:]
    if command == "version":
        print(*await wallet.ask(version), sep="\n")
    elif command == "records":
        print(*await wallet.ask(records), sep="\n")
    elif command == "without-state":
        print(*await wallet.ask(without_state), sep="\n")
    elif command == "count":
        print(await wallet.ask(lambda session: session.count(rest[0])))
    elif command == "upgraded":
        print(await wallet.ask(lambda session: upgraded(session, rest[0])))
    elif command == "tenants":
        await wallet.ask(tenants)
    elif command == "users":
        users(wallet)
    elif command == "place":
        print(place())
    elif command == "backup":
        backup(wallet, rest[0], os.environ.get("STEPWELL_RUN", "0"))
    elif command == "upgrade":
        found = await wallet.ask(version)
        return wallet, [*rest, "--from-version", found[0] if found else ASSUMED]
    elif command == "run":
        return wallet, rest
    else:
        raise SystemExit(__doc__)
    return None


if __name__ == "__main__":
    program = asyncio.run(main(sys.argv[1:]))
    if program:
        run(*program)
