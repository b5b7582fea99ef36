#!/bin/sh
# asks.sh PERENNIAL: an ask made, passed on, accepted and done on the command line, with each person's rights; both are told, and read it.
set -eu
p=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
db="$dir/book.db"
"$p" --db "$db" demo --lines 1000 --seed 4 --today 2026-11-23 >"$dir/demo"
at=@palisade.example
tom=tom.okafor$at grace=grace.delaney$at rafael=rafael.moura$at
renewal=$("$p" --db "$db" worklist --rep "Tom Okafor" --format csv | sed -n 2p | cut -d, -f2)
refused() { # SENTENCE ARGUMENTS…
  sentence=$1
  shift
  if "$p" --db "$db" "$@" >"$dir/out" 2>"$dir/err"; then echo "$* was taken"; exit 1; fi
  grep -q -- "$sentence" "$dir/err" || { echo "$*:"; cat "$dir/err"; exit 1; }
}
refused 'as EMAIL is missing' asks make --renewal "$renewal"
refused 'which renewal is missing' asks make --as "$tom"
refused 'is none of list' asks nonsense
refused 'give its id' asks accept --as "$grace"
refused 'What it is for' asks make --as "$tom" --renewal "$renewal" --to "$grace" --by 2026-11-27
refused 'day' asks make --as "$tom" --renewal "$renewal" --to "$grace" --by 2026-11-01 --what Call
refused 'no renewal' asks make --as "ines.carvalho$at" --renewal "$renewal" --to "$grace" --by 2026-11-27 --what Call
"$p" --db "$db" asks make --as "$tom" --renewal "$renewal" --to "$grace" --by 2026-11-27 --what 'Call their buyer' --format csv >"$dir/made"
grep -q ',Tom Okafor,asked,Grace Delaney,' "$dir/made" || { cat "$dir/made"; exit 1; }
id=$("$p" --db "$db" asks list --as "$tom" --format csv | grep 'Call their buyer' | cut -d, -f1)
"$p" --db "$db" notices --unread --as "$grace" --format csv | grep -q 'asked,.*Call their buyer' || { echo "Grace was not told"; exit 1; }
refused 'not yours to answer' asks accept "$id" --as "$tom"
refused 'reason is missing' asks pass "$id" --as "$grace" --to "$rafael"
"$p" --db "$db" asks pass "$id" --as "$grace" --to "$rafael" --reason 'his account' >"$dir/out"
"$p" --db "$db" asks accept "$id" --as "$rafael" >"$dir/out"
refused 'answered already' asks accept "$id" --as "$rafael"
"$p" --db "$db" asks done "$id" --as "$rafael" --reason signed --format csv | grep -q ',Rafael Moura,done,Rafael Moura,signed' || { echo "not done"; exit 1; }
"$p" --db "$db" notices read all --as "$tom" --format csv >"$dir/left"
[ "$(wc -l <"$dir/left")" = 1 ] || { cat "$dir/left"; exit 1; }
refused 'There is no' notices read 99999999 --as "$tom"
"$p" --db "$db" check >"$dir/out" || { cat "$dir/out"; exit 1; }
