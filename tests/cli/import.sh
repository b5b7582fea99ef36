#!/bin/sh
# The import through the real command line. Golden pairs: each file of tests/golden/import with what a dry run
# says and its exit status; then whole stories. usage: import.sh PERENNIAL GOLDEN_FOLDER [--write]
set -u
p=$(realpath "$1") golden=$(realpath "$2") write=${3:-}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
fails=0
fail() { echo "FAIL $*"; fails=$((fails + 1)); }
fresh() { rm -f t.db t.db-*; "$p" --db t.db config set today 2026-11-22 >/dev/null || fail "config"; }
# run EXPECTED_STATUS ARGS…: output to out
run() {
  want=$1
  shift
  "$p" --db t.db "$@" >out 2>&1
  got=$?
  [ $got = "$want" ] || { fail "exit $got, not $want: $*"; cat out; }
}
says() { grep -qF -- "$1" out || { fail "does not say: $1"; cat out; }; }

for f in "$golden"/*.csv "$golden"/*.xlsx; do
  name=$(basename "$f")
  fresh
  rm -f problems.csv
  { "$p" --db t.db import contracts "$f" --dry-run --problems problems.csv 2>&1
    echo "exit $?"
    cat problems.csv 2>/dev/null; } >out
  if [ "$write" = --write ]; then cp out "$f.expect"; fi
  diff -u "$f.expect" out || fail "$name"
done

# The same file twice changes nothing; a dry run writes nothing.
fresh
run 0 import contracts "$golden/english.csv" --dry-run
run 0 import contracts "$golden/english.csv"
says "4 rows as of 2026-11-22: 4 new, 0 changed, 0 same, 0 refused"
says "with 3 accounts, 2 products, 2 people, 3 contracts not known before"
run 0 import contracts "$golden/english.csv"
says "this file was imported before, nothing was changed"
cp "$golden/english.csv" again.csv
echo >>again.csv
run 0 import contracts again.csv --source "contract number"
says "0 new, 0 changed, 4 same, 0 refused"
run 0 check

# Good rows are in, bad ones are mended in their own file and imported again.
fresh
run 3 import contracts "$golden/bad_rows.csv" --strict
says "nothing was imported"
run 3 import contracts "$golden/bad_rows.csv" --problems p.csv
says "15 rows as of 2026-11-22: 2 new, 0 changed, 1 same, 12 refused"
says "refused rows: p.csv"
head -1 p.csv >q.csv
sed -n '2s/31\/02\/2025/28\/02\/2025/gp' p.csv >>q.csv
sed -n '3s/31\/01\/2024/31\/01\/2026/gp' p.csv >>q.csv
run 0 import contracts q.csv --source "bad rows"
says "2 rows as of 2026-11-22: 2 new, 0 changed, 0 same, 0 refused"
run 0 check

# Snapshots of a register: overwritten end, changed amount, earlier end, one that comes late, a term number.
fresh
head='contract_id,line,customer,product,start,end,amount'
printf '%s\nR-1,1,Acme,P1,2024-01-01,2024-12-31,100\nR-2,1,Acme,P2,2024-01-01,2024-12-31,50\nR-3,1,Birch,P1,2024-01-01,2024-12-31,70\n' "$head" >snap-2024.csv
printf '%s\nR-1,1,Acme,P1,2024-01-01,2025-12-31,110\nR-2,1,Acme,P2,2024-01-01,2024-12-31,55\nR-3,1,Birch,P1,2024-01-01,2024-06-30,70\n' "$head" >snap-2025.csv
printf '%s\nR-1,1,Acme,P1,2023-01-01,2023-12-31,90\nR-2,1,Acme,P2,2024-01-01,2024-12-31,49\n' "$head" >snap-2023.csv
run 0 import contracts snap-2024.csv --as-of 2024-06-30
says "3 new, 0 changed, 0 same, 0 refused"
run 0 import contracts snap-2025.csv --as-of 2025-06-30
says "3 rows as of 2025-06-30: 1 new, 1 changed, 1 same, 0 refused"
says "1 later term of known lines, 0 older than what is known, 2 findings to look at"
run 0 import contracts snap-2023.csv --as-of 2023-06-30
says "2 rows as of 2023-06-30: 1 new, 0 changed, 1 same, 0 refused"
says "0 later terms of known lines, 1 older than what is known"
cp snap-2025.csv snap-2026.csv
echo >>snap-2026.csv
run 0 import contracts snap-2026.csv --as-of 2026-06-30
says "0 new, 0 changed, 3 same, 0 refused"
run 0 check
run 2 import contracts snap-2026.csv --as-of 2026-13-01
run 2 import contracts snap-2026.csv --as-of 2027-01-01
says "--as-of lies in the future"

# One mapping file for headers that drift, and two-digit renewal numbers; the saved mapping goes on by itself.
fresh
printf 'end_user_account = dept\nnet_amount = amt | contract_amount\nproduct = short desc\ndate_order = mdy\n' >register.map
printf 'original_contract_id,current_item_id,dept,short desc,start_dt,end_dt,amt\n10,10,Water,Pumps,7/1/2014,6/30/2015,"1,000.00"\n' >reg-Q1.csv
printf 'original_contract_id,current_item_id,dept,short_desc,start_dt,end_dt,contract_amount\n10,1001,WATER,Pump care,7/1/15,6/30/16," -   "\n' >reg-Q2.csv
printf 'original_contract_id,current_item_id,dept,Short Desc,start_dt,end_dt,amt\n10,1002,Water,Pumps again,7/1/2016,6/30/2017,5\n' >reg-Q3.csv
run 0 import contracts reg-Q1.csv --map register.map --as-of 2014-09-30
run 0 import contracts reg-Q2.csv --as-of 2015-09-30
says "1 later term of known lines"
run 0 import contracts reg-Q3.csv --as-of 2016-09-30
says "1 later term of known lines"
run 0 check

# What a file can't tell can be said.
fresh
run 0 import contracts "$golden/ambiguous_dates.csv" --date-order dmy --dry-run
says "2025-02-01"
run 0 import contracts "$golden/ambiguous_dates.csv" --date-order mdy --dry-run
says "2025-01-02"
run 0 import contracts "$golden/ambiguous_numbers.csv" --decimal , --dry-run
says "1250.00"
run 0 import contracts "$golden/ambiguous_numbers.csv" --decimal . --currency BHD --dry-run
says "1.250"
printf 'net_amount = Amount\n' >one.map
run 0 import contracts "$golden/two_columns.csv" --map one.map
printf 'net_amount = Amont\n' >bad.map
run 1 import contracts "$golden/two_columns.csv" --map bad.map
says 'the mapping takes net_amount from "Amont", which is not among'
run 1 import contracts "$golden/two_columns.csv" --map missing.map
says "missing.map: the mapping file cannot be read"

# The small imports.
fresh
printf 'Currency,Date,Rate\nEUR,2026-01-01,1.08\nBRL,2026-01-01,0.18\nUSD,2026-01-01,2\nEUR,2026-02-01,0\n' >fx.csv
run 3 import fx fx.csv
says "4 rows as of 2026-11-22: 2 new, 0 changed, 0 same, 2 refused"
printf 'Scope,Name,Period,Amount,Currency\nrep,Ana Ruiz,2026-Q4,100000,USD\nregion,East,2026-Q9,5,USD\n' >targets.csv
run 3 import targets targets.csv --dry-run
says "1 new, 0 changed, 0 same, 1 refused"
run 3 import targets targets.csv
says "1 new, 0 changed, 0 same, 1 refused"
printf 'Scope,Name,Period,Amount,Currency\nrep,Ana Ruiz,2026-Q4,120000.50,USD\nrep,Ben Ode,2026-Q4,7,USD\n' >targets.csv
run 0 import targets targets.csv --dry-run # what each is, and what it would be
grep -qE 'Ana Ruiz +2026-Q4 +money +closed +100000.00 +120000.50' out || { fail "no old and new target"; cat out; }
grep -qE 'Ben Ode +2026-Q4 +money +closed +7.00' out || { fail "no new target"; cat out; }
printf 'Scope,Name,Period,Amount,Currency\nrep,Ana Ruiz,2026-Q4,100000,USD\n' >targets.csv
run 0 import targets targets.csv --dry-run
says "0 new, 0 changed, 1 same"
grep -q after out && fail "a target that stays as it is is told"
printf 'Name,Type,Country,Parent\nAcme,Customer,US,Acme Holding\nBirch,Reseller,CA,\n' >accounts.csv
run 0 import accounts accounts.csv
says "2 new, 0 changed, 0 same, 0 refused"
printf 'Name,Type,Country,Parent\nACME,Customer,MX,Acme Holding\nBirch,Reseller,CA,\n' >accounts.csv
run 0 import accounts accounts.csv
says "0 new, 1 changed, 1 same, 0 refused"
printf 'SKU,Name,Family,EOL\nP1,Gold support,Gold,2030-12-31\n' >products.csv
run 0 import products products.csv
says "1 new"
run 0 import contracts "$golden/english.csv"
printf 'Contract,Due,Date,Channel,Note\nSC-1001,2026-01-14,2025-12-01,email,Asked about 2026\nSC-1001,2026-01-15,2025-12-01,email,Nobody\n' >touches.csv
run 3 import touches touches.csv
says "1 new, 0 changed, 0 same, 1 refused"
says "the contract has no such renewal"
run 0 check

# Things that are not a table, wrong usage, wrong places.
run 2 import
run 2 import people x.csv
run 2 import contracts
run 2 import contracts x.csv --date-order ydm
run 1 import contracts nowhere.csv
says "nowhere.csv"
head -c 3000000 /dev/zero | tr '\0' x | { echo 'Customer,Product,Start,End,Amount'; cat; } >cell.csv
run 1 import contracts cell.csv
"$p" --db postgresql://nobody@127.0.0.1:1/none import contracts "$golden/english.csv" >out 2>&1 && fail "a wrong URL was taken"
says "perennial: "
mkdir readonly && chmod 500 readonly
[ "$(id -u)" = 0 ] || { "$p" --db readonly/t.db import contracts "$golden/english.csv" >out 2>&1 && fail "wrote into a read-only folder"; }

# Killed in the middle: nothing half-written, and the next run takes everything.
fresh
awk 'BEGIN { print "contract,line,customer,product,start,end,amount"; for (i = 0; i < 60000; i++) printf "K-%d,1,Customer %d,P%d,2025-01-01,2025-12-31,%d\n", i, i % 5000, i % 20, i + 1 }' >big.csv
"$p" --db t.db import contracts big.csv >out 2>&1 &
pid=$!
# Wait until it writes, then stop it at once.
while kill -0 $pid 2>/dev/null && [ ! -s t.db-wal ]; do :; done
kill -9 $pid 2>/dev/null
wait $pid 2>/dev/null
run 0 check
run 0 import contracts big.csv
grep -qE "60000 new|nothing was changed" out || { fail "after a kill"; cat out; }
run 0 check

[ $fails = 0 ] && echo "import: all passed" || echo "import: $fails failed"
[ $fails = 0 ]
