#!/bin/sh
# import signals: of accounts and contracts, numbers and texts, bad rows, twice, undone; what the model makes of them. signals.sh PERENNIAL
set -eu
perennial=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
db=$dir/book.db
fail() { echo "signals.sh: $1" >&2; exit 1; }
p() { "$perennial" --db "$db" "$@"; }

# 1,500 customers with one contract a year over six years. Usage of the year before decides who renews: a truth that the contracts do not tell.
cat > "$dir/make.py" <<'END'
import datetime, sys
state = 99
def draw():
    global state
    state = (state * 1103515245 + 12345) % 2147483648
    return state / 2147483648
lines, signals = open(sys.argv[1] + "/lines.csv", "w"), open(sys.argv[1] + "/signals.csv", "w")
print("contract_number,end_user_account,product,quantity,start_date,end_date,currency,net_amount,booked_date,renewed_from", file=lines)
print("account,contract,date,name,value,note", file=signals)
for i in range(1500):
    start, before = datetime.date(2020, 1, 1) + datetime.timedelta(days=int(365 * draw())), ""
    for year in range(7):
        end = datetime.date(start.year + 1, start.month, min(start.day, 28)) - datetime.timedelta(days=1)
        number = "C%d-%d" % (i, year)
        print("%s,Customer %d,Box,1,%s,%s,USD,%d,%s,%s" % (number, i, start, end, 1000 + i, start - datetime.timedelta(days=20), before), file=lines)
        usage = round(100 * draw())
        print("Customer %d,,%s,usage,%d," % (i, end - datetime.timedelta(days=120), usage), file=signals)
        if draw() > 0.2 + 0.75 * usage / 100 or end > datetime.date(2026, 6, 1):
            break
        start, before = end + datetime.timedelta(days=1), number
END
python3 "$dir/make.py" "$dir"
head -1 "$dir/signals.csv" > "$dir/s.csv"
awk -F, 'NR > 1 && $3 <= "2026-11-22"' "$dir/signals.csv" >> "$dir/s.csv"
p config set today 2026-11-22 > /dev/null
p import contracts "$dir/lines.csv" > /dev/null || fail "contracts"
p history derive > /dev/null
p risk train > "$dir/before.json"
p import signals "$dir/s.csv" > "$dir/out" || fail "signals: $(cat "$dir/out")"
p risk train > "$dir/after.json"
python3 - "$dir" <<'END'
import json, sys
before, after = (json.load(open(sys.argv[1] + "/" + f)) for f in ("before.json", "after.json"))
assert "signal 0" not in before["columns"] and "signal 0" in after["columns"], after["columns"]
weight = after["weights"][after["columns"].index("signal 0")]
assert weight > 0.4, weight
assert after["log_loss"] < before["log_loss"] - 0.03, (before["log_loss"], after["log_loss"])
assert after["probe"]["verdict"] == "fine" and after["probe"]["auc"] > before["probe"]["auc"] + 0.1, (before["probe"], after["probe"])
END

# The same file again adds nothing; taken back, the model is the one of before.
p import signals "$dir/s.csv" --format json > "$dir/again.json"
python3 -c 'import json, sys; r = json.load(open(sys.argv[1])); assert r["added"] == 0, r' "$dir/again.json" || fail "twice adds"
id=$(p import list --format json | python3 -c 'import json, sys; print([r["id"] for r in json.load(sys.stdin) if r["kind"] == "signals"][-1])')
p import undo "$id" > /dev/null || fail "undo"
p risk train > "$dir/undone.json"
cmp -s "$dir/before.json" "$dir/undone.json" || fail "something of the signals stayed"

# A field that is written when a renewal ends, dated back: the model is stopped and names it.
python3 - "$dir" <<'END'
import csv, datetime, sys
rows = list(csv.DictReader(open(sys.argv[1] + "/lines.csv")))
renewed = {r["renewed_from"] for r in rows}
with open(sys.argv[1] + "/leak.csv", "w") as f:
    print("account,contract,date,name,value", file=f)
    for r in rows:
        end = datetime.date.fromisoformat(r["end_date"])
        if end < datetime.date(2026, 1, 1):
            print(",%s,%s,health,%d" % (r["contract_number"], end - datetime.timedelta(days=150), 9 if r["contract_number"] in renewed else 2), file=f)
END
p import signals "$dir/leak.csv" > /dev/null || fail "leak file"
p risk train | python3 -c 'import json, sys; m = json.load(sys.stdin); assert m["ground"] == "doubted" and m["probe"]["verdict"] == "column" and m["probe"]["column"] == "signals", m["probe"]' ||
  fail "the leak was learned"

# Bad rows.
cat > "$dir/bad.csv" <<'END'
account,contract,date,name,value,note
Customer 1,,2026-10-01,survey,8,
Customer 1,,2026-10-02,survey,,"would buy again"
Nobody,,2026-10-01,survey,8,
,,2026-10-01,survey,8,
Customer 1,,2027-10-01,survey,8,
Customer 1,,2026-10-01,survey,,
,C1-0,2026-10-01,survey,3,
END
status=0
p import signals "$dir/bad.csv" --problems "$dir/problems.csv" --format json > "$dir/bad.json" || status=$?
[ "$status" = 3 ] || fail "bad rows: exit $status"
for words in "there is no such account" "neither an account nor a contract" "the date lies in the future" "neither a number nor a text"; do
  grep -q "$words" "$dir/problems.csv" || fail "no sentence \"$words\": $(cat "$dir/problems.csv")"
done
python3 -c 'import json, sys; r = json.load(open(sys.argv[1])); assert r["added"] == 3, r' "$dir/bad.json" || fail "the good rows of a bad file"
p check > /dev/null || fail "check"
