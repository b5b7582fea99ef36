/* An Office package (ZIP of parts) in the making: content types, relationships and ids are counted here, so that no writer gets them wrong.
 * The same parts give the same bytes: order of adding, times of 1980. */
#ifndef REPORT_OPC_H
#define REPORT_OPC_H
#include "base/arena.h"
#include "base/err.h"
#include "base/strbuf.h"

enum { OPC_PARTS = 200, OPC_PART_BYTES = 64 << 20 };
struct opc;
struct opc *opc_new(void);     /* NULL on no memory */
void opc_free(struct opc *o);  /* takes NULL */
#define OPC_CLEANUP __attribute__((cleanup(opc_cleanup)))
void opc_cleanup(struct opc **o);

/* A new part, "word/document.xml"; its bytes go into *opc_body(). type: its media type. -1 and a package that fails at the end when there are too many. */
int opc_add(struct opc *o, const char *name, const char *type);
struct strbuf *opc_body(struct opc *o, int part); /* never NULL */
/* A relationship of a part (-1 = of the package) to another part, or to an address outside. Gives the number N of its id "rIdN". */
int opc_link(struct opc *o, int from, const char *type, int to);
int opc_link_out(struct opc *o, int from, const char *type, struct str url);
int opc_next_id(struct opc *o); /* 1, 2 …: unique in the package, for drawings and shapes */

/* The package as bytes, in arena. OK, ERR_NOMEM, ERR_LIMIT (a part too large, too many), ERR_FAIL. */
int opc_pack(struct opc *o, struct arena *a, struct str *ret, struct err *e);

/* Files as a ZIP, in this order, dated 1980. names end with a NUL. ERR_NOMEM, ERR_FAIL. */
struct opc_file {
  struct str name, bytes;
};
int opc_zip(const struct opc_file *files, size_t n, struct arena *a, struct str *ret, struct err *e);

/* ---- what goes into a part ---- */
#define OPC_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define OPC_REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
/* Text of an element or attribute: only what XML holds, < > & " escaped. */
void opc_text(struct strbuf *b, struct str s);
void opc_number(struct strbuf *b, double v); /* as every locale reads it in a file: 1234.5; 0 for what is no number */
/* docProps/core.xml and app.xml with their relationships. day: the file's only date. */
void opc_properties(struct opc *o, struct str title, struct str subject, struct str company, struct str language, int32_t day);
#endif
