#include "exchange/table.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "exchange/reader.h"
#include "exchange/sandbox.h"

struct table {
  int fd;
  struct reader *reader;   /* in this process */
  struct sandbox *sandbox; /* or in its own */
};

static const char *base_name(const char *path)
{
  const char *slash = strrchr(path, '/');
  return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

static int open_file(const char *path, int *ret, struct err *e)
{
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0 && errno == ENOENT)
    return err_set(e, ERR_IO, "%s: there is no such file", path);
  if (fd < 0)
    return err_set(e, ERR_IO, "%s can't be opened: %s", path, strerror(errno));
  struct stat st;
  if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
    close(fd);
    return err_set(e, ERR_IO, "%s is a folder: name the file in it", path);
  }
  *ret = fd;
  return OK;
}

static int open_either(const char *path, const struct table_options *o, bool alone, struct table **ret, struct err *e)
{
  struct table *t = mem_zalloc(1, sizeof *t);
  if (t == NULL)
    return err_set(e, ERR_NOMEM, "out of memory");
  t->fd = -1;
  int code = open_file(path, &t->fd, e);
  if (code == OK && alone)
    code = sandbox_open(t->fd, base_name(path), o, &t->sandbox, e);
  else if (code == OK)
    code = reader_open(t->fd, base_name(path), o, &t->reader, e);
  if (code != OK) {
    table_close(t);
    return code;
  }
  *ret = t;
  return OK;
}

int table_open(const char *path, const struct table_options *o, struct table **ret, struct err *e)
{
  return open_either(path, o, true, ret, e);
}

int table_open_inline(const char *path, const struct table_options *o, struct table **ret, struct err *e)
{
  return open_either(path, o, false, ret, e);
}

const struct table_info *table_info(const struct table *t)
{
  return t->sandbox != NULL ? sandbox_info(t->sandbox) : reader_info(t->reader);
}

int table_next(struct table *t, struct cell **ret_cells, size_t *ret_n, size_t *ret_row, struct err *e)
{
  struct row row;
  int got = t->sandbox != NULL ? sandbox_next(t->sandbox, &row, e) : reader_next(t->reader, &row, e);
  if (got == 1) {
    *ret_cells = row.cells;
    *ret_n = row.n;
    *ret_row = row.number;
  }
  return got;
}

void table_progress(const struct table *t, int64_t *ret_done, int64_t *ret_total)
{
  if (t->sandbox != NULL)
    sandbox_progress(t->sandbox, ret_done, ret_total);
  else
    reader_progress(t->reader, ret_done, ret_total);
}

void table_close(struct table *t)
{
  if (t == NULL)
    return;
  reader_close(t->reader);
  sandbox_close(t->sandbox);
  if (t->fd >= 0)
    close(t->fd);
  mem_free(t);
}
