/* Fuzz target: filters of the feed, as strangers write them. The first byte chooses the table. What is read is asked of every row, twice: kept answers are the
 * first ones. */
#include "insight/feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)                                                \
  do {                                                                 \
    if (!(condition)) {                                                \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      abort();                                                         \
    }                                                                  \
  } while (0)

static struct book *small_book(void) {
  struct book *b = book_new();
  MUST(b);
  MUST(currency_parse(STR("USD"), &b->reporting) == OK);
  MUST(book_currency(b, b->reporting) == 1);
  currency_t euro;
  const struct book_rate rates[] = {{20000, 20000, 1080000000}, {20400, 20400, 1100000000}};
  MUST(currency_parse(STR("EUR"), &euro) == OK && book_set_rates(b, euro, rates, 2) == OK);
  return b;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const struct calendar calendar = CALENDAR_DEFAULT;
  static const enum feed_set sets[] = {FEED_DATES, FEED_RATES, FEED_RENEWALS, FEED_LINES};
  if (size == 0 || size > 20000)
    return 0;
  struct book *b = small_book();
  struct arena *a = arena_new(64 << 20);
  struct feed f = {.book = b, .set = sets[data[0] % 4], .plan_day = 20500, .today = 20780, .calendar = &calendar};
  struct feed_filter *x = NULL;
  struct err e = {0};
  MUST(a && feed_open(&f, a) == OK);
  int rc = feed_filter_read(&f, (struct str){(const char *)data + 1, size - 1}, a, &x, &e);
  MUST(rc == OK || rc == ERR_SYNTAX || rc == ERR_LIMIT || rc == ERR_NOMEM);
  MUST(rc == OK || e.text[0]);
  for (uint32_t row = 0; rc == OK && row < f.n; row++)
    MUST(feed_filter_takes(x, &f, row) == feed_filter_takes(x, &f, row));
  arena_free(a);
  book_free(b);
  return 0;
}
