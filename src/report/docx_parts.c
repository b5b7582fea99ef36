#include "report/docx_parts.h"

struct style {
  const char *id, *name;
  int size;          /* half points */
  const char *color;
  bool bold;
  int before, after; /* twentieths of a point */
  const char *more;  /* of the paragraph */
};
static const struct style styles[] = {
    {"Title", "Title", 40, "16201B", true, 0, 60, "<w:keepNext/>"},
    {"Subtitle", "Subtitle", 22, "45524B", false, 0, 120, ""},
    {"Heading1", "heading 1", 28, "0E5A4B", true, 220, 20, "<w:keepNext/>"},
    {"Heading2", "heading 2", 20, "16201B", true, 120, 30, "<w:keepNext/>"},
    {"Claim", "Claim", 21, "16201B", true, 0, 60, "<w:keepNext/>"},
    {"Lead", "Lead", 20, "16201B", false, 0, 60, "<w:keepNext/>"},
    {"Source", "Source", 15, "5E6B64", false, 40, 60, ""},
    {"CardLabel", "Card label", 17, "45524B", false, 40, 0, "<w:keepNext/>"},
    {"CardValue", "Card value", 32, "16201B", true, 0, 0, "<w:keepNext/>"},
    {"CardNote", "Card note", 16, "5E6B64", false, 0, 60, ""},
    {"TableText", "Table text", 17, "16201B", false, 15, 15, ""},
    {"TableNumber", "Table number", 17, "16201B", false, 15, 15, "<w:jc w:val=\"right\"/>"},
    {"TableHead", "Table head", 17, "16201B", true, 15, 15, ""},
    {"TableHeadNumber", "Table head number", 17, "16201B", true, 15, 15, "<w:jc w:val=\"right\"/>"},
    {"Header", "header", 16, "5E6B64", false, 0, 0, ""},
    {"Footer", "footer", 16, "5E6B64", false, 0, 0, ""},
};

/* keepNext comes before the spacing, jc behind it: the order of the schema. */
static void add_style(struct strbuf *b, const struct style *s) {
  bool keep = strstr(s->more, "keepNext") != NULL, right = strstr(s->more, "right") != NULL;
  int level = strcmp(s->id, "Heading1") == 0 ? 0 : strcmp(s->id, "Heading2") == 0 ? 1 : -1;
  strbuf_fmt(b, "<w:style w:type=\"paragraph\" w:styleId=\"%s\"><w:name w:val=\"%s\"/><w:basedOn w:val=\"Normal\"/><w:next w:val=\"Normal\"/><w:qFormat/><w:pPr>%s"
                "<w:spacing w:before=\"%d\" w:after=\"%d\" w:line=\"240\" w:lineRule=\"auto\"/>%s", s->id, s->name, keep ? "<w:keepNext/>" : "", s->before, s->after,
             right ? "<w:jc w:val=\"right\"/>" : "");
  if (level >= 0) {
    strbuf_fmt(b, "<w:outlineLvl w:val=\"%d\"/>", level);
  }
  strbuf_fmt(b, "</w:pPr><w:rPr>%s<w:color w:val=\"%s\"/><w:sz w:val=\"%d\"/><w:szCs w:val=\"%d\"/></w:rPr></w:style>", s->bold ? "<w:b/>" : "", s->color, s->size,
      s->size);
}

void docx_styles(struct opc *o, int document, struct str language) {
  int part = opc_add(o, "word/styles.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml");
  struct strbuf *b = opc_body(o, part);
  strbuf_addz(b, OPC_HEAD "<w:styles " DOCX_NS "><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii=\"Calibri\" w:hAnsi=\"Calibri\" w:eastAsia=\"Calibri\" "
      "w:cs=\"Calibri\"/>"
                 "<w:sz w:val=\"20\"/><w:szCs w:val=\"20\"/><w:lang w:val=\"");
  opc_text(b, language);
  strbuf_addz(b, "\"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after=\"60\" w:line=\"252\" w:lineRule=\"auto\"/></w:pPr></w:pPrDefault></w:docDefaults>"
                 "<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/><w:qFormat/></w:style>"
                 "<w:style w:type=\"character\" w:default=\"1\" w:styleId=\"DefaultParagraphFont\"><w:name w:val=\"Default Paragraph Font\"/><w:uiPriority "
                     "w:val=\"1\"/>"
                 "<w:semiHidden/></w:style>"
                 "<w:style w:type=\"table\" w:default=\"1\" w:styleId=\"TableNormal\"><w:name w:val=\"Normal Table\"/><w:uiPriority "
                     "w:val=\"99\"/><w:semiHidden/><w:tblPr>"
                 "<w:tblInd w:w=\"0\" w:type=\"dxa\"/><w:tblCellMar><w:top w:w=\"0\" w:type=\"dxa\"/><w:left w:w=\"60\" w:type=\"dxa\"/><w:bottom w:w=\"0\" "
                     "w:type=\"dxa\"/>"
                 "<w:right w:w=\"60\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr></w:style>"
                 "<w:style w:type=\"table\" w:styleId=\"Figures\"><w:name w:val=\"Figures\"/><w:basedOn w:val=\"TableNormal\"/><w:tblPr><w:tblBorders>"
                 "<w:bottom w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"87938C\"/><w:insideH w:val=\"single\" w:sz=\"4\" w:space=\"0\" "
                     "w:color=\"D9DFDB\"/></w:tblBorders></w:tblPr></w:style>"
                 "<w:style w:type=\"character\" w:styleId=\"Hyperlink\"><w:name w:val=\"Hyperlink\"/><w:rPr><w:color w:val=\"0E5A4B\"/><w:u "
                     "w:val=\"single\"/></w:rPr></w:style>");
  for (size_t i = 0; i < sizeof styles / sizeof styles[0]; i++) {
    add_style(b, &styles[i]);
  }
  strbuf_addz(b, "</w:styles>");
  (void)opc_link(o, document, OPC_REL "/styles", part);
}

void docx_settings(struct opc *o, int document) {
  int part = opc_add(o, "word/settings.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml");
  strbuf_addz(opc_body(o, part),
      OPC_HEAD "<w:settings " DOCX_NS "><w:zoom w:percent=\"100\"/><w:defaultTabStop w:val=\"720\"/><w:characterSpacingControl w:val=\"doNotCompress\"/>"
                                 "<w:compat><w:compatSetting w:name=\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\" "
                                     "w:val=\"15\"/></w:compat></w:settings>");
  (void)opc_link(o, document, OPC_REL "/settings", part);
}
