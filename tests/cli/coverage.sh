#!/bin/sh
# coverage: gaps, lapses and double coverage of one customer, worked by hand. coverage.sh PERENNIAL
set -eu
perennial=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
db=$dir/book.db
fail() { echo "coverage.sh: $1" >&2; exit 1; }

cat > "$dir/lines.csv" <<'END'
contract_number,line_number,end_user_account,product,serial_number,quantity,start_date,end_date,currency,net_amount
K-1,1,"Ñandú Norte, S.A.",VX-100,A-1,1,2025-01-01,2025-06-29,USD,500.00
K-2,1,"Ñandú Norte, S.A.",VX-100,a1,1,2025-07-01,2026-12-31,USD,1000.00
K-2,2,"Ñandú Norte, S.A.",VX-200,B-2,1,2026-01-01,2026-12-31,USD,300.00
K-3,1,"Ñandú Norte, S.A.",VX-200,B-2,1,2026-12-31,2027-12-30,USD,310.00
K-1,2,"Ñandú Norte, S.A.",VX-300,C-3,1,2025-01-01,2026-11-20,USD,40.00
K-2,3,"Ñandú Norte, S.A.",SEATS,,10,2026-01-01,2026-12-31,USD,100.00
K-3,2,"Ñandú Norte, S.A.",SEATS,,5,2026-06-01,2027-05-31,USD,50.00
END
"$perennial" --db "$db" config set today 2026-11-22 > /dev/null
"$perennial" --db "$db" import contracts "$dir/lines.csv" --as-of 2026-11-22 > /dev/null

# One day between June 29 and July 1; B-2 ends on the day on which it starts again; C-3 lapsed two days ago; seats add up.
"$perennial" --db "$db" coverage --account "nandu norte s a" --gaps --format csv > "$dir/gaps.csv"
cut -d, -f1,3-7 "$dir/gaps.csv" > "$dir/got"
cat > "$dir/want" <<'END'
serial_number,what,from,to,days,contracts
a1,gap,2025-06-30,2025-06-30,1,K-1 K-2
C-3,lapsed,2026-11-21,2026-11-22,2,K-1
END
tr -d '\r' < "$dir/got" | diff "$dir/want" - || fail "gaps differ"
"$perennial" --db "$db" coverage --account "Ñandú Norte, S.A." --double --format csv | tr -d '\r' | cut -d, -f1,3-7 > "$dir/got"
printf 'serial_number,what,from,to,days,contracts\nB-2,double,2026-12-31,2026-12-31,1,K-2 K-3\n' | diff - "$dir/got" || fail "double coverage differs"
"$perennial" --db "$db" coverage --account "Ñandú Norte, S.A." | grep -q "4 items: 1 with gaps, 1 lapsed, 1 with double coverage; 2 active contracts on 2 end dates" || fail "the sentence differs"
"$perennial" --db "$db" coverage --account "Ñandú Norte, S.A." --format json | python3 -c 'import json, sys; rows = json.load(sys.stdin); assert len(rows) == 10, rows' || fail "json"
if "$perennial" --db "$db" coverage --account Nobody 2> "$dir/err"; then fail "an unknown account was found"; fi
grep -q "there is none of that name" "$dir/err" || fail "no sentence for an unknown account"
status=0
"$perennial" --db "$db" coverage 2> /dev/null || status=$?
[ "$status" = 2 ] || fail "no account given: exit $status"
