#include "app/report_make.h"

#include "app/report_parts.h"
#include "words/locale.h"

#define REPORT_WHAT_NAME(NAME, SPELLING) [NAME] = SPELLING,
static const char *const names[REPORT_WHAT_COUNT] = {REPORT_KINDS_OF(REPORT_WHAT_NAME)};

const char *report_what_name(enum report_what w) { return (unsigned)w < REPORT_WHAT_COUNT ? names[w] : ""; }
int report_what_of(struct str s) {
  for (int i = 0; i < REPORT_WHAT_COUNT; i++) {
    if (str_eq_nocase(s, str_of(names[i]))) {
      return i;
    }
  }
  return -1;
}

bool report_has_subject(enum report_what w) { return w == REPORT_REVIEW || w == REPORT_PARTNER; }

struct reader report_reader(struct arena *a, struct str language, struct str locale, day_t day) {
  return (struct reader){.arena = a, .words = words_of(language), .locale = locale_of(locale.n > 0 ? locale : language), .zone = NULL, .today = day};
}

day_t report_day(const struct org *org, const struct report_ask *x) { return x->as_of != DAY_NONE ? x->as_of : org_today(org, x->now); }

/* The books of a report: borrowed from the cache, or its own. */
struct books {
  struct book_cache *cache;
  const struct book *newest, *then;
};

static int open_books(struct store *s, struct book_cache *cache, day_t as_of, struct books *ret, struct err *e) {
  struct book *newest = NULL, *then = NULL;
  ret->cache = cache;
  if (cache != NULL) {
    int code = book_cache_get(cache, s, &ret->newest, e);
    return code == OK && as_of != DAY_NONE ? book_cache_get_as_of(cache, s, as_of, &ret->then, e) : code;
  }
  int code = book_load(s, DAY_NONE, &newest, e);
  ret->newest = newest;
  code = code == OK && as_of != DAY_NONE ? book_load(s, as_of, &then, e) : code;
  ret->then = then;
  return code;
}

static void close_books(struct books *x) {
  if (x->cache == NULL) {
    book_free((struct book *)(uintptr_t)x->then); /* ours */
    book_free((struct book *)(uintptr_t)x->newest);
    return;
  }
  if (x->then != NULL) {
    book_cache_release(x->cache, x->then);
  }
  if (x->newest != NULL) {
    book_cache_release(x->cache, x->newest);
  }
}

static int make_kind(struct pack *p, struct report *r, struct err *e) {
  switch (p->ask->what) {
    case REPORT_REVIEW: {
      int code = review_subject(p, e);
      r->kind = arena_fmt(p->a, "review-%" PRId64, p->subject_id).p;
      return code != OK ? code : r->kind == NULL ? part_out_of_memory(e) : report_weekly(p, r, e);
    }
    case REPORT_PARTNER: return report_partner(p, r, e);
    case REPORT_KPI_BOOK: return report_kpi_book(p, r, e);
    case REPORT_LEDGER: return report_ledger(p, r, e);
    case REPORT_WEEKLY:
    case REPORT_WHAT_COUNT:
    default: return report_weekly(p, r, e);
  }
}

int report_make(struct store *s, struct book_cache *books, const struct org *org, const struct report_ask *x, struct report *ret, struct err *e) {
  char code[4], id[PERIOD_ID_SIZE];
  struct books b = {0};
  struct pack *p = arena_zalloc(x->reader->arena, 1, sizeof *p);
  if (p == NULL) {
    return part_out_of_memory(e);
  }
  if (x->as_of != DAY_NONE && x->as_of > org_today(org, x->now)) {
    return err_set(e, ERR_RANGE, "report: that day is still to come");
  }
  int rc = open_books(s, books, x->as_of, &b, e);
  if (rc == OK) {
    *p = (struct pack){.s = s, .org = org, .ask = x, .r = x->reader, .a = x->reader->arena, .book = b.then != NULL ? b.then : b.newest, .newest = b.newest,
        .books = books,
                       .today = report_day(org, x), .until = INT64_MAX, .clock = org_now(org, x->now)};
    if (x->as_of != DAY_NONE) {
      p->until = p->clock = ((int64_t)x->as_of + 1) * SECONDS_PER_DAY - 1;
    }
    p->currency = p->book->reporting;
    p->currency_code = arena_str(p->a, str_of(currency_code(p->currency, code)));
    p->period_id = arena_str(p->a, str_of(period_id(&x->period, id)));
    p->period_name = format_period(p->r, p->period_id);
    struct report r = {.kind = report_what_name(x->what), .organization = arena_str(p->a, str_of(org->name)), .period_id = p->period_id, .period_name = p->period_name,
                       .base = x->base, .reader = x->reader, .currency = p->currency, .exponent = currency_exponent(p->currency), .as_of = p->today};
    rc = pack_open(p, e);
    rc = rc == OK ? make_kind(p, &r, e) : rc;
    if (rc == OK && arena_failed(p->a)) {
      rc = part_out_of_memory(e);
    }
    if (rc == OK) {
      *ret = r;
    }
  }
  close_books(&b);
  return rc;
}
