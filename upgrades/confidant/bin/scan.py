"""Reads Confidant's table, since none of its own scripts tells what is left to do. It writes nothing but `backup`.

    scan.py version             the versions whose form of data is in the table; nothing where it is empty
    scan.py json-sets [KIND]    each current row with a set of JSON strings; KIND is `credentials` or `services`
    scan.py numeric-booleans    how many rows, old revisions among them, have a number in `enabled`
    scan.py numeric-rows        each of these rows
    scan.py content             for each kind of row how many there are, and a digest of what they say
    scan.py backup NAME         makes a backup of the table, unless this run has made one

The table is the one of DYNAMODB_TABLE, DYNAMODB_URL and AWS_DEFAULT_REGION, as Confidant takes them. Reads are
consistent: what was written before the question is in the answer.
"""

from __future__ import print_function

import hashlib
import json
import os
import sys
import time

import boto3
import botocore.exceptions

TABLE = os.environ["DYNAMODB_TABLE"]
# Revisions that were replaced. The scripts for sets leave them as they are, and releases do not read them.
CURRENT = {"credentials": "blind-credential", "services": "service"}
SETS = ("credential_keys", "credentials", "blind_credentials")


def client():
    return boto3.client(
        "dynamodb",
        endpoint_url=os.environ.get("DYNAMODB_URL") or None,
        region_name=os.environ["AWS_DEFAULT_REGION"],
    )


def rows(**more):
    pages = client().get_paginator("scan").paginate(TableName=TABLE, ConsistentRead=True, **more)
    for page in pages:
        for row in page["Items"]:
            yield row


def kind(row):
    return row.get("data_type", {}).get("S", "?")


def has_json(row):
    # The same rule as that of Confidant's scripts.
    return any(value.startswith('"') for name in SETS for value in row.get(name, {}).get("SS", ()))


def json_sets(kinds):
    return [row for row in rows() if kind(row) in kinds and has_json(row)]


def numeric(**more):
    return rows(
        FilterExpression="attribute_type(#enabled, :number)",
        ExpressionAttributeNames={"#enabled": "enabled"},
        ExpressionAttributeValues={":number": {"S": "N"}},
        **more
    )


def version():
    current = [row for row in rows() if kind(row) in ("credential",) + tuple(CURRENT.values())]
    if not current:
        return []
    native = any("BOOL" in row.get("enabled", {}) for row in current)
    # 1.11.0 fails on native booleans, and no release before 4.0.0 writes them.
    return [">=2.0.1" if native else ">=1.0.0"]


def meaning(value):
    """What a release reads, in whichever form it was stored."""
    (form, content), = value.items()
    if form in ("N", "BOOL"):
        return float(content)
    if form == "SS":
        return sorted(json.loads(item) if item.startswith('"') else item for item in content)
    if form == "B":
        return content.hex() if hasattr(content, "hex") else content.encode("hex")
    return content


def content():
    found = {}
    for row in rows():
        line = json.dumps({name: meaning(value) for name, value in row.items()}, sort_keys=True)
        found.setdefault(kind(row), []).append(line)
    for name in sorted(found):
        # Rows come in no order.
        digest = hashlib.sha256("\n".join(sorted(found[name])).encode()).hexdigest()
        yield "%s %d %s" % (name, len(found[name]), digest[:16])


def backup(name):
    name = "%s-%s" % (name, os.environ["STEPWELL_RUN"])
    db = client()
    pages = db.list_backups(TableName=TABLE)["BackupSummaries"]
    there = [found for found in pages if found["BackupName"] == name]
    if there:
        arn = there[0]["BackupArn"]
    else:
        arn = db.create_backup(TableName=TABLE, BackupName=name)["BackupDetails"]["BackupArn"]
    while True:
        status = db.describe_backup(BackupArn=arn)["BackupDescription"]["BackupDetails"]["BackupStatus"]
        if status == "AVAILABLE":
            return [arn]
        if status != "CREATING":
            raise SystemExit("the backup %s is %s" % (arn, status))
        time.sleep(2)


def main(question, *more):
    if question == "version":
        return version()
    if question == "json-sets":
        kinds = [CURRENT[more[0]]] if more else CURRENT.values()
        return ("%s %s" % (kind(row), row["id"]["S"]) for row in json_sets(kinds))
    if question == "numeric-booleans":
        return [sum(1 for _ in numeric(ProjectionExpression="id"))]
    if question == "numeric-rows":
        return ("%s %s" % (kind(row), row["id"]["S"]) for row in numeric())
    if question == "content":
        return content()
    if question == "backup":
        return backup(*more)
    raise SystemExit(__doc__)


if __name__ == "__main__":
    try:
        for line in main(*sys.argv[1:]):
            print(line)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        where = os.environ.get("DYNAMODB_URL") or "AWS"
        raise SystemExit("the table `%s` at %s cannot be read: %s" % (TABLE, where, error))
