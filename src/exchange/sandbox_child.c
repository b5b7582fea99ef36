#include "exchange/sandbox_child.h"

#include <errno.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exchange/reader.h"
#include "exchange/sandbox.h"
#include "exchange/wire.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

static void limit(__rlimit_resource_t what, rlim_t most)
{
  struct rlimit l = {most, most};
  (void)setrlimit(what, &l); /* a lower limit that is there already stays */
}

static void set_limits(void)
{
  struct stat st;
  int64_t size = fstat(SANDBOX_FILE_FD, &st) == 0 ? st.st_size : 0;
  /* ten times what reading takes on a slow machine */
  limit(RLIMIT_CPU, (rlim_t)(60 + size / (4 << 20)));
  limit(RLIMIT_CORE, 0);
#ifndef SANITIZED /* sanitizers reserve terabytes of addresses */
  limit(RLIMIT_AS, SANDBOX_MEMORY);
#endif
}

/* From here on: memory, the file, the pipe, and the end. Anything else fails with EPERM. */
static void lock_in(void)
{
  static const int allowed[] = {
      SCMP_SYS(read),         SCMP_SYS(pread64),       SCMP_SYS(write),        SCMP_SYS(lseek),       SCMP_SYS(fstat),
      SCMP_SYS(newfstatat),   SCMP_SYS(close),         SCMP_SYS(dup),          SCMP_SYS(fcntl),       SCMP_SYS(munmap),
      SCMP_SYS(mremap),       SCMP_SYS(brk),           SCMP_SYS(madvise),      SCMP_SYS(futex),       SCMP_SYS(exit),
      SCMP_SYS(exit_group),   SCMP_SYS(rt_sigreturn),  SCMP_SYS(rt_sigaction), SCMP_SYS(sigaltstack), SCMP_SYS(rt_sigprocmask),
      SCMP_SYS(getrandom),    SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time),        SCMP_SYS(getpid),
      SCMP_SYS(gettid),       SCMP_SYS(tgkill),        SCMP_SYS(sched_yield),  SCMP_SYS(restart_syscall),
  };
  (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
  if (filter == NULL)
    return;
  for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
    (void)seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
  /* memory, but none that can be run */
  (void)seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  (void)seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  (void)seccomp_load(filter); /* a kernel without it leaves the process and its limits */
  seccomp_release(filter);
}

struct channel {
  struct strbuf b; /* the message being made */
  char *ring;
  uint32_t next, free; /* slots */
};

static bool write_all(const void *from, size_t n)
{
  const char *p = from;
  while (n > 0) {
    ssize_t w = write(SANDBOX_SOCKET_FD, p, n);
    if (w < 0 && errno == EINTR)
      continue;
    if (w <= 0)
      return false;
    p += w;
    n -= (size_t)w;
  }
  return true;
}

/* Waits until the parent has emptied a slot. */
static bool wait_for_slot(struct channel *c)
{
  char freed[WIRE_SLOTS];
  while (c->free == 0) {
    ssize_t r = read(SANDBOX_SOCKET_FD, freed, sizeof freed);
    if (r < 0 && errno == EINTR)
      continue;
    if (r <= 0)
      return false;
    c->free += (uint32_t)r;
  }
  return true;
}

static bool send(struct channel *c, enum wire_kind kind)
{
  struct wire_head head = {kind, (uint32_t)c->b.n, WIRE_INLINE};
  if (c->b.failed != 0)
    return false;
  if (c->b.n > WIRE_SLOT)
    return write_all(&head, sizeof head) && write_all(c->b.p, c->b.n);
  if (!wait_for_slot(c))
    return false;
  head.slot = c->next;
  if (c->b.n > 0)
    memcpy(c->ring + (size_t)head.slot * WIRE_SLOT, c->b.p, c->b.n);
  c->next = (c->next + 1) % WIRE_SLOTS;
  c->free--;
  return write_all(&head, sizeof head);
}

static bool send_error(struct channel *c, int code, const struct err *e)
{
  strbuf_free(&c->b); /* it may have failed */
  wire_put_error(&c->b, code, e);
  return send(c, WIRE_ERROR);
}

static void begin_rows(struct channel *c, const struct reader *r)
{
  int64_t done, total;
  reader_progress(r, &done, &total);
  strbuf_clear(&c->b);
  wire_put_progress(&c->b, done, total);
}

static bool send_rows(struct reader *r, struct channel *c)
{
  struct row row;
  struct err e = {0};
  int got;
  size_t enough = 1 << 12; /* the first rows soon, then large batches */
  begin_rows(c, r);
  while ((got = reader_next(r, &row, &e)) == 1) {
    wire_put_row(&c->b, &row);
    if (c->b.n < enough)
      continue;
    enough = WIRE_BATCH;
    if (!send(c, WIRE_ROWS))
      return c->b.failed != 0 && send_error(c, ERR_NOMEM, &(struct err){.text = "a row of the file needs too much memory"});
    begin_rows(c, r);
  }
  if (!send(c, WIRE_ROWS))
    return false;
  if (got < 0)
    return send_error(c, got, &e);
  strbuf_clear(&c->b);
  return send(c, WIRE_END);
}

int sandbox_child(char **argv)
{
  struct channel c = {STRBUF_INIT(WIRE_MAX), NULL, 0, WIRE_SLOTS};
  struct err e = {0};
  struct reader *r;
  int64_t delimiter = 0;
  c.ring = mmap(NULL, WIRE_RING, PROT_READ | PROT_WRITE, MAP_SHARED, SANDBOX_RING_FD, 0);
  if (c.ring == MAP_FAILED)
    return 1;
  (void)close_range(SANDBOX_SOCKET_FD + 1, ~0U, 0);
  (void)str_to_i64(str_of(argv[5]), &delimiter);
  struct table_options o = {str_of(argv[3]), str_of(argv[4]), (char)delimiter};
  set_limits();
  lock_in();
  int code = reader_open(SANDBOX_FILE_FD, argv[2], &o, &r, &e);
  if (code != OK)
    return send_error(&c, code, &e) ? 0 : 1;
  wire_put_info(&c.b, reader_info(r));
  return send(&c, WIRE_INFO) && send_rows(r, &c) ? 0 : 1; /* the end of the process frees everything */
}
