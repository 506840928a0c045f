"""Looks into wallets and prepares them, for tests: askar.py PATH-OR-URL COMMAND ..."""

import asyncio
import json
import sys

from aries_askar import Store

METHOD, KEY = "kdf:argon2i:mod", "k1"


def uri(where):
    return where.replace("postgresql://", "postgres://") if "://" in where else "sqlite://" + where


async def show(store, _):
    """Everything that an upgrade may touch, as JSON."""
    async with store.session() as session:
        found = {}
        for category in ("acapy_version", "connection", "issuer_rev_reg"):
            records = await session.fetch_all(category)
            found[category] = sorted((r.name, json.dumps(r.tags, sort_keys=True), r.value.decode()) for r in records)
    print(json.dumps(found))


async def record(store, arguments):
    """Makes these the version records."""
    async with store.transaction() as session:
        for old in await session.fetch_all("acapy_version"):
            await session.remove("acapy_version", old.name)
        for number, version in enumerate(arguments):
            await session.insert("acapy_version", f"record-{number}", version)
        await session.commit()


async def copies(store, arguments):
    """Copies a connection so many times."""
    async with store.transaction() as session:
        one = (await session.fetch_all("connection"))[0]
        for number in range(int(arguments[0])):
            await session.insert("connection", f"copy-{number}", one.value, one.tags)
        await session.commit()


async def tenant(store, arguments):
    """Writes down a tenant, as ACA-Py itself does: an id, a wallet's name, and its key unless it is unmanaged."""
    from aries_cloudagent.wallet.models.wallet_record import WalletRecord

    wallet, name, *key = arguments
    settings = {"wallet.type": "askar", "wallet.name": name, **({"wallet.key": key[0]} if key else {})}
    mode = WalletRecord.MODE_MANAGED if key else WalletRecord.MODE_UNMANAGED
    one = WalletRecord(wallet_id=wallet, wallet_name=name, settings=settings, key_management_mode=mode)
    async with store.session() as session:
        await session.insert(WalletRecord.RECORD_TYPE, wallet, json.dumps(one.record_value), one.record_tags)


async def registry(store, _):
    """A revocation registry as an issuer of 0.5.2 kept it."""
    value = {"state": "active", "issuance_type": "ISSUANCE_BY_DEFAULT", "max_cred_num": 10, "cred_def_id": "x"}
    async with store.session() as session:
        await session.insert("issuer_rev_reg", "registry", json.dumps(value), {"state": "active"})


async def copy_to(store, arguments):
    """Copies the whole wallet to a server."""
    await store.copy_to(uri(arguments[0]), METHOD, KEY)


async def hold(_, __):
    """Has the wallet open until its input ends."""
    print("open", flush=True)
    sys.stdin.read()


async def main(where, command, *arguments):
    store = await Store.open(uri(where), METHOD, KEY)
    await globals()[command](store, arguments)
    await store.close()


asyncio.run(main(*sys.argv[1:]))
