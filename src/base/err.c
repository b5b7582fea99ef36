#include "base/err.h"
#include "base/utf8.h"

/* Formats into a buffer of its own first: the arguments may point into e->text. */
static void set_text(struct err *e, const char *text)
{
  str_to_z(str_of(text), e->text, sizeof e->text);
}

int err_set(struct err *e, int code, const char *fmt, ...)
{
  if (!e)
    return code;
  char tmp[sizeof e->text + 4];
  va_list ap;
  va_start(ap, fmt);
  if (vsnprintf(tmp, sizeof tmp, fmt, ap) < 0)
    tmp[0] = 0;
  va_end(ap);
  e->code = code;
  set_text(e, tmp);
  return code;
}

int err_prefix(struct err *e, const char *fmt, ...)
{
  if (!e)
    return OK;
  char tmp[sizeof e->text + 4];
  va_list ap;
  va_start(ap, fmt);
  int n = vsnprintf(tmp, sizeof tmp, fmt, ap);
  va_end(ap);
  if (n < 0)
    return e->code;
  size_t at = (size_t)n < sizeof tmp ? (size_t)n : sizeof tmp - 1;
  snprintf(tmp + at, sizeof tmp - at, ": %s", e->text);
  set_text(e, tmp);
  return e->code;
}

const char *err_name(int code)
{
  switch (code) {
  case ERR_NOMEM: return "out of memory";
  case ERR_LIMIT: return "too large";
  case ERR_SYNTAX: return "not of the expected form";
  case ERR_RANGE: return "not a possible value";
  case ERR_NOTFOUND: return "not found";
  case ERR_CONFLICT: return "changed by somebody else meanwhile, or already there";
  case ERR_AGAIN: return "busy, try again";
  case ERR_IO: return "could not be read or written";
  case ERR_DENIED: return "not allowed";
  case ERR_FAIL: return "failed";
  case ERR_USAGE: return "called wrongly";
  default: return code >= 0 ? "done" : "failed";
  }
}
