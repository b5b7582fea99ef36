#include "web/http.h"
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int request_id_param(const struct request *r, int index, int64_t *ret) {
  int64_t v;
  struct str s = r->params[index];
  if (str_to_i64(s, &v) < 0 || v <= 0 || s.p[0] == '+' || s.p[0] == '0') return ERR_NOTFOUND;
  *ret = v;
  return OK;
}

void response_init(struct response *w) {
  *w = (struct response){.file = -1};
  strbuf_init(&w->body, WEB_MAX_PAGE);
}

void response_free(struct response *w) {
  strbuf_free(&w->body);
  if (w->file >= 0) close(w->file);
  w->file = -1;
}

void response_header(struct response *w, const char *name, struct str value) {
  size_t room = sizeof w->headers / sizeof *w->headers;
  for (size_t i = 0; i < value.n; i++)
    if ((unsigned char)value.p[i] < 32) return; /* a line break would begin another header */
  if (w->n_headers < room) w->headers[w->n_headers++] = (struct http_header){str_of(name), value};
}

int response_redirect(struct request *r, struct response *w, struct str to) {
  bool ours = str_starts(to, STR("/")) && !str_starts(to, STR("//")) && !str_starts(to, STR("/\\"));
  for (size_t i = 0; i < to.n; i++)
    if ((unsigned char)to.p[i] < 33 || to.p[i] == 127) ours = false;
  struct str kept = arena_str(r->arena, ours ? to : STR("/"));
  if (!kept.p) return ERR_NOMEM;
  w->status = 303;
  strbuf_clear(&w->body);
  response_header(w, "Location", kept);
  return OK;
}

int response_download(struct request *r, struct response *w, struct str content_type, struct str file_name) {
  struct strbuf b = STRBUF_INIT(4000);
  strbuf_addz(&b, "attachment; filename=\"");
  for (size_t i = 0; i < file_name.n; i++) {
    char c = file_name.p[i];
    strbuf_addc(&b, c >= 32 && c < 127 && c != '"' && c != '\\' && c != '/' && c != '%' ? c : '_');
  }
  strbuf_addz(&b, "\"; filename*=UTF-8''");
  for (size_t i = 0; i < file_name.n; i++) {
    unsigned char c = (unsigned char)file_name.p[i];
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    if (plain) strbuf_addc(&b, (char)c);
    else strbuf_fmt(&b, "%%%02X", c);
  }
  struct str kept = b.failed ? (struct str){0} : arena_str(r->arena, strbuf_str(&b));
  strbuf_free(&b);
  if (!kept.p) return ERR_NOMEM;
  w->content_type = content_type;
  response_header(w, "Content-Disposition", kept);
  return OK;
}

int response_temp_file(struct request *r, int *ret_fd) {
  char path[] = "/tmp/perennial-XXXXXX";
  int fd = mkostemp(path, O_CLOEXEC);
  if (fd < 0) return err_set(&r->err, ERR_IO, "the download can't be written: no temporary file can be made: free space in /tmp");
  unlink(path);
  *ret_fd = fd;
  return OK;
}

int response_temp_write(struct request *r, int (*write)(void *arg, const char *path, struct err *e), void *arg, int *ret_fd) {
  char dir[] = "/tmp/perennial-XXXXXX", path[64];
  if (!mkdtemp(dir)) return err_set(&r->err, ERR_IO, "the download can't be written: no temporary file can be made: free space in /tmp");
  snprintf(path, sizeof path, "%s/file", dir);
  int rc = write(arg, path, &r->err), fd = rc < 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  (void)unlink(path);
  (void)rmdir(dir);
  if (rc >= 0 && fd < 0) return err_set(&r->err, ERR_IO, "the download can't be read back: free space in /tmp");
  if (rc < 0) return rc;
  *ret_fd = fd;
  return OK;
}
