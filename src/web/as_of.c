/* Which past day a request asks for, and the menu that leads there. */
#include "web/as_of.h"
#include "app/book_cache.h"
#include "store/repo_config.h"
#include "web/dispatch.h"
#include "web/format.h"
#include "web/route.h"
#include "web/shell.h"
#include "web/views.h"

enum { MOST_DAYS = 6, FRIDAY = 5 };

/* The page's reader stands on the day looked at; the menu speaks of days as seen from today. */
static struct str day_words(struct request *r, day_t day) {
  struct reader now = r->reader[0];
  now.today = r->real_today;
  return format_weekday(&now, day);
}

int64_t as_of_until(day_t as_of) { return as_of == DAY_NONE ? INT64_MAX : ((int64_t)as_of + 1) * SECONDS_PER_DAY - 1; }

static struct str iso(struct request *r, day_t day) {
  char text[DAY_ISO_SIZE];
  return arena_str(r->arena, str_of(day_iso(day, text)));
}

/* This page's address as of another day; DAY_NONE = now. A cursor of the list belongs to its day, so it goes. */
static struct str same_page(struct request *r, day_t day) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(WEB_MAX_URL);
  char separator = '?';
  size_t end = str_find(r->target, '?', 0);
  strbuf_add(&b, str_sub(r->target, 0, end));
  for (size_t i = 0; i < r->query.n; i++) {
    const struct pair *p = &r->query.p[i];
    if (str_eq(p->name, STR("as_of")) || str_eq(p->name, STR("after"))) continue;
    strbuf_addc(&b, separator);
    html_part_str(&b, p->name);
    strbuf_addc(&b, '=');
    html_part_str(&b, p->value);
    separator = '&';
  }
  if (day != DAY_NONE) {
    struct str text = iso(r, day);
    strbuf_fmt(&b, "%cas_of=%.*s", separator, STR_FMT(text));
  }
  return arena_str(r->arena, strbuf_str(&b));
}

static void add_day(struct request *r, struct as_of_view *v, const char *label, day_t day, day_t first) {
  if (day >= r->real_today || (first != DAY_NONE && day < first) || v->n_days == MOST_DAYS) return;
  v->days[v->n_days++] = (struct as_of_day){tr(r, label), day_words(r, day), same_page(r, day), day == r->as_of};
}

static int first_day(struct request *r, day_t *ret) {
  *ret = DAY_NONE;
  return r->books ? book_cache_first_day(r->books, r->store, ret, &r->err) : OK;
}

/* A page that says why not, with the nearest days that can be looked at. */
static int refuse_day(struct request *r, struct response *w, struct str sentence, day_t near, day_t first) {
  if (request_is_api(r)) return error_page(r, w, 400, sentence) < 0 ? ERR_NOMEM : 1;
  struct as_of_view v = {.title = tr(r, "That day can't be shown"), .sentence = sentence, .now_href = same_page(r, DAY_NONE)};
  v.days = arena_zalloc(r->arena, MOST_DAYS, sizeof *v.days);
  if (!v.days) return ERR_NOMEM;
  if (near != DAY_NONE) add_day(r, &v, MSG("Nearest day"), near, first);
  w->status = 400;
  struct view_cx cx = view_cx_of(r);
  shell_begin(r, w, &(struct page){.title = v.title});
  view_as_of(&w->body, &cx, &v);
  int rc = shell_end(r, w);
  return rc < 0 ? rc : 1;
}

static int take_get(struct request *r, struct response *w) {
  struct str text = pairs_get(&r->query, "as_of");
  day_t day, first;
  if (!text.n) return OK;
  if (!r->route->as_of) {
    struct str sentence = tr(r, "This address shows only how things stand now: take as_of away from it.");
    return error_page(r, w, 400, sentence) < 0 ? ERR_NOMEM : 1;
  }
  int rc = first_day(r, &first);
  if (rc < 0) return rc;
  if (day_parse_iso(text, &day) < 0) {
    struct str cut = str_sub(text, 0, 40);
    return refuse_day(r, w, tr_fmt(r, "“{0}” is not a day: write it as 2026-11-16.", cut), r->real_today - 1, first);
  }
  if (day == r->real_today) return OK; /* today is not over: now */
  struct str asked = day_words(r, day);
  if (day > r->real_today)
    return refuse_day(r, w, tr_fmt(r, "{0} is still to come: only days that are over can be looked at.", asked), r->real_today - 1, first);
  if (first == DAY_NONE || day < first) {
    struct str from = first == DAY_NONE ? STR_NONE : day_words(r, first);
    struct str sentence = first == DAY_NONE ? tr(r, "Nothing is in the book yet, so there is no past to look at.")
                                            : tr_fmt(r, "Nothing was known on {0}: the first day in the book is {1}.", asked, from);
    return refuse_day(r, w, sentence, first, first);
  }
  r->as_of = r->today = r->reader[0].today = day;
  r->until = as_of_until(day);
  return OK;
}

static bool names_day(struct str address) {
  size_t query = str_find(address, '?', 0);
  return query != SIZE_MAX && (str_contains(str_sub(address, query, address.n), STR("?as_of=")) || str_contains(str_sub(address, query, address.n), STR("&as_of=")));
}

/* A form that was sent from a page of the past: a tab left open, or an address written by hand. */
static int take_post(struct request *r, struct response *w) {
  bool past = pairs_has(&r->query, "as_of") || names_day(r->header(r, "Referer")) || names_day(r->header(r, "HX-Current-URL"));
  if (!past || str_eq(r->path, STR("/sign-out"))) return OK;
  struct str sentence = tr(r, "You were looking at a past day, where nothing can be changed. Go back to now and do it there.");
  return error_page(r, w, 409, sentence) < 0 ? ERR_NOMEM : 1;
}

int as_of_take(struct request *r, struct response *w) { return r->method == HTTP_POST ? take_post(r, w) : take_get(r, w); }

static void fill_days(struct request *r, struct as_of_view *v, const struct org *org, day_t first) {
  day_t today = r->real_today, week = today - (day_weekday(today) - org->calendar.week_start + 7) % 7;
  struct period quarter = period_of(&org->calendar, PERIOD_QUARTER, today), before = period_prev(&org->calendar, &quarter);
  int since_friday = (day_weekday(today) - FRIDAY + 7) % 7;
  add_day(r, v, MSG("Yesterday"), today - 1, first);
  add_day(r, v, MSG("Last Friday"), today - (since_friday ? since_friday : 7), first);
  add_day(r, v, MSG("Start of the week"), week < today ? week : week - 7, first);
  add_day(r, v, MSG("Quarter open"), quarter.first < today ? quarter.first : before.first, first);
  add_day(r, v, MSG("A year ago"), day_add_months(today, -12), first);
}

static int keep_fields(struct request *r, struct as_of_view *v) {
  v->fields = arena_zalloc(r->arena, r->query.n + 1, sizeof *v->fields);
  if (!v->fields) return ERR_NOMEM;
  for (size_t i = 0; i < r->query.n; i++) {
    const struct pair *p = &r->query.p[i];
    if (!str_eq(p->name, STR("as_of")) && !str_eq(p->name, STR("after"))) v->fields[v->n_fields++] = (struct as_of_field){p->name, p->value};
  }
  return OK;
}

int as_of_menu(struct request *r, struct as_of_view **ret) {
  struct org org;
  day_t first;
  *ret = NULL;
  if (!r->route || !r->route->as_of || r->method != HTTP_GET || !r->books) return OK;
  int rc = org_load(r->store, &org, &r->err);
  if (rc >= 0) rc = first_day(r, &first);
  if (rc < 0 || first == DAY_NONE || first >= r->real_today) return rc;
  struct as_of_view *v = arena_zalloc(r->arena, 1, sizeof *v);
  if (!v) return ERR_NOMEM;
  size_t end = str_find(r->target, '?', 0);
  *v = (struct as_of_view){.past = r->as_of != DAY_NONE, .first_iso = iso(r, first), .last_iso = iso(r, r->real_today - 1), .action = str_sub(r->target, 0, end),
                           .now_href = same_page(r, DAY_NONE), .day = day_words(r, r->today),
                           .day_iso = r->as_of == DAY_NONE ? STR_NONE : iso(r, r->as_of)};
  v->days = arena_zalloc(r->arena, MOST_DAYS, sizeof *v->days);
  if (!v->days) return ERR_NOMEM;
  fill_days(r, v, &org, first);
  rc = keep_fields(r, v);
  if (rc >= 0) *ret = v;
  return rc;
}
