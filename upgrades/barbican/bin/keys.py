"""The keys of projects that barbican.conf does not open: ``keys.py CONF [built-in | hex]``, a line for each.

The database is in STORE. A project's key is opened with `kek` of ``[simple_crypto_plugin]``, and with it the newest
payload that it encrypts. With ``built-in`` the key that Barbican itself had up to 20 stands in where the file has none.
With ``hex`` those keys alone are named that no Barbican can read; otherwise they are left out. It is run by the Python of
a Barbican, which brings what it needs. No key and no payload is printed.
"""

import base64
import os
import sys

from cryptography import fernet
import sqlalchemy

BUILT_IN = "dGhpcnR5X3R3b19ieXRlX2tleWJsYWhibGFoYmxhaGg="


def configured(path):
    """Every `kek` there, in order: from 20 on there may be several."""
    section, keys = None, []
    with open(path, encoding="utf-8") as lines:
        for line in map(str.strip, lines):
            if line.startswith("["):
                section = line.split("]")[0][1:]
            elif section == "simple_crypto_plugin" and line[:1] not in ("#", ";", ""):
                name, _, value = line.replace(":", "=", 1).partition("=")
                if name.strip() == "kek":
                    keys.append(value.strip().strip("'\""))
    return keys


keys = configured(sys.argv[1])
if not keys and sys.argv[2:] == ["built-in"]:
    keys = [BUILT_IN]
try:
    opener = fernet.MultiFernet([fernet.Fernet(key) for key in keys]) if keys else None
except ValueError:
    sys.exit("a `kek` in the file is no key: it has to be 32 bytes in URL-safe base64")

engine = sqlalchemy.create_engine(os.environ["STORE"])
with engine.connect() as connection:
    found = connection.execute(sqlalchemy.text(
        "select k.id, p.external_id, k.plugin_meta from kek_data k left join projects p on p.id = k.project_id "
        "where k.plugin_name like '%simple_crypto%' and k.plugin_meta is not null order by k.id"
    )).fetchall()
    for key, project, sealed in found:
        trouble = None
        sealed = sealed.encode() if isinstance(sealed, str) else bytes(sealed)
        # PostgreSQL's driver writes bytes into a column of text so, and Barbican takes it for the key itself.
        in_hex = sealed.startswith(b"\\x")
        if in_hex != (sys.argv[2:] == ["hex"]):
            continue
        if in_hex:
            print(f"key {key} of project {project}: it was stored as hexadecimal text")
            continue
        try:
            if opener is None:
                raise fernet.InvalidToken
            opened = opener.decrypt(sealed)
        except fernet.InvalidToken:
            trouble = "no key in barbican.conf opens it"
        else:
            newest = connection.execute(sqlalchemy.text(
                "select secret_id, cypher_text from encrypted_data where kek_id = :key "
                "order by created_at desc limit 1"
            ), {"key": key}).fetchone()
            try:
                if newest:
                    fernet.Fernet(opened).decrypt(base64.b64decode(newest[1]))
            except (ValueError, fernet.InvalidToken):
                trouble = f"it does not open the payload of secret {newest[0]}"
        if trouble:
            print(f"key {key} of project {project}: {trouble}")
