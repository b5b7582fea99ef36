#include "exchange/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "exchange/sandbox_child.h"
#include "exchange/wire.h"

struct sandbox {
  pid_t pid; /* 0 = waited for */
  int socket;
  char *ring; /* written by the reader at any time: copied out before a look at it */
  struct arena *mem; /* the name and the info */
  const char *name;
  struct table_info info;
  int64_t done, total;
  size_t last_row;
  int ended; /* 1: the rows ended; negative: the code they ended with */
  struct err err;

  struct wire_head head;
  char *buf; /* the message at hand */
  size_t cap, at;
  struct cell cells[TABLE_MAX_COLUMNS];
};

/* Runs before main in a process that sandbox_open started, and ends it. */
__attribute__((constructor)) static void become_reader(int argc, char **argv)
{
  if (argc == SANDBOX_ARGC && argv[1] != NULL && strcmp(argv[1], SANDBOX_COMMAND) == 0)
    _exit(sandbox_child(argv));
}

static int no_memory(struct err *e)
{
  return err_set(e, ERR_NOMEM, "out of memory");
}

/* What sanitizers and library paths need; nothing else of the environment is the reader's business. */
static size_t reader_environment(char **env, size_t max)
{
  static const char *const kept[] = {"ASAN_OPTIONS=", "UBSAN_OPTIONS=", "LSAN_OPTIONS=", "LD_LIBRARY_PATH="};
  size_t n = 0;
  for (char **v = environ; v != NULL && *v != NULL; v++)
    for (size_t i = 0; i < sizeof kept / sizeof *kept && n + 1 < max; i++)
      if (strncmp(*v, kept[i], strlen(kept[i])) == 0)
        env[n++] = *v;
  env[n] = NULL;
  return n;
}

/* This program. By its name where it still stands there, since tools like valgrind show that one rightly; through the link
 * once an upgrade has put another file in its place, so that both ends are of one version. */
static const char *own_program(char *buf, size_t size)
{
  static const char link[] = "/proc/self/exe";
  ssize_t n = readlink(link, buf, size);
  if (n <= 0 || (size_t)n >= size || str_ends((struct str){buf, (size_t)n}, STR(" (deleted)")))
    return link;
  buf[n] = '\0';
  return buf;
}

/* files[0..2] become the reader's file, socket and ring. */
static int spawn(const int files[3], char **argv, pid_t *ret)
{
  char *env[8], program[4096];
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attr;
  sigset_t none, pipe_signal;
  (void)reader_environment(env, sizeof env / sizeof *env);
  sigemptyset(&none);
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE); /* a reader whose parent has gone dies of writing */
  if (posix_spawn_file_actions_init(&actions) != 0)
    return ENOMEM;
  if (posix_spawnattr_init(&attr) != 0) {
    posix_spawn_file_actions_destroy(&actions);
    return ENOMEM;
  }
  int bad = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  bad = bad != 0 ? bad : posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  bad = bad != 0 ? bad : posix_spawn_file_actions_adddup2(&actions, files[0], SANDBOX_FILE_FD);
  bad = bad != 0 ? bad : posix_spawn_file_actions_adddup2(&actions, files[1], SANDBOX_SOCKET_FD);
  bad = bad != 0 ? bad : posix_spawn_file_actions_adddup2(&actions, files[2], SANDBOX_RING_FD);
  bad = bad != 0 ? bad : posix_spawnattr_setsigmask(&attr, &none);
  bad = bad != 0 ? bad : posix_spawnattr_setsigdefault(&attr, &pipe_signal);
  bad = bad != 0 ? bad : posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  bad = bad != 0 ? bad : posix_spawn(ret, own_program(program, sizeof program), &actions, &attr, argv, env);
  posix_spawnattr_destroy(&attr);
  posix_spawn_file_actions_destroy(&actions);
  return bad;
}

static char *z_of(struct arena *mem, struct str s)
{
  return (char *)(uintptr_t)arena_str(mem, s).p;
}

static void close_all(const int *fds, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (fds[i] >= 0)
      close(fds[i]);
}

/* The shared memory, of a size that nobody can change any more. -1 on failure. */
static int make_ring(char **ret)
{
  int fd = memfd_create("perennial-rows", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0)
    return -1;
  void *p = MAP_FAILED;
  if (ftruncate(fd, WIRE_RING) == 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
    p = mmap(NULL, WIRE_RING, PROT_READ, MAP_SHARED, fd, 0);
  if (p == MAP_FAILED) {
    close(fd);
    return -1;
  }
  *ret = p;
  return fd;
}

static int start(struct sandbox *s, int fd, const struct table_options *o, struct err *e)
{
  char *argv[SANDBOX_ARGC + 1] = {
      z_of(s->mem, STR("perennial")), z_of(s->mem, STR(SANDBOX_COMMAND)), z_of(s->mem, str_of(s->name)), z_of(s->mem, o->sheet),
      z_of(s->mem, o->encoding), (char *)(uintptr_t)arena_fmt(s->mem, "%d", (unsigned char)o->delimiter).p, NULL};
  for (int i = 0; i < SANDBOX_ARGC; i++)
    if (argv[i] == NULL)
      return no_memory(e);
  int ends[2] = {-1, -1}, ring = make_ring(&s->ring);
  if (ring < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    close_all(&ring, 1);
    return err_set(e, ERR_IO, "%s can't be read: no way to the reading process: %s", s->name, strerror(errno));
  }
  s->socket = ends[0];
  /* away from the numbers that they take in the reader */
  int files[3] = {fcntl(fd, F_DUPFD_CLOEXEC, 10), fcntl(ends[1], F_DUPFD_CLOEXEC, 10), fcntl(ring, F_DUPFD_CLOEXEC, 10)};
  close(ends[1]);
  close(ring);
  int bad = files[0] < 0 || files[1] < 0 || files[2] < 0 ? EMFILE : spawn(files, argv, &s->pid);
  close_all(files, 3);
  if (bad != 0) {
    s->pid = 0;
    return err_set(e, ERR_IO, "%s can't be read: the reading process can't be started: %s", s->name, strerror(bad));
  }
  return OK;
}

static int wait_for(struct sandbox *s)
{
  int status = 0;
  if (s->pid > 0)
    while (waitpid(s->pid, &status, 0) < 0 && errno == EINTR)
      ;
  s->pid = 0;
  return status;
}

/* The socket has closed, or nothing comes: why? */
static int died(struct sandbox *s, bool silent, struct err *e)
{
  if (silent && s->pid > 0)
    (void)kill(s->pid, SIGKILL);
  int status = wait_for(s);
  const char *why = "it ended early";
  if (silent)
    why = "nothing came from it for two minutes";
  else if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL))
    why = "it needed more time or memory than such a file may";
  else if (WIFSIGNALED(status))
    why = "it crashed";
  return err_set(e, ERR_IO, "%s: the reader stopped after row %zu (%s): export the table again, as CSV if it is a workbook", s->name,
                 s->last_row, why);
}

static int receive(struct sandbox *s, char *p, size_t n, struct err *e)
{
  while (n > 0) {
    struct pollfd wait = {s->socket, POLLIN, 0};
    int ready = poll(&wait, 1, SANDBOX_SILENCE_SECONDS * 1000);
    if (ready < 0 && errno == EINTR)
      continue;
    if (ready == 0)
      return died(s, true, e);
    ssize_t r = read(s->socket, p, n);
    if (r < 0 && (errno == EINTR || errno == EAGAIN))
      continue;
    if (r <= 0)
      return died(s, false, e);
    p += r;
    n -= (size_t)r;
  }
  return OK;
}

static int garbled(const struct sandbox *s, struct err *e)
{
  return err_set(e, ERR_IO, "%s: the reader sent nonsense after row %zu: the file may be made to break programs: export it again",
                 s->name, s->last_row);
}

/* The next message into s->head and s->buf. */
static int receive_message(struct sandbox *s, struct err *e)
{
  int code = receive(s, (char *)&s->head, sizeof s->head, e);
  if (code != OK)
    return code;
  bool in_ring = s->head.slot != WIRE_INLINE;
  if (s->head.n > (in_ring ? WIRE_SLOT : WIRE_MAX) || (in_ring && s->head.slot >= WIRE_SLOTS))
    return garbled(s, e);
  if (s->head.n > s->cap) {
    char *larger = mem_realloc(s->buf, s->head.n);
    if (larger == NULL)
      return no_memory(e);
    s->buf = larger;
    s->cap = s->head.n;
  }
  s->at = 0;
  if (!in_ring)
    return receive(s, s->buf, s->head.n, e);
  if (s->head.n > 0)
    memcpy(s->buf, s->ring + (size_t)s->head.slot * WIRE_SLOT, s->head.n);
  (void)send(s->socket, "", 1, MSG_NOSIGNAL); /* a reader that is gone is noticed by the next receive */
  return OK;
}

static struct str message(const struct sandbox *s)
{
  return (struct str){s->head.n > 0 ? s->buf : "", s->head.n};
}

static int first_message(struct sandbox *s, struct err *e)
{
  int code = receive_message(s, e);
  if (code != OK)
    return code;
  if (s->head.kind == WIRE_ERROR)
    return wire_get_error(message(s), e);
  struct str kept = arena_str(s->mem, message(s));
  if (kept.p == NULL)
    return no_memory(e);
  code = s->head.kind == WIRE_INFO ? wire_get_info(kept, s->mem, &s->info) : ERR_SYNTAX;
  s->head.n = 0;
  return code == OK ? OK : code == ERR_NOMEM ? no_memory(e) : garbled(s, e);
}

int sandbox_open(int fd, const char *name, const struct table_options *o, struct sandbox **ret, struct err *e)
{
  static const struct table_options defaults = {{"", 0}, {"", 0}, '\0'};
  struct sandbox *s = mem_zalloc(1, sizeof *s);
  if (s == NULL)
    return no_memory(e);
  s->socket = -1;
  s->total = -1;
  s->mem = arena_new(2 * (size_t)WIRE_MAX);
  s->name = s->mem != NULL ? z_of(s->mem, str_of(name)) : NULL;
  int code = s->name != NULL ? start(s, fd, o != NULL ? o : &defaults, e) : no_memory(e);
  if (code == OK)
    code = first_message(s, e);
  if (code != OK) {
    sandbox_close(s);
    return code;
  }
  *ret = s;
  return OK;
}

const struct table_info *sandbox_info(const struct sandbox *s)
{
  return &s->info;
}

/* Takes the next message apart as far as its rows. OK, or s->ended and its code. */
static int next_message(struct sandbox *s)
{
  int code = receive_message(s, &s->err);
  if (code == OK && s->head.kind == WIRE_ROWS && wire_get_progress(message(s), &s->at, &s->done, &s->total) == OK)
    return OK;
  if (code == OK && s->head.kind == WIRE_END)
    s->ended = 1;
  else if (code == OK && s->head.kind == WIRE_ERROR)
    s->ended = wire_get_error(message(s), &s->err);
  else
    s->ended = code != OK ? code : garbled(s, &s->err);
  return s->ended;
}

int sandbox_next(struct sandbox *s, struct row *ret, struct err *e)
{
  int got = 0;
  while (s->ended == 0 && (got = wire_get_row(message(s), &s->at, s->cells, ret)) == 0)
    if (next_message(s) != OK)
      break;
  if (got == 1) {
    s->last_row = ret->number;
    return 1;
  }
  if (got < 0)
    s->ended = garbled(s, &s->err);
  return s->ended < 0 ? err_set(e, s->ended, "%s", s->err.text) : 0;
}

void sandbox_progress(const struct sandbox *s, int64_t *ret_done, int64_t *ret_total)
{
  *ret_done = s->done;
  *ret_total = s->total;
}

void sandbox_close(struct sandbox *s)
{
  if (s == NULL)
    return;
  if (s->socket >= 0)
    close(s->socket);
  if (s->ring != NULL)
    munmap(s->ring, WIRE_RING);
  if (s->pid > 0) {
    (void)kill(s->pid, SIGKILL);
    (void)wait_for(s);
  }
  arena_free(s->mem);
  mem_free(s->buf);
  mem_free(s);
}
