#include "base/parallel.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#define THREADS_MAX 64

struct job {
  void (*fn)(void *ctx, int i);
  void *ctx;
  int n;
  _Atomic int next;
};

static void *work(void *arg)
{
  struct job *j = arg;
  for (int i; (i = atomic_fetch_add_explicit(&j->next, 1, memory_order_relaxed)) < j->n;)
    j->fn(j->ctx, i);
  return NULL;
}

void parallel_for(int threads, int n, void (*fn)(void *ctx, int i), void *ctx)
{
  struct job j = {fn, ctx, n, 0};
  pthread_t helper[THREADS_MAX];
  int started = 0, wanted = threads < n ? threads : n;
  if (wanted > THREADS_MAX)
    wanted = THREADS_MAX;
  /* A thread that cannot be had is no error: those that run take its tasks. */
  while (started < wanted - 1 && pthread_create(&helper[started], NULL, work, &j) == 0)
    started++;
  work(&j);
  while (started > 0)
    pthread_join(helper[--started], NULL);
}

int parallel_cores(void)
{
  long n = sysconf(_SC_NPROCESSORS_ONLN);
  return n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : (int)n;
}
