#!/bin/sh
# targets.sh PERENNIAL: what was exported and imported again changes nothing; a spread adds up; below zero is refused.
set -eu
p=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
db="$dir/book.db"
"$p" --db "$db" demo --lines 2000 --seed 4 --today 2026-11-23 >"$dir/demo"
"$p" --db "$db" targets export "$dir/targets.xlsx" --period 2026
"$p" --db "$db" import targets "$dir/targets.xlsx" >"$dir/again"
grep -q ' 0 new, 0 changed, ' "$dir/again" || { cat "$dir/again"; exit 1; }
grep -q ' 0 refused' "$dir/again" || { cat "$dir/again"; exit 1; }
"$p" --db "$db" targets spread --node company --amount 1000000.01 --over reps --save --reason test --format csv >"$dir/spread.csv"
sum=$(awk -F, '$3 ~ /^rep-/ { s += $5 * 100 } END { printf "%.0f", s }' "$dir/spread.csv")
[ "$sum" = 100000001 ] || { echo "the reps add up to $sum"; exit 1; }
"$p" --db "$db" targets list --format csv | grep -q '^All,,,company,1000000.01,' || { echo "the spread was not saved"; exit 1; }
if "$p" --db "$db" targets set --node company --amount -1 --reason x 2>"$dir/err"; then echo "below zero was taken"; exit 1; fi
grep -q 'below zero' "$dir/err"
if "$p" --db "$db" targets list --period 2026-Q9 2>"$dir/err"; then echo "an unknown period was taken"; exit 1; fi
