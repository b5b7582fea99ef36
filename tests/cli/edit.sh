#!/bin/sh
# edit.sh PERENNIAL: a workbook out, changed by python3-openpyxl and saved again by LibreOffice where they are installed, looked at, applied, and taken for
# what it is the second time. Says what it left out.
set -eu
p=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
db="$dir/book.db"
tom=tom.okafor@palisade.example
fail() { echo "edit.sh: $1"; cat "$dir/out" 2>/dev/null || true; exit 1; }
"$p" --db "$db" demo --lines 2000 --seed 4 --today 2026-11-23 >"$dir/out"
"$p" --db "$db" edit export --to "$dir/a.xlsx" --filter 'category:best_case,pipeline' --as "$tom" --language pt >"$dir/out"
grep -q ' renewals in ' "$dir/out" || fail 'nothing was exported'
"$p" --db "$db" edit preview "$dir/a.xlsx" --as "$tom" --format csv >"$dir/out" || fail 'a workbook that nobody changed is refused'
[ "$(wc -l <"$dir/out")" = 1 ] || fail 'a workbook that nobody changed changes something'
printf 'a,b\n1,2\n' >"$dir/list.xlsx"
if "$p" --db "$db" edit preview "$dir/list.xlsx" 2>"$dir/out"; then fail 'a CSV file was taken'; fi
grep -q 'is a CSV file' "$dir/out" || fail 'the sentence'
if "$p" --db "$db" edit apply "$dir/a.xlsx" 2>"$dir/out"; then fail 'applied as nobody'; fi
"$p" --db "$dir/other.db" demo --lines 500 --seed 9 --today 2026-11-23 >/dev/null
"$p" --db "$dir/other.db" edit export --to "$dir/theirs.xlsx" >/dev/null
if "$p" --db "$db" edit preview "$dir/theirs.xlsx" 2>"$dir/out"; then fail 'a workbook of another organization was taken'; fi
grep -q 'was not made here' "$dir/out" || fail 'the sentence about another organization'

python=
for x in /usr/bin/python3 python3; do $x -c 'import openpyxl' 2>/dev/null && python=$x && break; done
[ -n "$python" ] || { echo 'python3-openpyxl is not installed: the rest was left out'; exit 0; }
$python - "$dir/a.xlsx" "$dir/b.xlsx" <<'PY'
import datetime, sys, openpyxl
wb = openpyxl.load_workbook(sys.argv[1])
ws = wb.worksheets[0]
assert ws.protection.sheet and ws.column_dimensions['A'].hidden and len(ws.data_validations.dataValidation) == 5
head = {c.value: c.column for c in ws[1]}
assert {'Categoria', 'Etapa', 'Data de fechamento', 'Valor', 'Nota'} <= set(head), head
assert ws.cell(2, head['Valor']).protection.locked is False and ws.cell(2, head['Cliente']).protection.locked
ws.cell(2, head['Categoria']).value = ws.data_validations.dataValidation[0].formula1.strip('"').split(',')[0]
ws.cell(2, head['Data de fechamento']).value = datetime.date(2027, 1, 15)
ws.cell(3, head['Valor']).value = 1234.56
ws.cell(3, head['Nota']).value = 'Ação: ligar'
ws.cell(4, head['Valor']).value = 'muito'
ws.delete_rows(6)
wb.save(sys.argv[2])
PY
look() { # FILE: four fields, a note and a refusal
  if "$p" --db "$db" edit preview "$1" --as "$tom" --format csv >"$dir/out"; then fail 'the refused row does not show in the exit status'; else [ $? = 3 ] || fail "status of $1"; fi
  for x in ',change,forecast_category,.*,commit,' ',change,close_date,.*,2027-01-15,' ',change,forecast_amount,.*,1234.56,' ',change,note,,Ação: ligar,' ',refused,.*is not an amount'; do
    grep -q -- "$x" "$dir/out" || fail "$1 does not say $x"
  done
  [ "$(wc -l <"$dir/out")" = 6 ] || fail "$1 says more"
}
look "$dir/b.xlsx"
if command -v soffice >/dev/null; then
  soffice --headless "-env:UserInstallation=file://$dir/office" --convert-to 'xlsx:Calc MS Excel 2007 XML' --outdir "$dir/again" "$dir/b.xlsx" >/dev/null 2>&1 || true
  [ -s "$dir/again/b.xlsx" ] && look "$dir/again/b.xlsx" && cp "$dir/again/b.xlsx" "$dir/b.xlsx"
else
  echo 'LibreOffice is not installed: tests/golden/roundtrip has what it saved'
fi
if "$p" --db "$db" edit apply "$dir/b.xlsx" --as "$tom" --why 'from the plane' >"$dir/out"; then fail 'apply'; else [ $? = 3 ] || fail 'apply'; fi
grep -q '2 renewals changed' "$dir/out" || fail 'not two were changed'
if "$p" --db "$db" edit preview "$dir/b.xlsx" --as "$tom" --format csv >"$dir/out"; then fail 'the refused row is gone'; fi
[ "$(wc -l <"$dir/out")" = 2 ] || fail 'applied, and it would change something again'
