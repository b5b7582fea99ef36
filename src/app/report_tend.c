/* What is due goes out: begun in one transaction, each sending claimed, made and recorded by itself. */
#include "app/mail.h"
#include "app/report_schedule.h"
#include "store/repo_audit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { AT_ONCE = 1000 };

struct tending {
  struct arena *a;
  int64_t now;
  struct report_tended *ret;
};

static int begin_one(struct store *s, const struct tending *t, const struct report_schedule *x, struct err *e) {
  const struct zone *z = zone_load(t->a, x->time_zone);
  struct report_due due = {.schedule_id = x->id, .began_at = t->now};
  struct report_recipient *to = NULL;
  size_t n = 0;
  due.due_at = report_last_due(x, z, t->now, &due.skipped);
  int rc = report_due_put(s, &due, &due.id, e), begun = rc;
  if (rc >= 0)
    rc = report_recipients(s, t->a, x->id, &to, &n, e);
  for (size_t i = 0; begun == 1 && i < n && rc >= 0; i++)
    rc = report_delivery_put(s, due.id, to[i].address, to[i].language.n ? to[i].language : x->language, t->now, e);
  if (rc >= 0 && begun == 1 && x->to_folder)
    rc = report_delivery_put(s, due.id, STR_NONE, x->language, t->now, e);
  if (rc >= 0)
    rc = report_schedule_moved(s, x->id, report_next(x, z, t->now), e);
  if (rc >= 0)
    t->ret->due += begun;
  return rc < 0 ? rc : OK;
}

static int begin_tx(struct store *s, void *arg, struct err *e) {
  struct tending *t = arg;
  struct report_schedule *due = NULL;
  size_t n = 0;
  struct err cut = {0};
  *t->ret = (struct report_tended){0};
  err_set(&cut, ERR_CONFLICT, "The program stopped while it was sending: whether it arrived is not known");
  int64_t lost = report_delivery_lost(s, t->now - REPORT_LEASE, t->now, str_of(cut.text), e);
  if (lost < 0)
    return (int)lost;
  t->ret->uncertain = (int)lost;
  int rc = report_schedule_due(s, t->a, t->now, &due, &n, e);
  for (size_t i = 0; i < n && rc == OK; i++)
    rc = begin_one(s, t, &due[i], e);
  return rc;
}

/* Most minutes nothing is due: a look without a transaction that writes. */
static int anything(struct store *s, struct arena *a, int64_t now, bool *ret, struct err *e) {
  struct report_schedule *due = NULL;
  struct report_delivery d;
  size_t n = 0;
  int64_t sending = 0;
  int rc = report_schedule_due(s, a, now, &due, &n, e);
  if (rc == OK && !n)
    rc = report_delivery_next(s, a, now, &d, e);
  if (rc == 0 && !n)
    rc = report_delivery_sending(s, &sending, e);
  *ret = n || rc > 0 || sending;
  return rc < 0 ? rc : OK;
}

struct moving {
  struct report_delivery *d;
  enum delivery_state from;
  struct arena *a;
};

static int move_tx(struct store *s, void *arg, struct err *e) {
  struct moving *m = arg;
  int rc = report_delivery_move(s, m->d, m->from, e);
  if (rc <= 0 || (m->d->state != DELIVERY_SENT && m->d->state != DELIVERY_GIVEN_UP))
    return rc;
  /* The address stays out of the audit, which lives longer than people: the sending has it. */
  struct audit_entry x = {.at = m->d->at, .action = m->d->state == DELIVERY_SENT ? "report.sent" : "report.given_up", .entity = "report_schedule",
                          .entity_id = m->d->schedule_id, .detail = arena_fmt(m->a, "{\"sending\":%" PRId64 "}", m->d->id)};
  int written = audit_add(s, &x, e);
  return written < 0 ? written : rc;
}

static int64_t backoff(int tries) {
  int64_t wait = REPORT_FIRST_WAIT;
  for (int i = 1; i < tries; i++)
    wait *= 3;
  return wait;
}

struct job {
  struct store *s;
  struct org org;
  struct arena *a;
  struct report_schedule schedule;
  struct report_delivery d;
  struct report_run run;
  struct report_file *files;
  size_t n_files;
};

static int to_folder(struct job *j, struct err *e) {
  char dir[700], path[1200], part[1300];
  if (!j->org.report_folder[0])
    return err_set(e, ERR_CONFLICT, "No folder for reports is set up: perennial config set report_folder /a/path");
  snprintf(dir, sizeof dir, "%s/schedule-%" PRId64, j->org.report_folder, j->schedule.id);
  if (mkdir(dir, 0750) < 0 && errno != EEXIST)
    return err_set(e, ERR_IO, "The folder for reports can't be written: %s", strerror(errno));
  for (size_t i = 0; i < j->n_files; i++) {
    struct report_file f;
    struct str bytes;
    int rc = report_file_bytes(j->s, j->a, j->run.id, j->files[i].format, &f, &bytes, e);
    if (rc < 0)
      return rc;
    snprintf(path, sizeof path, "%s/%.*s", dir, STR_FMT(str_sub(f.name, 0, 400)));
    snprintf(part, sizeof part, "%s.part", path);
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    bool good = fd >= 0;
    while (good && bytes.n) {
      ssize_t n = write(fd, bytes.p, bytes.n);
      good = n > 0;
      bytes = str_sub(bytes, good ? (size_t)n : 0, bytes.n);
    }
    good = good && fsync(fd) == 0;
    if (fd >= 0)
      good = close(fd) == 0 && good;
    if (!good || rename(part, path) < 0)
      return err_set(e, ERR_IO, "The folder for reports can't be written: %s", strerror(errno));
  }
  return OK;
}

static enum smtp_result by_mail(struct job *j, struct err *e) {
  struct eml_file *files = arena_zalloc(j->a, j->n_files + 1, sizeof *files);
  for (size_t i = 0; files && i < j->n_files; i++) {
    struct report_file f;
    if (report_file_bytes(j->s, j->a, j->run.id, j->files[i].format, &f, &files[i].bytes, e) < 0)
      return SMTP_LATER;
    files[i].name = f.name;
    files[i].media = str_of(report_format_media((enum report_format)report_format_of(f.format)));
  }
  struct str text = report_letter(j->a, j->schedule.name, &j->run);
  struct eml x = {.subject = j->run.title, .text = text, .files = files, .n_files = j->n_files, .at = j->d.at,
                  .id = arena_fmt(j->a, "report-%" PRId64 "-%" PRId64, j->d.due_id, j->d.id)};
  if (!files || !text.p || !x.id.p) {
    err_set(e, ERR_NOMEM, "Out of memory");
    return SMTP_LATER;
  }
  return mail_send(j->s, &j->org, j->d.address, &x, e);
}

/* Makes what this sending needs; the same of all of its language. */
static int prepare(struct job *j, struct book_cache *books, struct str base, int64_t now, struct err *e) {
  int rc = report_schedule_get(j->s, j->a, j->d.schedule_id, &j->schedule, e);
  if (rc < 0)
    return rc == ERR_NOTFOUND ? err_set(e, ERR_DENIED, "The schedule was removed before this went out") : rc;
  struct report_wish wish = {.what = j->schedule.what, .span = j->schedule.span, .formats = j->schedule.formats, .language = j->d.language, .locale = STR_NONE,
                             .base = base,
                             .as_of = DAY_NONE, .person_id = j->schedule.person_id, .due_id = j->d.due_id};
  rc = report_keep(j->s, books, &wish, now, j->a, &j->run, e);
  return rc < 0 ? rc : report_file_list(j->s, j->a, j->run.id, &j->files, &j->n_files, e);
}

/* Writes what became of a try. */
static int record(struct job *j, enum delivery_state from, enum smtp_result result, int64_t now, const struct err *why, struct report_tended *ret, struct err *e) {
  struct report_delivery *d = &j->d;
  bool last = d->tries >= REPORT_TRIES;
  d->state = result == SMTP_SENT        ? DELIVERY_SENT
             : result == SMTP_UNCERTAIN ? DELIVERY_UNCERTAIN
             : result == SMTP_REFUSED || last ? DELIVERY_GIVEN_UP
                                        : DELIVERY_WAITING;
  d->at = now;
  d->next_at = now + backoff(d->tries);
  d->error = result == SMTP_SENT ? STR_NONE : str_of(why->text);
  ret->sent += result == SMTP_SENT;
  ret->uncertain += result == SMTP_UNCERTAIN;
  ret->failed += result == SMTP_LATER || result == SMTP_REFUSED;
  int rc = store_write(j->s, move_tx, &(struct moving){d, from, j->a}, e);
  return rc < 0 ? rc : OK;
}

/* One sending. The claim is durable before the first byte leaves. */
static int deliver(struct job *j, struct book_cache *books, struct str base, int64_t now, struct report_tended *ret, struct err *e) {
  struct err why = {0};
  j->d.tries++;
  int rc = prepare(j, books, base, now, &why);
  if (rc < 0)
    return record(j, DELIVERY_WAITING, rc == ERR_NOTFOUND || rc == ERR_DENIED ? SMTP_REFUSED : SMTP_LATER, now, &why, ret, e);
  j->d.state = DELIVERY_SENDING;
  j->d.run_id = j->run.id;
  j->d.at = now;
  j->d.error = STR_NONE;
  rc = store_write(j->s, move_tx, &(struct moving){&j->d, DELIVERY_WAITING, j->a}, e);
  if (rc <= 0)
    return rc; /* 0: another program has it */
  enum smtp_result result = j->d.address.n ? by_mail(j, &why) : to_folder(j, &why) < 0 ? SMTP_LATER : SMTP_SENT;
  return record(j, DELIVERY_SENDING, result, now, &why, ret, e);
}

int report_tend(struct store *s, struct book_cache *books, struct str base, int64_t now, struct report_tended *ret, struct err *e) {
  ARENA_CLEANUP struct arena *a = arena_new(0);
  struct report_tended done = {0};
  struct job j = {.s = s, .a = a};
  bool any = false;
  int rc = a ? anything(s, a, now, &any, e) : err_set(e, ERR_NOMEM, "Out of memory");
  if (rc == OK && any)
    rc = store_write(s, begin_tx, &(struct tending){a, now, &done}, e);
  if (rc == OK && any)
    rc = org_load(s, &j.org, e);
  for (int i = 0; i < AT_ONCE && rc == OK && any; i++) {
    arena_reset(a);
    rc = report_delivery_next(s, a, now, &j.d, e);
    if (rc <= 0)
      break;
    rc = deliver(&j, books, base, now, &done, e);
  }
  *ret = done;
  return rc < 0 ? rc : OK;
}
