/* What every presentation has: master, layout, notes master, and their themes. */
#ifndef REPORT_PPTX_PARTS_H
#define REPORT_PPTX_PARTS_H
#include "report/opc.h"

#define PPTX_NS                                                                                                             \
  "xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" xmlns:r=\"" OPC_REL "\" "                             \
  "xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\""
#define PPTX_TREE                                                                                                           \
  "<p:nvGrpSpPr><p:cNvPr id=\"1\" name=\"\"/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"0\" cy=\"0\"/>" \
  "<a:chOff x=\"0\" y=\"0\"/><a:chExt cx=\"0\" cy=\"0\"/></a:xfrm></p:grpSpPr>"
enum { PPTX_WIDTH = 12192000, PPTX_HEIGHT = 6858000, EMU_POINT = 12700 };
struct pptx_base {
  int master, layout, notes_master, theme;
};
void pptx_base(struct opc *o, struct pptx_base *ret);
/* A notes page of a slide with one text, linked both ways. */
void pptx_notes(struct opc *o, const struct pptx_base *base, int slide, int number, struct str language, struct str text);
#endif
