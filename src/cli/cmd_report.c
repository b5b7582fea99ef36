/* report: the week's report of a period as files, from one model. */
#include <errno.h>
#include <sys/stat.h>

#include "app/report_make.h"
#include "cli/commands.h"
#include "cli/report_kept.h"
#include "cli/person.h"
#include "report/template.h"

struct wish {
  const char *period, *dir, *as_of, *language, *formats, *as, *url, *about, *template;
  bool format[REPORT_FORMAT_COUNT];
};

static int wish_read(struct cli *c, struct wish *w) {
  return cli_option(c, "period", &w->period) != OK || cli_option(c, "out", &w->dir) != OK || cli_option(c, "as-of", &w->as_of) != OK ||
                 cli_option(c, "language", &w->language) != OK || cli_option(c, "formats", &w->formats) != OK || cli_option(c, "as", &w->as) != OK ||
                 cli_option(c, "public-url", &w->url) != OK || cli_option(c, "about", &w->about) != OK || cli_option(c, "template", &w->template) != OK
             ? ERR_USAGE
             : OK;
}

static int formats_read(struct cli *c, struct wish *w) {
  struct str rest = str_of(w->formats), one;
  for (int f = 0; f < REPORT_FORMAT_COUNT; f++) {
    w->format[f] = w->formats == NULL;
  }
  while (str_cut(rest, ',', &one, &rest)) {
    int f = report_format_of(str_trim(one));
    if (f < 0) {
      (void)cli_usage(c, "--formats %.*s: write xlsx, docx, pptx, html or csv, several with commas", STR_FMT(one));
      return ERR_USAGE;
    }
    w->format[f] = true;
  }
  if (w->language != NULL && !str_eq(words_language(words_of(str_of(w->language))), str_sub(str_of(w->language), 0, 2))) {
    (void)cli_usage(c, "--language %s: write en, es, fr or pt", w->language);
    return ERR_USAGE;
  }
  return OK;
}

/* The company's own file instead of ours: of the kind that it is. */
static int write_filled(struct cli *c, const struct report *report, const struct wish *w, struct err *e) {
  static const enum report_format office[] = {REPORT_XLSX, REPORT_DOCX, REPORT_PPTX};
  for (size_t i = 0; i < sizeof office / sizeof office[0]; i++) {
    struct str ext = arena_fmt(c->arena, ".%s", report_format_name(office[i])), name = report_file_name(report, office[i]);
    struct str path = arena_fmt(c->arena, "%s/%.*s", w->dir, STR_FMT(name));
    if (!str_ends(str_of(w->template), ext)) {
      continue;
    }
    int code = path.p != NULL && name.p != NULL ? report_fill(report, w->template, path.p, e) : err_set(e, ERR_NOMEM, "Out of memory");
    if (code == OK) {
      fprintf(c->out, "%s\n", path.p);
    }
    return code;
  }
  return err_set(e, ERR_SYNTAX, "%s: a template is a .docx, .pptx or .xlsx file", w->template);
}

static int write_all(struct cli *c, const struct org *org, const struct report_ask *ask, const struct wish *w, struct err *e) {
  struct report report;
  int code = report_make(c->store, NULL, org, ask, &report, e);
  if (code == OK && w->template != NULL) {
    return write_filled(c, &report, w, e);
  }
  for (int f = 0; f < REPORT_FORMAT_COUNT && code == OK; f++) {
    if (!w->format[f]) {
      continue;
    }
    struct str name = report_file_name(&report, (enum report_format)f), path = arena_fmt(c->arena, "%s/%.*s", w->dir, STR_FMT(name));
    code = path.p != NULL && name.p != NULL ? report_write_own(&report, org->report_templates, (enum report_format)f, path.p, e) : err_set(e, ERR_NOMEM, "Out of memory");
    if (code == OK) {
      fprintf(c->out, "%s\n", path.p);
    }
  }
  return code;
}

int report_cmd(struct cli *c) {
  if (report_kept_is(c)) {
    return report_kept_cmd(c);
  }
  struct wish w = {0};
  struct err e = {0};
  struct org org;
  struct scope who = scope_operator();
  struct person person = {0};
  if (wish_read(c, &w) != OK) {
    return EXIT_USAGE;
  }
  const char *which = cli_argument(c);
  if (cli_end(c) != OK || formats_read(c, &w) != OK) {
    return EXIT_USAGE;
  }
  int what = which != NULL ? report_what_of(str_of(which)) : -1;
  if (what < 0) {
    return cli_usage(c, "report: which one? There are weekly, review, partner, kpi-book and exceptions");
  }
  if (report_has_subject((enum report_what)what) != (w.about != NULL)) {
    return cli_usage(c, w.about != NULL ? "--about belongs to review and partner" : "report %s: --about NAME or number is missing", which);
  }
  if (cli_store(c, false, &e) != OK || org_load(c->store, &org, &e) != OK || (w.as != NULL && cli_as(c, w.as, &who, &person, &e) != OK)) {
    return cli_fail(c, &e);
  }
  struct report_ask ask = {.what = (enum report_what)what, .as_of = DAY_NONE, .now = c->now, .who = &who, .base = str_of(w.url), .subject = str_of(w.about)};
  if (w.as_of != NULL && cli_day(c, w.as_of, &ask.as_of) != OK) {
    return EXIT_USAGE;
  }
  ask.as_of = ask.as_of == org_today(&org, c->now) ? DAY_NONE : ask.as_of; /* so far */
  day_t day = report_day(&org, &ask);
  ask.period = period_of(&org.calendar, PERIOD_QUARTER, day);
  if (w.period != NULL && period_parse(&org.calendar, str_of(w.period), &ask.period) != OK) {
    return cli_usage(c, "--period %s: not a period: write 2026, 2026-Q4, 2026-11 or 2026-Q4-W07", w.period);
  }
  struct str language = w.language != NULL ? str_of(w.language) : person.language.n > 0 ? person.language : STR("en");
  struct reader reader = report_reader(c->arena, language, w.language == NULL ? person.locale : STR_NONE, day);
  ask.reader = &reader;
  w.dir = w.dir != NULL ? w.dir : ".";
  if (mkdir(w.dir, 0777) != 0 && errno != EEXIST) {
    return cli_fail(c, (err_set(&e, ERR_IO, "%s: %s: name a folder you may write to with --out", w.dir, strerror(errno)), &e));
  }
  return write_all(c, &org, &ask, &w, &e) == OK ? EXIT_DONE : cli_fail(c, &e);
}
