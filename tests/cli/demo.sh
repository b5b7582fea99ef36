#!/usr/bin/env bash
# demo.sh PERENNIAL: a demo organization is consistent, the same bytes for the same seed and day, and never put over a book.
set -euo pipefail
perennial=$(realpath "$1")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
fail() {
  echo "FAIL: $*" >&2
  exit 1
}
expect() { [ "$2" = "$3" ] || fail "$1: expected \"$3\", got \"$2\""; }

"$perennial" --db a.db demo --lines 3000 --seed 7 --today 2026-11-22 >a.txt
"$perennial" --db b.db demo --lines 3000 --seed 7 --today 2026-11-22 >b.txt
"$perennial" --db c.db demo --lines 3000 --seed 8 --today 2026-11-22 >c.txt
for x in a b c; do sqlite3 $x.db .dump >$x.sql; done
cmp -s a.sql b.sql || fail "same seed and day, other content"
cmp -s a.sql c.sql && fail "another seed, same content"
grep -q "marisol.andrade@palisade.example" a.txt || fail "the sign-ins are not printed"
"$perennial" --db a.db check >/dev/null || fail "check finds something"

one() { sqlite3 a.db "$1"; }
expect "stages and outcomes of renewals" "$(one 'select count(distinct stage) from renewal')" 7
expect "sales models" "$(one 'select count(distinct sales_model) from contract')" 3
expect "currencies" "$(one 'select count(distinct currency) from contract')" 4
expect "currencies with rates" "$(one 'select count(distinct currency) from fx_rate')" 3
expect "lines that end before they start" "$(one 'select count(*) from contract_line where end_date < start_date')" 0
expect "lines before the first rate" "$(one 'select count(*) from contract_line where end_date < (select min(rate_date) from fx_rate)')" 0
expect "versions from the future" "$(one "select count(*) from renewal_version where changed_at > strftime('%s', '2026-11-23')")" 0
[ "$(one 'select count(*) from line_outcome where outcome = 2')" -gt 20 ] || fail "hardly any partial renewals"
expect "requests that wait for the second of two" "$(one 'select count(*) from exception_case c join exception_step s on s.exception_id = c.id where c.state = 1 and s.act = 9')" 1
expect "who agreed first is not who is asked last" "$(one 'select count(*) from exception_step where act = 9 and by_id = approver_id')" 0
[ "$(one 'select count(*) from exception_case c join exception_step s on s.exception_id = c.id where c.state = 3 and s.act = 9')" -gt 0 ] || fail "no approval that two agreed to"
[ "$(one 'select count(*) from renewal where category_override = 1')" -gt 0 ] || fail "no category set by hand"
[ "$(one 'select count(distinct measure) from target')" -eq 4 ] || fail "targets are not of four measures"
lines=$(one 'select count(*) from contract_line')
[ "$lines" -ge 3000 ] && [ "$lines" -lt 3400 ] || fail "asked for 3000 lines, got $lines"

# The demo is a store like any other: what it wrote can be built upon.
printf 'scope,scope_name,period,kind,measure,amount,currency\ncompany,All,2027-Q1,money,closed,1000000,USD\n' >targets.csv
"$perennial" --db a.db import targets targets.csv >/dev/null || fail "targets cannot be imported into a demo"
"$perennial" --db a.db forecast --period 2027-Q1 --format csv | grep -q 1000000.00 || fail "the imported target is not in the forecast"
"$perennial" --db a.db export contracts --to contracts.csv >/dev/null || fail "the demo's contracts cannot be exported"
"$perennial" --db a.db check >/dev/null || fail "check finds something after an import"

set +e
"$perennial" --db a.db demo 2>err.txt
expect "status over a book" $? 1
grep -q "holds a book already" err.txt || fail "no sentence when a book is there: $(cat err.txt)"
"$perennial" --db d.db demo --lines 5 2>err.txt
expect "status of too few lines" $? 1
grep -q "100 to 10,000,000" err.txt || fail "no sentence for 5 lines"
"$perennial" --db d.db demo --today 2026-02-31 2>err.txt
expect "status of 31 February" $? 2
grep -q "there is no such day" err.txt || fail "no sentence for 31 February"
