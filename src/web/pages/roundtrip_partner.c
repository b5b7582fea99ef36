/* The workbook that a partner without a seat is sent: their open renewals, in their language, and what they may say about them. */
#include "store/repo_contact.h"
#include "web/locale.h"
#include "web/pages/account.h"
#include "web/pages/grid_state.h"
#include "web/pages/roundtrip.h"

enum { ABOUT_LINES = 8 };

/* What a partner may see and say: when the order comes, its number, and a note. No amounts: what is booked here is not what they pay. */
static struct roundtrip_words words_of_partner(const struct reader *w) {
  struct roundtrip_words x = roundtrip_words_of(w), own = {.sheet = x.sheet, .about = x.about};
  static const int shown[] = {ROUNDTRIP_CUSTOMER, ROUNDTRIP_CONTRACT, ROUNDTRIP_DUE}, said[] = {ROUNDTRIP_CLOSE, ROUNDTRIP_PO, ROUNDTRIP_NOTE};
  for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
    own.fixed[shown[i]] = x.fixed[shown[i]];
  for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
    own.heading[said[i]] = x.heading[said[i]];
    own.rule[said[i]] = x.rule[said[i]];
  }
  own.heading[ROUNDTRIP_CLOSE] = tr(w, "Order expected on");
  return own;
}

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

static size_t partner_lines(const struct reader *w, struct request *r, const struct desk *d, const struct account *x, size_t n, struct str lines[ABOUT_LINES]) {
  size_t k = 0;
  lines[k++] = tr_fmt(w, "Renewals of {0}", x->name);
  lines[k++] = tr_n(w, (int64_t)n, "{n} open renewal of {0}, sent by {1} on {2}.", "{n} open renewals of {0}, sent by {1} on {2}.", str_of(d->org.name), r->who.name,
                    format_day_year(w, r->today));
  lines[k++] = tr(w, "Please fill in the tinted cells: the day on which you expect the order, its number, and a note where something should be known.");
  lines[k++] = tr(w, "Then send the file back to the sender. A row that is missing or unchanged means no change.");
  lines[k++] = tr(w, "The first column is hidden. It says which renewal each row is: leave it as it is.");
  lines[k++] = tr(w, "The sheets are protected against accidents, without a password. To sort, unprotect the sheet first (Review, Unprotect Sheet).");
  return k;
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
  struct str lines[ABOUT_LINES];
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
  struct roundtrip_words words = words_of_partner(&to);
  struct roundtrip_ask ask = {.words = &words, .origin = {.partner = x.name, .partner_id = id}};
  rc = partner_rows(r, &d, id, &rows, &ask.n);
  ask.rows = rows;
  words.lines = lines;
  words.n_lines = partner_lines(&to, r, &d, &x, ask.n, lines);
  return rc < 0 ? rc : roundtrip_send(r, w, &d, &ask, arena_fmt(r->arena, "%.*s-%s.xlsx", STR_FMT(x.name), day_iso(r->today, iso)));
}
