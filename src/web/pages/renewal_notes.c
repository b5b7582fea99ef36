/* What people write and keep beside a renewal: notes with mentions, documents. */
#include <fcntl.h>
#include <unistd.h>

#include "app/document.h"
#include "app/note.h"
#include "store/repo_desk.h"
#include "web/pages/desk.h"
#include "web/pages/renewal.h"

enum { MOST_NOTES = 200, MOST_DOCUMENTS = 200 };

static struct str iso_of(struct request *r, int64_t at) {
  char buf[INSTANT_ISO_SIZE];
  return arena_str(r->arena, str_of(instant_iso(at, buf)));
}

/* Cuts a note at the people it names. */
static int pieces_of(struct request *r, const struct note *n, const struct person_brief *people, size_t n_people, struct renewal_note *x) {
  size_t marks = 0, at = 0, done = 0, length, who;
  for (size_t i = 0; i < n->body.n; i++)
    marks += n->body.p[i] == '@';
  x->pieces = arena_zalloc(r->arena, 2 * marks + 1, sizeof *x->pieces);
  if (!x->pieces)
    return ERR_NOMEM;
  while (note_mention_next(n->body, people, n_people, &at, &length, &who)) {
    x->pieces[x->n_pieces++] = (struct renewal_piece){str_sub(n->body, done, at - done), false};
    x->pieces[x->n_pieces++] = (struct renewal_piece){str_sub(n->body, at, length), true};
    done = at += length;
  }
  x->pieces[x->n_pieces++] = (struct renewal_piece){str_sub(n->body, done, n->body.n), false};
  return OK;
}

static int notes_of(struct request *r, const struct renewal *x, const struct person_brief *people, size_t n_people, struct renewal_view *v) {
  struct note *rows = NULL;
  size_t n = 0;
  int rc = note_list(r->store, r->arena, x->id, r->until, MOST_NOTES, &rows, &n, &r->err);
  v->notes = arena_zalloc(r->arena, n + 1, sizeof *v->notes);
  if (rc < 0 || !v->notes)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n && rc >= 0; i++) {
    struct renewal_note *to = &v->notes[v->n_notes++];
    *to = (struct renewal_note){.who = rows[i].by, .when = format_instant(r->reader, rows[i].at), .when_iso = iso_of(r, rows[i].at)};
    rc = pieces_of(r, &rows[i], people, n_people, to);
  }
  return rc;
}

/* Whom a mention would reach: the owner, managers and those who see everything; not oneself. */
static int people_of(struct request *r, const struct renewal *x, const struct person_brief *people, size_t n, struct renewal_view *v) {
  v->people = arena_zalloc(r->arena, n + 1, sizeof *v->people);
  if (!v->people)
    return ERR_NOMEM;
  for (size_t i = 0; i < n; i++) {
    enum role role = (enum role)people[i].role;
    bool reaches = people[i].id == x->owner_id || role == ROLE_MANAGER || role == ROLE_EXEC || role == ROLE_OPS || role == ROLE_ADMIN;
    if (reaches && people[i].id != r->who.id)
      v->people[v->n_people++] = (struct option){people[i].name, people[i].name, false};
  }
  return OK;
}

static struct str size_words(struct request *r, int64_t bytes) {
  struct str n = format_count(r->reader, bytes < 1 << 20 ? (bytes + 1023) / 1024 : (bytes + (1 << 19)) >> 20);
  return bytes < 1 << 20 ? tr_fmt(r, "{0} KB", n) : tr_fmt(r, "{0} MB", n);
}

static int documents_of(struct request *r, const struct renewal *x, struct renewal_view *v) {
  struct document *rows = NULL;
  size_t n = 0;
  int rc = document_list(r->store, r->arena, x->id, r->until, MOST_DOCUMENTS, &rows, &n, &r->err);
  v->documents = arena_zalloc(r->arena, n + 1, sizeof *v->documents);
  if (rc < 0 || !v->documents)
    return rc < 0 ? rc : ERR_NOMEM;
  for (size_t i = 0; i < n; i++) {
    const struct document *d = &rows[i];
    bool gone = d->removed_at && d->removed_at <= r->until;
    struct str day = format_day(r->reader, format_day_of(r->reader, gone ? d->removed_at : d->at));
    v->documents[v->n_documents++] = (struct renewal_document){
      .id = d->id, .name = d->file_name, .href = gone || d->removed_at ? STR_NONE : arena_fmt(r->arena, "/documents/%lld", (long long)d->id), .gone = gone,
      .note = gone ? tr_fmt(r, "removed by {0}, {1}", d->removed_by, day) : tr_fmt(r, "{0}, {1}, {2}", size_words(r, d->size), d->by, day),
      .may_drop = v->may_edit && !d->removed_at && (r->scope.role != ROLE_REP || d->by_id == r->who.id)};
  }
  return OK;
}

int renewal_notes_fill(struct request *r, const struct renewal *x, struct renewal_view *v) {
  struct person_brief *people = NULL;
  size_t n = 0;
  int rc = person_briefs(r->store, r->arena, &people, &n, &r->err);
  v->may_note = r->as_of == DAY_NONE;
  if (rc >= 0)
    rc = notes_of(r, x, people, n, v);
  if (rc >= 0)
    rc = people_of(r, x, people, n, v);
  if (rc >= 0 && r->as_of == DAY_NONE)
    rc = mention_waits_on(r->store, r->who.id, x->id, &v->mentioned, &r->err);
  return rc < 0 ? rc : documents_of(r, x, v);
}

/* The page again, with what was wrong; `set` puts it there. */
static int page_again(struct request *r, struct response *w, int64_t id, struct str note_text, struct str note_problem, struct str document_problem) {
  struct renewal_view v;
  int rc = renewal_view_fill(r, id, &v);
  if (rc < 0)
    return rc;
  v.note_text = note_text;
  v.note_problem = note_problem;
  v.document_problem = document_problem;
  w->status = 422;
  return renewal_page_send(r, w, &v);
}

static struct str told(struct request *r) { return tr_sentence(r, arena_str(r->arena, str_of(r->err.text))); }

int renewal_note_post(struct request *r, struct response *w) {
  int64_t id = 0, note_id = 0;
  int rc = request_id_param(r, 0, &id);
  struct str body = str_trim(pairs_get(&r->form, "note")), mention = str_trim(pairs_get(&r->form, "mention"));
  if (rc < 0)
    return rc;
  if (mention.n) { /* chosen from the list: the name stands in the text, as if it had been typed */
    struct str at = arena_fmt(r->arena, "@%.*s", STR_FMT(mention));
    if (!str_contains(body, at))
      body = arena_fmt(r->arena, "%.*s %.*s", STR_FMT(at), STR_FMT(body));
  }
  rc = note_write(r->store, r->arena, &r->scope, id, body, r->now, &note_id, &r->err);
  if (rc == ERR_RANGE)
    return page_again(r, w, id, body, told(r), STR_NONE);
  return rc < 0 ? rc : response_redirect(r, w, renewal_address(r, id, "noted"));
}

int renewal_mentions_seen_post(struct request *r, struct response *w) {
  int64_t id = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = note_mentions_seen(r->store, r->arena, &r->scope, id, r->now, &r->err);
  if (rc < 0)
    return rc;
  return response_redirect(r, w, pairs_has(&r->form, "home") ? STR("/") : renewal_address(r, id, NULL));
}

/* The whole uploaded file, in the arena. */
static int take_file(struct request *r, struct str *ret) {
  if (!r->upload.path || r->upload.size == 0)
    return err_set(&r->err, ERR_RANGE, "No file was chosen: choose one and send the form again");
  if (r->upload.size > DOCUMENT_MAX)
    return err_set(&r->err, ERR_LIMIT, "The file is too large: at most %d MB", DOCUMENT_MAX >> 20);
  size_t n = (size_t)r->upload.size, got = 0;
  char *p = arena_alloc(r->arena, n + 1);
  int fd = p ? open(r->upload.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
  if (fd < 0)
    return err_set(&r->err, p ? ERR_IO : ERR_NOMEM, "the uploaded file can't be read");
  for (ssize_t k = 1; got < n && k > 0; got += k > 0 ? (size_t)k : 0)
    k = read(fd, p + got, n - got);
  (void)close(fd);
  *ret = (struct str){p, got};
  return got == n ? OK : err_set(&r->err, ERR_IO, "the uploaded file can't be read");
}

int renewal_document_post(struct request *r, struct response *w) {
  int64_t id = 0, document_id = 0;
  struct str bytes = STR_NONE;
  struct renewal seen;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = desk_renewal(r, id, &seen);
  if (rc >= 0)
    rc = take_file(r, &bytes);
  if (rc >= 0)
    rc = document_add(r->store, r->arena, &r->scope, id, r->upload.file_name, bytes, r->now, &document_id, &r->err);
  if (rc == ERR_RANGE || rc == ERR_LIMIT)
    return page_again(r, w, id, STR_NONE, STR_NONE, told(r));
  return rc < 0 ? rc : response_redirect(r, w, renewal_address(r, id, "kept"));
}

int document_page(struct request *r, struct response *w) {
  int64_t id = 0;
  struct document d;
  struct str bytes = STR_NONE;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = document_get(r->store, r->arena, &r->scope, id, &d, &bytes, &r->err);
  if (rc >= 0 && d.at > r->until)
    rc = err_set(&r->err, ERR_NOTFOUND, "document %lld: it was not here then", (long long)id);
  if (rc < 0)
    return rc;
  w->foreign = true;
  strbuf_add(&w->body, bytes);
  return response_download(r, w, str_of(document_media_type(d.file_name)), d.file_name);
}

int document_drop_post(struct request *r, struct response *w) {
  int64_t id = 0, renewal_id = 0;
  int rc = request_id_param(r, 0, &id);
  if (rc >= 0)
    rc = document_drop(r->store, r->arena, &r->scope, id, r->now, &renewal_id, &r->err);
  return rc < 0 ? rc : response_redirect(r, w, renewal_address(r, renewal_id, "dropped"));
}
