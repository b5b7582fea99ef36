#!/usr/bin/env python3
"""opc_lint FILE…: what Microsoft's own validator does not find in an Office file, and what makes the programs offer a repair.

Parts without a type or with a type and no part, relationships that lead nowhere, shape ids twice, layout and master ids twice, tables whose
grid is not their cells, cells without a paragraph, styles that are not defined, Excel tables with equal column names or other header cells,
cells out of order, strings too long, chart caches that are not their workbook, control characters, dates other than 1980.
"""
import re
import sys
import zipfile
import io
from xml.dom import minidom

complaints = []


def complain(name, what):
    complaints.append("%s: %s" % (name, what))


def tags(doc, local):
    return [n for n in doc.getElementsByTagName("*") if n.localName == local or n.tagName.split(":")[-1] == local]


def children(node, local):
    return [n for n in node.childNodes if n.nodeType == 1 and n.tagName.split(":")[-1] == local]


def text(node):
    return "".join(t.firstChild.data for t in tags(node, "t") if t.firstChild)


def resolve(part, target):
    base = [] if target.startswith("/") else part.split("/")[:-1]
    for step in target.strip("/").split("/"):
        base = base[:-1] if step == ".." else base + [step]
    return "/".join(base)


def check_package(name, z):
    names = z.namelist()
    if names[0] != "[Content_Types].xml":
        complain(name, "the types do not come first")
    if len(names) != len(set(n.lower() for n in names)):
        complain(name, "a part stands in it twice")
    for i in z.infolist():
        if i.date_time[:3] != (1980, 1, 1):
            complain(name, "%s: another date than 1980" % i.filename)
    types = minidom.parseString(z.read(names[0]))
    defaults = {n.getAttribute("Extension").lower() for n in tags(types, "Default")}
    overrides = [n.getAttribute("PartName").lstrip("/") for n in tags(types, "Override")]
    for part in overrides:
        if part not in names:
            complain(name, "%s: a type for a part that is not there" % part)
    for part in names[1:]:
        if part not in overrides and part.split(".")[-1].lower() not in defaults:
            complain(name, "%s: no type" % part)
    docs = {}
    for part in names:
        if part.endswith((".xml", ".rels")):
            raw = z.read(part)
            if re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", raw):
                complain(name, "%s: a control character" % part)
            docs[part] = minidom.parseString(raw)
    for part, doc in docs.items():
        if not part.endswith(".rels"):
            continue
        owner = part.replace("_rels/", "")[: -len(".rels")]
        ids = [n.getAttribute("Id") for n in tags(doc, "Relationship")]
        if len(ids) != len(set(ids)):
            complain(name, "%s: an id twice" % part)
        for n in tags(doc, "Relationship"):
            if n.getAttribute("TargetMode") != "External" and resolve(owner, n.getAttribute("Target")) not in names:
                complain(name, "%s leads to %s, which is not there" % (part, n.getAttribute("Target")))
        if owner in docs:
            used = set(re.findall(r'r:(?:id|embed|link)="([^"]*)"', z.read(owner).decode()))
            for i in used - set(ids) - {""}:
                complain(name, "%s: %s is no relationship" % (owner, i))
    return docs


def check_shapes(name, part, doc):
    ids = [n.getAttribute("id") for n in tags(doc, "cNvPr")] + [n.getAttribute("id") for n in tags(doc, "docPr")]
    if len(ids) != len(set(ids)):
        complain(name, "%s: a shape's id twice" % part)
    for t in tags(doc, "tbl"):
        grid = len(tags(t, "gridCol"))
        for row in children(t, "tr"):
            if len(children(row, "tc")) != grid:
                complain(name, "%s: a row of %d cells in a grid of %d" % (part, len(children(row, "tc")), grid))
            for cell in children(row, "tc"):
                last = [c for c in cell.childNodes if c.nodeType == 1][-1].tagName.split(":")[-1]
                if last not in ("p", "tcPr"):
                    complain(name, "%s: a cell that ends with %s" % (part, last))
    for n in tags(doc, "t") + tags(doc, "instrText"):
        if n.firstChild and "\n" in n.firstChild.data and part.startswith("word/"):
            complain(name, "%s: a line end in a text" % part)
    if part.startswith("ppt/slides/slide") and not [n for n in tags(doc, "ph") if n.getAttribute("type") == "title"]:
        complain(name, "%s: no title" % part)
    for n in tags(doc, "cNvPr") + tags(doc, "docPr"):
        frame = n.parentNode.parentNode
        if frame.tagName.endswith(("graphicFrame", "inline")) and not n.getAttribute("descr"):
            complain(name, "%s: a drawing without an alternative text" % part)


def check_word(name, docs):
    defined = {n.getAttribute("w:styleId") for n in tags(docs["word/styles.xml"], "style")}
    for part, doc in docs.items():
        for n in tags(doc, "pStyle") + tags(doc, "tblStyle") + tags(doc, "rStyle"):
            if n.getAttribute("w:val") not in defined:
                complain(name, "%s: the style %s is not defined" % (part, n.getAttribute("w:val")))


def check_slides(name, docs):
    deck = docs["ppt/presentation.xml"]
    ids = [n.getAttribute("id") for n in tags(deck, "sldMasterId") + tags(deck, "sldId")]
    for part, doc in docs.items():
        if part.startswith("ppt/slideMasters/slideMaster"):
            ids += [n.getAttribute("id") for n in tags(doc, "sldLayoutId")]
    if len(ids) != len(set(ids)):
        complain(name, "masters, layouts and slides share an id")
    for n in tags(deck, "sldId"):
        if not 256 <= int(n.getAttribute("id")) < 2147483648:
            complain(name, "a slide's id out of range")
    size = tags(deck, "sldSz")[0]
    wide, high = int(size.getAttribute("cx")), int(size.getAttribute("cy"))
    for part, doc in docs.items():
        if not part.startswith("ppt/slides/slide"):
            continue
        for off in tags(doc, "off"):
            ext = children(off.parentNode, "ext")[0]
            x, y, w, h = (int(v) for v in (off.getAttribute("x"), off.getAttribute("y"), ext.getAttribute("cx"), ext.getAttribute("cy")))
            if x + w > wide or y + h > high:
                complain(name, "%s: a shape beyond the slide" % part)
    if len([p for p in docs if re.match(r"ppt/slides/slide\d+\.xml$", p)]) > 8:
        complain(name, "more than eight slides")


def column(ref):
    n = 0
    for c in re.match("[A-Z]+", ref).group():
        n = n * 26 + ord(c) - 64
    return n


def check_excel(name, docs):
    strings = [text(n) for n in tags(docs["xl/sharedStrings.xml"], "si")] if "xl/sharedStrings.xml" in docs else []
    seen = {n.getAttribute("name").lower() for n in tags(docs["xl/workbook.xml"], "definedName")}  # tables share their names with these
    for part, doc in docs.items():
        if part.startswith("xl/tables/"):
            table = doc.documentElement
            columns = [n.getAttribute("name") for n in tags(doc, "tableColumn")]
            if len({c.lower() for c in columns}) != len(columns):
                complain(name, "%s: two columns of one name" % part)
            if table.getAttribute("name").lower() in seen:
                complain(name, "%s: two tables of one name" % part)
            seen.add(table.getAttribute("name").lower())
        if part.startswith("xl/worksheets/sheet"):
            last_row = 0
            for row in tags(doc, "row"):
                r = int(row.getAttribute("r"))
                if r <= last_row:
                    complain(name, "%s: rows out of order" % part)
                last_row, last = r, 0
                for c in children(row, "c"):
                    if column(c.getAttribute("r")) <= last:
                        complain(name, "%s: cells out of order in row %d" % (part, r))
                    last = column(c.getAttribute("r"))
                    v = children(c, "v")
                    if c.getAttribute("t") == "s" and (int(v[0].firstChild.data) >= len(strings) or len(strings[int(v[0].firstChild.data)]) > 32767):
                        complain(name, "%s: %s has no such string" % (part, c.getAttribute("r")))
                    if v and c.getAttribute("t") in ("", "n"):
                        float(v[0].firstChild.data)


def check_charts(name, z, docs):
    for part, doc in docs.items():
        if "/charts/chart" not in part or part.endswith(".rels") or part.startswith("xl/"):
            continue
        rels = docs[part.replace("charts/", "charts/_rels/") + ".rels"]
        inner = zipfile.ZipFile(io.BytesIO(z.read(resolve(part, tags(rels, "Relationship")[0].getAttribute("Target")))))
        inside = check_package(part + "'s workbook", inner)
        sheet = inside["xl/worksheets/sheet1.xml"]
        cells = {c.getAttribute("r"): (text(c) if c.getAttribute("t") == "inlineStr" else children(c, "v")[0].firstChild.data) for c in tags(sheet, "c")}
        for ref in tags(doc, "strRef") + tags(doc, "numRef"):
            found = re.match(r"Sheet1!\$([A-Z])\$(\d+)(?::\$[A-Z]\$(\d+))?$", tags(ref, "f")[0].firstChild.data)
            first = int(found.group(2))
            for pt in tags(ref, "pt"):
                value = tags(pt, "v")[0].firstChild
                want = cells.get("%s%d" % (found.group(1), first + int(pt.getAttribute("idx"))))
                if (value.data if value else "") != (want or ""):
                    complain(name, "%s: the chart shows %s, its workbook %s" % (part, value.data if value else "", want))
        for ser in tags(doc, "ser"):
            if not children(ser, "spPr"):
                complain(name, "%s: a series without a fill" % part)


def main():
    for name in sys.argv[1:]:
        z = zipfile.ZipFile(name)
        if z.testzip():
            complain(name, "damaged")
        docs = check_package(name, z)
        for part, doc in docs.items():
            if not part.endswith(".rels"):
                check_shapes(name, part, doc)
        if "word/document.xml" in docs:
            check_word(name, docs)
        if "ppt/presentation.xml" in docs:
            check_slides(name, docs)
        if "xl/workbook.xml" in docs:
            check_excel(name, docs)
        check_charts(name, z, docs)
    for c in complaints:
        print(c)
    sys.exit(1 if complaints else 0)


main()
