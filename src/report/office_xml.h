/* Parts that documents and presentations share. */
#ifndef REPORT_OFFICE_XML_H
#define REPORT_OFFICE_XML_H
#include "report/opc.h"

/* A theme, "word/theme/theme1.xml" or "ppt/theme/theme1.xml". Gives the part. */
int office_theme(struct opc *o, const char *name);
#endif
