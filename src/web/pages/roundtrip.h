/* Renewals as a workbook to be edited, and the workbook that comes back: what it changes, beside what was changed here meanwhile.
 *
 * GET  /renewals/workbook?…         how it works, the download and the upload; the address is that of the grid
 * GET  /renewals/edit.xlsx?…        the workbook of exactly these rows
 * GET  /accounts/:id/workbook.xlsx  for a partner: their open renewals, in their language, with only what they may see
 * POST /renewals/workbook           a file (field file, and back: where the person came from)
 * GET  /renewals/workbook/:id       what it would change
 * POST /renewals/workbook/:id/apply why; for each conflict cID_FIELD = 1 (the workbook's value) or 0; back */
#ifndef WEB_PAGES_ROUNDTRIP_H
#define WEB_PAGES_ROUNDTRIP_H
#include "app/roundtrip.h"
#include "web/pages/bulk.h"

struct roundtrip_view {
  struct str problem, back, href, download, limit; /* href "": nothing to download here */
};
/* A field that two people changed. */
struct roundtrip_clash {
  struct str label, name, base, stored, mine;
};
struct roundtrip_clash_row {
  struct str href, customer, contract, due, who;
  struct roundtrip_clash *fields;
  size_t n_fields;
};
struct roundtrip_look_view {
  int64_t id;
  struct str title, say, from, same, missing, problem, back, why, button, more, clash_title, clash_more;
  struct roundtrip_clash_row *clashes;
  size_t n_clashes;
  struct bulk_view bulk;       /* rows, left, effects */
};
/* Writes what was asked for as the actor's, from the page's book, and sends it. */
int roundtrip_send(struct request *r, struct response *w, const struct desk *d, const struct roundtrip_ask *ask, struct str file_name);

route_fn roundtrip_page, roundtrip_xlsx, roundtrip_partner_xlsx, roundtrip_upload_post, roundtrip_look_page, roundtrip_apply_post;
#endif
