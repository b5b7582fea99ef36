/* The slides: a claim each, and what proves it: a native chart, native tables. Nothing smaller than 14 points but the source line. */
#include "report/chart_xml.h"
#include "report/pptx_parts.h"
#include "report/text_fit.h"
#include "report/write.h"
#include "words/format.h"
#include "words/locale.h"

enum {
  LEFT = 48, TOP = 24, WIDE = 864, BOTTOM = 506, /* points; the slide is 960 × 540 */
  TEXT = 1400, ROW = 25, INSET = 5, MOST_SLIDES = 8, MOST_COLUMNS = 16, NAME_SIZE = 80, NOTES_MOST = 64 << 10
};
struct pptx {
  struct opc *o;
  const struct report *r;
  struct arena *a;
  struct strbuf *b;   /* of the slide at work */
  struct str language;
  struct pptx_base base;
  int presentation, slide, slides, charts;
  int slide_part[MOST_SLIDES];
};
struct box {
  int x, y, w, h; /* points */
};

static void add_box(struct strbuf *b, const char *tag, struct box x) {
  strbuf_fmt(b, "<%s><a:off x=\"%d\" y=\"%d\"/><a:ext cx=\"%d\" cy=\"%d\"/></%s>", tag, x.x * EMU_POINT, x.y * EMU_POINT, x.w * EMU_POINT, x.h * EMU_POINT, tag);
}

static void add_run(struct pptx *p, struct str s, int size, bool bold, uint32_t color, struct str href) {
  struct str url = report_url(p->r, href);
  strbuf_fmt(p->b, "<a:r><a:rPr lang=\"%.*s\" sz=\"%d\" b=\"%d\"><a:solidFill><a:srgbClr val=\"%06X\"/></a:solidFill><a:latin typeface=\"+mn-lt\"/>",
      STR_FMT(p->language), size,
             bold, color);
  if (url.n > 0) {
    strbuf_fmt(p->b, "<a:hlinkClick r:id=\"rId%d\"/>", opc_link_out(p->o, p->slide, OPC_REL "/hyperlink", url));
  }
  strbuf_addz(p->b, "</a:rPr><a:t>");
  opc_text(p->b, s);
  strbuf_addz(p->b, "</a:t></a:r>");
}

/* title: the slide's own, which a screen reader reads first. */
static void add_title(struct pptx *p, struct box at, struct str s, int size) {
  strbuf_fmt(p->b, "<p:sp><p:nvSpPr><p:cNvPr id=\"%d\" name=\"Title\"/><p:cNvSpPr><a:spLocks noGrp=\"1\"/></p:cNvSpPr><p:nvPr><p:ph "
      "type=\"title\"/></p:nvPr></p:nvSpPr><p:spPr>",
             1 + opc_next_id(p->o));
  add_box(p->b, "a:xfrm", at);
  strbuf_addz(p->b, "</p:spPr><p:txBody><a:bodyPr/><a:lstStyle/><a:p>");
  add_run(p, s, size, true, 0x16201B, STR_NONE);
  strbuf_addz(p->b, "</a:p></p:txBody></p:sp>");
}

/* href: of the whole box, so that its text keeps its color. */
static void begin_text(struct pptx *p, struct box at, const char *name, struct str href) {
  struct str url = report_url(p->r, href);
  strbuf_fmt(p->b, "<p:sp><p:nvSpPr><p:cNvPr id=\"%d\" name=\"%s\">", 1 + opc_next_id(p->o), name);
  if (url.n > 0) {
    strbuf_fmt(p->b, "<a:hlinkClick r:id=\"rId%d\"/>", opc_link_out(p->o, p->slide, OPC_REL "/hyperlink", url));
  }
  strbuf_addz(p->b, "</p:cNvPr><p:cNvSpPr txBox=\"1\"/><p:nvPr/></p:nvSpPr><p:spPr>");
  add_box(p->b, "a:xfrm", at);
  strbuf_addz(p->b, "<a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom><a:noFill/></p:spPr><p:txBody><a:bodyPr wrap=\"square\" lIns=\"0\" tIns=\"0\" rIns=\"0\" "
      "bIns=\"0\"/><a:lstStyle/>");
}

static void add_line(struct pptx *p, struct str s, int size, bool bold, uint32_t color) {
  strbuf_addz(p->b, "<a:p>");
  if (s.n > 0) {
    add_run(p, s, size, bold, color, STR_NONE);
  }
  strbuf_addz(p->b, "</a:p>");
}

static void end_text(struct pptx *p) { strbuf_addz(p->b, "</p:txBody></p:sp>"); }

static void add_text(struct pptx *p, struct box at, const char *name, struct str s, int size, bool bold, uint32_t color) {
  if (s.n > 0) {
    begin_text(p, at, name, STR_NONE);
    add_line(p, s, size, bold, color);
    end_text(p);
  }
}

/* ---- tables ---- */

static void table_cell(struct pptx *p, struct str s, struct str href, int width, bool head, bool right) {
  s = text_cut(p->a, s, width - 2 * INSET, TEXT);
  strbuf_fmt(p->b, "<a:tc><a:txBody><a:bodyPr/><a:lstStyle/><a:p><a:pPr algn=\"%s\"/>", right ? "r" : "l");
  if (s.n > 0) {
    add_run(p, s, TEXT, head, 0x16201B, href);
  } else {
    strbuf_fmt(p->b, "<a:endParaRPr lang=\"%.*s\" sz=\"%d\"/>", STR_FMT(p->language), TEXT);
  }
  strbuf_fmt(p->b, "</a:p></a:txBody><a:tcPr marL=\"%d\" marR=\"%d\" marT=\"25400\" marB=\"25400\" anchor=\"ctr\">", INSET * EMU_POINT, INSET * EMU_POINT);
  static const char *const sides[] = {"lnL", "lnR", "lnT"};
  for (int i = 0; i < 3; i++) {
    strbuf_fmt(p->b, "<a:%s w=\"0\"><a:noFill/></a:%s>", sides[i], sides[i]);
  }
  strbuf_fmt(p->b, "<a:lnB w=\"%d\"><a:solidFill><a:srgbClr val=\"%s\"/></a:solidFill></a:lnB><a:noFill/></a:tcPr></a:tc>", head ? 12700 : 6350,
      head ? "16201B" : "D9DFDB");
}

/* Columns of numbers get what their widest text needs, the others share the rest by their wishes. */
static void share(struct pptx *p, const struct report_table *t, size_t rows, int *widths) {
  int wishes = 0, left = WIDE;
  for (size_t k = 0; k < t->n_columns; k++) {
    int64_t most = text_width(str_of(t->columns[k].title)) * 11 / 10; /* it is bold */
    for (size_t i = 0; i < rows; i++) {
      const struct report_cell *c = &t->cells[i * t->n_columns + k];
      int64_t own = text_width(report_cell_text(p->r, report_kind_of(&t->columns[k], c), c));
      most = own > most ? own : most;
    }
    widths[k] = t->columns[k].kind == REPORT_TEXT ? 0 : (int)(most * TEXT / 100000) + 2 * INSET + 8;
    left -= widths[k];
    wishes += t->columns[k].kind == REPORT_TEXT ? t->columns[k].width : 0;
  }
  for (size_t k = 0; k < t->n_columns; k++) {
    if (t->columns[k].kind == REPORT_TEXT) {
      widths[k] = left > 0 ? left * t->columns[k].width / wishes : 20;
    }
  }
}

/* As many rows as fit above `bottom`; gives where it ends. */
static int add_table(struct pptx *p, const struct report_section *s, const struct report_table *t, int y, int bottom) {
  int widths[MOST_COLUMNS];
  if (t->title[0] != 0) {
    add_text(p, (struct box){LEFT, y, WIDE, 20}, "Heading", str_of(t->title), TEXT, true, 0x0E5A4B);
    y += 22;
  }
  if (t->n_rows == 0 || t->n_columns > MOST_COLUMNS) {
    add_text(p, (struct box){LEFT, y, WIDE, 20}, "Text", str_of(t->empty), TEXT, false, 0x45524B);
    return y + 26;
  }
  size_t room = bottom - y > 2 * ROW ? (size_t)((bottom - y) / ROW - 1) : 1, rows = t->n_rows < room ? t->n_rows : room;
  share(p, t, rows, widths);
  strbuf_fmt(p->b, "<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id=\"%d\" name=\"Table\" descr=\"", 1 + opc_next_id(p->o));
  opc_text(p->b, t->title[0] != 0 ? str_of(t->title) : s->heading);
  strbuf_addz(p->b, "\"/><p:cNvGraphicFramePr><a:graphicFrameLocks noGrp=\"1\"/></p:cNvGraphicFramePr><p:nvPr/></p:nvGraphicFramePr>");
  add_box(p->b, "p:xfrm", (struct box){LEFT, y, WIDE, ROW * (int)(rows + 1)});
  strbuf_addz(p->b, "<a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/table\"><a:tbl><a:tblPr firstRow=\"1\"/><a:tblGrid>");
  for (size_t k = 0; k < t->n_columns; k++) {
    strbuf_fmt(p->b, "<a:gridCol w=\"%d\"/>", widths[k] * EMU_POINT);
  }
  strbuf_addz(p->b, "</a:tblGrid>");
  for (size_t i = 0; i <= rows; i++) {
    strbuf_fmt(p->b, "<a:tr h=\"%d\">", ROW * EMU_POINT);
    for (size_t k = 0; k < t->n_columns; k++) {
      bool right = t->columns[k].kind != REPORT_TEXT;
      if (i == 0) {
        table_cell(p, str_of(t->columns[k].title), STR_NONE, widths[k], true, right);
      } else {
        const struct report_cell *c = &t->cells[(i - 1) * t->n_columns + k];
        table_cell(p, report_cell_text(p->r, report_kind_of(&t->columns[k], c), c), k == 0 ? c->href : STR_NONE, widths[k], false, right);
      }
    }
    strbuf_addz(p->b, "</a:tr>");
  }
  strbuf_addz(p->b, "</a:tbl></a:graphicData></a:graphic></p:graphicFrame>");
  return y + ROW * (int)(rows + 1) + 10;
}

/* ---- charts ---- */

static int add_chart(struct pptx *p, const struct report_plot *x, struct box at, struct err *e) {
  int part = 0;
  int code = chart_add(p->o, p->r, x, &(struct chart_look){.font = 1400, .folder = "ppt"}, ++p->charts, &part, e);
  if (code != OK) {
    return code;
  }
  strbuf_fmt(p->b, "<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id=\"%d\" name=\"Chart\" descr=\"", 1 + opc_next_id(p->o));
  opc_text(p->b, x->alt);
  strbuf_addz(p->b, "\"/><p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr>");
  add_box(p->b, "p:xfrm", at);
  strbuf_fmt(p->b, "<a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/chart\">"
                   "<c:chart xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" r:id=\"rId%d\"/></a:graphicData></a:graphic></p:graphicFrame>",
             opc_link(p->o, p->slide, OPC_REL "/chart", part));
  return OK;
}

/* ---- slides ---- */

static void begin_slide(struct pptx *p) {
  char name[NAME_SIZE];
  (void)snprintf(name, sizeof name, "ppt/slides/slide%d.xml", p->slides + 1);
  p->slide = opc_add(p->o, name, "application/vnd.openxmlformats-officedocument.presentationml.slide+xml");
  p->slide_part[p->slides++] = p->slide;
  p->b = opc_body(p->o, p->slide);
  (void)opc_link(p->o, p->slide, OPC_REL "/slideLayout", p->base.layout);
  strbuf_addz(p->b, OPC_HEAD "<p:sld " PPTX_NS "><p:cSld><p:spTree>" PPTX_TREE);
}

static void end_slide(struct pptx *p, struct str source, struct str notes) {
  struct str line = text_cut(p->a, source, WIDE - 60, 1000);
  add_text(p, (struct box){LEFT, 512, WIDE - 60, 14}, "Source", line, 1000, false, 0x5E6B64);
  strbuf_fmt(p->b, "<p:sp><p:nvSpPr><p:cNvPr id=\"%d\" name=\"Number\"/><p:cNvSpPr><a:spLocks noGrp=\"1\"/></p:cNvSpPr><p:nvPr><p:ph type=\"sldNum\" sz=\"quarter\" "
      "idx=\"10\"/></p:nvPr></p:nvSpPr>"
                   "<p:spPr/><p:txBody><a:bodyPr/><a:lstStyle/><a:p><a:pPr algn=\"r\"/><a:fld id=\"{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}\" type=\"slidenum\"><a:rPr "
                       "lang=\"%.*s\" sz=\"1000\"/>"
                   "<a:t>%d</a:t></a:fld></a:p></p:txBody></p:sp>", 1 + opc_next_id(p->o), STR_FMT(p->language), p->slides);
  strbuf_addz(p->b, "</p:spTree></p:cSld><p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sld>");
  pptx_notes(p->o, &p->base, p->slide, p->slides, p->language, notes);
}

static void add_card(struct pptx *p, const struct report_figure *f, struct box at) {
  uint32_t color = f->tone == TONE_BAD ? 0xB4532A : f->tone == TONE_GOOD ? 0x0E5A4B : 0x16201B;
  strbuf_fmt(p->b, "<p:cxnSp><p:nvCxnSpPr><p:cNvPr id=\"%d\" name=\"Rule\"/><p:cNvCxnSpPr/><p:nvPr/></p:nvCxnSpPr><p:spPr>", 1 + opc_next_id(p->o));
  add_box(p->b, "a:xfrm", (struct box){at.x, at.y - 6, at.w, 0});
  strbuf_addz(p->b, "<a:prstGeom prst=\"line\"><a:avLst/></a:prstGeom><a:ln w=\"19050\"><a:solidFill><a:srgbClr "
      "val=\"16201B\"/></a:solidFill></a:ln></p:spPr></p:cxnSp>");
  begin_text(p, at, "Figure", f->value.href);
  add_line(p, text_cut(p->a, f->label, at.w, 1600), 1600, false, 0x45524B);
  strbuf_addz(p->b, "<a:p>");
  add_run(p, report_figure_text(p->r, f, &f->value), 3200, true, color, STR_NONE);
  strbuf_addz(p->b, "</a:p>");
  add_line(p, text_cut(p->a, f->note, at.w, TEXT), TEXT, false, 0x5E6B64);
  end_text(p);
}

/* Where every figure of a section comes from, for whoever presents it. */
static struct str notes_of(struct pptx *p, const struct report_section *s) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(NOTES_MOST);
  strbuf_fmt(&b, "%.*s\n%.*s", STR_FMT(s->source), STR_FMT(p->r->subject));
  for (size_t i = 0; i < s->n_figures; i++) {
    const struct report_figure *f = &s->figures[i];
    struct str value = report_cell_text(p->r, f->kind, &f->value), url = report_url(p->r, f->value.href);
    strbuf_fmt(&b, "\n%.*s: %.*s%s%.*s%s%.*s", STR_FMT(f->label), STR_FMT(value), f->definition.n > 0 ? " \u2014 " : "", STR_FMT(f->definition), url.n > 0 ? " " : "",
        STR_FMT(url));
  }
  struct str s2 = b.failed != 0 ? s->source : arena_str(p->a, strbuf_str(&b));
  return s2.p != NULL ? s2 : STR_NONE;
}

static struct str own_title(const struct report *r) {
  return r->organization.n > 0 ? tr_fmt(r->reader, "{0} \u00b7 {1}", r->organization, r->title) : r->title;
}

static void first_slide(struct pptx *p) {
  const struct report_section *s = &p->r->sections[0];
  size_t n = 0;
  begin_slide(p);
  add_text(p, (struct box){LEFT, 40, WIDE, 22}, "Kicker", own_title(p->r), 1600, true, 0x0E5A4B);
  add_title(p, (struct box){LEFT, 70, WIDE, 96}, p->r->headline, text_size(p->r->headline, WIDE, 2, 3600, 2400));
  add_text(p, (struct box){LEFT, 172, WIDE, 56}, "Second", p->r->second, text_size(p->r->second, WIDE, 2, 2000, 1600), false, 0x45524B);
  for (size_t i = 0; i < s->n_figures && n < 8; i++) {
    if (!s->figures[i].quiet) {
      add_card(p, &s->figures[i], (struct box){LEFT + (int)(n % 4) * 222, 262 + (int)(n / 4) * 118, 198, 96});
      n++;
    }
  }
  end_slide(p, p->r->subject, notes_of(p, s));
}

static int section_slide(struct pptx *p, const struct report_section *s, struct err *e) {
  int y = 0, code = OK;
  begin_slide(p);
  int size = text_size(s->claim, WIDE, 2, 2800, 2000), lines = text_lines(s->claim, WIDE, size);
  add_text(p, (struct box){LEFT, TOP, WIDE, 20}, "Kicker", s->heading, TEXT, true, 0x0E5A4B);
  add_title(p, (struct box){LEFT, TOP + 22, WIDE, lines * size * 12 / 1000}, s->claim, size);
  y = TOP + 30 + lines * size * 12 / 1000;
  for (size_t i = 0; i < s->n_lines; i++) {
    int own = text_lines(s->lines[i], WIDE * 95 / 100, 1600) * 20;
    if (y + own < BOTTOM) {
      add_text(p, (struct box){LEFT, y, WIDE, own}, "Text", s->lines[i], 1600, false, 0x16201B);
      y += own + 4;
    }
  }
  bool has_chart = s->n_plots > 0 && !s->calm && chart_has_data(&s->plots[0]);
  size_t rows = s->n_tables > 0 ? s->tables[0].n_rows : 0;
  if (has_chart) {
    int below = rows == 0 ? 0 : (s->tables[0].title[0] != 0 ? 22 : 0) + ROW * (int)((rows > 6 ? 6 : rows) + 1) + 10, height = BOTTOM - y - below;
    height = height < 190 ? 190 : height;
    code = add_chart(p, &s->plots[0], (struct box){LEFT, y, WIDE, height}, e);
    y += height + 6;
  }
  for (size_t i = 0; i < s->n_tables && !s->calm; i++) {
    int bottom = i + 1 < s->n_tables && s->tables[i + 1].n_rows > 0 ? y + (BOTTOM - y) / 2 : BOTTOM;
    y = add_table(p, s, &s->tables[i], y, bottom);
  }
  end_slide(p, s->source, notes_of(p, s));
  return code;
}

static void write_presentation(struct pptx *p) {
  struct strbuf *b = opc_body(p->o, p->presentation);
  strbuf_fmt(b, OPC_HEAD "<p:presentation " PPTX_NS "><p:sldMasterIdLst><p:sldMasterId id=\"2147483648\" r:id=\"rId%d\"/></p:sldMasterIdLst>",
             opc_link(p->o, p->presentation, OPC_REL "/slideMaster", p->base.master));
  strbuf_fmt(b, "<p:notesMasterIdLst><p:notesMasterId r:id=\"rId%d\"/></p:notesMasterIdLst><p:sldIdLst>", opc_link(p->o, p->presentation, OPC_REL "/notesMaster",
      p->base.notes_master));
  for (int i = 0; i < p->slides; i++) {
    strbuf_fmt(b, "<p:sldId id=\"%d\" r:id=\"rId%d\"/>", 256 + i, opc_link(p->o, p->presentation, OPC_REL "/slide", p->slide_part[i]));
  }
  strbuf_fmt(b, "</p:sldIdLst><p:sldSz cx=\"%d\" cy=\"%d\"/><p:notesSz cx=\"6858000\" cy=\"9144000\"/></p:presentation>", PPTX_WIDTH, PPTX_HEIGHT);
  (void)opc_link(p->o, p->presentation, OPC_REL "/theme", p->base.theme);
}

int report_write_pptx(const struct report *r, const char *path, struct err *e) {
  struct opc *o OPC_CLEANUP = opc_new();
  struct str bytes;
  int code = OK;
  if (o == NULL) {
    return err_set(e, ERR_NOMEM, "%s: out of memory", path);
  }
  struct pptx p = {.o = o, .r = r, .a = r->reader->arena, .language = str_of(r->reader->locale != NULL ? r->reader->locale->name : "en-US")};
  p.presentation = opc_add(o, "ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml");
  (void)opc_link(o, -1, OPC_REL "/officeDocument", p.presentation);
  pptx_base(o, &p.base);
  first_slide(&p);
  for (size_t i = 0; i < r->n_sections && p.slides < MOST_SLIDES && code == OK; i++) {
    code = section_slide(&p, &r->sections[i], e);
  }
  write_presentation(&p);
  opc_properties(o, r->title, r->subject, r->organization, p.language, r->as_of);
  code = code == OK ? opc_pack(o, p.a, &bytes, e) : code;
  return code == OK ? report_put_file(path, bytes, e) : code;
}
