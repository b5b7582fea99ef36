#!/bin/sh
# Bad input through the real command line: each file is refused with a sentence that says why, the right exit status, and nothing
# half-written. usage: import_bad.sh PERENNIAL GOLDEN_FOLDER
set -u
p=$(realpath "$1") golden=$(realpath "$2")
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
lines() { [ "$(sqlite3 t.db 'select count(*) from contract_line')" = "$1" ] || fail "$1 lines expected: $2"; }
# refused FILE SENTENCE: exit 1, the sentence, no lines, no file of problems, a sound store
refused() {
  run 1 import contracts "$1"
  says "$2"
  lines 0 "$1"
  [ ! -e "${1%.*}-problems.csv" ] || fail "a problems file for $1"
  run 0 check
}
head=contract_number,end_user_account,product,start_date,end_date,currency,net_amount

# ---- files that are no table
fresh
: >empty.csv
refused empty.csv "is empty (0 bytes)"
printf '%%PDF-1.7\n%%\342\343\317\323\n1 0 obj\n<< /Type /Catalog >>\nendobj\n' >pdf.csv
refused pdf.csv "is a PDF, not a table"
cp "$golden/truncated.xlsx" cut.xlsx
refused cut.xlsx "is damaged or cut short"
{ printf '\320\317\021\340\241\261\032\341'; head -c 1016 /dev/zero; printf E; for c in n c r y p t e d P a c k a g e; do printf '\000%s' $c; done; head -c 1000 /dev/zero; } >secret.xlsx
refused secret.xlsx "password"
echo "$head" >header.csv
refused header.csv "there are no rows under the header"

# ---- workbooks that are traps
mkdir -p book/xl/worksheets book/_rels book/xl/_rels
ns=http://schemas.openxmlformats.org
printf '<?xml version="1.0"?><Types xmlns="%s/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>' $ns >'book/[Content_Types].xml'
printf '<Relationships xmlns="%s/package/2006/relationships"><Relationship Id="r1" Type="%s/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>' $ns $ns >book/_rels/.rels
printf '<workbook xmlns="%s/spreadsheetml/2006/main" xmlns:r="%s/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>' $ns $ns >book/xl/workbook.xml
printf '<Relationships xmlns="%s/package/2006/relationships"><Relationship Id="r1" Type="%s/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>' $ns $ns >book/xl/_rels/workbook.xml.rels
{ printf '<worksheet xmlns="%s/spreadsheetml/2006/main"><sheetData>' $ns; head -c 60000000 /dev/zero | tr '\0' ' '; printf '</sheetData></worksheet>'; } >book/xl/worksheets/sheet1.xml
(cd book && zip -q -9 -r ../bomb.xlsx .)
refused bomb.xlsx "zip bomb"
(cd book && printf '<worksheet/>' >xl/worksheets/sheet1.xml && zip -q -P secret -r ../locked.xlsx .)
refused locked.xlsx "encrypted ZIP archive: remove the password"

# ---- columns
printf 'contract_number,product,start_date,end_date,net_amount\nA,B,2026-01-01,2026-12-31,5\n' >missing.csv
refused missing.csv "no column for end_user_account among"
cp "$golden/two_columns.csv" two.csv
refused two.csv "could be meant"
printf 'net_amount = Amount\nnet_amount = Amount\n' >twice.map
run 1 import contracts two.csv --map twice.map
says "twice.map: line 2: net_amount is mapped twice"
{ echo $head; printf 'C1,"'; head -c 104857600 /dev/zero | tr '\0' x; echo '",P,2026-01-01,2026-12-31,USD,10'; } >cell.csv
refused cell.csv "row 2: a quoted cell is longer than 1024 KiB"

# ---- rows: the good one goes in, each of the others says why; with --strict none goes in
{ echo $head; cat <<'END'
C1,Acme,P,31/02/2026,30/06/2027,USD,10
C2,Acme,P,2026-06-01,2026-01-01,USD,10
C3,Acme,P,2026-01-01,2026-12-31,USD,-10
C4,Acme,P,2026-01-01,2026-12-31,USD,123456789012345.00
C5,Acme,P,2026-01-01,2026-12-31,XXQ,10
C6,Acme,P,2026-01-01,2026-12-31,USD,10
"=cmd|' /C calc'!A0",<script>alert(1)</script>,P,2026-01-01,2026-12-31,USD,12
END
} >rows.csv
run 3 import contracts rows.csv --strict
lines 0 "strict"
run 3 import contracts rows.csv
for why in "no such day" "the end is before the start" "the amount is negative" "the amount is too large" "unknown currency"; do says "$why"; done
lines 2 "rows.csv"
says "7 rows as of 2026-11-22: 2 new, 0 changed, 0 same, 5 refused"
[ "$(wc -l <rows-problems.csv)" = 6 ] || fail "five rows to mend"
run 0 check

# ---- a file of which no row can be taken says so, in the right number
fresh
{ echo $head; echo 'C1,Acme,P,2026-02-31,2026-12-31,USD,10'; } >none.csv
run 3 import contracts none.csv
says "nothing was imported, every row was refused"
says "1 row as of 2026-11-22: 0 new, 0 changed, 0 same, 1 refused"
lines 0 "none.csv"

# ---- a database of another kind
"$p" --db mysql://desk@host/book check >out 2>&1 && fail "mysql:// was opened"
says "this kind of database is not known: give a file name, sqlite:FILE or postgresql://USER@HOST/DATABASE"

# ---- the wrong file over the right one
fresh
awk -v h=$head 'BEGIN { print h; for (i = 0; i < 40; i++) printf "W-%d,Customer %d,P,2026-01-01,2026-12-31,USD,%d\n", i, i % 9, 100 + i }' >right.csv
sed 's/USD,1/USD,2/' right.csv >wrong.csv
sed 's/^W/X/;s/Customer/Other/' right.csv >other.csv
run 0 import contracts right.csv --source erp
run 1 import contracts wrong.csv --source erp
says "40 of 40 known lines would change: this may be the wrong file or day"
[ "$(sqlite3 t.db 'select sum(net_amount) from contract_line')" = 478000 ] || fail "a doubted file changed lines"
run 1 import contracts other.csv --source erp
says "none of its 9 customers is known"
lines 40 "other.csv"
run 0 import contracts other.csv --source elsewhere --dry-run
run 0 import contracts wrong.csv --source erp --dry-run
run 0 import contracts wrong.csv --source erp --yes
says "40 changed"
run 0 import undo 2
[ "$(sqlite3 t.db 'select sum(net_amount) from contract_line')" = 478000 ] || fail "the undo gives the amounts back"
run 0 check

# ---- places
"$p" --db postgresql://nobody@127.0.0.1:1/none import contracts right.csv >out 2>&1
[ $? = 1 ] || fail "a server that is not there"
says "check the URL and that the server runs"
"$p" --db mysql://x/y import contracts right.csv >out 2>&1
[ $? = 2 ] || fail "a kind of database that is not known"
says "give a file name, sqlite:FILE or postgresql://"
"$p" --db nowhere/t.db import contracts right.csv >out 2>&1
[ $? = 1 ] || fail "a folder that is not there"
says "its folder does not exist"
run 1 import contracts .
says "is a folder: name the file in it"

# ---- a locked database: another program holds the write lock through a pipe
sed 's/^W/Z/' right.csv >more.csv
mkfifo lock
sqlite3 t.db <lock >locked &
exec 9>lock
echo 'begin immediate; select 1;' >&9
while [ ! -s locked ]; do :; done
run 1 import contracts more.csv
says "t.db is busy: another program holds a lock"
exec 9>&-
wait
lines 40 "while locked"

# ---- a full disk, as far as a limit of file size can play it, at several sizes
awk 'BEGIN { print "contract,line,customer,product,start,end,amount"; for (i = 0; i < 20000; i++) printf "K-%d,1,Customer %d,P%d,2025-01-01,2025-12-31,%d\n", i, i % 500, i % 20, i + 1 }' >big.csv
for blocks in 1000 2500 4000 6000; do
  fresh
  (trap '' XFSZ && ulimit -f $blocks && exec "$p" --db t.db import contracts big.csv) >out 2>&1
  [ $? = 1 ] || { fail "a full disk at $blocks blocks"; cat out; }
  says "perennial: "
  grep -q Success out && fail "a full disk is called a success"
  lines 0 "a full disk"
  run 0 check
done

# ---- killed at several moments: while it reads, while it writes, at the end
size() { stat -c %s t.db t.db-journal t.db-wal 2>/dev/null | awk '{ n += $1 } END { print n + 0 }'; }
for grown in 0 1 200000 2000000; do
  fresh
  from=$(size)
  "$p" --db t.db import contracts big.csv >out 2>&1 &
  pid=$!
  while kill -0 $pid 2>/dev/null && [ "$(size)" -lt $((from + grown)) ]; do :; done
  kill -9 $pid 2>/dev/null
  wait $pid 2>/dev/null
  run 0 check
  n=$(sqlite3 t.db 'select count(*) from contract_line')
  [ "$n" = 0 ] || [ "$n" = 20000 ] || fail "killed at $grown: $n lines"
  run 0 import contracts big.csv
  lines 20000 "after a kill"
done
run 0 check

[ $fails = 0 ] && echo "import_bad: all passed" || echo "import_bad: $fails failed"
[ $fails = 0 ]
