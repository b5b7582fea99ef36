#include "report/pptx_parts.h"

#include "report/office_xml.h"

enum { NAME_SIZE = 80 };
#define PML "application/vnd.openxmlformats-officedocument.presentationml."
#define COLOR_MAP                                                                                                                  \
  "bg1=\"lt1\" tx1=\"dk1\" bg2=\"lt2\" tx2=\"dk2\" accent1=\"accent1\" accent2=\"accent2\" accent3=\"accent3\" accent4=\"accent4\" accent5=\"accent5\" " \
  "accent6=\"accent6\" hlink=\"hlink\" folHlink=\"folHlink\""
#define TITLE_BOX "<a:xfrm><a:off x=\"609600\" y=\"533400\"/><a:ext cx=\"10972800\" cy=\"914400\"/></a:xfrm>"
#define NUMBER_BOX "<a:xfrm><a:off x=\"10668000\" y=\"6477000\"/><a:ext cx=\"914400\" cy=\"254000\"/></a:xfrm>"

static void place(struct strbuf *b, int id, const char *name, const char *kind, const char *box, const char *body, const char *text) {
  strbuf_fmt(b, "<p:sp><p:nvSpPr><p:cNvPr id=\"%d\" name=\"%s\"/><p:cNvSpPr><a:spLocks noGrp=\"1\"/></p:cNvSpPr><p:nvPr><p:ph %s/></p:nvPr></p:nvSpPr><p:spPr>%s"
                "<a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></p:spPr><p:txBody>%s<a:lstStyle/><a:p>%s</a:p></p:txBody></p:sp>", id, name, kind, box, body, text);
}

#define NUMBER_FIELD \
  "<a:fld id=\"{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}\" type=\"slidenum\"><a:rPr lang=\"en-US\" sz=\"1000\"/><a:t>1</a:t></a:fld><a:endParaRPr lang=\"en-US\"/>"

static void add_level(struct strbuf *b, const char *tag, int size, bool bold) {
  strbuf_fmt(b, "<a:%s marL=\"0\" indent=\"0\" algn=\"l\"><a:lnSpc><a:spcPct val=\"90000\"/></a:lnSpc><a:spcBef><a:spcPts val=\"0\"/></a:spcBef><a:buNone/>"
                "<a:defRPr sz=\"%d\" b=\"%d\"><a:solidFill><a:schemeClr val=\"tx1\"/></a:solidFill><a:latin typeface=\"+mn-lt\"/></a:defRPr></a:%s>", tag, size, bold,
                    tag);
}

static void master(struct opc *o, int part, int layout_link) {
  struct strbuf *b = opc_body(o, part);
  strbuf_addz(b, OPC_HEAD "<p:sldMaster " PPTX_NS "><p:cSld><p:bg><p:bgPr><a:solidFill><a:srgbClr "
      "val=\"FFFFFF\"/></a:solidFill><a:effectLst/></p:bgPr></p:bg><p:spTree>" PPTX_TREE);
  place(b, 2, "Title", "type=\"title\"", TITLE_BOX, "<a:bodyPr lIns=\"0\" tIns=\"0\" rIns=\"0\" bIns=\"0\" anchor=\"t\"><a:normAutofit/></a:bodyPr>",
      "<a:endParaRPr lang=\"en-US\"/>");
  place(b, 3, "Text", "type=\"body\" idx=\"1\"", "<a:xfrm><a:off x=\"609600\" y=\"1600200\"/><a:ext cx=\"10972800\" cy=\"4572000\"/></a:xfrm>",
        "<a:bodyPr lIns=\"0\" tIns=\"0\" rIns=\"0\" bIns=\"0\"><a:normAutofit/></a:bodyPr>", "<a:endParaRPr lang=\"en-US\"/>");
  place(b, 4, "Number", "type=\"sldNum\" sz=\"quarter\" idx=\"4\"", NUMBER_BOX, "<a:bodyPr lIns=\"0\" tIns=\"0\" rIns=\"0\" bIns=\"0\" anchor=\"ctr\"/>", NUMBER_FIELD);
  strbuf_fmt(b, "</p:spTree></p:cSld><p:clrMap " COLOR_MAP "/><p:sldLayoutIdLst><p:sldLayoutId id=\"2147483649\" "
      "r:id=\"rId%d\"/></p:sldLayoutIdLst><p:txStyles><p:titleStyle>",
             layout_link);
  add_level(b, "lvl1pPr", 2800, true);
  strbuf_addz(b, "</p:titleStyle><p:bodyStyle>");
  add_level(b, "lvl1pPr", 1600, false);
  strbuf_addz(b, "</p:bodyStyle><p:otherStyle>");
  add_level(b, "lvl1pPr", 1400, false);
  strbuf_addz(b, "</p:otherStyle></p:txStyles></p:sldMaster>");
}

static void layout(struct opc *o, int part) {
  struct strbuf *b = opc_body(o, part);
  strbuf_addz(b, OPC_HEAD "<p:sldLayout " PPTX_NS " type=\"titleOnly\" preserve=\"1\"><p:cSld name=\"Claim\"><p:spTree>" PPTX_TREE);
  place(b, 2, "Title", "type=\"title\"", TITLE_BOX, "<a:bodyPr/>", "<a:endParaRPr lang=\"en-US\"/>");
  place(b, 3, "Number", "type=\"sldNum\" sz=\"quarter\" idx=\"10\"", NUMBER_BOX, "<a:bodyPr/>", NUMBER_FIELD);
  strbuf_addz(b, "</p:spTree></p:cSld><p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sldLayout>");
}

#define IMAGE_PLACE(KIND)                                                                                                                                    \
  "<p:sp><p:nvSpPr><p:cNvPr id=\"2\" name=\"Slide\"/><p:cNvSpPr><a:spLocks noGrp=\"1\" noRot=\"1\" noChangeAspect=\"1\"/></p:cNvSpPr><p:nvPr><p:ph " \
  KIND "/></p:nvPr></p:nvSpPr>"

static void notes_master(struct opc *o, int part) {
  struct strbuf *b = opc_body(o, part);
  strbuf_addz(b, OPC_HEAD "<p:notesMaster " PPTX_NS "><p:cSld><p:bg><p:bgPr><a:solidFill><a:srgbClr "
      "val=\"FFFFFF\"/></a:solidFill><a:effectLst/></p:bgPr></p:bg><p:spTree>" PPTX_TREE);
  strbuf_addz(b, IMAGE_PLACE("type=\"sldImg\" idx=\"2\"") "<p:spPr><a:xfrm><a:off x=\"685800\" y=\"1143000\"/><a:ext cx=\"5486400\" cy=\"3086100\"/></a:xfrm>"
                 "<a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom><a:noFill/><a:ln w=\"12700\"><a:solidFill><a:prstClr "
                     "val=\"black\"/></a:solidFill></a:ln></p:spPr></p:sp>");
  place(b, 3, "Notes", "type=\"body\" sz=\"quarter\" idx=\"3\"", "<a:xfrm><a:off x=\"685800\" y=\"4400550\"/><a:ext cx=\"5486400\" cy=\"3600450\"/></a:xfrm>",
      "<a:bodyPr/>",
        "<a:endParaRPr lang=\"en-US\"/>");
  strbuf_addz(b, "</p:spTree></p:cSld><p:clrMap " COLOR_MAP "/><p:notesStyle><a:lvl1pPr marL=\"0\" algn=\"l\"><a:defRPr sz=\"1200\"><a:solidFill><a:schemeClr "
      "val=\"tx1\"/></a:solidFill>"
                 "</a:defRPr></a:lvl1pPr></p:notesStyle></p:notesMaster>");
}

void pptx_base(struct opc *o, struct pptx_base *ret) {
  ret->master = opc_add(o, "ppt/slideMasters/slideMaster1.xml", PML "slideMaster+xml");
  ret->layout = opc_add(o, "ppt/slideLayouts/slideLayout1.xml", PML "slideLayout+xml");
  ret->notes_master = opc_add(o, "ppt/notesMasters/notesMaster1.xml", PML "notesMaster+xml");
  master(o, ret->master, opc_link(o, ret->master, OPC_REL "/slideLayout", ret->layout));
  ret->theme = office_theme(o, "ppt/theme/theme1.xml");
  (void)opc_link(o, ret->master, OPC_REL "/theme", ret->theme);
  layout(o, ret->layout);
  (void)opc_link(o, ret->layout, OPC_REL "/slideMaster", ret->master);
  notes_master(o, ret->notes_master);
  (void)opc_link(o, ret->notes_master, OPC_REL "/theme", office_theme(o, "ppt/theme/theme2.xml"));
}

void pptx_notes(struct opc *o, const struct pptx_base *base, int slide, int number, struct str language, struct str text) {
  char name[NAME_SIZE];
  struct str line, rest = text;
  (void)snprintf(name, sizeof name, "ppt/notesSlides/notesSlide%d.xml", number);
  int part = opc_add(o, name, PML "notesSlide+xml");
  struct strbuf *b = opc_body(o, part);
  strbuf_addz(b, OPC_HEAD "<p:notes " PPTX_NS "><p:cSld><p:spTree>" PPTX_TREE IMAGE_PLACE("type=\"sldImg\"") "<p:spPr/></p:sp>"
                 "<p:sp><p:nvSpPr><p:cNvPr id=\"3\" name=\"Notes\"/><p:cNvSpPr><a:spLocks noGrp=\"1\"/></p:cNvSpPr><p:nvPr><p:ph type=\"body\" "
                     "idx=\"1\"/></p:nvPr></p:nvSpPr><p:spPr/>"
                 "<p:txBody><a:bodyPr/><a:lstStyle/>");
  while (str_cut(rest, '\n', &line, &rest)) {
    strbuf_fmt(b, "<a:p><a:r><a:rPr lang=\"%.*s\"/><a:t>", STR_FMT(language));
    opc_text(b, line);
    strbuf_addz(b, "</a:t></a:r></a:p>");
  }
  strbuf_addz(b, text.n == 0 ? "<a:p/>" : "");
  strbuf_addz(b, "</p:txBody></p:sp></p:spTree></p:cSld><p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:notes>");
  (void)opc_link(o, part, OPC_REL "/notesMaster", base->notes_master);
  (void)opc_link(o, part, OPC_REL "/slide", slide);
  (void)opc_link(o, slide, OPC_REL "/notesSlide", part);
}
