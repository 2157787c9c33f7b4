"""Works out anew what a statement derives, from the workbook and nothing else.

check_derived.py STATEMENTS WORDS: WORDS is the folder of the catalogues, by which sheets and
rows are found in any language. Of each statement: what a line earns from its positions and
the tranches on Rules; its base from its positions; the sums of Lines by module against
Summary; payable from its parts, and in the partner's currency at the rate that is said; status
points from their parts, points by certification from the list; what is lacking from what there
is; the deals from the lines. Prints what does not come out.
"""
import json
import pathlib
import re
import sys
from decimal import ROUND_HALF_UP, Decimal

import openpyxl

statements, catalogues = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
words = [json.loads(path.read_text()) for path in sorted(catalogues.glob("*.json"))]
problems, count = [], {}
CENT = Decimal("0.01")


def exact(value):
    return Decimal(0) if value is None or value == "" else Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def cents(value):
    return value.quantize(CENT, ROUND_HALF_UP)


class Book:
    def __init__(self, path):
        self.path = path
        book = openpyxl.load_workbook(path, data_only=True)
        self.say = next(w for w in words if book.sheetnames[0] == w["sheet_summary"])
        self.sheets = {key: book[name] for key, name in self.say.items() if key.startswith("sheet_") and name in book.sheetnames}

    def rows(self, sheet):
        found = self.sheets.get("sheet_" + sheet)
        return [[cell.value for cell in row] for row in found.iter_rows()] if found else []

    def check(self, what, said, comes):
        count[what] = count.get(what, 0) + 1
        if said != comes:
            problems.append(f"{self.path.parent.name}/{self.path.name}: {what} says {said}, it comes to {comes}")

    def table(self, sheet, *keys):
        """Rows under the headings, by key, up to the total."""
        rows = self.rows(sheet)
        heads = [self.say[key] for key in keys]
        for at, row in enumerate(rows):
            if all(head in row for head in heads):
                places = [row.index(head) for head in heads]
                out = []
                for below in rows[at + 1:]:
                    if below[0] == self.say["total"] or all(v in (None, "") for v in below):
                        break
                    out.append([below[place] if place < len(below) else None for place in places])
                return out
        return []

    def value(self, label, column):
        """The figure in a column of Summary beside a label."""
        for row in self.rows("summary"):
            if label in row and column < len(row) and isinstance(row[column], (int, float)) and row.index(label) <= column:
                return exact(row[column])
        return None


def rate_at(tranches, x):
    reached = [t for t in tranches if t["from"] <= max(x, 0)]
    return (reached or tranches[:1])[-1]["rate"]


def earned(tranches, method, lo, hi):
    if method == "volume":
        return cents(hi * rate_at(tranches, hi)) - cents(lo * rate_at(tranches, lo))
    total = Decimal(0)
    for i, t in enumerate(tranches):
        below, above = t["from"] if i else Decimal("-Infinity"), t["to"]
        fill = [min(max(x, below), above) - t["from"] for x in (lo, hi)]
        total += cents(fill[1] * t["rate"]) - cents(fill[0] * t["rate"])
    return total


def rules(book):
    found = {}
    keys = ("valid_from", "until", "module", "method", "level", "from", "to", "rate", "family")
    for begins, until, module, method, level, lo, hi, rate, family in book.table("rules", *keys):
        if not hasattr(begins, "year") or family != book.say["all_families"]:
            continue
        at = (module, level, begins, until if hasattr(until, "year") else None, method)
        hi = exact(hi) if isinstance(hi, (int, float)) else Decimal("Infinity")
        found.setdefault(at, []).append({"from": exact(lo), "to": hi, "rate": exact(rate)})
    return found


def lines(book):
    schedules, sums = rules(book), {}
    methods = {book.say["value_" + m]: m for m in ("marginal", "volume")}
    keys = ("module", "date", "base", "position_before", "position_after", "earned", "points", "level", "deal", "takes_back")
    for module, day, base, lo, hi, got, points, level, deal, back in book.table("lines", *keys):
        base, lo, hi, got = map(exact, (base, lo, hi, got))
        book.check("a line's base", base, hi - lo)
        total = sums.setdefault(module, [Decimal(0), Decimal(0), 0])
        total[0], total[1], total[2] = total[0] + base, total[1] + got, total[2] + points
        if back:  # it goes by the day of what it takes back
            continue
        fits = [(k, t) for k, t in schedules.items() if k[0] == module and k[1] == level and k[2] <= day and (not k[3] or day <= k[3])]
        if len(fits) == 1 and fits[0][0][4] in methods:
            book.check("what a line earns", got, earned(fits[0][1], methods[fits[0][0][4]], lo, hi))
    said = {m: [exact(b), exact(e), p] for m, b, e, p in book.table("summary", "module", "base", "earned", "points")}
    for module, total in sums.items():
        book.check("a module's month", said.get(module), total)
    shared = {}
    for module, base, points, deal in book.table("lines", "module", "base", "points", "deal"):
        if deal and (deal, module) in [(d, m) for d, m, *_ in deals(book)]:
            sum_ = shared.setdefault((deal, module), [Decimal(0), 0])
            sum_[0], sum_[1] = sum_[0] + exact(base), sum_[1] + points
    for deal, module, base, points in deals(book):
        book.check("a deal", [exact(base), points], shared.get((deal, module)))


def deals(book):
    return book.table("sell_with", "deal", "module", "base", "points")


def summary(book):
    say, rows = book.say, book.rows("summary")
    parts = ("margin_of_month", "adjustments_earlier", "money_entries", "carried_in")
    carried = [v for v in (book.value(say["less_carried"], 3), book.value(say["carried_deducted"], 3)) if v is not None]
    payable = sum(book.value(say[p], 3) for p in parts) + sum(carried)
    big = next(row for row in rows if row[0] in (say["payable"], say["owed"]) and isinstance(row[2], (int, float)))
    book.check("payable", exact(big[2]), abs(payable))
    own = next((row for row in rows if row[0] == say["payable_own"]), None)
    if own and isinstance(own[2], (int, float)):
        rate = next(re.search(r"1 [A-Z]{3} = ([\d.,]+) ", row[0]).group(1) for row in rows if isinstance(row[0], str) and "= " in row[0])
        rate = Decimal(rate.replace(say["thousands_mark"], "").replace(say["decimal_mark"], "."))
        book.check("payable in the partner's currency", exact(own[2]), cents(exact(big[2]) / rate))
    status = say["status_points"]
    total = [row[3] for row in rows if row[0] == status and isinstance(row[3], (int, float))]
    certified = [row[3] for row in rows if isinstance(row[0], str) and re.fullmatch(say["by_certificate"].replace("%d", r"\d+"), row[0])]
    book.check("status points", total[0], book.value(say["by_amount"], 3) + certified[0] + book.value(say["by_bonus"], 3))
    listed = book.table("points", "awarded", "certification", "points")
    book.check("points by certification", certified[0], sum(p for *_, p in listed))
    spend = sum(book.value(say[k], 7) for k in ("opening", "gained", "redeemed", "lapsed"))
    book.check("spendable points", book.value(say["spendable"], 7), spend)
    gap = re.compile(r".*: " + say["has_of"].replace("%d", r"(\d+)", 1).replace("%d", r"(\d+)", 1))
    for row in rows:
        found = gap.fullmatch(row[0]) if isinstance(row[0], str) else None
        if found and isinstance(row[3], int):
            book.check("what is lacking", row[3], int(found.group(2)) - int(found.group(1)))


for path in sorted(statements.glob("*/statement_*.xlsx")):
    book = Book(path)
    lines(book)
    summary(book)
print(json.dumps({"problems": problems[:20], "count": count}))
