"""Copies the rows of one database of Barbican into another, empty one: ``barbican_copy.py FROM TO``."""

import sys

import sqlalchemy

source, target = (sqlalchemy.create_engine(url) for url in sys.argv[1:])
tables = sqlalchemy.MetaData()
tables.reflect(bind=source)
with source.connect() as old, target.begin() as new:
    for table in tables.sorted_tables:
        rows = [dict(row._mapping) for row in old.execute(table.select())]
        if rows and table.name != "alembic_version":
            new.execute(table.insert(), rows)
