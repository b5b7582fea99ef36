#!/bin/sh
# KPIs against SQL written apart from the program: contracts with stated outcomes in four currencies with dated rates are
# imported through the command line, then the sqlite3 shell computes ATR, on-time count and money, final, gross and net
# per rep and fiscal quarter with integers over contract_line, and both must agree to the cent. usage: kpi.sh PERENNIAL
set -u
p=$(realpath "$1")
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
fails=0
fail() { echo "FAIL $*"; fails=$((fails + 1)); }
k() { "$p" --db t.db "$@"; }

# 4,000 lines by a small generator; days stay in 1..28, a term ends on the day before its start's anniversary.
awk 'function r(n) { s = (s * 16807) % 2147483647; return s % n }
BEGIN {
  s = 20261122; split("USD EUR GBP JPY", cur, " ")
  print "contract_number,line_number,end_user_account,owner,region,product,currency,start_date,end_date,net_amount,outcome,renewed_on,renewed_amount"
  for (i = 1; i <= 4000; i++) {
    c = cur[1 + r(4)]; y = 2022 + r(4); m = 1 + r(12); d = 2 + r(27); term = 1 + (r(10) > 7)
    minor = 100000 + r(90000000); account = r(300); ye = y + term; fate = ""
    if (ye < 2026 || (ye == 2026 && m < 11)) {
      fate = "lost,,"
      if (r(100) < 75) {
        mb = m + r(3) - 1; yb = ye
        if (mb < 1) { mb = 12; yb-- } else if (mb > 12) { mb = 1; yb++ }
        won = int(minor * (70 + r(60)) / 100)
        fate = sprintf("renewed,%04d-%02d-%02d,%s", yb, mb, 1 + r(28), c == "JPY" ? won : sprintf("%d.%02d", int(won / 100), won % 100))
      }
    } else fate = ",,"
    printf "C%d,%d,Account %d,Rep %02d,Region %d,SKU-%d,%s,%04d-%02d-%02d,%04d-%02d-%02d,%s,%s\n", i, 1, account, account % 12, account % 3, r(20), c,
      y, m, d, ye, m, d - 1, c == "JPY" ? minor : sprintf("%d.%02d", int(minor / 100), minor % 100), fate
  }
}' >contracts.csv
cat >fx.csv <<'CSV'
currency,rate_date,rate
EUR,2020-01-01,1.08
EUR,2025-03-15,1.1207
GBP,2020-01-01,1.27
GBP,2025-06-01,1.3344
JPY,2020-01-01,0.0067
JPY,2025-01-01,0.0071
CSV
k config set today 2026-11-22 >/dev/null && k config set fiscal_year_start 2 >/dev/null || fail config
k import fx fx.csv >out 2>&1 || { fail "import fx"; cat out; }
k import contracts contracts.csv --as-of 2026-11-22 >out 2>&1 || { fail "import contracts"; cat out; }

# sql LABEL FIRST LAST: rep|kpi|numerator|denominator, in minor units and counts.
sql() {
  cat <<SQL
create temp view due as select p.name as rep, c.end_user_account_id as account,
  cast(julianday('$3') - 2440587.5 as integer) as last,
  l.end_date as e, l.renewed_on as b, l.stated_outcome = 1 as won_it,
  l.net_amount * 365 as n, l.renewed_amount * 365 as w, l.end_date - l.start_date + 1 as days,
  case l.currency when (select currency from fx_rate where rate = 6700000) then 100 else 1 end *
  coalesce((select f.rate from fx_rate f where f.currency = l.currency and f.rate_date <= l.end_date order by f.rate_date desc limit 1), 1000000000) / 100000 as fx
  from contract_line l join contract c on c.id = l.contract_id join person p on p.id = c.owner_id
  where l.end_date between cast(julianday('$2') - 2440587.5 as integer) and cast(julianday('$3') - 2440587.5 as integer);
-- annual values, rounded half to even
create temp view annual as select rep, account, e, b, last, won_it, fx,
  n / days + (2 * (n % days) > days or (2 * (n % days) = days and n / days % 2 = 1)) as atr,
  case when won_it then w / days + (2 * (w % days) > days or (2 * (w % days) = days and w / days % 2 = 1)) else 0 end as won from due;
create temp view converted as select rep, account, atr * fx as atr, won * fx as won, min(atr, won) * won_it * fx as kept, won_it,
  won_it and b <= e as on_time, won_it and b <= last as inside from annual;
create temp view sums as
  select rep, 'atr' as kpi, sum(atr) as n, 0 as d from converted group by rep
  union all select rep, 'on_time_rate_money', sum(kept * on_time), sum(atr) from converted group by rep
  union all select rep, 'in_quarter_renewal_rate', sum(kept * inside), sum(atr) from converted group by rep
  union all select rep, 'final_renewal_rate', sum(kept), sum(atr) from converted group by rep
  union all select rep, 'net_renewal_rate', sum(won), sum(atr) from converted group by rep
  union all select rep, 'gross_renewal_rate', sum(min(a, w)), sum(a) from (select rep, sum(atr) as a, sum(won) as w from converted group by rep, account) group by rep;
select '$1', rep, kpi, n / 10000 + (n % 10000 > 5000 or (n % 10000 = 5000 and n / 10000 % 2 = 1)),
       d / 10000 + (d % 10000 > 5000 or (d % 10000 = 5000 and d / 10000 % 2 = 1)) from sums;
select '$1', rep, 'on_time_rate_count', sum(on_time), count(*) from converted group by rep;
SQL
}
: >ours
: >theirs
for q in 2024-Q1:2023-02-01:2023-04-30 2025-Q4:2024-11-01:2025-01-31 2026-Q1:2025-02-01:2025-04-30 2026-Q2:2025-05-01:2025-07-31 2026-Q4:2025-11-01:2026-01-31 \
  2027-Q3:2026-08-01:2026-10-31 2027-Q4:2026-11-01:2027-01-31; do
  label=${q%%:*}
  days=${q#*:}
  sql "$label" "${days%:*}" "${days#*:}" | sqlite3 t.db >>theirs || fail "sqlite3"
  k kpi --period "$label" --by rep --format csv >out || fail "kpi $label"
  awk -F, -v q="$label" 'NR > 1 && $1 != "Total" && $2 ~ /^(atr|on_time_rate_money|in_quarter_renewal_rate|final_renewal_rate|net_renewal_rate|gross_renewal_rate|on_time_rate_count)$/ {
    n = $4; d = $5 == "" ? "0.00" : $5; if ($2 != "on_time_rate_count") { sub(/\./, "", n); sub(/\./, "", d) }
    sub(/^0+/, "", n); sub(/^0+/, "", d); print q "|" $1 "|" $2 "|" (n == "" ? 0 : n) "|" (d == "" ? 0 : d) }' out >>ours
done
sort ours >a
sort theirs >b
[ "$(wc -l <a)" -ge 500 ] || fail "too few figures: $(wc -l <a)"
diff a b >diff.out || { fail "figures differ from SQL"; head -20 diff.out; }

# The rows behind a figure are as many as it says, and their money is the figure's.
k kpi --period 2026-Q1 --by rep --name on_time_rate_count --format csv >out
want=$(awk -F, '$1 == "Rep 03" { print $4 }' out)
got=$(k kpi --period 2026-Q1 --by rep --name on_time_rate_count --rows n --group "Rep 03" --format csv | sed 1d | wc -l)
[ "$want" = "$got" ] && [ "$got" -gt 0 ] || fail "rows: $want, not $got"
# Any number of threads prints the same bytes.
k kpi --period 2026 --by product --threads 1 --format json >one
k kpi --period 2026 --by product --threads 3 --format json >three
cmp one three || fail "threads"

# Wrong use is said in a sentence.
says() { want=$1 text=$2; shift 2; k "$@" >out 2>&1; got=$?; [ $got = "$want" ] && grep -qF -- "$text" out || { fail "exit $got: $*"; cat out; }; }
says 2 "not a period" kpi --period nonsense
says 2 "no such dimension" kpi --by nonsense
says 2 "no such KPI" kpi --name nonsense
says 2 "needs --name" kpi --rows n
says 2 "no such group" kpi --period 2026-Q1 --by rep --rows d --name atr --group Nobody
says 1 "no such period" kpi --period 2026-Q5

[ $fails = 0 ] && echo "kpi: all as SQL says"
exit $((fails > 0))
