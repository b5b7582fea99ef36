#include "insight/boost.h"

#ifdef PERENNIAL_BOOST
#include <dlfcn.h>
#include <pthread.h>
#include <xgboost/c_api.h>

#include "base/alloc.h"
#include "base/strbuf.h"

#define CALL(name) __typeof__(name) *name
static struct library {
  CALL(XGBGetLastError);
  CALL(XGDMatrixCreateFromDense);
  CALL(XGDMatrixSetFloatInfo);
  CALL(XGDMatrixFree);
  CALL(XGBoosterCreate);
  CALL(XGBoosterSetParam);
  CALL(XGBoosterUpdateOneIter);
  CALL(XGBoosterSaveModelToBuffer);
  CALL(XGBoosterLoadModelFromBuffer);
  CALL(XGBoosterPredictFromDMatrix);
  CALL(XGBoosterGetNumFeature);
  CALL(XGBoosterFree);
} lib;
static bool there;
static pthread_once_t looked = PTHREAD_ONCE_INIT;

static void look(void) {
  void *h = dlopen("libxgboost.so.0", RTLD_NOW | RTLD_LOCAL); /* stays until the program ends */
  bool all = h != NULL;
#define FIND(name) all = all && (*(void **)(&lib.name) = dlsym(h, #name)) != NULL
  FIND(XGBGetLastError);
  FIND(XGDMatrixCreateFromDense);
  FIND(XGDMatrixSetFloatInfo);
  FIND(XGDMatrixFree);
  FIND(XGBoosterCreate);
  FIND(XGBoosterSetParam);
  FIND(XGBoosterUpdateOneIter);
  FIND(XGBoosterSaveModelToBuffer);
  FIND(XGBoosterLoadModelFromBuffer);
  FIND(XGBoosterPredictFromDMatrix);
  FIND(XGBoosterGetNumFeature);
  FIND(XGBoosterFree);
#undef FIND
  there = all;
}

bool boost_there(void) {
  pthread_once(&looked, look);
  return there;
}

struct boost {
  BoosterHandle h;
  bst_ulong columns;
};

static int failed(struct err *e) { return err_set(e, ERR_FAIL, "trees: %s", there ? lib.XGBGetLastError() : "XGBoost is not installed (libxgboost0)"); }

/* Rows as the library takes them: it copies. */
static int matrix_of(const float *x, size_t n, size_t p, DMatrixHandle *ret, struct err *e) {
  char json[200];
  snprintf(json, sizeof json, "{\"data\":[%llu,true],\"shape\":[%zu,%zu],\"typestr\":\"<f4\",\"version\":3}", (unsigned long long)(uintptr_t)x, n, p);
  return lib.XGDMatrixCreateFromDense(json, "{\"missing\":NaN,\"nthread\":1}", ret) == 0 ? OK : failed(e);
}

static int set_up(BoosterHandle h, const struct boost_data *d, struct err *e) {
  STRBUF_CLEANUP struct strbuf rising = STRBUF_INIT(16 << 10);
  char depth[16];
  snprintf(depth, sizeof depth, "%d", BOOST_DEPTH);
  strbuf_addz(&rising, "(");
  for (size_t j = 0; j < d->p; j++) {
    strbuf_fmt(&rising, "%s%d", j > 0 ? "," : "", d->rising != NULL ? d->rising[j] : 0);
  }
  strbuf_addz(&rising, ")");
  const char *const set[][2] = {{"objective", "binary:logistic"}, {"tree_method", "hist"}, {"nthread", "1"}, {"seed", "1"}, {"eta", "0.05"}, {"max_depth", depth},
                                {"min_child_weight", "5"}, {"lambda", "1"}, {"base_score", "0.5"}, {"verbosity", "0"}, {"disable_default_eval_metric", "1"},
                                {"monotone_constraints", strbuf_z(&rising)}};
  for (size_t i = 0; i < sizeof set / sizeof set[0]; i++) {
    if (lib.XGBoosterSetParam(h, set[i][0], set[i][1]) != 0) {
      return failed(e);
    }
  }
  return OK;
}

static int grow(const struct boost_data *d, DMatrixHandle m, BoosterHandle h, struct arena *a, struct str *ret, struct err *e) {
  const char *bytes = NULL;
  bst_ulong n = 0;
  int code = lib.XGDMatrixSetFloatInfo(m, "label", d->y, d->n) == 0 && lib.XGDMatrixSetFloatInfo(m, "base_margin", d->margin, d->n) == 0 ? set_up(h, d, e) : failed(e);
  for (int k = 0; k < (d->rounds > 0 ? d->rounds : BOOST_ROUNDS) && code == OK; k++) {
    code = lib.XGBoosterUpdateOneIter(h, k, m) == 0 ? OK : failed(e);
  }
  if (code == OK && lib.XGBoosterSaveModelToBuffer(h, "{\"format\":\"ubj\"}", &n, &bytes) != 0) {
    code = failed(e);
  }
  struct str kept = code == OK ? arena_str(a, (struct str){bytes, n}) : STR_NONE;
  if (code == OK && kept.p == NULL) {
    return err_set(e, ERR_NOMEM, "Out of memory");
  }
  if (code == OK) {
    *ret = kept;
  }
  return code;
}

int boost_train(const struct boost_data *d, struct arena *a, struct str *ret, struct err *e) {
  DMatrixHandle m = NULL;
  BoosterHandle h = NULL;
  int code = boost_there() ? matrix_of(d->x, d->n, d->p, &m, e) : failed(e);
  if (code == OK) {
    code = lib.XGBoosterCreate(&m, 1, &h) == 0 ? grow(d, m, h, a, ret, e) : failed(e);
    (void)(h != NULL ? lib.XGBoosterFree(h) : 0);
    lib.XGDMatrixFree(m);
  }
  return code;
}

int boost_open(struct str bytes, struct boost **ret, struct err *e) {
  struct boost *b = mem_zalloc(1, sizeof *b);
  if (b == NULL) {
    return err_set(e, ERR_NOMEM, "Out of memory");
  }
  if (!boost_there() || lib.XGBoosterCreate(NULL, 0, &b->h) != 0 || lib.XGBoosterLoadModelFromBuffer(b->h, bytes.p, bytes.n) != 0 ||
      lib.XGBoosterSetParam(b->h, "nthread", "1") != 0 || lib.XGBoosterGetNumFeature(b->h, &b->columns) != 0) {
    failed(e);
    boost_free(b);
    return ERR_FAIL;
  }
  *ret = b;
  return OK;
}

void boost_free(struct boost *b) {
  if (b != NULL) {
    (void)(b->h != NULL ? lib.XGBoosterFree(b->h) : 0);
    mem_free(b);
  }
}

enum { MARGIN = 1, PARTS = 2 };

static int predict(const struct boost *b, int type, const float *x, size_t n, size_t p, size_t width, double *ret, struct err *e) {
  DMatrixHandle m = NULL;
  const bst_ulong *shape = NULL;
  bst_ulong dim = 0;
  const float *out = NULL;
  char how[160];
  snprintf(how, sizeof how, "{\"type\":%d,\"training\":false,\"iteration_begin\":0,\"iteration_end\":0,\"strict_shape\":true}", type);
  if (p != b->columns) {
    return err_set(e, ERR_FAIL, "trees: they are of another number of columns");
  }
  int code = n > 0 ? matrix_of(x, n, p, &m, e) : OK;
  if (code != OK || n == 0) {
    return code;
  }
  size_t cells = 1;
  code = lib.XGBoosterPredictFromDMatrix(b->h, m, how, &shape, &dim, &out) == 0 ? OK : failed(e);
  for (bst_ulong k = 0; k < dim && code == OK; k++) {
    cells *= shape[k];
  }
  if (code == OK && cells != n * width) {
    code = err_set(e, ERR_FAIL, "trees: an answer of another size");
  }
  for (size_t i = 0; i < n * width && code == OK; i++) {
    ret[i] = (double)out[i];
  }
  lib.XGDMatrixFree(m);
  return code;
}

int boost_margins(const struct boost *b, const float *x, size_t n, size_t p, double *ret, struct err *e) { return predict(b, MARGIN, x, n, p, 1, ret, e); }

int boost_parts(const struct boost *b, const float *x, size_t n, size_t p, double *ret, struct err *e) { return predict(b, PARTS, x, n, p, p + 1, ret, e); }

#else /* built without its header: there is no challenger */

static int none(struct err *e) { return err_set(e, ERR_FAIL, "trees: this program was built without XGBoost (libxgboost-dev)"); }
bool boost_there(void) { return false; }
int boost_train(const struct boost_data *d, struct arena *a, struct str *ret, struct err *e) {
  (void)d, (void)a, (void)ret;
  return none(e);
}
int boost_open(struct str bytes, struct boost **ret, struct err *e) {
  (void)bytes, (void)ret;
  return none(e);
}
void boost_free(struct boost *b) { (void)b; }
int boost_margins(const struct boost *b, const float *x, size_t n, size_t p, double *ret, struct err *e) {
  (void)b, (void)x, (void)n, (void)p, (void)ret;
  return none(e);
}
int boost_parts(const struct boost *b, const float *x, size_t n, size_t p, double *ret, struct err *e) {
  (void)b, (void)x, (void)n, (void)p, (void)ret;
  return none(e);
}
#endif
