"""Reads workbooks back, as somebody who has never seen our code would.

check_workbooks.py ORIGINALS RECALCULATED: every workbook of the first folder opens,
holds no error and no number that is a text; every formula has a stored value, and the
one that LibreOffice worked out anew (second folder) is the same. Prints, for each
statement, what it says is payable and what its totals say, for the caller to compare.
"""
import json
import pathlib
import sys

import openpyxl

originals, recalculated = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
problems, said, formulas = [], {}, 0
for path in sorted(originals.glob("*.xlsx")):
    book = openpyxl.load_workbook(path)
    stored = openpyxl.load_workbook(path, data_only=True)
    again = openpyxl.load_workbook(recalculated / path.name, data_only=True)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                value = stored[sheet.title][cell.coordinate].value
                if cell.data_type == "e" or isinstance(value, str) and value.startswith("#"):
                    problems.append(f"{path.name} {sheet.title}!{cell.coordinate}: {value}")
                if "0.00" in cell.number_format and isinstance(value, str):
                    problems.append(f"{path.name} {sheet.title}!{cell.coordinate}: {value!r} is a text where a number should be")
                if cell.data_type != "f":
                    continue
                formulas += 1
                anew = again[sheet.title][cell.coordinate].value
                if not isinstance(value, (int, float)) or not isinstance(anew, (int, float)) or round(value, 2) != round(anew, 2):
                    problems.append(f"{path.name} {sheet.title}!{cell.coordinate} {cell.value}: stored {value}, worked out anew {anew}")
    if not path.name.startswith("statement_"):
        continue
    first = stored.worksheets[0]
    dollars = [row[2] for row in first.iter_rows() if row[1].value == "USD" and isinstance(row[2].value, (int, float))]
    # The large one; where points lead, none is large, and the first is what is payable.
    payable = [cell.value for cell in dollars if cell.font.sz == 14] or [dollars[0].value]
    earned = 0
    for sheet in stored:
        if "lines" in sheet.tables:
            last = int("".join(filter(str.isdigit, sheet.tables["lines"].ref.split(":")[1])))
            earned = sheet.cell(last + 1, 12).value
    said[path.name] = {"payable": f"{payable[0]:.2f}", "earned": f"{earned:.2f}"}
print(json.dumps({"problems": problems, "formulas": formulas, "said": said}))
