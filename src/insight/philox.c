#include "insight/philox.h"

struct philox philox_block(const uint32_t counter[4], const uint32_t key[2]) {
  enum { ROUNDS = 10 };
  struct philox x = {{counter[0], counter[1], counter[2], counter[3]}};
  uint32_t k0 = key[0], k1 = key[1];
  for (int i = 0; i < ROUNDS; i++) {
    uint64_t a = (uint64_t)0xD2511F53U * x.word[0], b = (uint64_t)0xCD9E8D57U * x.word[2];
    x = (struct philox){{(uint32_t)(b >> 32) ^ x.word[1] ^ k0, (uint32_t)b, (uint32_t)(a >> 32) ^ x.word[3] ^ k1, (uint32_t)a}};
    k0 += 0x9E3779B9U;
    k1 += 0xBB67AE85U;
  }
  return x;
}

double philox_unit(uint64_t seed, uint32_t purpose, uint32_t draw, uint32_t row) {
  const uint32_t counter[4] = {row / 4, draw, purpose, 0}, key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
  return ((double)philox_block(counter, key).word[row % 4] + 0.5) * 0x1p-32;
}
