#include "web/pages/desk.h"
#include "web/pages/reports.h"

static const char *const kinds[REPORT_WHAT_COUNT] = {[REPORT_WEEKLY] = MSG("The week"), [REPORT_REVIEW] = MSG("1:1 pack"), [REPORT_PARTNER] = MSG("Partner pack"),
                                                     [REPORT_KPI_BOOK] = MSG("KPI book"), [REPORT_LEDGER] = MSG("Exception ledger")};

struct str report_kind_words(struct request *r, struct str what) {
  struct str kind, subject;
  str_cut(what, ':', &kind, &subject);
  int w = report_what_of(kind);
  struct str words = w >= 0 && kinds[w] ? tr(r, kinds[w]) : kind;
  return subject.n ? tr_fmt(r, "{0}: {1}", words, subject) : words;
}

enum { ABOUT_MOST = 300 };

int report_about_names(struct request *r, struct str **ret, size_t *ret_n) {
  struct desk d DESK_CLEANUP = {0};
  int rc = desk_open(r, STR_NONE, &d);
  if (rc < 0)
    return rc;
  const struct book *b = d.book;
  struct str *names = arena_zalloc(r->arena, ABOUT_MOST + 1, sizeof *names);
  uint8_t *partner = arena_zalloc(r->arena, (size_t)b->accounts.n + 1, 1), *rep = arena_zalloc(r->arena, (size_t)b->reps.n + 1, 1);
  size_t n = 0;
  if (!names || !partner || !rep)
    return ERR_NOMEM;
  for (uint32_t i = 0; i < b->renewals.n; i++)
    if (desk_sees_row(&d, i)) {
      rep[b->renewals.rep[i]] = d.reps[b->renewals.rep[i]];
      partner[b->renewals.reseller[i]] = partner[b->renewals.distributor[i]] = 1;
    }
  for (uint32_t c = 1; c < b->reps.n && n < ABOUT_MOST; c++)
    if (rep[c])
      names[n++] = arena_str(r->arena, book_name(&b->reps, c)); /* the book goes before the page is written */
  for (uint32_t c = 1; c < b->accounts.n && n < ABOUT_MOST; c++)
    if (partner[c])
      names[n++] = arena_str(r->arena, book_name(&b->accounts, c));
  *ret = names;
  *ret_n = n;
  return OK;
}

struct str report_what_chosen(struct request *r) {
  struct str kind = pairs_get(&r->form, "what"), subject = str_trim(pairs_get(&r->form, "subject"));
  int w = report_what_of(kind);
  return w >= 0 && report_has_subject((enum report_what)w) ? arena_fmt(r->arena, "%.*s:%.*s", STR_FMT(kind), STR_FMT(subject)) : kind;
}

static struct option *room(struct request *r, size_t n) { return arena_zalloc(r->arena, n + 1, sizeof(struct option)); }

struct option *report_kind_options(struct request *r, struct str chosen, size_t *ret_n) {
  struct option *o = room(r, REPORT_WHAT_COUNT);
  struct str kind, subject;
  str_cut(chosen, ':', &kind, &subject);
  *ret_n = 0;
  for (int i = 0; o && i < REPORT_WHAT_COUNT; i++) {
    struct str name = str_of(report_what_name((enum report_what)i));
    o[(*ret_n)++] = (struct option){name, report_kind_words(r, name), str_eq(name, kind)};
  }
  return o;
}

struct option *report_span_options(struct request *r, struct str chosen, size_t *ret_n) {
  static const char *const words[] = {MSG("The running quarter"), MSG("The quarter before"), MSG("The running month"), MSG("The running year")};
  struct option *o = room(r, 4);
  *ret_n = 0;
  for (size_t i = 0; o && report_spans[i]; i++)
    o[(*ret_n)++] = (struct option){str_of(report_spans[i]), tr(r, words[i]), str_eq(str_of(report_spans[i]), chosen)};
  return o;
}

/* Languages call themselves by their own name. */
static const char *const languages[][2] = {{"en", "English"}, {"es", "Español"}, {"fr", "Français"}, {"pt", "Português"}};
enum { LANGUAGES = sizeof languages / sizeof languages[0] };

struct str report_language_words(struct request *r, struct str language) {
  (void)r;
  for (size_t i = 0; i < LANGUAGES; i++)
    if (str_eq(language, str_of(languages[i][0])))
      return str_of(languages[i][1]);
  return language;
}

struct option *report_language_options(struct request *r, struct str chosen, size_t *ret_n) {
  struct option *o = room(r, LANGUAGES);
  *ret_n = 0;
  for (size_t i = 0; o && i < LANGUAGES; i++)
    o[(*ret_n)++] = (struct option){str_of(languages[i][0]), str_of(languages[i][1]), str_eq(str_of(languages[i][0]), chosen)};
  return o;
}

static bool among(struct str list, struct str one) {
  struct str piece;
  while (str_cut(list, ',', &piece, &list))
    if (str_eq(piece, one))
      return true;
  return false;
}

static struct str upper(struct request *r, struct str s) {
  struct str copy = arena_str(r->arena, s);
  for (size_t i = 0; i < copy.n; i++)
    if (copy.p[i] >= 'a' && copy.p[i] <= 'z')
      ((char *)(uintptr_t)copy.p)[i] = (char)(copy.p[i] - 32);
  return copy;
}

struct option *report_format_options(struct request *r, struct str chosen, size_t *ret_n) {
  struct option *o = room(r, REPORT_FORMAT_COUNT);
  *ret_n = 0;
  for (int f = 0; o && f < REPORT_FORMAT_COUNT; f++) {
    struct str name = str_of(report_format_name((enum report_format)f));
    o[(*ret_n)++] = (struct option){name, upper(r, name), !chosen.n || among(chosen, name)};
  }
  return o;
}

struct str report_formats_chosen(struct request *r) {
  struct str all = STR_NONE;
  for (int f = 0; f < REPORT_FORMAT_COUNT; f++) {
    const char *name = report_format_name((enum report_format)f);
    bool there = false;
    for (size_t i = 0; i < r->form.n; i++)
      there |= str_eq(r->form.p[i].name, STR("format")) && str_eq(r->form.p[i].value, str_of(name));
    if (there)
      all = arena_fmt(r->arena, "%.*s%s%s", STR_FMT(all), all.n ? "," : "", name);
  }
  return all;
}

struct str report_when_words(struct request *r, const struct report_schedule *x) {
  static const char *const days[] = {MSG("Every day at {0}, {1}"),     MSG("Mondays at {0}, {1}"),   MSG("Tuesdays at {0}, {1}"), MSG("Wednesdays at {0}, {1}"),
                                     MSG("Thursdays at {0}, {1}"), MSG("Fridays at {0}, {1}"), MSG("Saturdays at {0}, {1}"), MSG("Sundays at {0}, {1}")};
  struct str time = arena_fmt(r->arena, "%02d:%02d", x->minute / 60, x->minute % 60);
  return tr_fmt(r, days[x->weekday >= 0 && x->weekday <= 7 ? x->weekday : 0], time, x->time_zone);
}

struct str report_state_words(struct request *r, const struct report_delivery *x, bool *ret_bad) {
  *ret_bad = x->state == DELIVERY_UNCERTAIN || x->state == DELIVERY_GIVEN_UP || x->error.n;
  switch (x->state) {
  case DELIVERY_WAITING: return x->error.n ? tr(r, "Failed, tried again") : tr(r, "Waits");
  case DELIVERY_SENDING: return tr(r, "Being sent");
  case DELIVERY_SENT: return tr(r, "sending|Sent");
  case DELIVERY_UNCERTAIN: return tr(r, "May have arrived");
  case DELIVERY_GIVEN_UP:
  default: return tr(r, "Given up");
  }
}
