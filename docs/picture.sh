#!/bin/sh
# Makes docs/statement.png from a real workbook of the demo.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bin/tranche init "$work/demo" >/dev/null
bin/tranche run --config "$work/demo/config.yaml" >/dev/null 2>&1 || [ $? -eq 3 ]
soffice --headless --convert-to pdf --outdir "$work" "$work/demo/statements/2024-08/statement_P1002.xlsx" >/dev/null 2>&1
pdftoppm -r 110 -f 1 -l 1 -x 38 -y 60 -W 834 -H 600 -png "$work/statement_P1002.pdf" "$work/page"
cp "$work"/page-*.png docs/statement.png
