#include "app/import_desk_files.h"
#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "exchange/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 1 << 16, NAME_MOST = 200 };

char *desk_copy_text(const char *s)
{
  size_t n = strlen(s) + 1;
  char *p = mem_alloc(n);
  if (p)
    memcpy(p, s, n);
  return p;
}

int desk_folder(const char *path, struct err *e)
{
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(4096);
  struct stat st;
  for (const char *p = path; *p; p++) {
    strbuf_addc(&b, *p);
    if ((p[1] != '/' && p[1] != 0) || b.failed)
      continue;
    if (mkdir(strbuf_z(&b), 0700) != 0 && errno != EEXIST)
      return err_set(e, ERR_IO, "%s: the folder of uploads cannot be made: %s: name another with --files FOLDER", path, strerror(errno));
  }
  if (b.failed || stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
    return err_set(e, ERR_IO, "%s: the folder of uploads cannot be made: name another with --files FOLDER", path);
  return OK;
}

struct str desk_file_name(struct arena *a, struct str name)
{
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(4096);
  size_t from = 0;
  for (size_t i = 0; i < name.n; i++)
    if (name.p[i] == '/' || name.p[i] == '\\')
      from = i + 1;
  name = str_sub(name, from, name.n);
  for (size_t i = 0; i < name.n && b.n < NAME_MOST; i++)
    strbuf_addc(&b, (unsigned char)name.p[i] < 32 || name.p[i] == 127 ? ' ' : name.p[i]);
  struct str s = utf8_cut(str_trim(strbuf_str(&b)), NAME_MOST);
  if (b.failed)
    return (struct str){NULL, 0};
  return arena_str(a, s.n && utf8_valid(s) ? s : STR("file"));
}

static int unreadable(struct err *e)
{
  return err_set(e, ERR_IO, "The uploaded file cannot be read: %s", strerror(errno));
}

int desk_hash(struct arena *a, const char *path, struct str *ret_hex, struct err *e)
{
  char hex[DIGEST_TEXT];
  int rc = digest_file(path, hex);
  if (rc == ERR_IO)
    return unreadable(e);
  *ret_hex = rc == OK ? arena_str(a, str_of(hex)) : STR_NONE;
  return ret_hex->p ? OK : err_set(e, ERR_NOMEM, "out of memory");
}

static int copy_bytes(int from, int to)
{
  char buf[PIECE];
  ssize_t n;
  while ((n = read(from, buf, sizeof buf)) > 0 || (n < 0 && errno == EINTR))
    for (ssize_t at = 0; at < n;) {
      ssize_t w = write(to, buf + at, (size_t)(n - at));
      if (w < 0 && errno != EINTR)
        return ERR_IO;
      at += w > 0 ? w : 0;
    }
  return n < 0 || fsync(to) != 0 ? ERR_IO : OK;
}

int desk_copy(const char *from, const char *to, struct err *e)
{
  int in = open(from, O_RDONLY | O_CLOEXEC);
  if (in < 0)
    return unreadable(e);
  int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  int rc = out < 0 ? ERR_IO : copy_bytes(in, out);
  int why = errno;
  close(in);
  if (out >= 0 && close(out) != 0 && rc == OK) {
    rc = ERR_IO;
    why = errno;
  }
  if (rc < 0)
    return err_set(e, ERR_IO, "The uploaded file cannot be kept: %s: make room, then upload it again", strerror(why));
  return OK;
}
