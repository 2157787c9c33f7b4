"""Holds the lines of every statement against what the marts say.

check_lines.py STATEMENTS EXPECTED: EXPECTED is a JSON object of path below STATEMENTS ->
rows of [date, document, line, customer, sku, base, earned, points, file, file line], in
the order of the statement. Codes are texts with their zeros, days are dates, figures are
numbers. Prints what differs.
"""
import datetime
import decimal
import json
import pathlib
import sys

import openpyxl

statements, expected = pathlib.Path(sys.argv[1]), json.loads(pathlib.Path(sys.argv[2]).read_text())
columns = {1: datetime.datetime, 3: str, 4: int, 5: str, 22: str, 7: (int, float), 11: (int, float), 12: int, 23: str, 24: int}
problems, count = [], 0
for path in sorted(statements.glob("*/statement_*.xlsx")):
    name = str(path.relative_to(statements))
    sheets = openpyxl.load_workbook(path, data_only=True).worksheets
    sheet = next((sheet for sheet in sheets if "lines" in sheet.tables), None)
    table = sheet.tables["lines"] if sheet else None
    got = []
    if table:
        if table.autoFilter is None or sheet.freeze_panes is None or not sheet.print_title_rows:
            problems.append(f"{name}: its lines are no table with filters, a frozen header and titles in print")
        first, last = (int("".join(filter(str.isdigit, cell))) for cell in table.ref.split(":"))
        for row in sheet.iter_rows(min_row=first + 1, max_row=last):
            out = []
            for place, kind in columns.items():
                value = row[place].value
                if value is None or value == "":
                    out.append("")
                    continue
                if not isinstance(value, kind):
                    problems.append(f"{name} {row[place].coordinate}: {value!r} is a {type(value).__name__}")
                if isinstance(value, datetime.datetime):
                    value = value.date().isoformat()
                elif place in (7, 11):
                    value = str(decimal.Decimal(repr(value)).quantize(decimal.Decimal("0.01")))
                out.append(str(value))
            got.append(out)
    want = expected.pop(name, [])
    count += len(got)
    if got != want:
        first = next((pair for pair in zip(got, want) if pair[0] != pair[1]), None)
        problems.append(f"{name}: {len(got)} lines, the mart has {len(want)}; the first that differ are {first}")
problems += [f"{name} is not there" for name in expected]
print(json.dumps({"problems": problems[:20], "lines": count}))
