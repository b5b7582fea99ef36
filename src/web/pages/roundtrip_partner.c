/* The workbook that a partner without a seat is sent: their open renewals, in their language, and what they may say about them. */
#include "store/repo_contact.h"
#include "web/pages/account.h"
#include "web/pages/grid_state.h"
#include "web/pages/roundtrip.h"
#include "words/locale.h"

/* The language of the people there that is written down first; else the reader's. */
static int partner_reader(struct request *r, int64_t account_id, struct reader *ret) {
  struct contact *contacts = NULL;
  size_t n = 0;
  struct str language = STR_NONE;
  int rc = contact_list(r->store, r->arena, account_id, &contacts, &n, &r->err);
  for (size_t i = 0; i < n && rc >= 0 && !language.n; i++)
    language = contacts[i].language;
  *ret = *r->reader;
  if (language.n) {
    ret->words = words_of(language);
    ret->locale = locale_of(language);
  }
  return rc;
}

/* The partner's open renewals that the actor sees, first due first. */
static int partner_rows(struct request *r, const struct desk *d, int64_t account_id, uint32_t **ret, size_t *ret_n) {
  uint32_t code = book_code(&d->book->accounts, account_id);
  struct desk_rows reseller = {.n = 0}, distributor = {.n = 0};
  struct grid_page one, two;
  desk_where(&reseller, GRID_RESELLER, code);
  desk_where(&distributor, GRID_DISTRIBUTOR, code);
  desk_where_open(&reseller);
  desk_where_open(&distributor);
  int rc = desk_rows_page(r, d, &reseller, GRID_DUE, false, ROUNDTRIP_MOST_ROWS, &one);
  if (rc >= 0)
    rc = desk_rows_page(r, d, &distributor, GRID_DUE, false, ROUNDTRIP_MOST_ROWS, &two);
  if (rc < 0)
    return rc;
  uint32_t *rows = arena_alloc(r->arena, (one.n + two.n + 1) * sizeof *rows);
  if (!rows)
    return err_set(&r->err, ERR_NOMEM, "workbook: out of memory: try again");
  const struct book_renewals *x = &d->book->renewals;
  size_t i = 0, k = 0, n = 0;
  while (i < one.n || k < two.n) { /* two lists in one order: who is both stands in both */
    bool first = k == two.n || (i < one.n && (x->due[one.rows[i]] < x->due[two.rows[k]] || (x->due[one.rows[i]] == x->due[two.rows[k]] && one.rows[i] <= two.rows[k])));
    bool both = i < one.n && k < two.n && one.rows[i] == two.rows[k];
    rows[n++] = first ? one.rows[i] : two.rows[k];
    i += first;
    k += both || !first;
  }
  *ret = rows;
  *ret_n = n;
  return OK;
}

int roundtrip_partner_xlsx(struct request *r, struct response *w) {
  struct desk d DESK_CLEANUP = {0};
  struct account x;
  struct reader to;
  uint32_t *rows = NULL;
  char iso[DAY_ISO_SIZE];
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = desk_open(r, STR_NONE, &d);
  if (rc >= 0)
    rc = account_seen(r, &d, id, &x);
  if (rc >= 0)
    rc = partner_reader(r, id, &to);
  if (rc < 0)
    return rc;
  struct roundtrip_ask ask = {.reader = &to, .origin = {.partner = x.name, .partner_id = id}};
  rc = partner_rows(r, &d, id, &rows, &ask.n);
  ask.rows = rows;
  return rc < 0 ? rc : roundtrip_send(r, w, &d, &ask, arena_fmt(r->arena, "%.*s-%s.xlsx", STR_FMT(x.name), day_iso(r->today, iso)));
}
