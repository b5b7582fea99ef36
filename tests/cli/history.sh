#!/bin/sh
# What became of lines, and what people decide about it, through the command line. usage: history.sh PERENNIAL
set -u
p=$(realpath "$1")
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
fails=0
fail() { echo "FAIL $*"; fails=$((fails + 1)); }
# run EXPECTED_STATUS ARGS…: output to out
run() {
  want=$1
  shift
  "$p" --db t.db "$@" >out 2>&1
  got=$?
  [ $got = "$want" ] || { fail "exit $got, not $want: $*"; cat out; }
}
says() { grep -qF -- "$1" out || { fail "does not say: $1"; cat out; }; }

# Acme: A is renewed by B (serial number) on 2025-12-20; C of 2024 lapsed; D is due 2026-12-31. E is another successor of A's size.
cat >lines.csv <<'END'
contract_number,line_number,end_user_account,product,serial_number,quantity,start_date,end_date,currency,net_amount,booked_date
A,1,Acme,CARE,S-1,1,2025-01-01,2025-12-31,USD,1000.00,2024-12-15
B,1,Acme,CARE,S-1,1,2026-01-01,2026-12-31,USD,1100.00,2025-12-20
C,1,Acme,OTHER,S-3,1,2024-01-01,2024-12-31,USD,500.00,2023-12-15
E,1,Acme,THIRD,S-5,1,2026-02-01,2027-01-31,USD,900.00,2026-01-15
END
run 0 config set today 2026-11-22
run 0 import contracts lines.csv
run 0 history show a --format csv
says "renewed,serial,2025-12-20,,1100.00,2,1,"
run 0 history show C --format csv
says "lost,none,,,0.00,,"
run 0 renewal show 1 --format csv
says "won,closed"

# The job can run twice and miss days; it never judges an earlier day than before.
run 0 history derive --format csv
says "outcomes_changed,0"
says "renewals_changed,0"
run 0 history derive --today 2026-06-01 --format csv
says "judged up to 2026-11-22 already"
says "outcomes_changed,0"

# A person knows better: line 4 renewed line 1, then nothing did; the successor must end later, and a reason is needed.
run 0 relink 1 4 --reason "customer consolidated" --format csv
says "renewals_changed,1"
run 0 history show A --format csv
says "partial,manual,2026-01-15,,900.00,4,1,"
run 0 relink 1 none --reason "was not a renewal" --format csv
run 0 history show A --format csv
says "open,none,,,0.00,none (by hand),1,"
run 1 relink 2 1 --reason "wrong way"
says "a successor must end after 2026-12-31"
run 2 relink 1 2
says "no --reason given"
run 2 relink x none --reason y
says "\"x\" is no line id"

run 0 exclude 2 --reason "entered twice"
run 1 exclude 2 --reason "again"
says "excluded already"
run 0 history show B --format csv
says "entered twice"
run 0 include 2 --reason "was right"

# One renewal by hand: rules, version, undo, touch.
run 0 renewal set 2 --category commit --close-date 2026-12-15 --forecast 1050.50 --next-step "PO by Friday" --why "buyer confirmed" --format csv
says "commit,yes"
says "1050.50"
run 1 renewal set 2 --stage won --why "done"
says "A won renewal needs its booked date"
run 2 renewal set 2 --forecast 10.555 --why "cents"
says "--forecast cannot be \"10.555\""
run 2 renewal set 2 --category commit
says "no --why given"
run 1 renewal set 99 --category commit --why "x"
says "There is no renewal 99"
run 0 renewal undo 2 --format csv
says "undo of version"
run 0 renewal touch 2 --channel phone --note "called the buyer"
run 0 renewal show 2 --format csv
says "first touch"
run 0 check
[ $fails = 0 ] && echo "all said what they should"
exit $fails
