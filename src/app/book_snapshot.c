#include "app/book_snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strbuf.h"

enum { SNAPSHOT_VERSION = 4, DICTS = 5, ALIGN = 16, PATH_MAX_BYTES = 4000 };

/* Sizes and settings; the columns follow, each padded to ALIGN, in the order of each_column. */
struct header {
  char magic[8];
  uint32_t version, byte_order;
  uint64_t bytes, checksum;
  struct book_mark mark;
  int32_t calendar_kind, first_month, week_start, named_by_start, reporting;
  uint32_t n_dict[DICTS], n_teams, n_currencies;
  uint64_t n_lines, n_renewals, text_bytes;
  uint16_t currency_of[64];
  uint32_t n_rates[64];
};

/* Something that is done with every column of the book, in file order. */
struct pass {
  void *ctx;
  bool (*column)(void *ctx, void *pointer, size_t n, size_t size); /* pointer: address of the column's pointer */
};
#define COLUMN(array, n) (p->column(p->ctx, &(array), (n), sizeof *(array)))

static bool each_line_column(const struct pass *p, struct book_lines *l) {
  return COLUMN(l->end, l->n) && COLUMN(l->start, l->n) && COLUMN(l->booked, l->n) && COLUMN(l->known, l->n) && COLUMN(l->outcome_known, l->n) &&
         COLUMN(l->atr, l->n) && COLUMN(l->won, l->n) && COLUMN(l->id, l->n) && COLUMN(l->account, l->n) && COLUMN(l->contract, l->n) &&
         COLUMN(l->product, l->n) && COLUMN(l->quantity, l->n) && COLUMN(l->rep, l->n) && COLUMN(l->region, l->n) && COLUMN(l->currency, l->n) &&
         COLUMN(l->model, l->n) && COLUMN(l->outcome_evidence, l->n) && COLUMN(l->flags, l->n);
}

static bool each_renewal_column(const struct pass *p, struct book_renewals *r) {
  return COLUMN(r->id, r->n) && COLUMN(r->contract, r->n) && COLUMN(r->account, r->n) && COLUMN(r->reseller, r->n) && COLUMN(r->distributor, r->n) &&
         COLUMN(r->due, r->n) && COLUMN(r->close, r->n) && COLUMN(r->booked, r->n) && COLUMN(r->step_date, r->n) && COLUMN(r->changed, r->n) &&
         COLUMN(r->atr, r->n) && COLUMN(r->forecast, r->n) && COLUMN(r->won, r->n) && COLUMN(r->rep, r->n) && COLUMN(r->region, r->n) &&
         COLUMN(r->currency, r->n) && COLUMN(r->model, r->n) && COLUMN(r->stage, r->n) && COLUMN(r->category, r->n) && COLUMN(r->outcome, r->n) &&
         COLUMN(r->flags, r->n);
}

static struct book_dict *dict_at(struct book *b, int i) {
  struct book_dict *const d[DICTS] = {&b->accounts, &b->contracts, &b->products, &b->reps, &b->regions};
  return d[i];
}

/* Team as it lies in the file. */
struct team_record {
  int64_t id;
  uint32_t parent, region;
};
/* What the file has beside the book's own columns: lengths of all names in order (dictionaries, families, teams), then their text. */
struct names {
  uint32_t *length;
  size_t n;
  char *text;
  size_t bytes;
  struct team_record *team;
};

static bool each_column(const struct pass *p, struct book *b, struct names *x) {
  bool ok = each_line_column(p, &b->lines) && each_renewal_column(p, &b->renewals);
  for (int i = 0; i < DICTS && ok; i++) {
    ok = COLUMN(dict_at(b, i)->id, dict_at(b, i)->n);
  }
  ok = ok && COLUMN(b->contract_account, b->contracts.n) && COLUMN(b->contract_partner, b->contracts.n) &&
       COLUMN(b->contract_cancelled, b->contracts.n) && COLUMN(b->rep_team, b->reps.n);
  for (uint8_t c = 0; c < b->n_currencies && ok; c++) {
    ok = COLUMN(b->rates[c], b->n_rates[c]);
  }
  return ok && COLUMN(x->team, b->n_teams) && COLUMN(x->length, x->n) && COLUMN(x->text, x->bytes);
}

static size_t count_names(struct book *b) {
  size_t n = b->products.n + (size_t)b->n_teams;
  for (int i = 0; i < DICTS; i++) {
    n += dict_at(b, i)->n;
  }
  return n;
}

/* The i-th name of the file's order. */
static struct str *name_at(struct book *b, size_t i) {
  for (int d = 0; d < DICTS; d++) {
    if (i < dict_at(b, d)->n) {
      return &dict_at(b, d)->name[i];
    }
    i -= dict_at(b, d)->n;
  }
  return i < b->products.n ? &b->product_family[i] : &b->teams[i - b->products.n].name;
}

static uint64_t checksum(uint64_t h, const void *data, size_t n) {
  /* Two lanes, so that a multiplication does not wait for the one before. n is a multiple of ALIGN. */
  const char *p = data;
  uint64_t lane[2] = {h, ~h};
  for (size_t i = 0; i + ALIGN <= n; i += ALIGN) {
    uint64_t w[2];
    memcpy(w, p + i, sizeof w);
    lane[0] = (lane[0] ^ w[0]) * UINT64_C(0x9E3779B97F4A7C15);
    lane[1] = (lane[1] ^ w[1]) * UINT64_C(0xD6E8FEB86659FD93);
    lane[0] ^= lane[0] >> 29;
    lane[1] ^= lane[1] >> 31;
  }
  return lane[0] * 3 + lane[1];
}

static void settings(struct header *h, const struct org *org) {
  h->calendar_kind = (int32_t)org->calendar.kind;
  h->first_month = org->calendar.first_month;
  h->week_start = org->calendar.week_start;
  h->named_by_start = org->calendar.named_by_start;
  h->reporting = org->reporting_currency;
}

static size_t padded(size_t bytes) { return (bytes + ALIGN - 1) / ALIGN * ALIGN; }

const char *book_snapshot_path(const char *url, struct arena *a) {
  struct str s = str_of(url), sqlite = STR("sqlite:");
  if (str_starts(s, STR("postgres")) || s.n == 0 || str_eq(s, STR(":memory:"))) {
    return NULL;
  }
  s = str_starts(s, sqlite) ? str_sub(s, sqlite.n, s.n) : s;
  return s.n > PATH_MAX_BYTES ? NULL : arena_fmt(a, "%.*s.book", STR_FMT(s)).p;
}

/* Writing. */
struct writer {
  int fd;
  uint64_t sum, at;
};

static bool write_all(int fd, const char *p, size_t n) {
  while (n > 0) {
    ssize_t k = write(fd, p, n);
    if (k < 0 && errno == EINTR) {
      continue;
    }
    if (k <= 0) {
      return false;
    }
    p += k;
    n -= (size_t)k;
  }
  return true;
}

static bool write_column(void *ctx, void *pointer, size_t n, size_t size) {
  struct writer *w = ctx;
  const char *data;
  char tail[ALIGN] = {0};
  memcpy(&data, pointer, sizeof data);
  size_t bytes = n * size, whole = bytes / ALIGN * ALIGN;
  if (bytes == 0) {
    return true;
  }
  memcpy(tail, data + whole, bytes - whole);
  w->sum = checksum(w->sum, data, whole);
  if (!write_all(w->fd, data, whole)) {
    return false;
  }
  w->at += padded(bytes);
  if (whole < bytes) {
    w->sum = checksum(w->sum, tail, ALIGN);
    return write_all(w->fd, tail, ALIGN);
  }
  return true;
}

static int gather_names(struct book *b, struct names *x) {
  size_t at = 0;
  x->n = count_names(b);
  for (size_t i = 0; i < x->n; i++) {
    x->bytes += name_at(b, i)->n;
  }
  x->length = mem_alloc(x->n * sizeof *x->length);
  x->text = mem_alloc(x->bytes);
  x->team = mem_alloc((size_t)b->n_teams * sizeof *x->team);
  if (x->length == NULL || x->text == NULL || x->team == NULL) {
    return ERR_NOMEM;
  }
  for (size_t i = 0; i < x->n; i++) {
    const struct str *s = name_at(b, i);
    x->length[i] = (uint32_t)s->n;
    if (s->n > 0) {
      memcpy(x->text + at, s->p, s->n);
    }
    at += s->n;
  }
  for (uint32_t i = 0; i < b->n_teams; i++) {
    x->team[i] = (struct team_record){b->teams[i].id, b->teams[i].parent, b->teams[i].region};
  }
  return OK;
}

static int write_file(const char *temporary, struct header *h, struct book *b, struct names *x) {
  struct writer w = {.fd = open(temporary, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600), .at = padded(sizeof *h)};
  char first[sizeof *h + ALIGN] = {0};
  if (w.fd < 0) {
    return ERR_IO;
  }
  const struct pass p = {&w, write_column};
  bool ok = write_all(w.fd, first, padded(sizeof *h)) && each_column(&p, b, x);
  h->bytes = w.at;
  h->checksum = w.sum;
  memcpy(first, h, sizeof *h);
  ok = ok && pwrite(w.fd, first, padded(sizeof *h), 0) == (ssize_t)padded(sizeof *h);
  ok = close(w.fd) == 0 && ok;
  return ok ? OK : ERR_IO;
}

int book_snapshot_write(const char *path, const struct org *org, const struct book_mark *m, const struct book *b) {
  struct book copy = *b; /* passes take the address of its columns, not the columns' content */
  struct names x = {0};
  struct header h = {.magic = "PRNBOOK", .version = SNAPSHOT_VERSION, .byte_order = 0x01020304, .mark = *m};
  settings(&h, org);
  h.n_lines = b->lines.n;
  h.n_renewals = b->renewals.n;
  h.n_teams = b->n_teams;
  h.n_currencies = b->n_currencies;
  for (int i = 0; i < DICTS; i++) {
    h.n_dict[i] = dict_at(&copy, i)->n;
  }
  memcpy(h.currency_of, b->currency_of, sizeof h.currency_of);
  memcpy(h.n_rates, b->n_rates, sizeof h.n_rates);
  struct strbuf temporary STRBUF_CLEANUP = STRBUF_INIT(PATH_MAX_BYTES + 64);
  strbuf_fmt(&temporary, "%s.%ld.tmp", path, (long)getpid());
  int code = gather_names(&copy, &x);
  h.text_bytes = x.bytes;
  code = code == OK && temporary.failed != 0 ? ERR_NOMEM : code;
  if (code == OK) {
    code = write_file(strbuf_z(&temporary), &h, &copy, &x);
    if (code != OK || rename(strbuf_z(&temporary), path) != 0) {
      (void)unlink(strbuf_z(&temporary));
      code = code != OK ? code : ERR_IO;
    }
  }
  mem_free(x.length);
  mem_free(x.text);
  mem_free(x.team);
  return code;
}

/* Reading. */
struct cursor {
  char *base;
  size_t at, bytes;
  uint64_t sum;
};

static bool map_column(void *ctx, void *pointer, size_t n, size_t size) {
  struct cursor *c = ctx;
  size_t bytes;
  if (__builtin_mul_overflow(n, size, &bytes) || bytes > c->bytes - c->at || padded(bytes) > c->bytes - c->at) {
    return false;
  }
  char *p = c->base + c->at;
  size_t whole = bytes / ALIGN * ALIGN;
  memcpy(pointer, &p, sizeof p);
  c->at += padded(bytes);
  c->sum = bytes > 0 ? checksum(c->sum, p, whole) : c->sum;
  c->sum = whole < bytes ? checksum(c->sum, p + whole, ALIGN) : c->sum;
  return true;
}

static void drop_map(void *map, size_t n) { (void)munmap(map, n); }

static bool ours(const struct header *h) {
  return memcmp(h->magic, "PRNBOOK", 8) == 0 && h->version == SNAPSHOT_VERSION && h->byte_order == 0x01020304;
}

static bool same_mark(const struct book_mark *a, const struct book_mark *b) {
  return a->seq == b->seq && a->audit_id == b->audit_id && a->audit_hash == b->audit_hash;
}

static bool usable(const struct header *h, size_t bytes, const struct org *org, const struct book_mark *m) {
  struct header want = {0};
  settings(&want, org);
  return ours(h) && h->bytes == bytes && same_mark(&h->mark, m) &&
         h->calendar_kind == want.calendar_kind && h->first_month == want.first_month && h->week_start == want.week_start &&
         h->named_by_start == want.named_by_start && h->reporting == want.reporting && h->n_currencies <= 64 && h->n_currencies > 0;
}

/* Names become pointers into the mapped text. */
static bool set_names(struct book *b, const struct names *x) {
  size_t at = 0;
  for (size_t i = 0; i < x->n; i++) {
    if (x->length[i] > x->bytes - at) {
      return false;
    }
    *name_at(b, i) = (struct str){x->text + at, x->length[i]};
    at += x->length[i];
  }
  for (uint32_t i = 0; i < b->n_teams; i++) {
    b->teams[i].id = x->team[i].id;
    b->teams[i].parent = x->team[i].parent;
    b->teams[i].region = x->team[i].region;
  }
  return at == x->bytes;
}

static int lay_out(struct book *b, const struct header *h, char *base) {
  struct names x = {.bytes = h->text_bytes};
  struct cursor c = {base, padded(sizeof *h), h->bytes, 0};
  const struct pass p = {&c, map_column};
  struct arena *a = book_arena(b);
  b->seq = h->mark.seq;
  b->reporting = (currency_t)h->reporting;
  b->lines.n = h->n_lines;
  b->renewals.n = h->n_renewals;
  b->n_teams = h->n_teams;
  b->n_currencies = (uint8_t)h->n_currencies;
  memcpy(b->currency_of, h->currency_of, sizeof h->currency_of);
  memcpy(b->n_rates, h->n_rates, sizeof h->n_rates);
  for (int i = 0; i < DICTS; i++) {
    struct book_dict *d = dict_at(b, i);
    d->n = h->n_dict[i];
    d->name = arena_alloc(a, ((size_t)d->n + 1) * sizeof *d->name);
    if (d->name == NULL) {
      return ERR_NOMEM;
    }
  }
  b->product_family = arena_alloc(a, ((size_t)b->products.n + 1) * sizeof *b->product_family);
  b->teams = arena_zalloc(a, (size_t)b->n_teams + 1, sizeof *b->teams);
  if (b->product_family == NULL || b->teams == NULL) {
    return ERR_NOMEM;
  }
  x.n = count_names(b);
  bool whole = each_column(&p, b, &x) && c.at == h->bytes && c.sum == h->checksum && set_names(b, &x);
  b->renewals.rep_now = b->renewals.rep;
  return whole ? OK : ERR_NOTFOUND;
}

int book_snapshot_mark(const char *path, struct book_mark *ret) {
  struct header h;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  bool read_it = fd >= 0 && read(fd, &h, sizeof h) == (ssize_t)sizeof h && ours(&h);
  if (fd >= 0) {
    (void)close(fd);
  }
  if (!read_it) {
    return ERR_NOTFOUND;
  }
  *ret = h.mark;
  return OK;
}

int book_snapshot_read(const char *path, const struct org *org, const struct book_mark *m, struct book **ret) {
  struct stat st;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) {
    return ERR_NOTFOUND;
  }
  size_t bytes = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() && st.st_size > 0 ? (size_t)st.st_size : 0;
  char *base = bytes >= padded(sizeof(struct header)) ? mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
  (void)close(fd);
  if (base == MAP_FAILED) {
    return ERR_NOTFOUND;
  }
  struct header h;
  memcpy(&h, base, sizeof h);
  struct book *b = usable(&h, bytes, org, m) ? book_new() : NULL;
  if (b == NULL) {
    drop_map(base, bytes);
    return ERR_NOTFOUND;
  }
  b->drop = drop_map;
  b->map = base;
  b->map_n = bytes;
  int code = lay_out(b, &h, base);
  if (code != OK) {
    book_free(b);
    return code;
  }
  *ret = b;
  return OK;
}
