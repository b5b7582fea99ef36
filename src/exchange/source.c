#include "exchange/source.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

struct source {
  int fd;
  int64_t size, done;
  enum encoding encoding;
  bool at_end;          /* read() said so */
  bool bad;             /* the next byte is not text: source_fill has nothing but that to say */
  size_t head_n, head_at;
  size_t carry_n, carry_at; /* raw bytes read and not yet handed out */
  char head[SOURCE_HEAD];
  char carry[65536];
};

/* Reads until buf is full or the file ends. */
static int read_all(int fd, char *buf, size_t n, size_t *ret_n, struct err *e)
{
  size_t got = 0;
  while (got < n) {
    ssize_t r = read(fd, buf + got, n - got);
    if (r == 0)
      break;
    if (r < 0 && errno == EINTR)
      continue;
    if (r < 0)
      return err_set(e, ERR_IO, "the file can't be read: %s", strerror(errno));
    got += (size_t)r;
  }
  *ret_n = got;
  return OK;
}

int source_open(int fd, struct source **ret, struct err *e)
{
  struct source *s = mem_alloc(sizeof *s);
  if (s == NULL)
    return err_set(e, ERR_NOMEM, "out of memory");
  memset(s, 0, offsetof(struct source, head));
  s->fd = fd;
  s->size = -1;
  struct stat st;
  if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
    s->size = st.st_size;
    if (lseek(fd, 0, SEEK_SET) < 0) {
      mem_free(s);
      return err_set(e, ERR_IO, "the file can't be read from its start");
    }
  }
  int code = read_all(fd, s->head, sizeof s->head, &s->head_n, e);
  if (code != OK) {
    mem_free(s);
    return code;
  }
  s->at_end = s->head_n < sizeof s->head;
  *ret = s;
  return OK;
}

void source_close(struct source *s)
{
  mem_free(s);
}

struct str source_head(const struct source *s)
{
  return (struct str){s->head, s->head_n};
}

int64_t source_size(const struct source *s)
{
  return s->size;
}

int64_t source_done(const struct source *s)
{
  return s->done;
}

enum encoding source_encoding(const struct source *s)
{
  return s->encoding;
}

/* A file is often plain ASCII for its first megabytes: only all of it tells. A pipe has only its head to show. */
static int look_at_rest(struct source *s, struct encoding_evidence *v, struct err *e)
{
  int64_t at = (int64_t)s->head_n;
  while (s->size >= 0 && !s->at_end) {
    ssize_t r = pread(s->fd, s->carry, sizeof s->carry, at);
    if (r < 0 && errno == EINTR)
      continue;
    if (r < 0)
      return err_set(e, ERR_IO, "the file can't be read: %s", strerror(errno));
    if (r == 0)
      return OK;
    encoding_look(v, (struct str){s->carry, (size_t)r});
    at += r;
  }
  return OK;
}

static int guess(struct source *s, struct err *e)
{
  struct encoding_evidence v = {0};
  encoding_look(&v, source_head(s));
  s->encoding = encoding_guess(&v);
  if (s->encoding == ENCODING_UTF_16LE || s->encoding == ENCODING_UTF_16BE)
    return OK;
  int code = look_at_rest(s, &v, e);
  if (code != OK)
    return code;
  s->encoding = encoding_guess(&v);
  if (s->encoding == ENCODING_UNKNOWN)
    return err_set(e, ERR_SYNTAX,
                   "its text is in no encoding that can be recognized: save it as UTF-8, or name the encoding (utf-8, "
                   "utf-16le, utf-16be, windows-1250, windows-1251, windows-1252, iso-8859-1, -2, -5, -9, -15)");
  return OK;
}

int source_decide(struct source *s, struct str name, struct err *e)
{
  size_t mark = 0;
  enum encoding marked = encoding_of_mark(source_head(s), &mark);
  if (name.n > 0) {
    s->encoding = encoding_by_name(name);
    if (s->encoding == ENCODING_UNKNOWN)
      return err_set(e, ERR_SYNTAX,
                     "unknown encoding \"%.*s\": use utf-8, utf-16le, utf-16be, windows-1250, windows-1251, windows-1252, "
                     "iso-8859-1, -2, -5, -9 or -15",
                     (int)(name.n < 60 ? name.n : 60), name.p);
    if (s->encoding == ENCODING_UTF_16LE && marked == ENCODING_UTF_16BE)
      s->encoding = marked; /* "utf-16" leaves the order to the mark */
    if (s->encoding != marked)
      mark = 0;
  } else if (marked != ENCODING_UNKNOWN) {
    s->encoding = marked;
  } else {
    int code = guess(s, e);
    if (code != OK)
      return code;
  }
  s->head_at = mark;
  s->done = (int64_t)mark;
  return OK;
}

/* Raw bytes: what was left over, then the head, then the file. */
static int read_raw(struct source *s, char *buf, size_t cap, size_t *ret_n, struct err *e)
{
  if (s->head_at < s->head_n) {
    size_t n = s->head_n - s->head_at;
    if (n > cap)
      n = cap;
    memcpy(buf, s->head + s->head_at, n);
    s->head_at += n;
    *ret_n = n;
    return OK;
  }
  *ret_n = 0;
  if (s->at_end)
    return OK;
  int code = read_all(s->fd, buf, cap, ret_n, e);
  s->at_end = code == OK && *ret_n < cap;
  return code;
}

static bool raw_ended(const struct source *s)
{
  return s->at_end && s->head_at == s->head_n;
}

static int not_text(const struct source *s, const char *p, size_t n, struct err *e)
{
  unsigned char c = n > 0 ? (unsigned char)*p : 0;
  if (c == 0 && n > 0)
    return err_set(e, ERR_SYNTAX, "there is a NUL byte, which no text has: export the table again");
  return err_set(e, ERR_SYNTAX,
                 "byte 0x%02X is not %s text: the file mixes encodings or is damaged: save it again as UTF-8, or name its "
                 "encoding",
                 c, encoding_name(s->encoding));
}

/* Text ends before `good` bytes if a NUL stands there. */
static size_t before_nul(const char *buf, size_t good)
{
  const char *nul = memchr(buf, 0, good);
  return nul != NULL ? (size_t)(nul - buf) : good;
}

static int fill_utf8(struct source *s, char *buf, size_t cap, size_t *ret_n, struct err *e)
{
  size_t held = s->carry_n, got;
  memcpy(buf, s->carry, held); /* the cut beginning of a character: at most 3 bytes */
  int code = read_raw(s, buf + held, cap - held, &got, e);
  if (code != OK)
    return code;
  size_t n = held + got;
  bool open;
  size_t good = encoding_utf8_prefix((struct str){buf, n}, &open);
  size_t text = before_nul(buf, good);
  s->carry_n = n - good;
  if (text < good || (s->carry_n > 0 && (!open || raw_ended(s)))) {
    if (text == 0)
      return not_text(s, buf, n, e);
    s->bad = true; /* the good part first */
    s->carry[0] = buf[text];
  } else {
    memcpy(s->carry, buf + good, s->carry_n);
  }
  s->done += (int64_t)text;
  *ret_n = text;
  return OK;
}

static int fill_converted(struct source *s, char *buf, size_t cap, size_t *ret_n, struct err *e)
{
  size_t left = s->carry_n - s->carry_at, got = 0;
  if (left < 8) {
    memmove(s->carry, s->carry + s->carry_at, left);
    int code = read_raw(s, s->carry + left, sizeof s->carry - left, &got, e);
    if (code != OK)
      return code;
    s->carry_n = left + got;
    s->carry_at = 0;
  }
  struct str in = {s->carry + s->carry_at, s->carry_n - s->carry_at};
  size_t used, made;
  int code = encoding_convert(s->encoding, in, buf, cap, &used, &made);
  size_t text = before_nul(buf, made);
  s->carry_at += used;
  s->done += (int64_t)used;
  if (text < made || code != OK || (made == 0 && in.n > 0)) {
    char at = text < made || used >= in.n ? '\0' : in.p[used];
    if (text == 0)
      return not_text(s, &at, 1, e);
    s->bad = true;
    s->carry[0] = at;
  }
  *ret_n = text;
  return OK;
}

int source_fill(struct source *s, char *buf, size_t cap, size_t *ret_n, struct err *e)
{
  int code;
  do {
    if (s->bad)
      return not_text(s, s->carry, 1, e);
    bool whole = s->encoding == ENCODING_UTF_8;
    code = whole ? fill_utf8(s, buf, cap, ret_n, e) : fill_converted(s, buf, cap, ret_n, e);
  } while (code == OK && *ret_n == 0 && !raw_ended(s)); /* a few bytes of a pipe may hold no whole character */
  return code;
}
