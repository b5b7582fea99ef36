/* The parts of a document that are the same in every one: styles, settings. */
#ifndef REPORT_DOCX_PARTS_H
#define REPORT_DOCX_PARTS_H
#include "report/opc.h"

#define DOCX_NS                                                                                                                             \
  "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"" OPC_REL "\" "                                       \
  "xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" " \
  "xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\""
/* language: "en-US". Links them from the document. */
void docx_styles(struct opc *o, int document, struct str language);
void docx_settings(struct opc *o, int document);
#endif
