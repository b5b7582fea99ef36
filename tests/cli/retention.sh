#!/bin/sh
# retention.sh PERENNIAL GOLDEN: the published figures from a file, every shape of it, refusals with a sentence, the value of a demo book.
set -eu
p=$1
golden=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
fail() { echo "retention.sh: $1" >&2; exit 1; }

"$p" retention fit "$golden/fader_hardie_2007.csv" --customers 1000 --to 7 --discount 10% --format json > "$dir/fit.json"
python3 - "$dir/fit.json" <<'END' || fail "the published figures differ"
import json, sys
r, h = json.load(open(sys.argv[1]))["curves"]
def near(x, y, t): assert abs(x - y) <= t, (x, y)
assert h["name"] == "highend_pct" and r["name"] == "regular_pct" and h["periods_fitted"] == 7
near(h["a"], .668088, 1e-4); near(h["b"], 3.806095, 1e-4); near(h["log_likelihood"], -1611.158147, 1e-5)
near(r["a"], .704077, 1e-4); near(r["b"], 1.182043, 1e-4); near(r["log_likelihood"], -1680.265188, 1e-5)
for t, s in zip(range(8, 13), (.4604, .4358, .4142, .3951, .3780)): near(h["projection"][t]["survivors"], s, 5e-5)
for t, s in zip(range(8, 13), (.2201, .2044, .1912, .1799, .1700)): near(r["projection"][t]["survivors"], s, 5e-5)
near(h["projection"][8]["derl"], 7.530, 5e-4); near(h["projection"][8]["observed"], .468, 1e-9)
near(r["del"], 3.695, 5e-4); assert len(h["projection"]) == 18 and h["projection"][17]["observed"] is None
END

# The same curve as counts by hand, a row per cohort, cohorts in rows one below the other, and with a decimal comma.
printf 'period,alive\n0,1000\n1,869\n2,743\n3,653\n4,593\n5,551\n6,517\n7,491\n' > "$dir/long.csv"
printf 'joined,0,1,2,3,4,5,6,7\n2015,500,434.5,371.5,326.5,296.5,275.5,258.5,245.5\n2016,500,434.5,371.5,326.5,296.5,275.5,258.5,245.5\n2022,40,,,,,,,\n' > "$dir/wide.csv"
{ echo 'cohort;year;alive'; for c in x y; do i=2015; for n in 500 434,5 371,5 326,5 296,5 275,5 258,5 245,5; do echo "$c;$i;$n"; i=$((i + 1)); done; done; } > "$dir/comma.csv"
for f in long wide comma; do
  dec=.
  [ $f = comma ] && dec=,
  "$p" retention fit "$dir/$f.csv" --decimal $dec --format json | grep -q '"a":0.66808[78].*"b":3.80609.*"log_likelihood":-1611.15814' || fail "$f.csv gives another curve"
done
"$p" retention fit "$dir/wide.csv" --format json | grep -q '"cohorts":3' || fail "three cohorts are not three"
"$p" retention fit "$dir/long.csv" --model bdw --format json | grep -q '"model":"bdw".*"se_c":0\.' || fail "no BdW"

refused() { # file, words of the sentence
  if "$p" retention fit "$1" 2> "$dir/err"; then fail "$1 was taken"; fi
  grep -q "$2" "$dir/err" || { cat "$dir/err" >&2; fail "$1: not the sentence with: $2"; }
}
printf 'period,alive\n0,100\n1,80\n2,90\n' > "$dir/bad.csv"; refused "$dir/bad.csv" "period 2: more are alive than in the period before"
printf 'period,alive\n0,100\n1,-3\n' > "$dir/bad.csv"; refused "$dir/bad.csv" "below zero"
printf 'period,alive\n0,100\n2,80\n' > "$dir/bad.csv"; refused "$dir/bad.csv" "period 2 where 1 is next"
printf 'period,alive\n1,100\n2,80\n' > "$dir/bad.csv"; refused "$dir/bad.csv" "begin with period 0"
printf 'period,alive\n0,100\n1,many\n' > "$dir/bad.csv"; refused "$dir/bad.csv" "row 3: many is no number"
printf 'period,alive\n0,"100,5"\n1,"90,5"\n' > "$dir/bad.csv"; refused "$dir/bad.csv" "decimal mark"
printf 'period,alive\n0,100\n1,100\n2,100\n' > "$dir/bad.csv"; refused "$dir/bad.csv" "Nobody was lost"
printf 'period,alive\n0,100\n1,0\n' > "$dir/bad.csv"; refused "$dir/bad.csv" "Nobody renewed"
printf 'period,alive\n' > "$dir/bad.csv"; refused "$dir/bad.csv" ""
printf 'name,color\nAnn,red\n' > "$dir/bad.csv"; refused "$dir/bad.csv" "no column says the period"
refused "$dir/none.csv" "none.csv"
printf 'period,alive\n0,100\n1,100\n2,100\n' > "$dir/kept.csv"
"$p" retention fit "$dir/kept.csv" --prior | grep -q "Only the first renewals are known" || fail "two periods are projected"
if "$p" retention fit "$dir/long.csv" --discount 0 2> "$dir/err"; then fail "an endless lifetime was shown"; fi
grep -q "has no end" "$dir/err" || fail "no sentence for an endless lifetime"
"$p" retention fit "$dir/long.csv" --discount 0 --horizon 5 > /dev/null || fail "a horizon is an end"

db="$dir/book.db"
"$p" --db "$db" demo --lines 3000 --seed 7 --today 2026-11-22 > /dev/null
"$p" --db "$db" retention value --segment region --format json > "$dir/value.json"
python3 - "$dir/value.json" <<'END' || fail "the value of the book"
import json, sys
rows = json.load(open(sys.argv[1]))
*parts, whole = rows
assert whole["segment"] == "all" and len(parts) >= 2
assert sum(r["lines"] for r in parts) == whole["lines"] > 500
cents = lambda r, k: round(float(r[k]) * 100)
for k in ("annual_value", "residual_value", "value_at_average_rate"):
    assert abs(sum(cents(r, k) for r in parts) - cents(whole, k)) <= len(parts), k
assert 1 < float(whole["years"]) < 10 and .5 < float(whole["first_retention"]) < 1
END
"$p" --db "$db" retention value --as-of 2024-06-30 --format csv | grep -q '^all,' || fail "no past value"
if "$p" --db "$db" retention value --discount 0 --horizon 0 2> "$dir/err"; then fail "an endless value was shown"; fi
grep -q "has no end" "$dir/err" || fail "no sentence for an endless value"
status=0
"$p" --db "$db" retention value --segment color 2> /dev/null || status=$?
[ "$status" = 2 ] || fail "an unknown segment: exit $status"
