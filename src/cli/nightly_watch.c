#include "cli/nightly_watch.h"

#include "app/escalation.h"
#include "app/insight_run.h"
#include "app/nightly.h"
#include "app/report_schedule.h"
#include "base/alloc.h"
#include "base/log.h"

#include <pthread.h>
#include <time.h>

enum { LOOK_SECONDS = 60 };

struct nightly_watch {
  struct store *store;
  struct book_cache *books;
  struct str base;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  bool stopping;
};

static void look(struct nightly_watch *n) {
  struct err e = {0};
  struct history_counts counts;
  int64_t began = clock_mono_us();
  int rc = nightly_run(n->store, clock_now(), &counts, &e);
  if (rc < 0)
    log_line(LOG_ERROR, "nightly: %s; tried again in a minute", e.text);
  else if (rc == 1)
    log_line(LOG_INFO, "nightly: %" PRId64 " lines judged, %" PRId64 " outcomes and %" PRId64 " renewals changed, %" PRId64 " renewals opened, %.1f s", counts.lines,
             counts.outcomes_changed, counts.renewals_changed, counts.renewals_added, (double)(clock_mono_us() - began) / 1e6);
}

/* The server ends at once: what a run has stored stays, and the next one goes on with it. */
static bool not_stopping(void *arg, const char *step, int64_t done, int64_t total) {
  struct nightly_watch *n = arg;
  (void)step, (void)done, (void)total;
  pthread_mutex_lock(&n->lock);
  bool on = !n->stopping;
  pthread_mutex_unlock(&n->lock);
  return on;
}

static void judge(struct nightly_watch *n) {
  struct err e = {0};
  int64_t began = clock_mono_us();
  int rc = insight_nightly(n->store, clock_now(), not_stopping, n, &e);
  if (rc < 0 && rc != ERR_CONFLICT)
    log_line(LOG_ERROR, "insight: %s; tried again in a minute", e.text);
  else if (rc == 1)
    log_line(LOG_INFO, "insight: open renewals judged, %.1f s", (double)(clock_mono_us() - began) / 1e6);
}

/* Clocks of escalations run in working hours: looked at each minute. */
static void tend(struct nightly_watch *n) {
  struct err e = {0};
  int steps = 0, rc = escalation_tend(n->store, clock_now(), &steps, &e);
  if (rc < 0)
    log_line(LOG_ERROR, "escalations: %s; tried again in a minute", e.text);
  else if (steps)
    log_line(LOG_INFO, "escalations: %d promises not kept or levels risen", steps);
}

/* Reports whose time has come. What goes wrong with one stands beside it on its page. */
static void send(struct nightly_watch *n) {
  struct err e = {0};
  struct report_tended t = {0};
  int rc = report_tend(n->store, n->books, n->base, clock_now(), &t, &e);
  if (rc < 0)
    log_line(LOG_ERROR, "reports: %s; tried again in a minute", e.text);
  else if (t.due || t.sent || t.failed || t.uncertain)
    log_line(t.failed || t.uncertain ? LOG_WARN : LOG_INFO, "reports: %d due, %d sent, %d failed, %d uncertain", t.due, t.sent, t.failed, t.uncertain);
}

static void *watch(void *arg) {
  struct nightly_watch *n = arg;
  pthread_mutex_lock(&n->lock);
  while (!n->stopping) {
    pthread_mutex_unlock(&n->lock);
    look(n);
    tend(n);
    judge(n);
    send(n);
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LOOK_SECONDS;
    pthread_mutex_lock(&n->lock);
    while (!n->stopping && pthread_cond_timedwait(&n->wake, &n->lock, &until) == 0) {
    }
  }
  pthread_mutex_unlock(&n->lock);
  return NULL;
}

int nightly_watch(const char *db_url, struct book_cache *books, struct str base, struct nightly_watch **ret, struct err *e) {
  struct nightly_watch *n = mem_zalloc(1, sizeof *n);
  if (!n)
    return err_set(e, ERR_NOMEM, "Out of memory");
  n->books = books;
  n->base = base;
  int rc = store_open(db_url, &n->store, e);
  if (rc < 0) {
    mem_free(n);
    return rc;
  }
  pthread_condattr_t monotonic;
  pthread_mutex_init(&n->lock, NULL);
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&n->wake, &monotonic);
  pthread_condattr_destroy(&monotonic);
  if (pthread_create(&n->thread, NULL, watch, n)) {
    pthread_cond_destroy(&n->wake);
    pthread_mutex_destroy(&n->lock);
    store_close(n->store);
    mem_free(n);
    return err_set(e, ERR_FAIL, "The server can't start its threads: raise the limit of processes");
  }
  *ret = n;
  return OK;
}

void nightly_end(struct nightly_watch *n) {
  if (!n)
    return;
  pthread_mutex_lock(&n->lock);
  n->stopping = true;
  pthread_cond_signal(&n->wake);
  pthread_mutex_unlock(&n->lock);
  pthread_join(n->thread, NULL);
  pthread_cond_destroy(&n->wake);
  pthread_mutex_destroy(&n->lock);
  store_close(n->store);
  mem_free(n);
}
