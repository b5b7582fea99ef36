/* Jobs of imports: a queue, a thread, a connection. */
#include "app/import_desk.h"
#include "app/import_desk_files.h"
#include "app/import_found.h"
#include "app/import_mends.h"
#include "app/import_undo.h"
#include "app/notify.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "store/repo_audit.h"
#include "store/repo_config.h"

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

enum { QUEUE_MOST = 32, JOBS_MOST = 128 }; /* jobs remembered: the older ones that ended are forgotten first */

struct job {
  struct desk_order order;
  struct desk_status status;
  int64_t number; /* order of arrival, 0 = a free place */
  atomic_bool cancel;
};
struct import_desk {
  char *url, *folder;
  pthread_t thread;
  bool started, stopping;
  pthread_mutex_t lock;
  pthread_cond_t work;
  struct job jobs[JOBS_MOST];
  struct job *running;
  int64_t numbers;
  struct store *store; /* of the thread */
};

static int no_memory(struct err *e)
{
  return err_set(e, ERR_NOMEM, "out of memory");
}

/* ---- the jobs ---- */

static void progress(void *ctx, const char *step, int64_t done, int64_t total)
{
  struct import_desk *d = ctx;
  pthread_mutex_lock(&d->lock);
  struct desk_status *s = &d->running->status;
  str_to_z(str_of(step), s->step, sizeof s->step);
  s->done = done;
  s->total = total;
  pthread_mutex_unlock(&d->lock);
}

struct move {
  int64_t id, now;
  int from, to;
  struct str result, error;
  bool done;
  bool tell; /* whoever staged the file is told that it stopped */
};

static int tell_stopped(struct store *s, const struct move *m, struct err *e)
{
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct staged x;
  int rc = a ? staged_get(s, a, m->id, &x, e) : no_memory(e);
  return rc < 0 ? rc : notify_send(s, &(struct notify){.person_id = x.person_id, .kind = NOTICE_IMPORT_STOPPED, .entity = STR("import_staged"), .entity_id = m->id,
    .a = x.file_name, .b = m->error, .at = m->now}, e);
}

static int move_tx(struct store *s, void *arg, struct err *e)
{
  struct move *m = arg;
  int rc = staged_move(s, m->id, m->from, m->to, m->result, m->error, m->now, &m->done, e);
  return rc == OK && m->done && m->tell && m->error.n ? tell_stopped(s, m, e) : rc;
}

/* Reads the file as a check: what it finds goes to the staged file. */
static int check(struct import_desk *d, struct job *j, struct arena *a, const struct staged *x, struct import_options *o, struct str *ret_result, struct err *e)
{
  struct found_collect found = {.arena = a};
  struct import_result r = {0};
  struct str problems = import_desk_problems(d, a, x->id);
  if (!problems.p)
    return no_memory(e);
  unlink(problems.p);
  o->dry_run = o->effect = true;
  o->actor_id = j->order.actor_id; /* what may be set is theirs to see before they apply it */
  o->problem = found_problem;
  o->problem_ctx = &found;
  o->problems = problems.p;
  o->cancel = &j->cancel;
  int rc = import_run(d->store, a, o, &r, e);
  if (rc < 0)
    return rc;
  *ret_result = found_text(a, &found, &r);
  return ret_result->p ? OK : no_memory(e);
}

static int apply(struct import_desk *d, struct job *j, struct arena *a, const struct staged *x, struct import_options *o, struct err *e)
{
  struct import_result r = {0};
  struct str problems = import_desk_problems(d, a, x->id), file = import_desk_file(d, a, x->id);
  if (!problems.p || !file.p)
    return no_memory(e);
  o->problems = problems.p;
  o->confirmed = j->order.confirmed;
  o->cancel = &j->cancel;
  o->id = x->id;
  o->actor_id = j->order.actor_id;
  int rc = import_run(d->store, a, o, &r, e);
  if (rc < 0)
    return rc;
  if (r.seen_before)
    return err_set(e, ERR_CONFLICT, "This file was imported before, with the same mapping and day: nothing was changed");
  unlink(file.p);
  return OK;
}

static int work_on(struct import_desk *d, struct job *j, struct arena *a, struct str *ret_result, struct err *e)
{
  struct org org;
  struct staged x;
  struct import_options o;
  int64_t now = clock_now();
  if (j->order.job == DESK_UNDO) {
    struct import_undo_counts n;
    return import_undo_run(d->store, &(struct import_undo){.import_id = j->order.id, .now = now, .actor_id = j->order.actor_id}, &n, e);
  }
  int rc = org_load(d->store, &org, e);
  if (rc == OK)
    rc = staged_get(d->store, a, j->order.id, &x, e);
  if (rc == OK)
    rc = import_desk_options(d, a, &x, org_today(&org, now), now, &o, e);
  if (rc < 0)
    return rc;
  o.progress = progress;
  o.progress_ctx = d;
  return j->order.job == DESK_CHECK ? check(d, j, a, &x, &o, ret_result, e) : apply(d, j, a, &x, &o, e);
}

/* Where the staged file is after a job that ended so. */
static void settle(struct import_desk *d, const struct job *j, int rc, struct str result, const struct err *why)
{
  bool checking = j->order.job == DESK_CHECK;
  struct move m = {.id = j->order.id, .now = clock_now(), .from = checking ? STAGED_CHECKING : STAGED_APPLYING, .error = rc < 0 ? str_of(why->text) : STR_NONE,
                   .result = {NULL, 0}};
  struct err e = {0};
  m.tell = !checking && !atomic_load(&j->cancel);
  m.to = checking ? (rc < 0 ? STAGED_MAPPING : STAGED_CHECKED) : STAGED_CHECKED;
  if (rc >= 0 && checking)
    m.result = result;
  if (j->order.job == DESK_UNDO || (rc >= 0 && !checking)) /* an import that went in has said so in its own transaction */
    return;
  if (store_write(d->store, move_tx, &m, &e) < 0)
    log_line(LOG_ERROR, "import %" PRId64 ": %s", j->order.id, e.text);
}

static void run_job(struct import_desk *d, struct job *j)
{
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct err e = {0};
  struct str result = STR_NONE;
  int rc = a ? OK : no_memory(&e);
  if (rc == OK && !d->store)
    rc = store_open(d->url, &d->store, &e);
  if (rc == OK && atomic_load(&j->cancel))
    rc = err_set(&e, ERR_CONFLICT, "canceled: nothing was imported");
  if (rc == OK)
    rc = work_on(d, j, a, &result, &e);
  if (rc < 0)
    log_line(LOG_WARN, "import %" PRId64 ": %s", j->order.id, e.text);
  if (d->store)
    settle(d, j, rc, result, &e);
  pthread_mutex_lock(&d->lock);
  str_to_z(rc < 0 ? str_of(e.text) : STR_NONE, j->status.error, sizeof j->status.error);
  j->status.state = DESK_ENDED;
  d->running = NULL;
  pthread_mutex_unlock(&d->lock);
}

static struct job *oldest(struct import_desk *d, int state)
{
  struct job *best = NULL;
  for (int i = 0; i < JOBS_MOST; i++) {
    struct job *j = &d->jobs[i];
    if (j->number && (int)j->status.state == state && (!best || j->number < best->number))
      best = j;
  }
  return best;
}

static void *work(void *arg)
{
  struct import_desk *d = arg;
  pthread_mutex_lock(&d->lock);
  while (!d->stopping) {
    struct job *j = oldest(d, DESK_QUEUED);
    if (!j) {
      pthread_cond_wait(&d->work, &d->lock);
      continue;
    }
    j->status.state = DESK_RUNNING;
    d->running = j;
    pthread_mutex_unlock(&d->lock);
    run_job(d, j);
    pthread_mutex_lock(&d->lock);
  }
  pthread_mutex_unlock(&d->lock);
  return NULL;
}

/* ---- from outside ---- */

static struct job *job_of(struct import_desk *d, int64_t id)
{
  struct job *last = NULL;
  for (int i = 0; i < JOBS_MOST; i++)
    if (d->jobs[i].number && d->jobs[i].order.id == id && (!last || d->jobs[i].number > last->number))
      last = &d->jobs[i];
  return last;
}

static bool busy(const struct job *j)
{
  return j && (j->status.state == DESK_QUEUED || j->status.state == DESK_RUNNING);
}

/* A place for a new job: a free one, else that of the oldest that ended. With the lock. */
static struct job *place(struct import_desk *d)
{
  int waiting = 0;
  struct job *free_one = NULL;
  for (int i = 0; i < JOBS_MOST; i++) {
    waiting += d->jobs[i].number && d->jobs[i].status.state == DESK_QUEUED;
    if (!d->jobs[i].number)
      free_one = &d->jobs[i];
  }
  return waiting >= QUEUE_MOST ? NULL : free_one ? free_one : oldest(d, DESK_ENDED);
}

int import_desk_start(struct import_desk *d, struct store *s, const struct desk_order *o, struct err *e)
{
  struct move m = {.id = o->id, .now = clock_now(), .from = o->job == DESK_CHECK ? STAGED_MAPPING : STAGED_CHECKED,
                   .to = o->job == DESK_CHECK ? STAGED_CHECKING : STAGED_APPLYING, .result = {NULL, 0}, .error = STR_NONE};
  int rc = o->job == DESK_UNDO ? OK : store_write(s, move_tx, &m, e);
  if (rc == OK && o->job != DESK_UNDO && !m.done)
    rc = err_set(e, ERR_CONFLICT, "This file is being worked on, or was imported or discarded: open the page again");
  if (rc < 0)
    return rc;
  pthread_mutex_lock(&d->lock);
  struct job *j = busy(job_of(d, o->id)) ? NULL : place(d);
  if (j) {
    j->order = *o;
    j->status = (struct desk_status){.state = DESK_QUEUED, .job = o->job};
    j->number = ++d->numbers;
    atomic_store(&j->cancel, false);
    pthread_cond_signal(&d->work);
  }
  pthread_mutex_unlock(&d->lock);
  return j ? OK : err_set(e, ERR_CONFLICT, "Too many imports wait, or this one runs already: try again when some have ended");
}

void import_desk_status(struct import_desk *d, int64_t id, struct desk_status *ret)
{
  pthread_mutex_lock(&d->lock);
  struct job *j = job_of(d, id);
  *ret = j ? j->status : (struct desk_status){.state = DESK_IDLE};
  ret->canceling = j && atomic_load(&j->cancel);
  pthread_mutex_unlock(&d->lock);
}

void import_desk_cancel(struct import_desk *d, int64_t id)
{
  pthread_mutex_lock(&d->lock);
  struct job *j = job_of(d, id);
  if (busy(j))
    atomic_store(&j->cancel, true);
  pthread_mutex_unlock(&d->lock);
}

struct discard {
  int64_t id, now;
  bool done;
};

static int discard_tx(struct store *s, void *arg, struct err *e)
{
  struct discard *x = arg;
  int rc = staged_move(s, x->id, STAGED_MAPPING, STAGED_DISCARDED, (struct str){NULL, 0}, STR_NONE, x->now, &x->done, e);
  if (rc == OK && !x->done)
    rc = staged_move(s, x->id, STAGED_CHECKED, STAGED_DISCARDED, (struct str){NULL, 0}, STR_NONE, x->now, &x->done, e);
  return rc;
}

int import_desk_discard(struct import_desk *d, struct store *s, int64_t id, int64_t now, struct err *e)
{
  struct arena *a ARENA_CLEANUP = arena_new(0);
  struct discard x = {.id = id, .now = now};
  struct str file = a ? import_desk_file(d, a, id) : STR_NONE, problems = a ? import_desk_problems(d, a, id) : STR_NONE;
  if (!a || !file.p || !problems.p)
    return no_memory(e);
  int rc = store_write(s, discard_tx, &x, e);
  if (rc < 0 || !x.done)
    return rc < 0 ? rc : err_set(e, ERR_CONFLICT, "This file is being worked on, or was imported or discarded: open the page again");
  unlink(file.p);
  unlink(problems.p);
  return OK;
}

int import_desk_options(const struct import_desk *d, struct arena *a, const struct staged *x, day_t today, int64_t now, struct import_options *ret, struct err *e)
{
  struct import_mends *m = arena_zalloc(a, 1, sizeof *m);
  struct str file = import_desk_file(d, a, x->id);
  int kind = import_kind_of(x->kind);
  if (!m || !file.p)
    return no_memory(e);
  int rc = kind < 0 ? err_set(e, ERR_USAGE, "The kind of this file is not known: discard it and upload it again") : mends_parse(a, x->mends, m, e);
  if (rc < 0)
    return rc;
  *ret = (struct import_options){.kind = (enum import_kind)kind, .file = file.p, .file_name = x->file_name, .source = x->source, .mapping = x->mapping,
                                 .mends = m, .table = {.sheet = m->sheet, .encoding = m->encoding, .delimiter = m->delimiter}, .as_of = x->as_of,
                                 .today = today, .now = now};
  return OK;
}

/* ---- the folder ---- */

struct str import_desk_file(const struct import_desk *d, struct arena *a, int64_t id)
{
  return arena_fmt(a, "%s/%" PRId64 ".upload", d->folder ? d->folder : "", id);
}

struct str import_desk_problems(const struct import_desk *d, struct arena *a, int64_t id)
{
  return arena_fmt(a, "%s/%" PRId64 "-problems.csv", d->folder ? d->folder : "", id);
}

static int add_tx(struct store *s, void *arg, struct err *e)
{
  struct staged *x = arg;
  int rc = staged_add(s, x, e);
  if (rc < 0)
    return rc;
  return audit_add(s, &(struct audit_entry){.at = x->created_at, .actor_id = x->person_id, .action = "import.upload", .entity = "import", .entity_id = x->id,
                                            .detail = STR("{}")}, e);
}

int import_desk_take(struct import_desk *d, struct store *s, struct arena *a, const struct import_upload *u, int64_t *ret_id, struct err *e)
{
  struct staged x = {.person_id = u->person_id, .file_size = u->size, .created_at = u->now, .state = STAGED_MAPPING, .as_of = u->as_of, .kind = u->kind,
                     .file_name = desk_file_name(a, u->file_name), .mapping = STR_NONE, .mends = STR_NONE, .error = STR_NONE, .result = STR_NONE};
  int64_t known = 0;
  if (!d->folder)
    return err_set(e, ERR_USAGE, "Uploads need a folder: start the server with --files FOLDER");
  if (u->size == 0)
    return err_set(e, ERR_USAGE, "The file is empty: export it again");
  if (import_kind_of(u->kind) < 0)
    return err_set(e, ERR_USAGE, "Say what the file holds: contracts, accounts, products, fx, targets or touches");
  int rc = x.file_name.p ? desk_hash(a, u->path, &x.sha256, e) : no_memory(e);
  if (rc == OK)
    rc = staged_find(s, x.sha256, &known, e);
  if (rc < 0)
    return rc;
  struct str there = import_desk_file(d, a, known);
  if (known && there.p && access(there.p, R_OK) == 0) {
    *ret_id = known;
    return OK;
  }
  x.source = u->source.n ? u->source : mapping_source(a, x.file_name);
  struct str part = arena_fmt(a, "%s/%.16s.part", d->folder, x.sha256.p);
  if (!x.source.p || !part.p)
    return no_memory(e);
  rc = desk_copy(u->path, part.p, e);
  if (rc == OK)
    rc = store_write(s, add_tx, &x, e);
  struct str to = import_desk_file(d, a, x.id);
  if (rc == OK && (!to.p || rename(part.p, to.p) != 0))
    rc = err_set(e, ERR_IO, "The uploaded file cannot be kept: the folder of uploads is not writable");
  if (rc < 0)
    unlink(part.p);
  else
    *ret_id = x.id;
  return rc;
}

/* ---- beginning and end ---- */

struct recover {
  int64_t n;
};

static int recover_tx(struct store *s, void *arg, struct err *e)
{
  struct recover *r = arg;
  return staged_recover(s, STR("The server was stopped while it worked on this file. Nothing was written: start it again"), clock_now(), &r->n, e);
}

int import_desk_new(const char *url, const char *folder, struct import_desk **ret, struct err *e)
{
  struct import_desk *d = mem_zalloc(1, sizeof *d);
  struct recover r;
  if (!d)
    return no_memory(e);
  pthread_mutex_init(&d->lock, NULL);
  pthread_cond_init(&d->work, NULL);
  d->url = desk_copy_text(url);
  d->folder = folder ? desk_copy_text(folder) : NULL;
  int rc = d->url && (d->folder || !folder) ? OK : no_memory(e);
  if (rc == OK && folder)
    rc = desk_folder(folder, e);
  if (rc == OK)
    rc = store_open(url, &d->store, e);
  if (rc == OK)
    rc = store_write(d->store, recover_tx, &r, e);
  if (rc == OK && pthread_create(&d->thread, NULL, work, d) != 0)
    rc = err_set(e, ERR_FAIL, "The thread of imports cannot be started: raise the limit of processes");
  d->started = rc == OK;
  if (rc < 0)
    import_desk_free(d);
  else
    *ret = d;
  return rc;
}

void import_desk_free(struct import_desk *d)
{
  if (!d)
    return;
  if (d->started) {
    pthread_mutex_lock(&d->lock);
    d->stopping = true;
    for (int i = 0; i < JOBS_MOST; i++)
      atomic_store(&d->jobs[i].cancel, true);
    pthread_cond_signal(&d->work);
    pthread_mutex_unlock(&d->lock);
    pthread_join(d->thread, NULL);
  }
  store_close(d->store);
  pthread_mutex_destroy(&d->lock);
  pthread_cond_destroy(&d->work);
  mem_free(d->url);
  mem_free(d->folder);
  mem_free(d);
}
