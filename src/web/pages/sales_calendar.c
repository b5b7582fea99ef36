/* The calendar that a phone or a mail program subscribes to: the days on which renewals end and asks are due, as the person of its address sees them. */
#include "app/calendar_feed.h"
#include "report/ics.h"
#include "web/dispatch.h"
#include "web/locale.h"
#include "web/pages/sales_digest.h"
#include "base/zone.h"

enum { BACK_DAYS = 30, AHEAD_DAYS = 365, EVENTS_MOST = 1000 };

/* From here on the request is that person's: their rows, their language. */
static int become(struct request *r, const struct person *p) {
  r->who = (struct actor){.id = p->id, .role = p->role, .name = p->name, .email = p->email, .language = p->language, .locale = p->locale, .time_zone = p->time_zone,
                          .csrf = STR_NONE};
  request_reader_set(r);
  int rc = scope_load(r->store, r->arena, p->id, &r->scope, &r->err);
  return rc < 0 ? rc : gate_cover(r);
}

static void renewal_event(struct request *r, const struct desk *d, uint32_t i, struct str base, struct strbuf *b) {
  const struct book_renewals *n = &d->book->renewals;
  struct str customer = book_name(&d->book->accounts, n->account[i]), money = format_money(r->reader, n->forecast[i], d->book->currency_of[n->currency[i]], MONEY_WHOLE);
  ics_add(b, &(struct ics_event){.uid = arena_fmt(r->arena, "renewal-%u@perennial", n->id[i]), .day = n->due[i], .stamp = (int64_t)n->changed[i] * SECONDS_PER_DAY,
                                 .summary = tr_fmt(r, "{0}: support ends, {1} a year", customer, money),
                                 .description = tr_fmt(r, "Contract {0}, with {1}", book_name(&d->book->contracts, n->contract[i]), book_name(&d->book->reps, n->rep[i])),
                                 .url = arena_fmt(r->arena, "%.*s/renewals/%u", STR_FMT(base), n->id[i])});
}

static int add_events(struct request *r, struct str base, struct strbuf *b) {
  struct desk d DESK_CLEANUP = {0};
  struct desk_rows open = {0};
  struct grid_page page;
  struct sales_ask *asks = NULL;
  size_t n = 0;
  int rc = desk_open(r, STR_NONE, &d);
  if (rc < 0)
    return rc;
  desk_where_open(&open);
  desk_where_range(&open, GRID_DUE, (int64_t)r->today - BACK_DAYS, (int64_t)r->today + AHEAD_DAYS);
  rc = desk_rows_page(r, &d, &open, GRID_DUE, false, EVENTS_MOST, &page);
  if (rc >= 0)
    rc = sales_asks_mine(r->store, r->arena, &r->scope, INT64_MAX, &asks, &n, &r->err);
  for (size_t i = 0; rc >= 0 && i < page.n; i++)
    renewal_event(r, &d, page.rows[i], base, b);
  for (size_t i = 0; rc >= 0 && i < n; i++)
    ics_add(b, &(struct ics_event){.uid = arena_fmt(r->arena, "ask-%" PRId64 "@perennial", asks[i].id), .day = asks[i].due, .stamp = asks[i].changed_at,
                                   .summary = tr_fmt(r, "{0} asks {1}: {2}", asks[i].asker, asks[i].to, asks[i].what), .description = asks[i].customer,
                                   .url = arena_fmt(r->arena, "%.*s/sales/asks/%" PRId64, STR_FMT(base), asks[i].id)});
  return rc;
}

int calendar_ics(struct request *r, struct response *w) {
  struct str secret = r->params[0];
  struct calendar_feed feed;
  struct person p;
  if (secret.n < 4 || !str_eq(str_sub(secret, secret.n - 4, secret.n), STR(".ics")))
    return err_set(&r->err, ERR_NOTFOUND, "There is no such calendar");
  int rc = calendar_feed_open(r->store, r->arena, str_sub(secret, 0, secret.n - 4), r->now, &feed, &p, &r->err);
  if (rc == OK)
    rc = become(r, &p);
  if (rc < 0)
    return rc;
  ics_begin(&w->body, tr(r, "Renewals"));
  rc = add_events(r, site_of(r), &w->body);
  ics_end(&w->body);
  w->content_type = STR("text/calendar; charset=utf-8");
  return rc < 0 ? rc : w->body.failed ? ERR_NOMEM : OK;
}

/* ---- addresses ---- */

int calendar_feeds_fill(struct request *r, struct sales_view *v) {
  struct calendar_feed *rows = NULL;
  size_t n = 0;
  int rc = calendar_feeds(r->store, r->arena, r->who.id, &rows, &n, &r->err);
  v->feeds = arena_zalloc(r->arena, n + 1, sizeof *v->feeds);
  if (rc < 0 || !v->feeds)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n; i++)
    v->feeds[v->n_feeds++] = (struct feed_row){rows[i].id, rows[i].name, format_instant(r->reader, rows[i].created_at),
                                               rows[i].last_used_at ? format_instant(r->reader, rows[i].last_used_at) : tr(r, "never")};
  return OK;
}

int calendar_add_post(struct request *r, struct response *w) {
  char secret[SECRET_TEXT_SIZE];
  int rc = calendar_feed_make(r->store, r->arena, r->who.id, pairs_get(&r->form, "name"), r->now, secret, &r->err);
  if (rc == ERR_RANGE) {
    w->status = 422;
    return sales_show(r, w, STR_NONE, tr_sentence(r, arena_str(r->arena, str_of(r->err.text))));
  }
  struct str base = site_of(r);
  return rc < 0 ? rc : sales_show(r, w, arena_fmt(r->arena, "%.*s/calendar/%s.ics", STR_FMT(base), secret), STR_NONE);
}

int calendar_end_post(struct request *r, struct response *w) {
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc == OK)
    rc = calendar_feed_end(r->store, r->who.id, id, r->now, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, STR("/sales#calendar"));
}
