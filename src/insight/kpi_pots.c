/* Sums per (key, account): by a plain array when only the account matters, else by hash. */
#include "base/alloc.h"
#include "base/map.h"
#include "insight/kpi_internal.h"

int kpi_pots_init(struct kpi_pots *p, uint32_t dense) {
  *p = (struct kpi_pots){.n_dense = dense};
  if (dense > 0) {
    p->dense = mem_zalloc(dense, sizeof *p->dense);
  } else {
    p->index = map64_new();
  }
  return p->dense == NULL && p->index == NULL ? ERR_NOMEM : OK;
}

void kpi_pots_free(struct kpi_pots *p) {
  map64_free(p->index);
  mem_free(p->dense);
  mem_free(p->at);
  *p = (struct kpi_pots){0};
}

static struct kpi_pot *append(struct kpi_pots *p, uint32_t key) {
  if (!mem_room(&p->at, p->n, &p->cap, 64, sizeof *p->at)) {
    return NULL;
  }
  p->at[p->n] = (struct kpi_pot){.key = key};
  return &p->at[p->n++];
}

struct kpi_pot *kpi_pots_put(struct kpi_pots *p, uint32_t key, uint32_t account) {
  if (p->dense != NULL) {
    uint32_t *slot = &p->dense[account < p->n_dense ? account : 0];
    struct kpi_pot *x = *slot != 0 ? &p->at[*slot - 1] : append(p, key);
    *slot = *slot != 0 || x == NULL ? *slot : (uint32_t)p->n;
    return x;
  }
  uint64_t *slot = map64_put(p->index, (uint64_t)key << 32 | account);
  if (slot == NULL) {
    return NULL;
  }
  struct kpi_pot *x = *slot != 0 ? &p->at[*slot - 1] : append(p, key);
  *slot = *slot != 0 || x == NULL ? *slot : p->n;
  return x;
}

struct kpi_pot *kpi_pots_get(const struct kpi_pots *p, uint32_t key, uint32_t account) {
  if (p->dense != NULL) {
    uint32_t slot = p->dense[account < p->n_dense ? account : 0];
    return slot != 0 ? &p->at[slot - 1] : NULL;
  }
  const uint64_t *slot = map64_get(p->index, (uint64_t)key << 32 | account);
  return slot != NULL && *slot != 0 ? &p->at[*slot - 1] : NULL;
}
