#include "report/write.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

#define REPORT_FORMAT_NAME(NAME, SPELLING, MEDIA) [NAME] = SPELLING,
#define REPORT_FORMAT_MEDIA(NAME, SPELLING, MEDIA) [NAME] = MEDIA,
static const char *const names[REPORT_FORMAT_COUNT] = {REPORT_FORMATS(REPORT_FORMAT_NAME)};
static const char *const media[REPORT_FORMAT_COUNT] = {REPORT_FORMATS(REPORT_FORMAT_MEDIA)};

const char *report_format_name(enum report_format f) { return (unsigned)f < REPORT_FORMAT_COUNT ? names[f] : ""; }
const char *report_format_media(enum report_format f) { return (unsigned)f < REPORT_FORMAT_COUNT ? media[f] : ""; }

int report_format_of(struct str s) {
  for (int i = 0; i < REPORT_FORMAT_COUNT; i++) {
    if (str_eq_nocase(s, str_of(names[i]))) {
      return i;
    }
  }
  return -1;
}

struct str report_file_name(const struct report *r, enum report_format f) {
  char day[DAY_ISO_SIZE];
  return arena_fmt(r->reader->arena, "%s-%.*s-as-of-%s.%s", r->kind, STR_FMT(r->period_id), day_iso(r->as_of, day), report_format_name(f));
}

int report_write(const struct report *r, enum report_format f, const char *path, struct err *e) {
  switch (f) {
    case REPORT_XLSX: return report_write_xlsx(r, path, e);
    case REPORT_DOCX: return report_write_docx(r, path, e);
    case REPORT_PPTX: return report_write_pptx(r, path, e);
    case REPORT_HTML: return report_write_html(r, path, e);
    case REPORT_CSV: return report_write_csv(r, path, e);
    case REPORT_FORMAT_COUNT:
    default: return err_set(e, ERR_RANGE, "report: there is no such format");
  }
}

static int put_all(int fd, struct str s) {
  while (s.n > 0) {
    ssize_t n = write(fd, s.p, s.n);
    if (n < 0 && errno != EINTR) {
      return ERR_IO;
    }
    s = n > 0 ? str_sub(s, (size_t)n, s.n) : s;
  }
  return OK;
}

int report_put_file(const char *path, struct str bytes, struct err *e) {
  char part[PATH_SIZE];
  if ((size_t)snprintf(part, sizeof part, "%s.part", path) >= sizeof part) {
    return err_set(e, ERR_LIMIT, "%s: the path is too long", path);
  }
  int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) {
    return err_set(e, ERR_IO, "%s: %s: may you write there?", path, strerror(errno));
  }
  int code = put_all(fd, bytes);
  if (close(fd) != 0 || code != OK || rename(part, path) != 0) {
    code = err_set(e, ERR_IO, "%s: %s: is there room on the disk, and may you write there?", path, strerror(errno));
    (void)unlink(part);
  }
  return code;
}
