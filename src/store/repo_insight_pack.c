/* Chances and lists as bytes: least byte first, the same on every machine. */
#include <math.h>
#include <sodium.h>

#include "store/repo_insight.h"

struct writer {
  unsigned char *p;
  size_t n;
};
struct reader {
  struct str left;
  bool bad;
};

static void put(struct writer *w, uint64_t v, int bytes) {
  for (int i = 0; i < bytes; i++)
    w->p[w->n++] = (unsigned char)(v >> (8 * i));
}
static void put_float(struct writer *w, float v) {
  uint32_t bits;
  memcpy(&bits, &v, sizeof bits);
  put(w, bits, 4);
}
static void put_double(struct writer *w, double v) {
  uint64_t bits;
  memcpy(&bits, &v, sizeof bits);
  put(w, bits, 8);
}
static uint64_t take(struct reader *r, int bytes) {
  uint64_t v = 0;
  if (r->left.n < (size_t)bytes) {
    r->bad = true;
    return 0;
  }
  for (int i = 0; i < bytes; i++)
    v |= (uint64_t)(unsigned char)r->left.p[i] << (8 * i);
  r->left = str_sub(r->left, (size_t)bytes, r->left.n);
  return v;
}
static float take_float(struct reader *r) {
  uint32_t bits = (uint32_t)take(r, 4);
  float v;
  memcpy(&v, &bits, sizeof v);
  r->bad |= !isfinite(v);
  return v;
}
static double take_double(struct reader *r) {
  uint64_t bits = take(r, 8);
  double v;
  memcpy(&v, &bits, sizeof v);
  r->bad |= !isfinite(v);
  return v;
}

/* ---- chances ---- */

/* Log-odds in thousandths: 32 are more than any chance has. */
static uint16_t thousandths(float phi) {
  double v = rint((double)phi * 1000);
  return (uint16_t)(int16_t)(v > 32767 ? 32767 : v < -32767 ? -32767 : v);
}

int insight_pack_floats(struct arena *a, const float *x, size_t n, struct str *ret) {
  struct writer w = {.p = arena_alloc(a, n * 4 + 1)};
  if (!w.p)
    return ERR_NOMEM;
  for (size_t i = 0; i < n; i++)
    put_float(&w, x[i]);
  *ret = (struct str){(char *)w.p, w.n};
  return OK;
}

int insight_unpack_floats(struct str bytes, float *ret, size_t n) {
  struct reader r = {.left = bytes};
  for (size_t i = 0; i < n && !r.bad; i++)
    ret[i] = take_float(&r);
  return r.bad || r.left.n ? ERR_SYNTAX : OK;
}

static void put_score(struct writer *w, const struct engine_score *s) {
  put(w, s->id, 4);
  put(w, s->nth < 255 ? s->nth : 255, 1);
  put(w, s->model, 1);
  put(w, s->n_why, 1);
  put_float(w, s->base);
  put_float(w, s->chance);
  for (int k = 0; k < ENGINE_PERIODS; k++)
    put_float(w, s->by[k]);
  for (int k = 0; k < ENGINE_DRIVERS; k++) {
    put(w, k < s->n_why ? s->why[k].what : 0, 1);
    put(w, k < s->n_why ? thousandths(s->why[k].phi) : 0, 2);
    put_float(w, k < s->n_why ? s->why[k].value : 0);
  }
  put(w, thousandths(s->other), 2);
}

int insight_pack_scores(struct arena *a, const struct engine_score *rows, size_t n, struct str *ret) {
  struct writer w = {arena_alloc(a, n * INSIGHT_SCORE_BYTES + 1), 0};
  if (!w.p)
    return ERR_NOMEM;
  for (size_t i = 0; i < n; i++)
    put_score(&w, &rows[i]);
  *ret = (struct str){(const char *)w.p, w.n};
  return OK;
}

int insight_unpack_scores(struct str bytes, struct engine_score *ret, size_t n) {
  struct reader r = {bytes, false};
  if (bytes.n != n * INSIGHT_SCORE_BYTES)
    return ERR_SYNTAX;
  for (size_t i = 0; i < n; i++) {
    struct engine_score s = {.id = (uint32_t)take(&r, 4), .nth = (uint16_t)take(&r, 1)};
    s.model = (uint8_t)take(&r, 1);
    s.n_why = (uint8_t)take(&r, 1);
    s.base = take_float(&r);
    s.chance = take_float(&r);
    for (int k = 0; k < ENGINE_PERIODS; k++)
      s.by[k] = take_float(&r);
    for (int k = 0; k < ENGINE_DRIVERS; k++) {
      s.why[k].what = (uint8_t)take(&r, 1);
      s.why[k].phi = (float)(int16_t)(uint16_t)take(&r, 2) / 1000;
      s.why[k].value = take_float(&r);
    r.bad |= s.why[k].what >= ENGINE_DRIVER_KINDS;
    }
    s.other = (float)(int16_t)(uint16_t)take(&r, 2) / 1000;
    if (r.bad || s.n_why > ENGINE_DRIVERS || s.model >= MODEL_COUNT)
      return ERR_SYNTAX;
    ret[i] = s;
  }
  return OK;
}

/* ---- lists beside a band ---- */

enum { SAVED_BYTES = 1 + 8 + 8 + 2, PICK_MOST = 1000 };

static void put_saved(struct writer *w, const struct insight_saved *x) {
  put(w, (uint64_t)(x->asked | x->reachable << 1), 1);
  put(w, (uint64_t)x->n, 8);
  put(w, (uint64_t)x->amount, 8);
  put(w, x->n_rows, 2);
  for (size_t i = 0; i < x->n_rows; i++)
    put(w, (uint64_t)x->rows[i].renewal_id, 8);
}

int insight_pack_picked(struct arena *a, const struct insight_band *x, struct str *ret) {
  struct writer w = {arena_alloc(a, 2 + 12 * x->n_matters + (size_t)2 * SAVED_BYTES + 8 * (x->half.n_rows + x->most.n_rows)), 0};
  if (!w.p)
    return ERR_NOMEM;
  put(&w, x->n_matters, 2);
  for (size_t i = 0; i < x->n_matters; i++) {
    put(&w, (uint64_t)x->matters[i].renewal_id, 8);
    put_float(&w, x->matters[i].share);
  }
  put_saved(&w, &x->half);
  put_saved(&w, &x->most);
  *ret = (struct str){(const char *)w.p, w.n};
  return OK;
}

static int take_picks(struct reader *r, struct arena *a, size_t n, bool shares, struct insight_pick **ret) {
  if (r->bad || n > PICK_MOST)
    return ERR_SYNTAX;
  *ret = arena_zalloc(a, n + 1, sizeof **ret);
  for (size_t i = 0; *ret && i < n; i++) {
    (*ret)[i].renewal_id = (int64_t)take(r, 8);
    (*ret)[i].share = shares ? take_float(r) : 0;
  }
  return *ret ? OK : ERR_NOMEM;
}

static int take_saved(struct reader *r, struct arena *a, struct insight_saved *ret) {
  uint64_t flags = take(r, 1);
  *ret = (struct insight_saved){.asked = flags & 1, .reachable = flags >> 1 & 1, .n = (int64_t)take(r, 8)};
  ret->amount = (int64_t)take(r, 8);
  ret->n_rows = (size_t)take(r, 2);
  return take_picks(r, a, ret->n_rows, false, &ret->rows);
}

int insight_unpack_picked(struct arena *a, struct str bytes, struct insight_band *ret) {
  struct reader r = {bytes, false};
  ret->n_matters = (size_t)take(&r, 2);
  int rc = take_picks(&r, a, ret->n_matters, true, &ret->matters);
  if (rc == OK)
    rc = take_saved(&r, a, &ret->half);
  if (rc == OK)
    rc = take_saved(&r, a, &ret->most);
  return rc == OK && (r.bad || r.left.n) ? ERR_SYNTAX : rc;
}

int insight_pack_knobs(struct arena *a, const struct insight_run *x, struct str *ret) {
  struct writer w = {arena_alloc(a, (MODEL_COUNT + 1 + 3 * x->n_bins) * sizeof(double)), 0};
  if (!w.p)
    return ERR_NOMEM;
  for (int k = 0; k < MODEL_COUNT; k++)
    put_double(&w, x->ratio[k]);
  put_double(&w, x->rho);
  for (size_t k = 0; k < x->n_bins; k++) {
    put_double(&w, x->bins[k].upto);
    put_double(&w, x->bins[k].n);
    put_double(&w, x->bins[k].renewed);
  }
  *ret = (struct str){(const char *)w.p, w.n};
  return OK;
}

int insight_unpack_knobs(struct str bytes, struct insight_run *ret) {
  struct reader r = {bytes, false};
  for (int k = 0; k < MODEL_COUNT; k++)
    ret->ratio[k] = take_double(&r);
  ret->rho = take_double(&r);
  for (ret->n_bins = 0; r.left.n && !r.bad && ret->n_bins < ENGINE_BINS; ret->n_bins++) {
    struct engine_bin *b = &ret->bins[ret->n_bins];
    b->upto = take_double(&r);
    b->n = take_double(&r);
    b->renewed = take_double(&r);
  }
  return r.bad || r.left.n ? ERR_SYNTAX : OK;
}

void insight_hash(const struct str *parts, size_t n, char hex[INSIGHT_HASH]) {
  crypto_hash_sha256_state state;
  unsigned char hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256_init(&state);
  for (size_t i = 0; i < n; i++)
    crypto_hash_sha256_update(&state, (const unsigned char *)parts[i].p, parts[i].n);
  crypto_hash_sha256_final(&state, hash);
  sodium_bin2hex(hex, INSIGHT_HASH, hash, sizeof hash);
}
