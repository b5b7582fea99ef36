#include "report/chart_xml.h"

#include "base/decimal.h"
#include "words/locale.h"

enum { CAT_AXIS = 111111111, VALUE_AXIS = 222222222, NAME_SIZE = 80 };
#define NS_C "http://schemas.openxmlformats.org/drawingml/2006/chart"
#define NS_A "http://schemas.openxmlformats.org/drawingml/2006/main"
#define NS_S "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

bool chart_has_data(const struct report_plot *x) {
  for (size_t k = 0; k < x->n_series; k++) {
    for (size_t i = 0; i < x->n; i++) {
      if (!x->series[k].blank[i] && x->series[k].values[i] != 0) {
        return true;
      }
    }
  }
  return false;
}

static double value_of(const struct report *r, const struct report_plot *x, int64_t v) {
  return x->unit == REPORT_RATE ? (double)v / (double)RATE_ONE : x->unit == REPORT_MONEY ? (double)v / (double)pow10_i64(r->exponent) : (double)v;
}

/* "#,##0,"K"" with the reader's own word for thousands. */
static void add_format(struct strbuf *b, const struct report *r, const struct report_plot *x) {
  if (x->unit == REPORT_RATE) {
    strbuf_addz(b, "0%");
  } else if (x->unit == REPORT_MONEY) {
    const struct locale *l = r->reader->locale != NULL ? r->reader->locale : &locales[0];
    strbuf_addz(b, "#,##0,&quot;");
    opc_text(b, str_of(l->compact[0].suffix));
    strbuf_addz(b, "&quot;");
  } else {
    strbuf_addz(b, "#,##0");
  }
}

/* ---- the workbook ---- */

static void add_inline(struct strbuf *b, char column, size_t row, struct str s) {
  strbuf_fmt(b, "<c r=\"%c%zu\" t=\"inlineStr\"><is><t>", column, row);
  opc_text(b, s);
  strbuf_addz(b, "</t></is></c>");
}

static void add_sheet(struct strbuf *b, const struct report *r, const struct report_plot *x) {
  strbuf_addz(b, OPC_HEAD "<worksheet xmlns=\"" NS_S "\"><sheetData><row r=\"1\">");
  add_inline(b, 'A', 1, x->title);
  for (size_t k = 0; k < x->n_series; k++) {
    add_inline(b, (char)('B' + k), 1, x->series[k].name);
  }
  strbuf_addz(b, "</row>");
  for (size_t i = 0; i < x->n; i++) {
    strbuf_fmt(b, "<row r=\"%zu\">", i + 2);
    add_inline(b, 'A', i + 2, x->categories[i]);
    for (size_t k = 0; k < x->n_series; k++) {
      if (!x->series[k].blank[i]) {
        strbuf_fmt(b, "<c r=\"%c%zu\"><v>", (char)('B' + k), i + 2);
        opc_number(b, value_of(r, x, x->series[k].values[i]));
        strbuf_addz(b, "</v></c>");
      }
    }
    strbuf_addz(b, "</row>");
  }
  strbuf_addz(b, "</sheetData></worksheet>");
}

static int workbook(const struct report *r, const struct report_plot *x, struct arena *a, struct str *ret, struct err *e) {
  struct opc *o OPC_CLEANUP = opc_new();
  if (o == NULL) {
    return err_set(e, ERR_NOMEM, "report: out of memory");
  }
  int book = opc_add(o, "xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml");
  int sheet = opc_add(o, "xl/worksheets/sheet1.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml");
  (void)opc_link(o, -1, OPC_REL "/officeDocument", book);
  strbuf_fmt(opc_body(o, book),
      OPC_HEAD "<workbook xmlns=\"" NS_S "\" xmlns:r=\"" OPC_REL "\"><sheets><sheet name=\"Sheet1\" sheetId=\"1\" r:id=\"rId%d\"/></sheets></workbook>",
             opc_link(o, book, OPC_REL "/worksheet", sheet));
  add_sheet(opc_body(o, sheet), r, x);
  return opc_pack(o, a, ret, e);
}

/* ---- the chart ---- */

static void add_fill(struct strbuf *b, enum report_color color, bool line) {
  if (color == COLOR_NONE) {
    strbuf_addz(b, "<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>");
  } else if (line) {
    strbuf_fmt(b, "<c:spPr><a:ln w=\"28575\" cap=\"rnd\"><a:solidFill><a:srgbClr val=\"%06X\"/></a:solidFill><a:prstDash val=\"sysDash\"/></a:ln></c:spPr>",
        report_colors[color]);
  } else {
    strbuf_fmt(b, "<c:spPr><a:solidFill><a:srgbClr val=\"%06X\"/></a:solidFill></c:spPr>", report_colors[color]);
  }
}

static void add_font(struct strbuf *b, int size) {
  strbuf_fmt(b, "<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz=\"%d\"><a:solidFill><a:srgbClr val=\"45524B\"/></a:solidFill></a:defRPr></a:pPr>"
                "<a:endParaRPr lang=\"en-US\"/></a:p></c:txPr>", size);
}

static void add_names(struct strbuf *b, const struct report_plot *x) {
  strbuf_fmt(b, "<c:cat><c:strRef><c:f>Sheet1!$A$2:$A$%zu</c:f><c:strCache><c:ptCount val=\"%zu\"/>", x->n + 1, x->n);
  for (size_t i = 0; i < x->n; i++) {
    strbuf_fmt(b, "<c:pt idx=\"%zu\"><c:v>", i);
    opc_text(b, x->categories[i]);
    strbuf_addz(b, "</c:v></c:pt>");
  }
  strbuf_addz(b, "</c:strCache></c:strRef></c:cat>");
}

static void add_values(struct strbuf *b, const struct report *r, const struct report_plot *x, size_t k) {
  strbuf_fmt(b, "<c:val><c:numRef><c:f>Sheet1!$%c$2:$%c$%zu</c:f><c:numCache><c:formatCode>General</c:formatCode><c:ptCount val=\"%zu\"/>", (char)('B' + k),
      (char)('B' + k),
             x->n + 1, x->n);
  for (size_t i = 0; i < x->n; i++) {
    if (!x->series[k].blank[i]) {
      strbuf_fmt(b, "<c:pt idx=\"%zu\"><c:v>", i);
      opc_number(b, value_of(r, x, x->series[k].values[i]));
      strbuf_addz(b, "</c:v></c:pt>");
    }
  }
  strbuf_addz(b, "</c:numCache></c:numRef></c:val>");
}

/* Values stand on the columns where there is one color per category, so that they can be read without the axis. */
static void add_labels(struct strbuf *b, const struct report *r, const struct report_plot *x, size_t k, int font) {
  bool bridge = x->series[0].color == COLOR_NONE, single = x->kind == CHART_COLUMN;
  if ((!bridge && !single) || x->series[k].color == COLOR_NONE || x->series[k].line) {
    return;
  }
  strbuf_addz(b, "<c:dLbls><c:numFmt formatCode=\"");
  add_format(b, r, x);
  strbuf_addz(b, "\" sourceLinked=\"0\"/><c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>");
  bool total = bridge && x->series[k].color == COLOR_COMMIT; /* a high column: inside it, in white */
  strbuf_fmt(b, "<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz=\"%d\" b=\"1\"><a:solidFill><a:srgbClr val=\"%s\"/></a:solidFill></a:defRPr></a:pPr>"
                "<a:endParaRPr lang=\"en-US\"/></a:p></c:txPr>", font, total ? "FFFFFF" : "16201B");
  strbuf_fmt(b, "<c:dLblPos val=\"%s\"/><c:showLegendKey val=\"0\"/><c:showVal val=\"1\"/><c:showCatName val=\"0\"/><c:showSerName val=\"0\"/><c:showPercent "
      "val=\"0\"/>"
                "<c:showBubbleSize val=\"0\"/></c:dLbls>", total ? "inEnd" : bridge ? "ctr" : "outEnd");
}

static void add_series(struct strbuf *b, const struct report *r, const struct report_plot *x, size_t k, int font) {
  const struct report_series *s = &x->series[k];
  strbuf_fmt(b, "<c:ser><c:idx val=\"%zu\"/><c:order val=\"%zu\"/><c:tx><c:strRef><c:f>Sheet1!$%c$1</c:f><c:strCache><c:ptCount val=\"1\"/><c:pt idx=\"0\"><c:v>", k,
      k, (char)('B' + k));
  opc_text(b, s->name);
  strbuf_addz(b, "</c:v></c:pt></c:strCache></c:strRef></c:tx>");
  add_fill(b, s->color, s->line);
  strbuf_addz(b, s->line ? "<c:marker><c:symbol val=\"none\"/></c:marker>" : "<c:invertIfNegative val=\"0\"/>");
  add_labels(b, r, x, k, font);
  add_names(b, x);
  add_values(b, r, x, k);
  strbuf_addz(b, s->line ? "<c:smooth val=\"0\"/></c:ser>" : "</c:ser>");
}

static void add_plots(struct strbuf *b, const struct report *r, const struct report_plot *x, int font) {
  bool stacked = x->kind != CHART_COLUMN && x->kind != CHART_LINE, any_line = false;
  strbuf_fmt(b, "<c:barChart><c:barDir val=\"%s\"/><c:grouping val=\"%s\"/><c:varyColors val=\"0\"/>", x->kind == CHART_BAR_STACKED ? "bar" : "col",
      stacked ? "stacked" : "clustered");
  for (size_t k = 0; k < x->n_series; k++) {
    any_line |= x->series[k].line;
    if (!x->series[k].line) {
      add_series(b, r, x, k, font);
    }
  }
  strbuf_fmt(b, "<c:gapWidth val=\"60\"/>%s<c:axId val=\"%d\"/><c:axId val=\"%d\"/></c:barChart>", stacked ? "<c:overlap val=\"100\"/>" : "", CAT_AXIS, VALUE_AXIS);
  if (!any_line) {
    return;
  }
  strbuf_addz(b, "<c:lineChart><c:grouping val=\"standard\"/><c:varyColors val=\"0\"/>");
  for (size_t k = 0; k < x->n_series; k++) {
    if (x->series[k].line) {
      add_series(b, r, x, k, font);
    }
  }
  strbuf_fmt(b, "<c:marker val=\"1\"/><c:axId val=\"%d\"/><c:axId val=\"%d\"/></c:lineChart>", CAT_AXIS, VALUE_AXIS);
}

static void add_axes(struct strbuf *b, const struct report *r, const struct report_plot *x, int font) {
  bool across = x->kind == CHART_BAR_STACKED;
  strbuf_fmt(b, "<c:catAx><c:axId val=\"%d\"/><c:scaling><c:orientation val=\"%s\"/></c:scaling><c:delete val=\"0\"/><c:axPos val=\"%s\"/>"
                "<c:numFmt formatCode=\"General\" sourceLinked=\"0\"/><c:majorTickMark val=\"none\"/><c:minorTickMark val=\"none\"/><c:tickLblPos val=\"low\"/>"
                "<c:spPr><a:ln w=\"9525\"><a:solidFill><a:srgbClr val=\"87938C\"/></a:solidFill></a:ln></c:spPr>",
             CAT_AXIS, across ? "maxMin" : "minMax", across ? "l" : "b");
  add_font(b, font);
  strbuf_fmt(b, "<c:crossAx val=\"%d\"/><c:crosses val=\"autoZero\"/><c:auto val=\"0\"/><c:lblAlgn val=\"ctr\"/><c:lblOffset val=\"100\"/><c:noMultiLvlLbl "
      "val=\"1\"/></c:catAx>", VALUE_AXIS);
  strbuf_fmt(b, "<c:valAx><c:axId val=\"%d\"/><c:scaling><c:orientation val=\"minMax\"/>", VALUE_AXIS);
  if (x->low > 0 || x->unit != REPORT_RATE) {
    strbuf_addz(b, "<c:min val=\"");
    opc_number(b, value_of(r, x, x->low));
    strbuf_addz(b, "\"/>");
  } else {
    strbuf_addz(b, "<c:min val=\"0\"/>");
  }
  strbuf_fmt(b, "</c:scaling><c:delete val=\"0\"/><c:axPos val=\"%s\"/><c:majorGridlines><c:spPr><a:ln w=\"6350\"><a:solidFill><a:srgbClr "
      "val=\"D9DFDB\"/></a:solidFill></a:ln></c:spPr>"
                "</c:majorGridlines><c:numFmt formatCode=\"", across ? "b" : "l");
  add_format(b, r, x);
  strbuf_addz(b, "\" sourceLinked=\"0\"/><c:majorTickMark val=\"none\"/><c:minorTickMark val=\"none\"/><c:tickLblPos "
      "val=\"nextTo\"/><c:spPr><a:ln><a:noFill/></a:ln></c:spPr>");
  add_font(b, font);
  strbuf_fmt(b, "<c:crossAx val=\"%d\"/><c:crosses val=\"min\"/><c:crossBetween val=\"between\"/></c:valAx>", CAT_AXIS);
}

static void add_legend(struct strbuf *b, const struct report_plot *x, int font) {
  if (x->n_series < 2) {
    return;
  }
  strbuf_addz(b, "<c:legend><c:legendPos val=\"t\"/>");
  for (size_t k = 0; k < x->n_series; k++) {
    if (x->series[k].color == COLOR_NONE) {
      strbuf_fmt(b, "<c:legendEntry><c:idx val=\"%zu\"/><c:delete val=\"1\"/></c:legendEntry>", k);
    }
  }
  strbuf_addz(b, "<c:overlay val=\"0\"/>");
  add_font(b, font);
  strbuf_addz(b, "</c:legend>");
}

int chart_add(struct opc *o, const struct report *r, const struct report_plot *x, const struct chart_look *look, int number, int *ret_part, struct err *e) {
  char name[NAME_SIZE];
  struct str book = STR_NONE;
  int code = workbook(r, x, r->reader->arena, &book, e);
  if (code != OK) {
    return code;
  }
  (void)snprintf(name, sizeof name, "%s/charts/chart%d.xml", look->folder, number);
  int chart = opc_add(o, name, "application/vnd.openxmlformats-officedocument.drawingml.chart+xml");
  (void)snprintf(name, sizeof name, "%s/embeddings/Microsoft_Excel_Worksheet%d.xlsx", look->folder, number);
  int inner = opc_add(o, name, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
  strbuf_add(opc_body(o, inner), book);
  struct strbuf *b = opc_body(o, chart);
  strbuf_addz(b, OPC_HEAD "<c:chartSpace xmlns:c=\"" NS_C "\" xmlns:a=\"" NS_A "\" xmlns:r=\"" OPC_REL "\"><c:date1904 val=\"0\"/><c:roundedCorners "
      "val=\"0\"/><c:chart>"
                 "<c:autoTitleDeleted val=\"1\"/><c:plotArea><c:layout/>");
  add_plots(b, r, x, look->font);
  add_axes(b, r, x, look->font);
  strbuf_addz(b, "</c:plotArea>");
  add_legend(b, x, look->font);
  strbuf_fmt(b, "<c:plotVisOnly val=\"1\"/><c:dispBlanksAs val=\"gap\"/></c:chart><c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>");
  add_font(b, look->font);
  strbuf_fmt(b, "<c:externalData r:id=\"rId%d\"><c:autoUpdate val=\"0\"/></c:externalData></c:chartSpace>", opc_link(o, chart, OPC_REL "/package", inner));
  *ret_part = chart;
  return OK;
}
