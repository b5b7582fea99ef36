/* The brief: a native document with real headings, tables and charts. */
#include "report/chart_xml.h"
#include "report/docx_parts.h"
#include "report/office_xml.h"
#include "report/text_fit.h"
#include "report/write.h"
#include "words/format.h"
#include "words/locale.h"

enum { TWIPS_CM = 567, MARGIN = 1020, EMU_TWIP = 635, CARDS = 4, CHART_HEIGHT_CM10 = 43, SHORT_SIDE = 12240, TABLE_TWIPS = 170 /* of a letter in a table */,
       CELL_MARGINS = 180, MEASURED_ROWS = 200 };

struct docx {
  struct opc *o;
  const struct report *r;
  struct strbuf *b;
  int document, charts;
  int width; /* of the text, twips */
};

static bool letter(const struct report *r) { /* paper of the United States and Mexico */
  const char *name = r->reader->locale != NULL ? r->reader->locale->name : "en-US";
  return strcmp(name, "en-US") == 0 || strcmp(name, "es-419") == 0 || strcmp(name, "es-MX") == 0 || strcmp(name, "en-CA") == 0;
}

static void run(struct docx *d, struct str s, const char *properties) {
  strbuf_fmt(d->b, "<w:r>%s%s%s<w:t xml:space=\"preserve\">", properties[0] != 0 ? "<w:rPr>" : "", properties, properties[0] != 0 ? "</w:rPr>" : "");
  opc_text(d->b, s);
  strbuf_addz(d->b, "</w:t></w:r>");
}

static void linked(struct docx *d, struct str s, struct str href, const char *properties) {
  struct str url = report_url(d->r, href);
  if (url.n == 0 || s.n == 0) {
    run(d, s, properties);
    return;
  }
  strbuf_fmt(d->b, "<w:hyperlink r:id=\"rId%d\">", opc_link_out(d->o, d->document, OPC_REL "/hyperlink", url));
  run(d, s, properties);
  strbuf_addz(d->b, "</w:hyperlink>");
}

static void paragraph(struct docx *d, const char *style, struct str s) {
  if (s.n > 0) {
    strbuf_fmt(d->b, "<w:p><w:pPr><w:pStyle w:val=\"%s\"/></w:pPr>", style);
    run(d, s, "");
    strbuf_addz(d->b, "</w:p>");
  }
}

/* ---- tables ---- */

static void begin_table(struct docx *d, const int *widths, size_t n, struct str title, struct str what, bool lines) {
  strbuf_fmt(d->b, "<w:tbl><w:tblPr>%s<w:tblW w:w=\"%d\" w:type=\"dxa\"/><w:tblLayout w:type=\"fixed\"/><w:tblLook w:val=\"0420\" w:firstRow=\"1\" w:lastRow=\"0\" "
      "w:firstColumn=\"0\" "
                   "w:lastColumn=\"0\" w:noHBand=\"0\" w:noVBand=\"1\"/><w:tblCaption w:val=\"", lines ? "<w:tblStyle w:val=\"Figures\"/>" : "", d->width);
  opc_text(d->b, title);
  strbuf_addz(d->b, "\"/><w:tblDescription w:val=\"");
  opc_text(d->b, what);
  strbuf_addz(d->b, "\"/></w:tblPr><w:tblGrid>");
  for (size_t i = 0; i < n; i++) {
    strbuf_fmt(d->b, "<w:gridCol w:w=\"%d\"/>", widths[i]);
  }
  strbuf_addz(d->b, "</w:tblGrid>");
}

static void cell(struct docx *d, int width, const char *style, struct str s, struct str href, const char *run_properties) {
  strbuf_fmt(d->b, "<w:tc><w:tcPr><w:tcW w:w=\"%d\" w:type=\"dxa\"/></w:tcPr><w:p><w:pPr><w:pStyle w:val=\"%s\"/></w:pPr>", width, style);
  if (s.n > 0) {
    linked(d, s, href, run_properties);
  }
  strbuf_addz(d->b, "</w:p></w:tc>");
}

/* Columns of numbers get what their widest text needs, the others share the rest by their wishes. */
static void share(const struct docx *d, const struct report_table *t, int *widths) {
  int wishes = 0, left = d->width;
  for (size_t k = 0; k < t->n_columns; k++) {
    int64_t most = text_width(str_of(t->columns[k].title)) * 11 / 10; /* it is bold */
    for (size_t i = 0; i < t->n_rows && i < MEASURED_ROWS; i++) {
      const struct report_cell *c = &t->cells[i * t->n_columns + k];
      int64_t own = text_width(report_cell_text(d->r, report_kind_of(&t->columns[k], c), c));
      most = own > most ? own : most;
    }
    bool text = t->columns[k].kind == REPORT_TEXT;
    widths[k] = text ? 0 : (int)(most * TABLE_TWIPS / 1000) + CELL_MARGINS;
    left -= widths[k];
    wishes += text ? t->columns[k].width : 0;
  }
  for (size_t k = 0; k < t->n_columns && wishes > 0; k++) {
    if (t->columns[k].kind == REPORT_TEXT) {
      widths[k] = left > 0 ? left * t->columns[k].width / wishes : CELL_MARGINS;
    }
  }
}

static void table(struct docx *d, const struct report_section *s, const struct report_table *t) {
  enum { MOST = 16 };
  int widths[MOST];
  paragraph(d, "Heading2", str_of(t->title));
  if (t->n_rows == 0 || t->n_columns > MOST) {
    paragraph(d, "Normal", str_of(t->empty));
    return;
  }
  share(d, t, widths);
  begin_table(d, widths, t->n_columns, t->title[0] != 0 ? str_of(t->title) : s->heading, s->claim, true);
  strbuf_addz(d->b, "<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>");
  for (size_t k = 0; k < t->n_columns; k++) {
    cell(d, widths[k], t->columns[k].kind == REPORT_TEXT ? "TableHead" : "TableHeadNumber", str_of(t->columns[k].title), STR_NONE, "");
  }
  strbuf_addz(d->b, "</w:tr>");
  for (size_t i = 0; i < t->n_rows; i++) {
    strbuf_addz(d->b, "<w:tr><w:trPr><w:cantSplit/></w:trPr>");
    for (size_t k = 0; k < t->n_columns; k++) {
      const struct report_cell *c = &t->cells[i * t->n_columns + k];
      enum report_kind kind = report_kind_of(&t->columns[k], c);
      cell(d, widths[k], t->columns[k].kind == REPORT_TEXT ? "TableText" : "TableNumber", report_cell_text(d->r, kind, c), c->href, "");
    }
    strbuf_addz(d->b, "</w:tr>");
  }
  strbuf_addz(d->b, "</w:tbl>");
}

static void card(struct docx *d, const struct report_figure *f, int width) {
  const char *color = f->tone == TONE_BAD ? "<w:color w:val=\"B4532A\"/>" : f->tone == TONE_GOOD ? "<w:color w:val=\"0E5A4B\"/>" : "";
  strbuf_fmt(d->b, "<w:tc><w:tcPr><w:tcW w:w=\"%d\" w:type=\"dxa\"/><w:tcBorders><w:top w:val=\"single\" w:sz=\"12\" w:space=\"0\" "
      "w:color=\"16201B\"/></w:tcBorders></w:tcPr>", width);
  paragraph(d, "CardLabel", f->label);
  strbuf_addz(d->b, "<w:p><w:pPr><w:pStyle w:val=\"CardValue\"/></w:pPr>");
  linked(d, report_figure_text(d->r, f, &f->value), f->value.href, color);
  strbuf_addz(d->b, "</w:p>");
  paragraph(d, "CardNote", f->note.n > 0 ? f->note : STR("\u00a0"));
  strbuf_addz(d->b, "</w:tc>");
}

static void cards(struct docx *d, const struct report_section *s) {
  int widths[CARDS];
  size_t n = 0;
  for (int i = 0; i < CARDS; i++) {
    widths[i] = d->width / CARDS;
  }
  for (size_t i = 0; i < s->n_figures; i++) {
    if (s->figures[i].quiet) {
      continue;
    }
    if (n == 0) {
      begin_table(d, widths, CARDS, s->heading, s->claim, false);
    }
    strbuf_addz(d->b, n % CARDS == 0 ? "<w:tr><w:trPr><w:cantSplit/></w:trPr>" : "");
    card(d, &s->figures[i], widths[0]);
    n++;
    strbuf_addz(d->b, n % CARDS == 0 ? "</w:tr>" : "");
  }
  for (; n % CARDS != 0; n++) { /* a row is whole */
    strbuf_fmt(d->b, "<w:tc><w:tcPr><w:tcW w:w=\"%d\" w:type=\"dxa\"/></w:tcPr><w:p/></w:tc>%s", widths[0], n % CARDS == CARDS - 1 ? "</w:tr>" : "");
  }
  strbuf_addz(d->b, n > 0 ? "</w:tbl>" : "");
}

/* ---- charts ---- */

static int plot(struct docx *d, const struct report_plot *x, struct err *e) {
  int part = 0, id;
  if (!chart_has_data(x)) {
    return OK;
  }
  int code = chart_add(d->o, d->r, x, &(struct chart_look){.font = 800, .folder = "word"}, ++d->charts, &part, e);
  if (code != OK) {
    return code;
  }
  int link = opc_link(d->o, d->document, OPC_REL "/chart", part);
  id = opc_next_id(d->o);
  strbuf_fmt(d->b, "<w:p><w:pPr><w:spacing w:before=\"60\" w:after=\"60\"/></w:pPr><w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" "
      "distR=\"0\">"
                   "<wp:extent cx=\"%lld\" cy=\"%lld\"/><wp:docPr id=\"%d\" name=\"Chart %d\" descr=\"",
             (long long)d->width * EMU_TWIP, (long long)CHART_HEIGHT_CM10 * 36000, id, d->charts);
  opc_text(d->b, x->alt);
  strbuf_addz(d->b, "\" title=\"");
  opc_text(d->b, x->title);
  strbuf_fmt(d->b, "\"/><wp:cNvGraphicFramePr/><a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/chart\"><c:chart "
      "r:id=\"rId%d\"/></a:graphicData>"
                   "</a:graphic></wp:inline></w:drawing></w:r></w:p>", link);
  return OK;
}

/* ---- the page ---- */

static void field(struct strbuf *b, const char *code) {
  strbuf_fmt(b, "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText xml:space=\"preserve\"> %s </w:instrText></w:r><w:r><w:fldChar "
      "w:fldCharType=\"separate\"/></w:r>"
                "<w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r>", code);
}

static int edge(struct docx *d, bool footer) {
  int part = footer ? opc_add(d->o, "word/footer1.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml")
                    : opc_add(d->o, "word/header1.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml");
  struct docx x = *d;
  x.b = opc_body(d->o, part);
  strbuf_fmt(x.b, OPC_HEAD "<w:%s " DOCX_NS "><w:p><w:pPr><w:pStyle w:val=\"%s\"/><w:tabs><w:tab w:val=\"right\" w:pos=\"%d\"/></w:tabs></w:pPr>",
      footer ? "ftr" : "hdr",
             footer ? "Footer" : "Header", d->width);
  run(&x, footer ? d->r->subject : d->r->organization, "");
  strbuf_addz(x.b, "<w:r><w:tab/></w:r>");
  if (footer) {
    struct str rest = tr(d->r->reader, "Page {0} of {1}"), before;
    for (int hole = words_hole(&rest, &before); hole >= 0 || before.n > 0; hole = words_hole(&rest, &before)) {
      if (before.n > 0) {
        run(&x, before, "");
      }
      if (hole < 0) {
        break;
      }
      field(x.b, hole == 0 ? "PAGE" : "NUMPAGES");
    }
  } else {
    run(&x, d->r->title, "");
  }
  strbuf_fmt(x.b, "</w:p></w:%s>", footer ? "ftr" : "hdr");
  return opc_link(d->o, d->document, footer ? OPC_REL "/footer" : OPC_REL "/header", part);
}

static int section(struct docx *d, const struct report_section *s, struct err *e) {
  int code = OK;
  paragraph(d, "Heading1", s->heading);
  paragraph(d, "Claim", s->claim);
  for (size_t i = 0; i < s->n_lines; i++) {
    paragraph(d, s->n_tables + s->n_plots > 0 ? "Lead" : "Source", s->lines[i]); /* what only explains stands small */
  }
  cards(d, s);
  for (size_t i = 0; i < s->n_plots && !s->calm && code == OK; i++) {
    code = plot(d, &s->plots[i], e);
  }
  for (size_t i = 0; i < s->n_tables && !s->calm; i++) {
    table(d, s, &s->tables[i]);
  }
  paragraph(d, "Source", s->source);
  return code;
}

static int write_document(struct docx *d, struct err *e) {
  int code = OK, height = letter(d->r) ? 15840 : 16838, side = letter(d->r) ? SHORT_SIDE : 11906;
  d->width = side - 2 * MARGIN;
  strbuf_addz(d->b, OPC_HEAD "<w:document " DOCX_NS "><w:body>");
  paragraph(d, "Title", d->r->headline);
  paragraph(d, "Subtitle", d->r->second);
  for (size_t i = 0; i < d->r->n_sections && code == OK; i++) {
    code = section(d, &d->r->sections[i], e);
  }
  int header = edge(d, false), footer = edge(d, true);
  strbuf_fmt(d->b, "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rId%d\"/><w:footerReference w:type=\"default\" r:id=\"rId%d\"/><w:pgSz w:w=\"%d\" "
      "w:h=\"%d\"/>"
                   "<w:pgMar w:top=\"%d\" w:right=\"%d\" w:bottom=\"%d\" w:left=\"%d\" w:header=\"500\" w:footer=\"500\" "
                       "w:gutter=\"0\"/></w:sectPr></w:body></w:document>",
             header, footer, side, height, MARGIN, MARGIN, MARGIN, MARGIN);
  return code;
}

int report_write_docx(const struct report *r, const char *path, struct err *e) {
  struct opc *o OPC_CLEANUP = opc_new();
  struct str bytes;
  if (o == NULL) {
    return err_set(e, ERR_NOMEM, "%s: out of memory", path);
  }
  struct docx d = {.o = o, .r = r};
  struct str language = str_of(r->reader->locale != NULL ? r->reader->locale->name : "en-US");
  d.document = opc_add(o, "word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml");
  d.b = opc_body(o, d.document);
  (void)opc_link(o, -1, OPC_REL "/officeDocument", d.document);
  docx_styles(o, d.document, language);
  docx_settings(o, d.document);
  (void)opc_link(o, d.document, OPC_REL "/theme", office_theme(o, "word/theme/theme1.xml"));
  int code = write_document(&d, e);
  opc_properties(o, r->title, r->subject, r->organization, language, r->as_of);
  code = code == OK ? opc_pack(o, r->reader->arena, &bytes, e) : code;
  return code == OK ? report_put_file(path, bytes, e) : code;
}
