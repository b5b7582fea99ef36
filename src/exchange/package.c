#include "exchange/package.h"

#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "base/alloc.h"

struct package {
  zip_t *zip;
  const char *name;
  int64_t unpacked; /* bytes read of all parts */
};
struct part {
  struct package *package;
  zip_file_t *file;
  int64_t size, packed, done;
};

static int damaged(const struct package *p, const char *why, struct err *e)
{
  return err_set(e, ERR_SYNTAX, "%s is damaged or cut short (%s): download or export it again", p->name, why);
}

static int too_large(const struct package *p, struct err *e)
{
  return err_set(e, ERR_LIMIT,
                 "%s unpacks to far more than a table needs (over %d times its size, or over 1 GiB): it is refused as a zip bomb",
                 p->name, PACKAGE_MAX_RATIO);
}

static bool over_ratio(int64_t unpacked, int64_t packed)
{
  return unpacked > PACKAGE_RATIO_FROM && unpacked / PACKAGE_MAX_RATIO > packed;
}

/* No absolute path, no drive, no ".." step. */
static bool path_inside(struct str path)
{
  if (path.n == 0 || path.n >= PACKAGE_MAX_PATH || path.p[0] == '/' || path.p[0] == '\\' || (path.n > 1 && path.p[1] == ':'))
    return false;
  size_t step = 0;
  for (size_t i = 0; i <= path.n; i++) {
    if (i < path.n && path.p[i] != '/' && path.p[i] != '\\')
      continue;
    if (str_eq(str_sub(path, step, i - step), STR("..")))
      return false;
    step = i + 1;
  }
  return true;
}

static int check_parts(const struct package *p, struct err *e)
{
  zip_int64_t n = zip_get_num_entries(p->zip, 0);
  int64_t total = 0;
  if (n > PACKAGE_MAX_PARTS)
    return err_set(e, ERR_LIMIT, "%s has %lld parts, more than any workbook: save it again as XLSX", p->name, (long long)n);
  for (zip_int64_t i = 0; i < n; i++) {
    zip_stat_t st;
    if (zip_stat_index(p->zip, (zip_uint64_t)i, 0, &st) != 0)
      return damaged(p, zip_strerror(p->zip), e);
    if (!path_inside(str_of(st.name)))
      return err_set(e, ERR_SYNTAX, "%s has a part whose path leads out of the package: it is refused", p->name);
    if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && st.encryption_method != ZIP_EM_NONE)
      return err_set(e, ERR_SYNTAX, "%s is an encrypted ZIP archive: remove the password and save it again", p->name);
    if (st.size > PACKAGE_MAX_TOTAL || over_ratio((int64_t)st.size, (int64_t)st.comp_size))
      return too_large(p, e);
    total += (int64_t)st.size;
    if (total > PACKAGE_MAX_TOTAL)
      return too_large(p, e);
  }
  return OK;
}

int package_open(int fd, const char *name, struct package **ret, struct err *e)
{
  struct stat st;
  if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
    return err_set(e, ERR_IO, "%s is a workbook that comes through a pipe: save it to a file first", name);
  struct package *p = mem_zalloc(1, sizeof *p);
  int own = dup(fd); /* libzip closes what it gets */
  if (p == NULL || own < 0) {
    if (own >= 0)
      close(own);
    mem_free(p);
    return err_set(e, ERR_NOMEM, "out of memory");
  }
  int why = 0, code = OK;
  p->name = name;
  p->zip = zip_fdopen(own, 0, &why);
  if (p->zip == NULL) {
    close(own);
    code = damaged(p, why == ZIP_ER_NOZIP ? "its end is missing" : why == ZIP_ER_MEMORY ? "out of memory" : "its directory is inconsistent", e);
  }
  if (code == OK)
    code = check_parts(p, e);
  if (code != OK) {
    package_close(p);
    return code;
  }
  *ret = p;
  return OK;
}

void package_close(struct package *p)
{
  if (p == NULL)
    return;
  if (p->zip != NULL)
    zip_discard(p->zip);
  mem_free(p);
}

static char folded(char c)
{
  return c == '\\' ? '/' : c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_path(struct str a, struct str b)
{
  if (a.n != b.n)
    return false;
  for (size_t i = 0; i < a.n; i++)
    if (folded(a.p[i]) != folded(b.p[i]))
      return false;
  return true;
}

static zip_int64_t locate(const struct package *p, struct str path)
{
  zip_int64_t n = zip_get_num_entries(p->zip, 0);
  for (zip_int64_t i = 0; i < n; i++) {
    const char *name = zip_get_name(p->zip, (zip_uint64_t)i, 0);
    if (name != NULL && same_path(str_of(name), path))
      return i;
  }
  return -1;
}

bool package_has(const struct package *p, struct str path)
{
  return locate(p, path) >= 0;
}

int part_open(struct package *p, struct str path, struct part **ret, struct err *e)
{
  zip_int64_t i = locate(p, path);
  zip_stat_t st;
  if (i < 0)
    return ERR_NOTFOUND;
  if (zip_stat_index(p->zip, (zip_uint64_t)i, 0, &st) != 0)
    return damaged(p, zip_strerror(p->zip), e);
  struct part *s = mem_zalloc(1, sizeof *s);
  if (s == NULL)
    return err_set(e, ERR_NOMEM, "out of memory");
  s->package = p;
  s->size = (int64_t)st.size;
  s->packed = (int64_t)st.comp_size;
  s->file = zip_fopen_index(p->zip, (zip_uint64_t)i, 0);
  if (s->file == NULL) {
    mem_free(s);
    return damaged(p, zip_strerror(p->zip), e);
  }
  *ret = s;
  return OK;
}

int part_read(struct part *s, char *buf, size_t cap, size_t *ret_n, struct err *e)
{
  zip_int64_t n = zip_fread(s->file, buf, cap);
  if (n < 0)
    return damaged(s->package, zip_file_strerror(s->file), e);
  s->done += n;
  s->package->unpacked += n;
  if (s->done > s->size)
    return damaged(s->package, "a part is longer than the directory says", e);
  if (over_ratio(s->done, s->packed) || s->package->unpacked > PACKAGE_MAX_TOTAL)
    return too_large(s->package, e);
  *ret_n = (size_t)n;
  return OK;
}

int64_t part_size(const struct part *s)
{
  return s->size;
}

int64_t part_done(const struct part *s)
{
  return s->done;
}

void part_close(struct part *s)
{
  if (s == NULL)
    return;
  zip_fclose(s->file);
  mem_free(s);
}

/* Takes the last step off a path that ends without a slash. */
static size_t parent(const char *buf, size_t n)
{
  while (n > 0 && buf[n - 1] != '/')
    n--;
  return n > 0 ? n - 1 : 0;
}

struct str package_resolve(struct str from, struct str target, char *buf)
{
  size_t n = 0;
  struct str step, rest = target;
  bool absolute = target.n > 0 && (target.p[0] == '/' || target.p[0] == '\\');
  if (from.n + target.n + 2 > PACKAGE_MAX_PATH)
    return STR_NONE;
  if (!absolute && from.n > 0) {
    memcpy(buf, from.p, from.n);
    n = parent(buf, from.n);
  }
  while (rest.n > 0) {
    size_t end = 0;
    while (end < rest.n && rest.p[end] != '/' && rest.p[end] != '\\')
      end++;
    step = str_sub(rest, 0, end);
    rest = end < rest.n ? str_sub(rest, end + 1, rest.n) : STR_NONE;
    if (step.n == 0 || str_eq(step, STR(".")))
      continue;
    if (str_eq(step, STR(".."))) {
      if (n == 0)
        return STR_NONE;
      n = parent(buf, n);
      continue;
    }
    if (n > 0)
      buf[n++] = '/';
    memcpy(buf + n, step.p, step.n);
    n += step.n;
  }
  return (struct str){buf, n};
}
