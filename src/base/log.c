#include "base/log.h"
#include "base/date.h"
#include <stdatomic.h>
#include <unistd.h>

static _Atomic int most = LOG_INFO;

void log_set_level(enum log_level level)
{
  atomic_store_explicit(&most, (int)level, memory_order_relaxed);
}

void log_line(enum log_level level, const char *fmt, ...)
{
  static const char *const names[] = {"error", "warn", "info", "debug"};
  if ((int)level > atomic_load_explicit(&most, memory_order_relaxed) || level > LOG_DEBUG)
    return;
  char line[2048], at[INSTANT_ISO_SIZE];
  int head = snprintf(line, sizeof line, "%s %s ", instant_iso(clock_now(), at), names[level]);
  va_list ap;
  va_start(ap, fmt);
  int n = vsnprintf(line + head, sizeof line - (size_t)head, fmt, ap);
  va_end(ap);
  if (head < 0 || n < 0)
    return;
  size_t len = (size_t)head + (size_t)n;
  if (len > sizeof line - 2)
    len = sizeof line - 2;
  /* One event stays one line, whatever an id contains. */
  for (size_t i = (size_t)head; i < len; i++)
    if ((unsigned char)line[i] < ' ' || line[i] == 127)
      line[i] = '?';
  line[len] = '\n';
  /* One write, so that lines of several threads do not mix. Nothing to do if it fails. */
  if (write(STDERR_FILENO, line, len + 1) < 0)
    return;
}
