#!/usr/bin/env python3
"""pack.py PERENNIAL SOURCE_ROOT: the weekly pack in four languages, read back by other programs and held against the desk's API.

Every file: valid for Microsoft's validator, no complaint of opc_lint, the same bytes when made again. Every figure: the API's. LibreOffice draws
each; nothing leaves a slide. With hostile names in the book."""
import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from decimal import ROUND_HALF_EVEN, Decimal
from xml.dom import minidom

try:
    import docx
    import openpyxl
except ImportError:
    print("python3-docx and python3-openpyxl are not here: the pack is not read back")
    sys.exit(77)

perennial, root = (os.path.realpath(a) for a in sys.argv[1:3])
WHO, PERIOD, DAY = "helen.brandt@palisade.example", "2026-Q4", "2026-11-22"
HOSTILE = ["=1+1|cmd", "+SUM(A1)", "-2", "@here", "_x0041_ Ltd", "<b>&\"'</b>", "]]> & Söhne", "名前 株式会社", "🚀 Rockets", "A" * 200, "tab\tend"]
fails = 0


def check(ok, what):
    global fails
    if not ok:
        fails += 1
        print("FAIL: " + what)


def run(*args, **more):
    done = subprocess.run(args, capture_output=True, text=True, **more)
    check(done.returncode == 0, "%s: %s%s" % (" ".join(args[:4]), done.stdout[-500:], done.stderr[-500:]))
    return done.stdout


def desk(*args):
    return run(perennial, "--db", "demo.db", *args)


def hostile_book():
    """New customers with names that programs trip over, among the largest of the quarter."""
    with open("hostile.csv", "w", newline="") as f:
        w = csv.writer(f)
        w.writerow("contract_number,line_number,end_user_account,owner,region,product,currency,start_date,end_date,net_amount".split(","))
        for i, name in enumerate(HOSTILE):
            w.writerow(["X%d" % i, 1, name, "Tom Okafor", "US", "Core-1", "USD", "2025-12-16", "2026-12-15", 400000 + i])
    desk("import", "contracts", "hostile.csv", "--yes")


def whole(v):
    return "{:,}".format(int(Decimal(v).quantize(Decimal(1), ROUND_HALF_EVEN))).replace("-", "\u2212")


def money(v):
    v = Decimal(v)
    return ("\u2212$" if v < 0 else "$") + whole(abs(v))


def head(v):
    v = Decimal(v)
    if v < 999500:
        return "$%sK" % whole(v / 1000) if v >= 1000 else money(v)
    digits = 2 if v < 9995000 else 1
    return "$%sM" % (v / 1000000).quantize(Decimal(10) ** -digits, ROUND_HALF_EVEN)


def rate(num, den):
    return "%s%%" % (Decimal(num) * 100 / Decimal(den)).quantize(Decimal("0.1"), ROUND_HALF_EVEN)


class Api:
    def __init__(self):
        token = desk("token", "add", WHO).split()[0]
        self.head = {"Authorization": "Bearer " + token}
        self.server = subprocess.Popen([perennial, "--db", "demo.db", "serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.base = re.search(r"http://\S+?/", self.server.stdout.readline()).group() + "api/v1/"

    def get(self, path):
        return json.load(urllib.request.urlopen(urllib.request.Request(self.base + path, headers=self.head)))

    def close(self):
        self.server.terminate()
        self.server.wait()


def figures_of(api):
    """What the desk says: key -> exact number as a decimal, or (numerator, denominator)."""
    forecast = api.get("forecast?period=" + PERIOD)["nodes"]
    bridge = api.get("bridge?period=" + PERIOD)
    kpi = api.get("kpi?period=" + PERIOD)["total"]["kpis"]
    calls = api.get("calls?period=" + PERIOD)
    band = api.get("insight/forecast?period=" + PERIOD)["nodes"][0]["band"]
    f = {k: Decimal(forecast[0]["amount"][k]) for k in ("closed", "commit", "best_case", "pipeline")}
    f.update(target=Decimal(forecast[0]["target"]), gap=Decimal(forecast[0]["gap"]), call=Decimal(calls["managers_call"] or calls["called"]))
    f.update(expected=Decimal(band["p50"]), expected_low=Decimal(band["p10"]), expected_high=Decimal(band["p90"]))
    f.update(bridge_start=Decimal(bridge["start"]["amount"]), bridge_end=Decimal(bridge["end"]["amount"]))
    f.update({"bridge_" + k: Decimal(v["amount"]) for k, v in bridge["steps"].items() if v["renewals"]})
    rates = {k: (Decimal(kpi[k]["numerator"]), Decimal(kpi[k]["denominator"])) for k in (
        "on_time_to_date_rate_money", "gross_renewal_rate", "net_renewal_rate", "in_quarter_renewal_rate", "logo_renewal_rate")}
    return f, rates, [n for n in forecast if n["level"] == "region"]


def check_xlsx(path, f, rates):
    book = openpyxl.load_workbook(path, data_only=True)
    found = {}
    for name in book.defined_names.definedName:
        if name.name.startswith("_"):
            continue
        sheet, cell = next(iter(name.destinations))
        found[name.name] = book[sheet][cell.replace("$", "")].value
    for key, value in f.items():
        check(found.get(key) is not None and abs(Decimal(str(found[key])) - value) < Decimal("0.005"), "%s: %s is %s, the desk says %s" % (path, key, found.get(key), value))
    for key, (num, den) in rates.items():
        check(found.get(key) is not None and abs(found[key] - float(num / den)) < 1e-9, "%s: %s is %s, the desk says %s" % (path, key, found.get(key), num / den))
    seen = {str(c.value) for s in book.worksheets for row in s.iter_rows() for c in row if c.data_type == "s"}
    for name in HOSTILE[:9]:
        check(name in seen, "%s: the customer %r is not in it as it is written" % (path, name))
    check(not any(c.data_type == "f" and "SUBTOTAL" not in str(c.value) for s in openpyxl.load_workbook(path).worksheets for row in s.iter_rows() for c in row),
          "%s: a name became a formula" % path)


def texts_docx(path):
    d = docx.Document(path)
    xml = minidom.parseString(zipfile.ZipFile(path).read("word/document.xml"))
    words = lambda node: "".join(t.firstChild.data for t in node.getElementsByTagName("w:t") if t.firstChild)  # python-docx leaves out what is linked
    rows = [[words(c) for c in r.getElementsByTagName("w:tc")] for r in xml.getElementsByTagName("w:tr")]
    flat = [words(p) for p in xml.getElementsByTagName("w:p")]
    check(len(rows) == sum(len(t.rows) for t in d.tables), "%s: another program sees other tables" % path)
    check(any(p.style.name == "Heading 1" for p in d.paragraphs), "%s: no headings" % path)
    check(d.core_properties.author == "Perennial", "%s: no properties" % path)
    check("w:tblHeader" in zipfile.ZipFile(path).read("word/document.xml").decode(), "%s: header rows do not repeat" % path)
    return rows, flat


def texts_pptx(path):
    z, flat = zipfile.ZipFile(path), []
    for part in sorted(n for n in z.namelist() if re.match(r"ppt/slides/slide\d+\.xml$", n)):
        for p in minidom.parseString(z.read(part)).getElementsByTagName("a:p"):
            flat.append("".join(t.firstChild.data for t in p.getElementsByTagName("a:t") if t.firstChild))
    return flat


def check_story(path, flat, f, rates, regions):
    for key in ("closed", "commit", "best_case", "pipeline", "target", "gap", "call", "expected"):
        check(head(f[key]) in flat, "%s: %s, %s, is not in it" % (path, key, head(f[key])))
    for n in regions:
        for key in ("closed", "commit", "best_case", "pipeline"):
            check(money(n["amount"][key]) in flat, "%s: %s of %s is not in it" % (path, key, n["name"]))
    for key in ("on_time_to_date_rate_money", "gross_renewal_rate", "net_renewal_rate"):
        check(rate(*rates[key]) in flat, "%s: %s, %s, is not in it" % (path, key, rate(*rates[key])))


def check_csv(path, f, rates):
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    found = {r["item"]: r for r in rows}
    for key, value in f.items():
        check(key in found and Decimal(found[key]["value"]) == value, "%s: %s is %s, the desk says %s" % (path, key, found.get(key, {}).get("value"), value))
    for key, (num, den) in rates.items():
        check(key in found and abs(Decimal(found[key]["value"]) - num / den) < Decimal("0.000001"), "%s: %s" % (path, key))
    check(all(r["address"].startswith("https://desk.example/") for r in rows if r["address"]), "%s: an address without the desk's own" % path)


def draw(path):
    """What LibreOffice makes of it. Gives pages, and words outside of them."""
    if subprocess.run(["which", "soffice", "pdftotext"], capture_output=True).returncode:
        print("soffice or pdftotext is not here: nothing is drawn")
        return None
    run("soffice", "--headless", "-env:UserInstallation=file://" + os.path.abspath("lo"), "--convert-to", "pdf", "--outdir", "drawn", path, timeout=120)
    out = run("pdftotext", "-bbox", "drawn/" + os.path.basename(path).rsplit(".", 1)[0] + ".pdf", "-")
    pages = re.split(r"<page ", out)[1:]
    for page in pages:
        wide, high = (float(x) for x in re.search(r'width="([\d.]+)" height="([\d.]+)"', page).groups())
        for x, y, word in re.findall(r'xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)<', page):
            check(float(x) <= wide + 1 and float(y) <= high + 1, "%s: %r leaves the page" % (path, word))
    return len(pages)


def main():
    os.chdir(tempfile.mkdtemp())
    run(perennial, "--db", "demo.db", "demo", "--lines", "3000", "--seed", "7", "--today", DAY)
    hostile_book()
    api = Api()
    try:
        f, rates, regions = figures_of(api)
    finally:
        api.close()
    for language in ("en", "es", "pt", "fr"):
        args = ("report", "weekly", "--period", PERIOD, "--as", WHO, "--language", language, "--public-url", "https://desk.example")
        made = desk(*args, "--out", language).split()
        again = desk(*args, "--out", language + "-again").split()
        check(sorted(p.rsplit(".", 1)[1] for p in made) == ["csv", "docx", "html", "pptx", "xlsx"], "%s: not every format: %s" % (language, made))
        for a, b in zip(made, again):
            check(open(a, "rb").read() == open(b, "rb").read(), "%s: made again, other bytes" % a)
        office = [p for p in made if p.endswith(("x"))]
        for p in office:
            said = json.loads(run(root + "/node_modules/.bin/ooxml-validator", p))
            check(said["ok"], "%s: %s" % (p, said["errors"][:3]))
        run(sys.executable, root + "/tests/report/opc_lint.py", *office)
        by = {p.rsplit(".", 1)[1]: p for p in made}
        check_xlsx(by["xlsx"], f, rates)
        check_csv(by["csv"], f, rates)
        if language == "en":
            rows, flat = texts_docx(by["docx"])
            check_story(by["docx"], flat, f, rates, regions)
            check(any(r[0] == regions[0]["name"] and r[1] == money(regions[0]["amount"]["closed"]) for r in rows), "the brief's table is not the desk's")
            check_story(by["pptx"], texts_pptx(by["pptx"]), f, rates, regions)
            page = open(by["html"], encoding="utf-8").read()
            check_story(by["html"], re.findall(r">([^<>]+)<", page), f, rates, regions)
            check("<script" not in page and "src=" not in page, "the page for print loads something")
        slides = len([n for n in zipfile.ZipFile(by["pptx"]).namelist() if re.match(r"ppt/slides/slide\d+\.xml$", n)])
        drawn = draw(by["pptx"])
        check(slides <= 8 and drawn in (None, slides), "%s: %d slides, %s pages" % (by["pptx"], slides, drawn))
        if language == "en":
            draw(by["docx"])
    print("the pack agrees with the desk" if not fails else "%d failures" % fails)
    sys.exit(1 if fails else 0)


main()
