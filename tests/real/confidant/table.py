"""Fills Confidant's table, asks it, and does to it what others do.

    table.py load FILE        makes the table with what a release wrote
    table.py show             what is in it, as JSON
    table.py number ID        saves a row as 3.0.0 does: with a number in `enabled`
    table.py sets TYPE LOSE   stands in for the scripts of 2.0.1 for sets, and leaves LOSE rows as they are
"""

import base64
import collections
import json
import os
import sys

import boto3

TABLE = "confidant"
SETS = ("credential_keys", "credentials", "blind_credentials")
db = boto3.client("dynamodb", endpoint_url=os.environ["DYNAMODB_URL"], region_name="us-east-1")


def rows():
    for page in db.get_paginator("scan").paginate(TableName=TABLE):
        yield from page["Items"]


def load(path):
    with open(path) as file:
        content = json.load(file)
    db.create_table(TableName=TABLE, BillingMode="PAY_PER_REQUEST", **content["table"])
    items = content["items"]
    for item in items:
        for value in item.values():
            if "B" in value:
                value["B"] = base64.b64decode(value["B"])
    for at in range(0, len(items), 25):
        batch = [{"PutRequest": {"Item": item}} for item in items[at : at + 25]]
        assert not db.batch_write_item(RequestItems={TABLE: batch})["UnprocessedItems"]


def show():
    found = collections.Counter(numbers=0, native=0, json_sets=0, rows=0)
    names = []
    for row in rows():
        found["rows"] += 1
        found["numbers"] += "N" in row["enabled"]
        found["native"] += "BOOL" in row["enabled"]
        values = [value for name in SETS for value in row.get(name, {}).get("SS", ())]
        old = any(value.startswith('"') for value in values)
        found["json_sets"] += old and not row["data_type"]["S"].startswith("archive-")
        # Whichever way it is stored.
        enabled = {str(row["enabled"].get("BOOL", row["enabled"].get("N") == "1"))}
        plain = sorted(json.loads(value) if value.startswith('"') else value for value in values)
        rest = sorted((name, repr(value)) for name, value in row.items() if name not in SETS + ("enabled",))
        names.append([row["id"]["S"], sorted(enabled), plain, rest])
    backups = [backup["BackupName"] for backup in db.list_backups(TableName=TABLE)["BackupSummaries"]]
    print(json.dumps({**found, "content": repr(sorted(names)), "backups": backups}))


def number(key):
    db.update_item(
        TableName=TABLE,
        Key={"id": {"S": key}},
        UpdateExpression="SET enabled = :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )


def sets(data_type, lose):
    query = dict(
        TableName=TABLE,
        IndexName="data_type_date_index",
        KeyConditionExpression="data_type = :type",
        ExpressionAttributeValues={":type": {"S": data_type}},
    )
    total, fail, lose = 0, 0, int(lose)
    for page in db.get_paginator("query").paginate(**query):
        for row in page["Items"]:
            total += 1
            if fail < lose:
                fail += 1
                continue
            for name in SETS:
                if name in row:
                    row[name]["SS"] = [json.loads(v) if v.startswith('"') else v for v in row[name]["SS"]]
            db.put_item(TableName=TABLE, Item=row)
    print("Fail: %d, Total: %d" % (fail, total))


{"load": load, "show": show, "number": number, "sets": sets}[sys.argv[1]](*sys.argv[2:])
