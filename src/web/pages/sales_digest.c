/* The weekly digest: what ends soon, what is at risk, what waits, what was decided, what was told. */
#include "web/pages/sales_digest.h"
#include "app/notify.h"
#include "report/eml.h"
#include "web/dispatch.h"
#include "web/pages/notices.h"
#include "web/server.h"
#include "web/shell.h"
#include "web/views.h"

enum { SECTIONS = 6, ROWS = 15, SOON_DAYS = 30, WEEK_DAYS = 7, NOTICES = 60 };

static struct digest_section *next_section(struct request *r, struct digest_view *v, const char *title, const char *none, size_t rows) {
  struct digest_section *x = &v->sections[v->n_sections];
  *x = (struct digest_section){.title = tr(r, title), .none = tr(r, none), .rows = arena_zalloc(r->arena, rows + 1, sizeof *x->rows),
                               .place = (int)++v->n_sections};
  return x->rows ? x : NULL;
}

/* The first rows of a set of renewals, as one section. */
static int renewals(struct request *r, const struct desk *d, struct digest_view *v, const char *title, const char *none, const struct desk_rows *set,
                    enum grid_column sort, bool descending, bool hot) {
  struct digest_section *x = next_section(r, v, title, none, ROWS);
  struct grid_page page;
  int rc = x ? desk_rows_page(r, d, set, sort, descending, ROWS, &page) : ERR_NOMEM;
  if (rc < 0)
    return rc;
  const struct book *b = d->book;
  const struct book_renewals *n = &b->renewals;
  for (size_t i = 0; i < page.n; i++) {
    uint32_t k = page.rows[i];
    bool decided = n->outcome[k] != OUTCOME_OPEN;
    struct str state = str_of(decided ? parts_outcome(r->reader, n->outcome[k]) : parts_category(r->reader, n->category[k])), owner = book_name(&b->reps, n->rep[k]);
    x->rows[x->n_rows++] = (struct digest_row){
      .when = format_weekday(r->reader, n->due[k]), .what = book_name(&b->accounts, n->account[k]), .href = arena_fmt(r->arena, "/renewals/%u", n->id[k]), .hot = hot,
      .note = arena_fmt(r->arena, "%.*s \u00b7 %.*s", STR_FMT(state), STR_FMT(owner)),
      .amount = parts_amount(r->reader, decided ? n->won[k] : n->forecast[k], b->currency_of[n->currency[k]], MONEY_WHOLE)};
  }
  int64_t more = page.totals.rows - (int64_t)page.n;
  x->count = tr_n(r, page.totals.rows, "{n} renewal", "{n} renewals");
  x->more = more > 0 ? tr_fmt(r, "and {0} more", format_count(r->reader, more)) : STR_NONE;
  return OK;
}

static int asks(struct request *r, struct digest_view *v) {
  struct sales_ask *rows = NULL;
  size_t n = 0;
  int rc = sales_asks_mine(r->store, r->arena, &r->scope, r->until, &rows, &n, &r->err);
  struct digest_section *x = rc < 0 ? NULL : next_section(r, v, MSG("Asked of you"), MSG("Nobody waits for an answer of yours."), n);
  if (!x)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n; i++)
    x->rows[x->n_rows++] = (struct digest_row){.when = format_weekday(r->reader, rows[i].due), .what = rows[i].customer, .hot = rows[i].due < r->today,
                                               .note = tr_fmt(r, "{0} asks {1}: {2}", rows[i].asker, rows[i].to, rows[i].what),
                                               .href = arena_fmt(r->arena, "/sales/asks/%" PRId64, rows[i].id),
                                               .amount = parts_amount(r->reader, rows[i].amount, rows[i].currency, MONEY_WHOLE)};
  return OK;
}

static int told(struct request *r, struct digest_view *v) {
  struct notice *rows = NULL;
  size_t n = 0;
  int64_t to = (int64_t)(r->today + 1) * SECONDS_PER_DAY, from = to - (int64_t)WEEK_DAYS * SECONDS_PER_DAY;
  int rc = notice_digest(r->store, r->arena, r->who.id, from, to < r->until ? to : r->until, NOTICES, &rows, &n, &r->err);
  struct digest_section *x = rc < 0 ? NULL : next_section(r, v, MSG("What you were told this week"), MSG("Nothing."), n);
  if (!x)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n; i++)
    x->rows[x->n_rows++] = (struct digest_row){.when = format_weekday(r->reader, format_day_of(r->reader, rows[i].at)), .what = notice_sentence(r->reader, &rows[i]),
                                               .href = notice_href(r, &rows[i])};
  return OK;
}

int digest_fill(struct request *r, struct digest_view *v) {
  struct desk d DESK_CLEANUP = {0};
  struct desk_rows soon = {0}, risk = {0}, past = {0}, won = {0};
  *v = (struct digest_view){.sections = arena_zalloc(r->arena, SECTIONS, sizeof *v->sections)};
  int rc = v->sections ? desk_open(r, STR_NONE, &d) : ERR_NOMEM;
  if (rc < 0)
    return rc;
  desk_where_open(&soon);
  desk_where_range(&soon, GRID_DUE, r->today, (int64_t)r->today + SOON_DAYS);
  desk_where_open(&risk);
  desk_where(&risk, GRID_AT_RISK, 1);
  desk_where_open(&past);
  desk_where_range(&past, GRID_DUE, INT64_MIN, (int64_t)r->today - 1);
  desk_where(&won, GRID_CATEGORY, CATEGORY_CLOSED);
  desk_where_range(&won, GRID_BOOKED, (int64_t)r->today - WEEK_DAYS + 1, r->today);
  v->title = tr_fmt(r, "Renewals of your accounts, week to {0}", format_day_year(r->reader, r->today));
  v->say = tr_fmt(r, "For {0}.", r->who.name);
  rc = r->as_of == DAY_NONE ? asks(r, v) : OK; /* what waits, waits now */
  if (rc == OK)
    rc = renewals(r, &d, v, MSG("Ends within 30 days"), MSG("Nothing ends within 30 days."), &soon, GRID_DUE, false, false);
  if (rc == OK)
    rc = renewals(r, &d, v, MSG("At risk"), MSG("Nothing is at risk."), &risk, GRID_CONVERTED, true, false);
  if (rc == OK)
    rc = renewals(r, &d, v, MSG("Past the end date and still open"), MSG("Nothing is past its end date."), &past, GRID_CONVERTED, true, true);
  if (rc == OK)
    rc = renewals(r, &d, v, MSG("Renewed this week"), MSG("Nothing was renewed this week."), &won, GRID_CONVERTED, true, false);
  return rc == OK ? told(r, v) : rc;
}

int digest_page(struct request *r, struct response *w) {
  struct digest_view v;
  int rc = digest_fill(r, &v);
  if (rc < 0)
    return rc;
  v.eml_href = r->as_of == DAY_NONE ? STR("/sales/digest.eml") : STR_NONE;
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = tr(r, "The week"), .nav = "/sales", .sheet = "setup.css", .crumb = tr(r, "Field sales"), .crumb_href = STR("/sales")});
  view_sales_digest(&w->body, &cx, &v);
  return shell_end(r, w);
}

/* ---- as a message ---- */

struct str site_of(struct request *r) {
  struct str base = r->web->public_url;
  while (base.n && base.p[base.n - 1] == '/')
    base.n--;
  return base.n ? base : arena_fmt(r->arena, "%s://%.*s", r->secure ? "https" : "http", STR_FMT(r->host));
}

static struct str kept(struct request *r, const struct strbuf *b) {
  struct str s = b->failed ? (struct str){0} : arena_str(r->arena, strbuf_str(b));
  return s.p ? s : STR_NONE;
}

struct str digest_text(struct request *r, const struct digest_view *v, struct str base) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(1 << 20);
  strbuf_fmt(&b, "%.*s\r\n%.*s\r\n", STR_FMT(v->title), STR_FMT(v->say));
  for (size_t i = 0; i < v->n_sections; i++) {
    const struct digest_section *x = &v->sections[i];
    strbuf_fmt(&b, "\r\n%.*s\r\n", STR_FMT(x->title));
    if (!x->n_rows)
      strbuf_fmt(&b, "%.*s\r\n", STR_FMT(x->none));
    for (size_t k = 0; k < x->n_rows; k++) {
      const struct digest_row *row = &x->rows[k];
      strbuf_fmt(&b, "- %.*s: %.*s", STR_FMT(row->when), STR_FMT(row->what));
      if (row->amount.text.n)
        strbuf_fmt(&b, ", %.*s", STR_FMT(row->amount.text));
      if (row->note.n)
        strbuf_fmt(&b, ". %.*s", STR_FMT(row->note));
      if (row->href.n)
        strbuf_fmt(&b, "\r\n  %.*s%.*s", STR_FMT(base), STR_FMT(row->href));
      strbuf_addz(&b, "\r\n");
    }
    if (x->more.n)
      strbuf_fmt(&b, "%.*s\r\n", STR_FMT(x->more));
  }
  return kept(r, &b);
}

static void html_cell(struct strbuf *b, const char *align, struct str s) {
  strbuf_fmt(b, "<td align=\"%s\" valign=\"top\">", align);
  html_text_str(b, s);
  strbuf_addz(b, "</td>");
}

struct str digest_html(struct request *r, const struct digest_view *v, struct str base) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(2 << 20);
  strbuf_fmt(&b, "<!doctype html><html lang=\"%.*s\"><head><meta charset=\"utf-8\"><title>", STR_FMT(shell_lang(r)));
  html_text_str(&b, v->title);
  strbuf_addz(&b, "</title></head><body><h1>");
  html_text_str(&b, v->title);
  strbuf_addz(&b, "</h1><p>");
  html_text_str(&b, v->say);
  strbuf_addz(&b, "</p>");
  for (size_t i = 0; i < v->n_sections; i++) {
    const struct digest_section *x = &v->sections[i];
    strbuf_addz(&b, "<h2>");
    html_text_str(&b, x->title);
    strbuf_addz(&b, "</h2>");
    strbuf_addz(&b, x->n_rows ? "<table cellpadding=\"4\" border=\"0\">" : "<p>");
    if (!x->n_rows)
      html_text_str(&b, x->none);
    for (size_t k = 0; k < x->n_rows; k++) {
      const struct digest_row *row = &x->rows[k];
      strbuf_addz(&b, "<tr>");
      html_cell(&b, "left", row->when);
      strbuf_addz(&b, "<td align=\"left\" valign=\"top\">");
      if (row->href.n) {
        strbuf_addz(&b, "<a href=\"");
        html_text_str(&b, arena_fmt(r->arena, "%.*s%.*s", STR_FMT(base), STR_FMT(row->href)));
        strbuf_addz(&b, "\">");
      }
      html_text_str(&b, row->what);
      strbuf_addz(&b, row->href.n ? "</a></td>" : "</td>");
      html_cell(&b, "left", row->note);
      html_cell(&b, "right", row->amount.text);
      strbuf_addz(&b, "</tr>");
    }
    strbuf_addz(&b, x->n_rows ? "</table>" : "</p>");
    if (x->more.n) {
      strbuf_addz(&b, "<p>");
      html_text_str(&b, x->more);
      strbuf_addz(&b, "</p>");
    }
  }
  strbuf_addz(&b, "</body></html>");
  return kept(r, &b);
}

int digest_eml(struct request *r, struct response *w) {
  struct digest_view v;
  struct org org;
  char day[DAY_ISO_SIZE];
  int rc = digest_fill(r, &v);
  if (rc == OK)
    rc = org_load(r->store, &org, &r->err);
  if (rc < 0)
    return rc;
  struct str base = site_of(r), name = arena_fmt(r->arena, "week-%s.eml", day_iso(r->today, day));
  /* Nobody is written to: the address of the sender is one that cannot be. */
  struct eml x = {.from_name = str_of(org.name), .from_address = STR("renewals@perennial.invalid"), .to_name = r->who.name, .to_address = r->who.email,
                  .subject = v.title, .text = digest_text(r, &v, base), .html = digest_html(r, &v, base), .at = r->now,
                  .id = arena_fmt(r->arena, "digest-%" PRId64 "-%s@perennial.invalid", r->who.id, day)};
  eml_write(&w->body, &x);
  return w->body.failed || !x.text.n || !x.html.n ? ERR_NOMEM : response_download(r, w, STR("message/rfc822"), name);
}
