#include "base/zone.h"
#include "base/date.h"
#include "base/err.h"
#include "base/strbuf.h"

#define ZONEINFO "/usr/share/zoneinfo/"
enum { MOST_BYTES = 256 << 10, HEAD = 44 };

/* "M3.2.0/2": the second Sunday of March at two; days since Sunday. */
struct change {
  int month, week, weekday, seconds;
};
/* What holds behind the last transition: "EST5EDT,M3.2.0,M11.1.0". */
struct rule {
  int offset[2]; /* seconds east: standard, summer */
  char name[2][ZONE_NAME_SIZE];
  bool summer;
  struct change from, to;
};
struct zone {
  const unsigned char *times, *types, *infos, *names; /* of the 64-bit block */
  uint32_t n_times, n_types, n_names;
  struct rule rule;
  bool has_rule;
};

static uint32_t be32(const unsigned char *p) { return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]; }
static int64_t be64(const unsigned char *p) { return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4)); }

/* Bytes of a block behind its head; times are `wide` bytes each. */
static size_t block_size(const unsigned char *head, size_t wide) {
  size_t gmt = be32(head + 20), std = be32(head + 24), leap = be32(head + 28), times = be32(head + 32), types = be32(head + 36), chars = be32(head + 40);
  if ((gmt | std | leap | times | types | chars) > MOST_BYTES) return SIZE_MAX;
  return times * (wide + 1) + types * 6 + chars + leap * (wide + 4) + std + gmt;
}

static bool digit(struct str s) { return s.n && s.p[0] >= '0' && s.p[0] <= '9'; }

static int take_number(struct str *s) {
  int v = 0;
  while (digit(*s) && v < 100000) v = v * 10 + (s->p[0] - '0'), *s = str_sub(*s, 1, s->n);
  return v;
}

static bool take_char(struct str *s, char c) {
  bool is = s->n && s->p[0] == c;
  if (is) *s = str_sub(*s, 1, s->n);
  return is;
}

/* [+-]h[:mm[:ss]] in seconds */
static int take_time(struct str *s) {
  int sign = take_char(s, '-') ? -1 : (take_char(s, '+'), 1), v = take_number(s) * 3600;
  if (take_char(s, ':')) v += take_number(s) * 60;
  if (take_char(s, ':')) v += take_number(s);
  return sign * v;
}

static bool take_name(struct str *s, char name[ZONE_NAME_SIZE]) {
  size_t n = 0;
  bool quoted = take_char(s, '<');
  while (n < s->n && (quoted ? s->p[n] != '>' : (s->p[n] >= 'A' && s->p[n] <= 'Z') || (s->p[n] >= 'a' && s->p[n] <= 'z'))) n++;
  str_to_z(str_sub(*s, 0, n), name, ZONE_NAME_SIZE);
  *s = str_sub(*s, n + quoted, s->n);
  return n > 0;
}

static bool take_change(struct str *s, struct change *c) {
  *c = (struct change){.seconds = 7200};
  if (!take_char(s, ',') || !take_char(s, 'M')) return false;
  c->month = take_number(s);
  if (!take_char(s, '.')) return false;
  c->week = take_number(s);
  if (!take_char(s, '.')) return false;
  c->weekday = take_number(s);
  if (take_char(s, '/')) c->seconds = take_time(s);
  return c->month >= 1 && c->month <= 12 && c->week >= 1 && c->week <= 5 && c->weekday <= 6;
}

static bool rule_of(struct str s, struct rule *x) {
  *x = (struct rule){0};
  if (!take_name(&s, x->name[0])) return false;
  x->offset[0] = -take_time(&s);
  if (!s.n) return true;
  if (!take_name(&s, x->name[1])) return false;
  x->offset[1] = s.n && s.p[0] != ',' ? -take_time(&s) : x->offset[0] + 3600;
  x->summer = take_change(&s, &x->from) && take_change(&s, &x->to);
  return x->summer;
}

const struct zone *zone_of_bytes(struct arena *a, struct str bytes) {
  const unsigned char *p = (const unsigned char *)bytes.p;
  if (bytes.n < 2 * HEAD || memcmp(p, "TZif", 4) || p[4] < '2') return NULL;
  size_t first = block_size(p, 4);
  if (first == SIZE_MAX || HEAD + first + HEAD > bytes.n) return NULL;
  const unsigned char *head = p + HEAD + first;
  size_t second = memcmp(head, "TZif", 4) ? SIZE_MAX : block_size(head, 8);
  size_t used = 2 * HEAD + first;
  if (second == SIZE_MAX || used + second > bytes.n) return NULL;
  struct zone *z = arena_zalloc(a, 1, sizeof *z);
  if (!z) return NULL;
  z->n_times = be32(head + 32), z->n_types = be32(head + 36), z->n_names = be32(head + 40);
  z->times = head + HEAD;
  z->types = z->times + 8 * (size_t)z->n_times;
  z->infos = z->types + z->n_times;
  z->names = z->infos + 6 * (size_t)z->n_types;
  struct str foot = str_trim(str_sub(bytes, used + second, bytes.n));
  z->has_rule = rule_of(foot, &z->rule);
  return z->n_types ? z : NULL;
}

const struct zone *zone_load(struct arena *a, struct str name) {
  bool fit = name.n > 0 && name.n < 64 && name.p[0] != '/' && !str_contains(name, STR(".."));
  for (size_t i = 0; i < name.n && fit; i++) {
    char c = name.p[i];
    fit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+' || c == '/';
  }
  if (!fit || str_eq(name, STR("UTC"))) return NULL;
  struct str path = arena_fmt(a, ZONEINFO "%.*s", STR_FMT(name));
  FILE *f = path.n ? fopen(path.p, "rb") : NULL;
  char *room = f ? arena_alloc(a, 16 << 10) : NULL;
  size_t n = room ? fread(room, 1, 16 << 10, f) : 0;
  if (f) fclose(f);
  return n && n < 16 << 10 ? zone_of_bytes(a, (struct str){room, n}) : NULL;
}

/* Seconds UTC of a change in that year; `offset` holds before it. */
static int64_t change_at(const struct change *c, int year, int offset) {
  day_t first;
  if (day_from_ymd(year, c->month, 1, &first) < 0) return INT64_MAX;
  int to = (c->weekday - day_weekday(first) % 7 + 7) % 7 + 7 * (c->week - 1);
  while (to >= days_in_month(year, c->month)) to -= 7;
  return ((int64_t)first + to) * SECONDS_PER_DAY + c->seconds - offset;
}

static int named(int offset, const char *abbreviation, char name[ZONE_NAME_SIZE]) {
  int minutes = (offset < 0 ? -offset : offset) / 60;
  bool letters = abbreviation[0] >= 'A' && abbreviation[0] <= 'Z';
  if (letters) snprintf(name, ZONE_NAME_SIZE, "%s", abbreviation);
  else if (minutes % 60) snprintf(name, ZONE_NAME_SIZE, "GMT%c%d:%02d", offset < 0 ? '-' : '+', minutes / 60 % 24, minutes % 60);
  else snprintf(name, ZONE_NAME_SIZE, "GMT%c%d", offset < 0 ? '-' : '+', minutes / 60 % 24);
  return offset;
}

static int by_rule(const struct rule *x, int64_t at, char name[ZONE_NAME_SIZE]) {
  int k = 0;
  if (x->summer) {
    int year = day_to_ymd(day_of_instant(at + x->offset[0])).y;
    int64_t from = change_at(&x->from, year, x->offset[0]), to = change_at(&x->to, year, x->offset[1]);
    k = from < to ? at >= from && at < to : at >= from || at < to;
  }
  return named(x->offset[k], x->name[k], name);
}

int zone_offset(const struct zone *z, int64_t at, char name[ZONE_NAME_SIZE]) {
  if (!z) return named(0, "UTC", name);
  size_t lo = 0, hi = z->n_times; /* transitions not behind `at` */
  while (lo < hi) {
    size_t mid = (lo + hi) / 2;
    if (be64(z->times + 8 * mid) <= at) lo = mid + 1;
    else hi = mid;
  }
  if (lo == z->n_times && z->has_rule) return by_rule(&z->rule, at, name);
  unsigned type = lo ? z->types[lo - 1] : 0;
  if (type >= z->n_types) return named(0, "UTC", name);
  const unsigned char *info = z->infos + 6 * (size_t)type;
  char short_name[ZONE_NAME_SIZE] = "";
  for (size_t i = 0; i + 1 < sizeof short_name && info[5] + i < z->n_names && z->names[info[5] + i]; i++) short_name[i] = (char)z->names[info[5] + i];
  return named((int)be32(info), short_name, name);
}

int64_t zone_instant(const struct zone *z, day_t day, int seconds) {
  char name[ZONE_NAME_SIZE];
  int64_t local = (int64_t)day * SECONDS_PER_DAY + seconds;
  /* The offsets on both sides of a change that may be near. */
  int before = zone_offset(z, local - SECONDS_PER_DAY, name), after = zone_offset(z, local + SECONDS_PER_DAY, name);
  if (zone_offset(z, local - before, name) == before) return local - before;
  return zone_offset(z, local - after, name) == after ? local - after : local - before;
}

day_t zone_day(const struct zone *z, int64_t at) {
  char name[ZONE_NAME_SIZE];
  return day_of_instant(at + zone_offset(z, at, name));
}

static int by_name(const void *a, const void *b) { return str_cmp(*(const struct str *)a, *(const struct str *)b); }

/* The list of zones: countries, place, zone, remark a line. STR_NONE on no memory, "" when the system has none. */
static struct str zone_table(struct arena *a) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(MOST_BYTES);
  FILE *f = fopen(ZONEINFO "zone1970.tab", "rb");
  char *room;
  size_t n = 0;
  while (f && (room = strbuf_reserve(&b, 32768)) && (n = fread(room, 1, 32768, f)) > 0) b.n += n;
  if (f) fclose(f);
  return arena_str(a, strbuf_str(&b));
}

/* The next line that is no remark: its countries and its zone. */
static bool zone_line(struct str *text, struct str *ret_countries, struct str *ret_zone) {
  struct str line, field;
  while (str_cut(*text, '\n', &line, text)) {
    if (!line.n || line.p[0] == '#') continue;
    str_cut(line, '\t', ret_countries, &line);
    str_cut(line, '\t', &field, &line);
    str_cut(line, '\t', ret_zone, &line);
    if (ret_zone->n) return true;
  }
  return false;
}

struct str zone_country(struct arena *a, struct str zone) {
  struct str text = zone_table(a), countries, name;
  while (text.p && zone_line(&text, &countries, &name))
    if (str_eq(name, zone)) return str_sub(countries, 0, 2);
  return STR_NONE;
}

int zone_names(struct arena *a, struct str **ret, size_t *ret_n) {
  struct str text = zone_table(a), countries, name, *names = arena_zalloc(a, 1000, sizeof *names);
  size_t n = 1;
  if (!names || !text.p) return ERR_NOMEM;
  names[0] = STR("UTC");
  while (n < 1000 && zone_line(&text, &countries, &name)) names[n++] = name;
  qsort(names, n, sizeof *names, by_name);
  *ret = names;
  *ret_n = n;
  return OK;
}
