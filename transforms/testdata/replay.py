"""Works out again, in the DuckDB that Python has, what another version has worked out.

    python3 replay.py FOLDER

FOLDER holds the facts (memory.duckdb, store.duckdb), what has become of them (published.duckdb), and
statements.json: each model's statement in its order, and then each check's query. Every table of
the marts has to have the same columns, types and rows, and no check may find a row.
"""
import json
import sys

import duckdb

folder = sys.argv[1]
db = duckdb.connect()
for name in ("memory", "store"):
    db.execute(f"attach '{folder}/{name}.duckdb' as {name}_facts (read_only)")
db.execute("attach ':memory:' as store; attach ':memory:' as published; create schema published.mart")
db.execute("copy from database memory_facts to memory; copy from database store_facts to store")
db.execute(f"attach '{folder}/published.duckdb' as other (read_only)")
db.execute("set timezone = 'UTC'; set preserve_insertion_order = false; set threads = 2")

with open(f"{folder}/statements.json") as f:
    said = json.load(f)
for statement in said["models"]:
    db.execute(statement)
problems = []
for name, query in said["checks"].items():
    if db.execute(query).fetchall():
        problems.append(f"the check {name} finds rows")

SHAPE = """select table_name, list({name: column_name, type: data_type} order by column_index)::varchar
    from duckdb_columns() where database_name = ? and schema_name = 'mart' group by table_name"""
theirs, ours = (dict(db.execute(SHAPE, [of]).fetchall()) for of in ("other", "published"))
for table in sorted(theirs | ours):
    if theirs.get(table) != ours.get(table):
        problems.append(f"mart.{table} has {ours.get(table)}, and not {theirs.get(table)}")
        continue
    found = db.execute(f"""select count(*) from (
        (from other.mart.{table} except all from published.mart.{table})
        union all
        (from published.mart.{table} except all from other.mart.{table}))""").fetchone()[0]
    if found:
        problems.append(f"mart.{table} has {found} other rows")
rows = sum(db.execute(f"select count(*) from published.mart.{t}").fetchone()[0] for t in ours)
print(json.dumps({"version": duckdb.__version__, "tables": len(ours), "rows": rows, "problems": problems}))
