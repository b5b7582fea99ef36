#include "app/report_keep.h"

#include "app/access_secret.h"
#include "base/strbuf.h"
#include "report/template.h"
#include "store/repo_audit.h"
#include "words/words.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

enum { FILE_MOST = 64 << 20 };

const char *const report_spans[] = {"quarter", "last_quarter", "month", "year", NULL};

bool report_span_known(struct str span) {
  for (size_t i = 0; report_spans[i]; i++)
    if (str_eq(span, str_of(report_spans[i])))
      return true;
  return false;
}

bool report_run_seen(const struct scope *who, const struct report_run *x) {
  return who->everything || (x->person_id && (x->person_id == who->person_id || scope_sees_rep(who, x->person_id)));
}

struct str report_formats_all(struct arena *a) {
  struct str all = STR_NONE;
  for (int f = 0; f < REPORT_FORMAT_COUNT; f++)
    all = arena_fmt(a, "%.*s%s%s", STR_FMT(all), f ? "," : "", report_format_name((enum report_format)f));
  return all;
}

int report_what_split(struct str what, struct str *ret_subject) {
  struct str kind;
  str_cut(what, ':', &kind, ret_subject);
  int w = report_what_of(kind);
  return w < 0 || report_has_subject((enum report_what)w) != (ret_subject->n > 0) ? -1 : w;
}

static int span_period(const struct calendar *c, struct str span, day_t day, struct period *ret, struct err *e) {
  struct period quarter = period_of(c, PERIOD_QUARTER, day);
  if (str_eq(span, STR("quarter")))
    *ret = quarter;
  else if (str_eq(span, STR("last_quarter")))
    *ret = period_prev(c, &quarter);
  else if (str_eq(span, STR("month")) || str_eq(span, STR("year")))
    *ret = period_of(c, str_eq(span, STR("month")) ? PERIOD_MONTH : PERIOD_YEAR, day);
  else if (period_parse(c, span, ret) < 0)
    return err_set(e, ERR_NOTFOUND, "%.*s: not a period: write 2026-Q4, 2026-11 or 2026", STR_FMT(str_sub(span, 0, 40)));
  return OK;
}

struct made_file {
  struct report_file row;
  struct str bytes;
  char sha[65];
};
struct keeping {
  struct arena *a;
  struct report_run run;
  struct made_file files[REPORT_FORMAT_COUNT];
  size_t n_files;
};

static int read_file(struct arena *a, const char *path, struct str *ret, struct err *e) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
  char *p = size >= 0 && size <= FILE_MOST ? arena_alloc(a, (size_t)size + 1) : NULL;
  ssize_t n = p ? pread(fd, p, (size_t)size, 0) : -1;
  if (fd >= 0)
    close(fd);
  if (n < 0 || n != size)
    return err_set(e, ERR_IO, "The report can't be read back: free space in /tmp");
  *ret = (struct str){p, (size_t)n};
  return OK;
}

static int add_file(struct keeping *k, const struct report *report, const char *templates, enum report_format f, const char *path, struct err *e) {
  struct made_file *x = &k->files[k->n_files];
  unsigned char hash[crypto_hash_sha256_BYTES];
  int rc = report_write_own(report, templates, f, path, e);
  if (rc == OK)
    rc = read_file(k->a, path, &x->bytes, e);
  (void)unlink(path);
  if (rc < 0)
    return rc;
  crypto_hash_sha256(hash, (const unsigned char *)x->bytes.p, x->bytes.n);
  sodium_bin2hex(x->sha, sizeof x->sha, hash, sizeof hash);
  x->row = (struct report_file){.format = str_of(report_format_name(f)), .name = report_file_name(report, f), .sha256 = str_of(x->sha), .size = (int64_t)x->bytes.n};
  k->n_files++;
  return x->row.name.p ? OK : err_set(e, ERR_NOMEM, "Out of memory");
}

static int add_files(struct keeping *k, const struct report *report, const char *templates, struct str formats, struct err *e) {
  char dir[] = "/tmp/perennial-XXXXXX", path[64];
  struct str one;
  bool wanted[REPORT_FORMAT_COUNT] = {false};
  int rc = OK;
  for (struct str rest = formats; str_cut(rest, ',', &one, &rest);) {
    int f = report_format_of(one);
    if (f < 0)
      return err_set(e, ERR_NOTFOUND, "There is no such kind of file");
    wanted[f] = true;
  }
  if (!mkdtemp(dir))
    return err_set(e, ERR_IO, "The report can't be written: free space in /tmp");
  snprintf(path, sizeof path, "%s/report", dir);
  for (int f = 0; f < REPORT_FORMAT_COUNT && rc == OK; f++)
    if (wanted[f] || !formats.n)
      rc = add_file(k, report, templates, (enum report_format)f, path, e);
  (void)rmdir(dir);
  return rc;
}

static int keep_tx(struct store *s, void *arg, struct err *e) {
  struct keeping *k = arg;
  struct report_run there;
  int rc = k->run.due_id ? report_run_of_due(s, k->a, k->run.due_id, k->run.language, &there, e) : ERR_NOTFOUND;
  if (rc == OK)
    k->run = there; /* another program made it meanwhile */
  if (rc != ERR_NOTFOUND)
    return rc;
  rc = report_run_put(s, &k->run, e);
  for (size_t i = 0; i < k->n_files && rc == OK; i++) {
    k->files[i].row.run_id = k->run.id;
    rc = report_file_put(s, &k->files[i].row, k->files[i].bytes, e);
  }
  if (rc < 0)
    return rc;
  struct str detail = arena_fmt(k->a, "{\"what\":\"%.*s\",\"period\":\"%.*s\",\"language\":\"%.*s\",\"person\":%" PRId64 "}", STR_FMT(k->run.what),
                                STR_FMT(k->run.period),
                                STR_FMT(k->run.language), k->run.person_id);
  return audit_add(s, &(struct audit_entry){.at = k->run.made_at, .actor_id = k->run.made_by, .action = "report.make", .entity = "report", .entity_id = k->run.id,
                                            .detail = detail}, e);
}

/* Whose rows; a person who may no longer come in has none. */
static int rows_of(struct store *s, struct arena *a, int64_t person_id, day_t today, struct scope *ret, struct err *e) {
  struct person_row p;
  if (!person_id) {
    *ret = scope_operator();
    return OK;
  }
  int rc = person_by_id(s, a, person_id, &p, e);
  if (rc == OK && !p.active)
    return err_set(e, ERR_DENIED, "The person whose rows are in this report is disabled");
  if (rc == OK)
    rc = scope_load(s, a, person_id, ret, e);
  return rc == OK ? scope_cover(s, a, today, ret, e) : rc;
}

int report_keep(struct store *s, struct book_cache *books, const struct report_wish *x, int64_t now, struct arena *a, struct report_run *ret, struct err *e) {
  struct org org;
  struct scope who;
  struct report report;
  char id[PERIOD_ID_SIZE];
  struct str subject = STR_NONE;
  int what = report_what_split(x->what, &subject);
  if (what < 0)
    return err_set(e, ERR_NOTFOUND, "There is no such report");
  if (x->due_id && report_run_of_due(s, a, x->due_id, x->language, ret, e) == OK)
    return OK;
  int rc = org_load(s, &org, e);
  if (rc == OK)
    rc = rows_of(s, a, x->person_id, org_today(&org, now), &who, e);
  if (rc < 0)
    return rc;
  struct report_ask ask = {.what = (enum report_what)what, .as_of = x->as_of, .now = now, .subject = subject, .who = &who, .base = x->base};
  day_t day = report_day(&org, &ask);
  struct reader reader = report_reader(a, x->language, x->locale, day);
  ask.reader = &reader;
  struct keeping *k = arena_zalloc(a, 1, sizeof *k);
  if (!k)
    return err_set(e, ERR_NOMEM, "Out of memory");
  k->a = a;
  rc = span_period(&org.calendar, x->span, day, &ask.period, e);
  if (rc == OK)
    rc = report_make(s, books, &org, &ask, &report, e);
  if (rc == OK)
    rc = add_files(k, &report, org.report_templates, x->formats, e);
  if (rc < 0)
    return rc;
  k->run = (struct report_run){.what = x->what, .period = arena_str(a, str_of(period_id(&ask.period, id))), .day = day, .as_of = x->as_of, .language = x->language,
                               .title = report.title, .headline = report.headline, .person_id = x->person_id, .made_by = x->made_by, .made_at = now,
                                   .due_id = x->due_id};
  rc = store_write(s, keep_tx, k, e);
  return rc < 0 ? rc : report_run_get(s, a, k->run.id, ret, e);
}

struct str report_letter(struct arena *a, struct str schedule, const struct report_run *x) {
  struct reader reader = report_reader(a, x->language, STR_NONE, x->day), *r = &reader;
  struct str files = tr(r, "The files are attached.");
  struct str why = tr_fmt(r, "You get this because you are on the list of “{0}”. To be taken off it, ask {1}.", schedule, x->person);
  return arena_fmt(a, "%.*s\r\n\r\n%.*s\r\n%.*s\r\n", STR_FMT(x->headline), STR_FMT(files), STR_FMT(why));
}
