#include "report/office_xml.h"

int office_theme(struct opc *o, const char *name) {
  static const char *const colors[][2] = {{"dk2", "45524B"}, {"lt2", "EEF2EF"}, {"accent1", "0E5A4B"}, {"accent2", "2372B5"}, {"accent3", "7FB0DD"},
                                          {"accent4", "BFC9C3"}, {"accent5", "2E8B6F"}, {"accent6", "B4532A"}, {"hlink", "0E5A4B"}, {"folHlink", "45524B"}};
  int part = opc_add(o, name, "application/vnd.openxmlformats-officedocument.theme+xml");
  struct strbuf *b = opc_body(o, part);
  strbuf_addz(b, OPC_HEAD "<a:theme xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" name=\"Perennial\"><a:themeElements><a:clrScheme "
      "name=\"Perennial\">"
                 "<a:dk1><a:srgbClr val=\"16201B\"/></a:dk1><a:lt1><a:srgbClr val=\"FFFFFF\"/></a:lt1>");
  for (size_t i = 0; i < sizeof colors / sizeof colors[0]; i++) {
    strbuf_fmt(b, "<a:%s><a:srgbClr val=\"%s\"/></a:%s>", colors[i][0], colors[i][1], colors[i][0]);
  }
  strbuf_addz(b, "</a:clrScheme><a:fontScheme name=\"Perennial\"><a:majorFont><a:latin typeface=\"Calibri\"/><a:ea typeface=\"\"/><a:cs typeface=\"\"/></a:majorFont>"
                 "<a:minorFont><a:latin typeface=\"Calibri\"/><a:ea typeface=\"\"/><a:cs typeface=\"\"/></a:minorFont></a:fontScheme><a:fmtScheme "
                     "name=\"Perennial\"><a:fillStyleLst>");
  for (int i = 0; i < 3; i++) {
    strbuf_addz(b, "<a:solidFill><a:schemeClr val=\"phClr\"/></a:solidFill>");
  }
  strbuf_addz(b, "</a:fillStyleLst><a:lnStyleLst>");
  for (int i = 0; i < 3; i++) {
    strbuf_fmt(b, "<a:ln w=\"%d\"><a:solidFill><a:schemeClr val=\"phClr\"/></a:solidFill></a:ln>", 6350 * (i + 1));
  }
  strbuf_addz(b, "</a:lnStyleLst><a:effectStyleLst>");
  for (int i = 0; i < 3; i++) {
    strbuf_addz(b, "<a:effectStyle><a:effectLst/></a:effectStyle>");
  }
  strbuf_addz(b, "</a:effectStyleLst><a:bgFillStyleLst>");
  for (int i = 0; i < 3; i++) {
    strbuf_addz(b, "<a:solidFill><a:schemeClr val=\"phClr\"/></a:solidFill>");
  }
  strbuf_addz(b, "</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>");
  return part;
}
