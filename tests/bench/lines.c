/* A contracts export for the import bench: bench_lines N > lines.csv. The same N gives the same bytes.
 *
 * Two lines in three share their contract with a neighbor; customers return; one line in ten covers several units. Terms run
 * one to three years from 2019 to 2026-11-22; closed ones say what became of them, most early, some late, some in part. */
#include "base/date.h"
#include "base/decimal.h"
#include "base/err.h"
#include "base/random.h"

#include <stdio.h>

enum { SEED = 1601, OWNERS = 180, PRODUCTS = 60 };
static const char *const regions[] = {"East", "Central", "West", "Canada", "Mexico", "Brazil", "Andes"};
static const char *const currencies[] = {"USD", "USD", "USD", "CAD", "MXN", "BRL", "USD"};
static const char *const models[] = {"direct", "one_tier", "two_tier"};

/* What a customer keeps over all its lines. */
static uint32_t trait(uint32_t customer, uint32_t of, uint32_t salt) {
  struct random r = random_seed(customer, salt);
  return random_below(&r, of);
}

static void outcome(struct random *r, day_t end, day_t as_of, int64_t net, char *to, size_t size) {
  char on[DAY_ISO_SIZE], amount[DECIMAL_SIZE];
  uint32_t luck = random_below(r, 100);
  int64_t back = net * (random_below(r, 10) < 8 ? 95 + (int64_t)random_below(r, 20) : 40 + (int64_t)random_below(r, 50)) / 100;
  day_t day = end + (day_t)random_below(r, 90) - 65;
  if (end >= as_of) snprintf(to, size, "open,,");
  else if (luck < 22) snprintf(to, size, "lost,,");
  else snprintf(to, size, "renewed,%s,%s", day_iso(day, on), decimal_text(back, 2, amount));
}

int main(int argc, char **argv) {
  int64_t n = 0;
  day_t first, as_of;
  struct random r = random_seed(SEED, 1);
  if (argc != 2 || str_to_i64(str_of(argv[1]), &n) != OK || n < 1 || n > 100000000 || day_from_ymd(2019, 1, 1, &first) != OK ||
      day_from_ymd(2026, 11, 22, &as_of) != OK) {
    fprintf(stderr, "usage: bench_lines LINES\n");
    return 2;
  }
  printf("contract_number,line_number,end_user_account,region,owner,sales_model,product,serial_number,quantity,start_date,end_date,currency,net_amount,outcome,"
         "renewed_on,renewed_amount\n");
  uint32_t customers = n < 80 ? 10 : (uint32_t)(n / 8), customer = 0, contract = 0, line = 0, left = 0;
  for (int64_t i = 0; i < n; i++) {
    if (left == 0) {
      left = 1 + random_below(&r, 3);
      customer = random_below(&r, customers);
      contract++;
      line = 0;
    }
    left--;
    uint32_t region = trait(customer, 7, 1), years = random_below(&r, 10);
    day_t start = first + (day_t)random_below(&r, (uint32_t)(as_of - first));
    day_t end = day_add_months(start, years < 7 ? 12 : years < 9 ? 24 : 36) - 1;
    int64_t net = ((int64_t)(9000 + random_below(&r, 90000)) << random_below(&r, 8)) + random_below(&r, 100);
    char from[DAY_ISO_SIZE], to[DAY_ISO_SIZE], amount[DECIMAL_SIZE], became[80];
    outcome(&r, end, as_of, net, became, sizeof became);
    printf("C-%07u,%u,Customer %06u,%s,Owner %03u,%s,SUP-%02u,SN%08X,%u,%s,%s,%s,%s,%s\n", contract, ++line, customer, regions[region],
           trait(customer, OWNERS, 2), models[trait(customer, 3, 3)], random_below(&r, PRODUCTS), (unsigned)(random_u64(&r) >> 32),
           random_below(&r, 10) ? 1u : 2 + random_below(&r, 30), day_iso(start, from), day_iso(end, to), currencies[region], decimal_text(net, 2, amount), became);
  }
  return ferror(stdout) || fflush(stdout) != 0;
}
