#!/bin/sh
# risk evaluate: the scores of a small table against Newton's method written anew, a planted leak, bad input. risk_evaluate.sh PERENNIAL
set -eu
perennial=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
fail() { echo "risk_evaluate.sh: $1" >&2; exit 1; }

# 300 rows: two numbers (one missing here and there), a category, an id, a constant; the outcome depends on usage and plan.
cat > "$dir/make.py" <<'END'
import math, sys
state = 12345
def draw():
    global state
    state = (state * 1103515245 + 12345) % 2147483648
    return state / 2147483648
print("id,usage,tickets,plan,country,settled_on,renewed")
for i in range(300):
    usage, tickets, plan = round(100 * draw(), 1), int(6 * draw()), "ABC"[int(3 * draw())]
    won = draw() < 1 / (1 + math.exp(-(usage / 25 - 2 + (plan == "B") - 0.2 * tickets)))
    settled = "2026-%02d-01" % (1 + i % 12) if won else ""
    print("R-%d,%s,%s,%s,ES,%s,%s" % (i, usage, "" if i % 17 == 0 else tickets, plan, settled, "yes" if won else "no"))
END
python3 "$dir/make.py" > "$dir/rows.csv"
"$perennial" risk evaluate --data "$dir/rows.csv" --label renewed --without settled_on --format json > "$dir/got.json" 2> "$dir/notes"
grep -q "^id: left out: a different text on most rows" "$dir/notes" || fail "the id column is not left out: $(cat "$dir/notes")"
grep -q '; 5 features from 4 columns' "$dir/notes" || fail "usage, tickets, tickets missing, two plans: $(cat "$dir/notes")"
cat > "$dir/check.py" <<'END'
import csv, json, math, sys
rows = list(csv.DictReader(open(sys.argv[1])))
y = [r["renewed"] == "yes" for r in rows]
def features(train):
    known = [float(rows[i]["tickets"]) for i in train if rows[i]["tickets"]]
    mean = sum(known) / len(known)
    plans = sorted({r["plan"] for r in rows}, key=[r["plan"] for r in rows].index)[1:]
    raw = [[float(r["usage"]), float(r["tickets"] or mean), float(r["tickets"] == "")] + [float(r["plan"] == p) for p in plans] for r in rows]
    for j in range(len(raw[0])):
        # a missing number counts in neither mean nor spread and becomes 0
        used = [i for i in train if j != 1 or rows[i]["tickets"]]
        m = sum(raw[i][j] for i in used) / len(used)
        s = math.sqrt(sum((raw[i][j] - m) ** 2 for i in used) / len(used))
        for r in raw:
            r[j] = (r[j] - m) / s
    return [[1.0] + r for r in raw]
def solve(h, g):
    n = len(g)
    a = [h[i][:] + [g[i]] for i in range(n)]
    for i in range(n):
        for k in range(i + 1, n):
            f = a[k][i] / a[i][i]
            a[k] = [u - f * v for u, v in zip(a[k], a[i])]
    x = [0.0] * n
    for i in reversed(range(n)):
        x[i] = (a[i][n] - sum(a[i][j] * x[j] for j in range(i + 1, n))) / a[i][i]
    return x
chance = [0.0] * len(rows)
for fold in range(10):
    train = [i for i in range(len(rows)) if i % 10 != fold]
    x = features(train)
    b = [0.0] * len(x[0])
    for _ in range(40):
        p = [1 / (1 + math.exp(-sum(u * v for u, v in zip(b, x[i])))) for i in train]
        g = [sum((y[i] - q) * x[i][j] for i, q in zip(train, p)) - (b[j] if j else 0) for j in range(len(b))]
        h = [[sum(q * (1 - q) * x[i][j] * x[i][k] for i, q in zip(train, p)) + (j == k and j > 0) for k in range(len(b))] for j in range(len(b))]
        b = [u + v for u, v in zip(b, solve(h, g))]
    for i in range(fold, len(rows), 10):
        chance[i] = 1 / (1 + math.exp(-sum(u * v for u, v in zip(b, x[i]))))
loss = -sum(math.log(p if t else 1 - p) for p, t in zip(chance, y)) / len(y)
brier = sum((p - t) ** 2 for p, t in zip(chance, y)) / len(y)
pairs = [(p > q) + (p == q) / 2 for p, t in zip(chance, y) if t for q, u in zip(chance, y) if not u]
order = sorted(range(len(y)), key=lambda i: chance[i])
ece = sum(abs(sum(chance[i] - y[i] for i in order[k:k + 30])) for k in range(0, 300, 30)) / 300
want = {"auc": sum(pairs) / len(pairs), "log_loss": loss, "brier": brier, "ece10": ece}
got = {r["score"]: r for r in json.load(open(sys.argv[2])) if r["model"] == "logistic"}
for name, value in want.items():
    assert abs(got[name]["value"] - value) < 1e-5, (name, value, got[name])
    assert got[name]["low"] < got[name]["high"], got[name]
assert got["auc"]["low"] < got["auc"]["value"] < got["auc"]["high"]
assert 0.70 < got["auc"]["value"] < 0.90, got
END
python3 "$dir/check.py" "$dir/rows.csv" "$dir/got.json" || fail "scores differ from Newton's method"

# The same question, the same bytes.
"$perennial" risk evaluate --data "$dir/rows.csv" --label renewed --without settled_on --format csv > "$dir/a" 2> /dev/null
"$perennial" risk evaluate --data "$dir/rows.csv" --label renewed --without settled_on --format csv > "$dir/b" 2> /dev/null
cmp -s "$dir/a" "$dir/b" || fail "two runs differ"

# A day that only renewed rows have tells the outcome by being there.
"$perennial" risk evaluate --data "$dir/rows.csv" --label renewed > /dev/null 2> "$dir/err"
grep -q 'warning: "settled_on" alone tells the outcome (AUC 1.000)' "$dir/err" || fail "the leak is not named: $(cat "$dir/err")"
grep -q 'is better than renewals can be told ahead' "$dir/err" || fail "the model's AUC is not doubted"

refuse() { # sentence, then the arguments
  want=$1; shift
  status=0
  "$perennial" risk evaluate "$@" > /dev/null 2> "$dir/err" || status=$?
  [ "$status" != 0 ] || fail "taken: $*"
  grep -q "$want" "$dir/err" || fail "wanted \"$want\", got: $(cat "$dir/err")"
}
refuse 'there is no column "lost": it has id, usage' --data "$dir/rows.csv" --label lost
refuse 'there is no column "planet"' --data "$dir/rows.csv" --label renewed --without planet
refuse '"plan" has 3 different values' --data "$dir/rows.csv" --label plan
refuse '"country" is "ES" on every row' --data "$dir/rows.csv" --label country
refuse 'is never "maybe": it is' --data "$dir/rows.csv" --label renewed --positive maybe
refuse 'which file has the rows' --label renewed
refuse 'is no number from 2 to 100' --data "$dir/rows.csv" --label renewed --folds 1
refuse 'leaves no row to judge' --data "$dir/rows.csv" --label renewed --train-first 300
printf 'a,won\n1,yes\n2,no\n3,yes\n' > "$dir/three.csv"
refuse 'take fewer parts, or more rows' --data "$dir/three.csv" --label won
printf 'won\nyes\nno\n' > "$dir/bare.csv"
refuse 'nothing to learn from' --data "$dir/bare.csv" --label won
printf 'a,won\n1,\n2,\n' > "$dir/none.csv"
refuse 'no row has a value in "won"' --data "$dir/none.csv" --label won
printf '%%PDF-1.4 nothing of a table' > "$dir/rows.pdf"
refuse 'is a PDF' --data "$dir/rows.pdf" --label won

# Everything missing but the outcome: the model is the rate.
python3 -c '
print("a,b,won")
for i in range(40): print(",%s,%s" % ("" if i else 7, "yes" if i % 4 else "no"))' > "$dir/empty.csv"
"$perennial" risk evaluate --data "$dir/empty.csv" --label won --format csv > "$dir/got" 2> /dev/null || fail "a table of missing values is refused"
[ "$(grep '^rate,brier' "$dir/got" | cut -d, -f3 | cut -c1-4)" = "$(grep '^logistic,brier' "$dir/got" | cut -d, -f3 | cut -c1-4)" ] || fail "something was learned from nothing"
