#!/usr/bin/env bash
# report.sh PERENNIAL SOURCE_ROOT: the weekly workbook is valid, the same bytes when made again, and its figures are the forecast's.
set -euo pipefail
perennial=$(realpath "$1")
root=$(realpath "$2")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
fail() {
  echo "FAIL: $*" >&2
  exit 1
}
export PERENNIAL_DB=$dir/demo.db
"$perennial" demo --lines 3000 --seed 7 --today 2026-11-22 >/dev/null
book=$("$perennial" report weekly --period 2026-Q4 --formats xlsx --out first)
again=$("$perennial" report weekly --period 2026-Q4 --formats xlsx --out second)
[ "$book" = first/weekly-2026-Q4-as-of-2026-11-22.xlsx ] || fail "unexpected name $book"
cmp -s "$book" "$again" || fail "made again, other bytes"
[ -z "$(ls first | grep -v 'xlsx$')" ] || fail "something else is left in the folder"

"$root/node_modules/.bin/ooxml-validator" "$book" >valid.json || { cat valid.json; fail "not a valid workbook"; }
grep -q '"ok": true' valid.json || { cat valid.json; fail "not a valid workbook"; }

mkdir parts && (cd parts && unzip -q "../$book")
for name in "Summary" "Roll-up" "On time by rep" "Top open" "Late and lapsed" "Changes" "Definitions"; do
  grep -q "name=\"$name\"" parts/xl/workbook.xml || fail "no sheet $name"
done
[ "$(ls parts/xl/tables | wc -l)" -ge 7 ] || fail "fewer native tables than sheets"
[ "$(ls parts/xl/charts/chart*.xml | wc -l)" -ge 2 ] || fail "no native charts"
grep -q "state=\"frozen\"" parts/xl/worksheets/sheet2.xml || fail "the roll-up's head does not stay in sight"

# The same figure: what the forecast closes and commits stands in the roll-up's first row.
"$perennial" forecast --period 2026-Q4 --by region --format csv >forecast.csv
for column in closed commit best_case pipeline target; do
  value=$(awk -F, -v want=$column 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == want) at = i } NR == 2 { print $at }' forecast.csv)
  grep -q "<v>$(printf '%s' "$value" | sed 's/\.00$//; s/\(\.[0-9]\)0$/\1/')</v>" parts/xl/worksheets/sheet2.xml || fail "$column $value is not in the roll-up"
done

# As of a past day: nothing known later is in it.
past=$("$perennial" report weekly --period 2026-Q4 --formats xlsx --as-of 2026-10-20 --out past)
cmp -s "$book" "$past" && fail "a past day gives the same workbook"

set +e
"$perennial" report weekly --period 2026-Q9 --out x 2>err.txt
[ $? = 2 ] && grep -q "not a period" err.txt || fail "2026-Q9 is not refused with a sentence"
"$perennial" report weekly --out "$book/no-folder" 2>err.txt
[ $? = 1 ] && grep -q "name a folder" err.txt || fail "an impossible folder is not refused with a sentence"
"$perennial" report monthly 2>err.txt
[ $? = 2 ] || fail "an unknown report is not refused"
set -e

# The other reports: each in every format, valid, about whom it should be.
for what in "kpi-book" "exceptions" "review --about 8" "partner --about Keystone"; do
  case $what in
    "partner --about Keystone")
      partner=$("$perennial" export renewals --to all.csv >/dev/null && awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "distributor_account") at = i } NR > 1 && $at != "" && $at !~ /"/ { print $at; exit }' all.csv)
      "$perennial" report partner --about "$partner" --out others >made.txt ;;
    *) "$perennial" report $what --out others >made.txt ;;
  esac
  [ "$(wc -l <made.txt)" = 5 ] || fail "$what: not five files"
  for file in $(grep 'x$' made.txt); do
    "$root/node_modules/.bin/ooxml-validator" "$file" | grep -q '"ok": true' || fail "$file is not valid"
  done
done
grep -q "https\?://\|/renewals/" others/partner-*.csv && fail "the partner's file leads into the desk"
set +e
"$perennial" report partner --about "Nobody at all" --out others 2>err.txt
[ $? = 1 ] && grep -q "no such partner" err.txt || fail "an unknown partner is not refused with a sentence"
"$perennial" report review --out others 2>err.txt
[ $? = 2 ] && grep -q "about NAME" err.txt || fail "a review about nobody is not refused"
