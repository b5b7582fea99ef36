/* Linking, worked by hand: every evidence level, splits of quantity, the edges of the window, ties, order. */
#include <setjmp.h>
#include <cmocka.h>
#include "base/alloc.h"
#include "base/date.h"
#include "base/random.h"
#include "base/strbuf.h"
#include "insight/link.h"

struct row {
  int64_t id;
  int start, end; /* days */
  int64_t quantity;
  uint32_t group, contract, product, family, replacement, from_contract;
  uint64_t line_key, serial;
  int64_t from_id; /* id of the line it names, 0 = none */
  uint8_t flags;
};
enum { MAX_ROWS = 64 };
struct columns {
  uint32_t group[MAX_ROWS], contract[MAX_ROWS], product[MAX_ROWS], family[MAX_ROWS], replacement[MAX_ROWS], from_line[MAX_ROWS], from_contract[MAX_ROWS];
  int64_t id[MAX_ROWS], quantity[MAX_ROWS];
  day_t start[MAX_ROWS], end[MAX_ROWS];
  uint64_t line_key[MAX_ROWS], serial[MAX_ROWS];
  uint8_t flags[MAX_ROWS];
};

static uint32_t index_of(const struct row *rows, size_t n, int64_t id)
{
  for (size_t i = 0; i < n; i++)
    if (rows[i].id == id)
      return (uint32_t)i;
  return LINK_NONE;
}

static struct link_lines fill(struct columns *c, const struct row *rows, size_t n)
{
  assert_true(n <= MAX_ROWS);
  for (size_t i = 0; i < n; i++) {
    const struct row *r = &rows[i];
    c->group[i] = r->group;
    c->contract[i] = r->contract;
    c->product[i] = r->product;
    c->family[i] = r->family;
    c->replacement[i] = r->replacement;
    c->from_line[i] = r->from_id ? index_of(rows, n, r->from_id) : LINK_NONE;
    c->from_contract[i] = r->from_contract;
    c->id[i] = r->id;
    c->quantity[i] = r->quantity;
    c->start[i] = r->start;
    c->end[i] = r->end;
    c->line_key[i] = r->line_key;
    c->serial[i] = r->serial;
    c->flags[i] = r->flags;
  }
  return (struct link_lines){n, c->group, c->id, c->start, c->end, c->quantity, c->line_key, c->serial, c->contract, c->product, c->family,
    c->replacement, c->from_line, c->from_contract, c->flags};
}

struct found {
  int64_t from, to, quantity;
  int evidence;
};
static int found_cmp(const void *x, const void *y)
{
  const struct found *a = x, *b = y;
  if (a->from != b->from)
    return a->from < b->from ? -1 : 1;
  return a->to < b->to ? -1 : a->to > b->to;
}

/* Links as text, by ids in order: "1>2 5 serial; 3>4 1 weak". rows must be sorted by group. */
static void links_text(struct strbuf *b, const struct row *rows, size_t n, const struct link *fixed, size_t n_fixed)
{
  static struct columns c;
  struct link_lines l = fill(&c, rows, n);
  struct link *links = NULL;
  size_t n_links = 0;
  assert_int_equal(link_lines_match(&l, fixed, n_fixed, &links, &n_links), OK);
  struct found *f = mem_alloc((n_links + 1) * sizeof *f);
  assert_non_null(f);
  for (size_t i = 0; i < n_links; i++) {
    if (i)
      assert_true(links[i - 1].from < links[i].from || (links[i - 1].from == links[i].from && links[i - 1].to < links[i].to));
    f[i] = (struct found){rows[links[i].from].id, rows[links[i].to].id, links[i].quantity, links[i].evidence};
  }
  qsort(f, n_links, sizeof *f, found_cmp);
  for (size_t i = 0; i < n_links; i++)
    strbuf_fmt(b, "%s%d>%d %d %s", i ? "; " : "", (int)f[i].from, (int)f[i].to, (int)f[i].quantity, evidence_name(f[i].evidence));
  mem_free(f);
  mem_free(links);
}

static void expect_fixed(const struct row *rows, size_t n, const struct link *fixed, size_t n_fixed, const char *want)
{
  struct strbuf b STRBUF_CLEANUP = STRBUF_INIT(1 << 16);
  links_text(&b, rows, n, fixed, n_fixed);
  assert_string_equal(strbuf_z(&b), want);
}
#define EXPECT(rows, want) expect_fixed(rows, sizeof(rows) / sizeof *(rows), NULL, 0, want)
/* Customer 1, quantity 1 unless said. */
#define LINE(line_id, from_day, to_day, ...) {.id = (line_id), .start = (from_day), .end = (to_day), .quantity = 1, .group = 1, __VA_ARGS__}
#define PIECES(line_id, from_day, to_day, pieces, ...) {.id = (line_id), .start = (from_day), .end = (to_day), .quantity = (pieces), .group = 1, __VA_ARGS__}
#define ELSEWHERE(line_id, from_day, to_day, ...) {.id = (line_id), .start = (from_day), .end = (to_day), .quantity = 1, .group = 2, __VA_ARGS__}

/* One year from 0 to 364; the next from 365. */
static void nothing_in_common_links_nothing(void **state)
{
  (void)state;
  struct row one[] = {LINE(1, 0, 364, .product = 1, .serial = 7)};
  expect_fixed(one, 0, NULL, 0, "");
  EXPECT(one, "");
  struct row unlike[] = {LINE(1, 0, 364, .product = 1, .serial = 7), LINE(2, 365, 729, .product = 2, .serial = 8)};
  EXPECT(unlike, "");
  struct row nothing_known[] = {LINE(1, 0, 364), LINE(2, 365, 729)};
  EXPECT(nothing_known, "");
}

static void serial_links_within_one_customer(void **state)
{
  (void)state;
  struct row rows[] = {LINE(1, 0, 364, .serial = 7), LINE(2, 365, 729, .serial = 7), LINE(3, 730, 1094, .serial = 7)};
  EXPECT(rows, "1>2 1 serial; 2>3 1 serial");
  struct row other[] = {LINE(1, 0, 364, .serial = 7), ELSEWHERE(2, 365, 729, .serial = 7)};
  EXPECT(other, "");
}

/* [end - 180, end + 365] with end = 1000. */
static void window_has_sharp_edges(void **state)
{
  (void)state;
  static const struct {
    int start;
    bool linked;
  } cases[] = {{1000 - 181, false}, {1000 - 180, true}, {1000 - 179, true}, {1000, true}, {1001, true}, {1000 + 364, true}, {1000 + 365, true}, {1000 + 366, false}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int start = cases[i].start;
    struct row serial[] = {LINE(1, 636, 1000, .serial = 7), LINE(2, start, start + 364, .serial = 7)};
    EXPECT(serial, cases[i].linked ? "1>2 1 serial" : "");
    struct row product[] = {LINE(1, 636, 1000, .product = 7), LINE(2, start, start + 364, .product = 7)};
    EXPECT(product, cases[i].linked ? "1>2 1 product" : "");
    struct row family[] = {LINE(1, 636, 1000, .family = 7), LINE(2, start, start + 364, .family = 7)};
    EXPECT(family, cases[i].linked ? "1>2 1 weak" : "");
  }
}

/* A short term that lies inside the window of its own end must not renew itself or an equal one. */
static void successor_ends_later(void **state)
{
  (void)state;
  struct row twins[] = {LINE(1, 0, 89, .product = 1), LINE(2, 0, 89, .product = 1)};
  EXPECT(twins, "");
  struct row inner[] = {LINE(1, 0, 364, .product = 1), LINE(2, 200, 364, .product = 1)};
  EXPECT(inner, "");
  struct row longer[] = {LINE(1, 0, 364, .product = 1), LINE(2, 200, 365, .product = 1)};
  EXPECT(longer, "1>2 1 product");
}

static void product_then_replacement_then_family(void **state)
{
  (void)state;
  struct row same[] = {LINE(1, 0, 364, .product = 1, .family = 9, .replacement = 2), LINE(2, 365, 729, .product = 2, .family = 9),
    LINE(3, 400, 764, .product = 1, .family = 9, .replacement = 2)};
  /* The same product wins although the replacement starts nearer. */
  EXPECT(same, "1>3 1 product");
  struct row replaced[] = {LINE(1, 0, 364, .product = 1, .family = 9, .replacement = 2), LINE(2, 365, 729, .product = 2, .family = 9)};
  EXPECT(replaced, "1>2 1 product");
  struct row back[] = {LINE(1, 0, 364, .product = 2, .family = 9), LINE(2, 365, 729, .product = 1, .family = 9, .replacement = 2)};
  EXPECT(back, "1>2 1 weak");
  struct row kin[] = {LINE(1, 0, 364, .product = 3, .family = 9), LINE(2, 365, 729, .product = 4, .family = 9)};
  EXPECT(kin, "1>2 1 weak");
}

static void serial_beats_product_beats_family(void **state)
{
  (void)state;
  struct row rows[] = {LINE(1, 0, 364, .product = 1, .family = 9, .serial = 7), LINE(2, 365, 729, .product = 1, .family = 9),
    LINE(3, 540, 904, .product = 2, .family = 9, .serial = 7), LINE(4, 365, 729, .product = 3, .family = 9)};
  EXPECT(rows, "1>3 1 serial");
}

static void named_line_and_contract(void **state)
{
  (void)state;
  /* 3 names line 1 though 2 has its serial number; 2 stays free. */
  struct row line[] = {LINE(1, 0, 364, .serial = 7), LINE(2, 365, 729, .serial = 7), LINE(3, 365, 729, .serial = 8, .from_id = 1)};
  EXPECT(line, "1>3 1 explicit");
  /* Contract 5 with three lines; the successors name the contract: serial, then product, then what is left. */
  struct row contract[] = {LINE(1, 0, 364, .contract = 5, .product = 1, .serial = 7), LINE(2, 0, 364, .contract = 5, .product = 2),
    LINE(3, 0, 364, .contract = 5, .product = 3), LINE(4, 365, 729, .contract = 6, .product = 4, .from_contract = 5),
    LINE(5, 365, 729, .contract = 6, .product = 2, .from_contract = 5), LINE(6, 365, 729, .contract = 6, .product = 2, .serial = 7, .from_contract = 5)};
  EXPECT(contract, "1>6 1 explicit; 2>5 1 explicit; 3>4 1 explicit");
  /* A name reaches over customers (a merger) and over the window (a late reinstatement). */
  struct row far[] = {LINE(1, 0, 364, .contract = 5, .product = 1), ELSEWHERE(2, 1200, 1564, .contract = 6, .product = 8, .from_contract = 5)};
  EXPECT(far, "1>2 1 explicit");
  /* Naming itself, or something that ends later, is no renewal. */
  struct row self[] = {LINE(1, 0, 364, .contract = 5, .from_id = 1, .from_contract = 5), LINE(2, 0, 300, .contract = 6, .from_id = 1)};
  EXPECT(self, "");
  /* Two name one line: the nearer start. */
  struct row two[] = {LINE(1, 0, 364), LINE(2, 400, 764, .from_id = 1), LINE(3, 366, 730, .from_id = 1)};
  EXPECT(two, "1>3 1 explicit");
}

static void later_terms_of_one_item_chain(void **state)
{
  (void)state;
  /* The second overwrote the end date and kept the start; the third is a term of its own. */
  struct row rows[] = {LINE(1, 0, 364, .line_key = 77, .product = 1), LINE(2, 0, 729, .line_key = 77, .product = 1), LINE(3, 730, 1094, .line_key = 77, .product = 1)};
  EXPECT(rows, "1>2 1 extended; 2>3 1 extended");
  struct row edge[] = {LINE(1, 0, 364, .line_key = 77), LINE(2, 364 + 365, 1200, .line_key = 77)};
  EXPECT(edge, "1>2 1 extended");
  struct row beyond[] = {LINE(1, 0, 364, .line_key = 77), LINE(2, 364 + 366, 1200, .line_key = 77)};
  EXPECT(beyond, "");
  /* Before serial and product, after a named line. */
  struct row rank[] = {LINE(1, 0, 364, .line_key = 77, .serial = 7), LINE(2, 365, 729, .line_key = 78, .serial = 7), LINE(3, 365, 729, .line_key = 77)};
  EXPECT(rank, "1>3 1 extended");
  struct row named[] = {LINE(1, 0, 364, .line_key = 77), LINE(2, 365, 729, .line_key = 77), LINE(3, 365, 729, .line_key = 79, .from_id = 1)};
  EXPECT(named, "1>3 1 explicit");
  struct row keys[] = {LINE(1, 0, 364, .line_key = 77), LINE(2, 365, 729, .line_key = 78)};
  EXPECT(keys, "");
}

static void quantities_split(void **state)
{
  (void)state;
  /* 10 became 6 and 4. */
  struct row split[] = {PIECES(1, 0, 364, 10, .product = 1), PIECES(2, 365, 729, 6, .product = 1), PIECES(3, 365, 729, 4, .product = 1)};
  EXPECT(split, "1>2 6 product; 1>3 4 product");
  /* 6 and 4 became 10. */
  struct row joined[] = {PIECES(1, 0, 364, 6, .product = 1), PIECES(2, 0, 364, 4, .product = 1), PIECES(3, 365, 729, 10, .product = 1)};
  EXPECT(joined, "1>3 6 product; 2>3 4 product");
  /* A successor renews at most its own quantity: 3 of the 10 stay open. */
  struct row partial[] = {PIECES(1, 0, 364, 10, .product = 1), PIECES(2, 365, 729, 7, .product = 1)};
  EXPECT(partial, "1>2 7 product");
  struct row short_supply[] = {PIECES(1, 0, 364, 5, .product = 1), PIECES(2, 0, 364, 5, .product = 1), PIECES(3, 365, 729, 5, .product = 1)};
  EXPECT(short_supply, "1>3 5 product");
  /* Equal quantities find each other on the same days, whatever the order of ids. */
  struct row equal[] = {PIECES(1, 0, 364, 5, .product = 1), PIECES(2, 0, 364, 10, .product = 1), PIECES(3, 365, 729, 10, .product = 1),
    PIECES(4, 365, 729, 5, .product = 1)};
  EXPECT(equal, "1>4 5 product; 2>3 10 product");
  /* What a better level took is gone for the next: serial takes 3 of 5, product gets 2. */
  struct row levels[] = {PIECES(1, 0, 364, 3, .product = 1, .serial = 7), PIECES(2, 0, 364, 3, .product = 1), PIECES(3, 365, 729, 5, .product = 1, .serial = 7)};
  EXPECT(levels, "1>3 3 serial; 2>3 2 product");
  struct row below_one[] = {PIECES(1, 0, 364, 0, .product = 1), PIECES(2, 365, 729, -3, .product = 1)};
  EXPECT(below_one, "1>2 1 product");
}

static void nearest_start_first(void **state)
{
  (void)state;
  /* Ends 100 and 110; starts 111 and 90: by order of ends line 1 would take 111 (10 days) and leave 90 to line 2
   * (21 days away). The nearest pair of all is 110 -> 111. */
  struct row rows[] = {LINE(1, -264, 100, .product = 1), LINE(2, -254, 110, .product = 1), LINE(3, 111, 475, .product = 1), LINE(4, 90, 454, .product = 1)};
  EXPECT(rows, "1>4 1 product; 2>3 1 product");
  /* Equally far before and after: the earlier start. */
  struct row tie[] = {LINE(1, 0, 364, .product = 1), LINE(2, 375, 739, .product = 1), LINE(3, 355, 719, .product = 1)};
  EXPECT(tie, "1>3 1 product");
  /* Same day, same quantity: the smaller id. */
  struct row ids[] = {LINE(5, 365, 729, .product = 1), LINE(4, 365, 729, .product = 1), LINE(9, 0, 364, .product = 1), LINE(8, 0, 364, .product = 1)};
  EXPECT(ids, "8>4 1 product; 9>5 1 product");
}

static void flags_bar_lines(void **state)
{
  (void)state;
  struct row skip[] = {LINE(1, 0, 364, .serial = 7, .flags = LINK_SKIP), LINE(2, 365, 729, .serial = 7), LINE(3, 730, 1094, .serial = 7, .flags = LINK_SKIP)};
  EXPECT(skip, "");
  struct row settled[] = {LINE(1, 0, 364, .serial = 7, .flags = LINK_SETTLED), LINE(2, 365, 729, .serial = 7), LINE(3, 365, 729, .serial = 7, .flags = LINK_SETTLED)};
  EXPECT(settled, "");
  /* Settled lines may still renew others. */
  struct row renews[] = {LINE(1, 0, 364, .serial = 7), LINE(2, 365, 729, .serial = 7, .flags = LINK_SETTLED)};
  EXPECT(renews, "1>2 1 serial");
  struct row stated[] = {LINE(1, 0, 364, .product = 1, .family = 1, .flags = LINK_STATED), LINE(2, 365, 729, .product = 1, .family = 1)};
  EXPECT(stated, "");
  struct row known[] = {LINE(1, 0, 364, .product = 1, .serial = 7, .flags = LINK_STATED), LINE(2, 365, 729, .product = 1, .serial = 7)};
  EXPECT(known, "1>2 1 serial");
}

static void a_person_ranks_first(void **state)
{
  (void)state;
  struct row rows[] = {PIECES(1, 0, 364, 2, .serial = 7, .product = 1), PIECES(2, 365, 729, 2, .serial = 7, .product = 1), PIECES(3, 365, 729, 1, .product = 5)};
  struct link fixed[] = {{.from = 0, .to = 2}};
  /* One of two renewed by line 3; the serial number is not asked for the other. */
  expect_fixed(rows, 3, fixed, 1, "1>3 1 manual");
  /* A decision that has become impossible (line 1 ends before line 2) is passed over. */
  struct link backwards[] = {{.from = 1, .to = 0}};
  expect_fixed(rows, 2, backwards, 1, "1>2 2 serial");
}

/* The same rows in any order give the same links. */
static void order_of_rows_does_not_matter(void **state)
{
  (void)state;
  struct random r = random_seed(20261122, 5);
  struct row rows[40];
  for (size_t i = 0; i < 40; i++) {
    int start = (int)random_below(&r, 1200), days = 30 * (1 + (int)random_below(&r, 12));
    rows[i] = (struct row){.id = (int64_t)i + 1, .start = start, .end = start + days - 1, .quantity = 1 + random_below(&r, 5), .group = 1 + (i >= 30),
      .product = 1 + random_below(&r, 3), .family = 1 + random_below(&r, 2), .serial = random_below(&r, 3) ? 0 : 1 + random_below(&r, 4),
      .line_key = random_below(&r, 4) ? 0 : 1 + random_below(&r, 4), .contract = 1 + random_below(&r, 6),
      .from_contract = random_below(&r, 8) ? 0 : 1 + random_below(&r, 6)};
  }
  struct strbuf first STRBUF_CLEANUP = STRBUF_INIT(1 << 16);
  links_text(&first, rows, 40, NULL, 0);
  assert_true(strbuf_str(&first).n > 200);
  for (int round = 0; round < 50; round++) {
    for (uint32_t i = 39; i > 0; i--) { /* shuffle within the groups 0..29 and 30..39 */
      uint32_t low = i >= 30 ? 30 : 0, j = low + random_below(&r, i - low + 1);
      struct row t = rows[i];
      rows[i] = rows[j];
      rows[j] = t;
    }
    struct strbuf again STRBUF_CLEANUP = STRBUF_INIT(1 << 16);
    links_text(&again, rows, 40, NULL, 0);
    assert_string_equal(strbuf_z(&again), strbuf_z(&first));
  }
}

/* Sums of quantities on either side never exceed what the lines have; ends always grow. */
static void quantities_are_conserved(void **state)
{
  (void)state;
  enum { N = 60 };
  struct row rows[N];
  for (uint64_t seed = 0; seed < 200; seed++) {
    struct random r = random_seed(seed, 6);
    for (size_t i = 0; i < N; i++) {
      int start = (int)random_below(&r, 900), days = 1 + (int)random_below(&r, 400);
      rows[i] = (struct row){.id = (int64_t)i + 1, .start = start, .end = start + days - 1, .quantity = 1 + random_below(&r, 9), .group = 1,
        .product = 1 + random_below(&r, 2), .family = 1, .serial = random_below(&r, 6), .line_key = random_below(&r, 12), .contract = 1 + random_below(&r, 3),
        .from_contract = random_below(&r, 4)};
    }
    static struct columns c;
    struct link_lines l = fill(&c, rows, N);
    struct link *links = NULL;
    size_t n = 0;
    assert_int_equal(link_lines_match(&l, NULL, 0, &links, &n), OK);
    assert_true(n > 10);
    int64_t renewed[N] = {0}, used[N] = {0};
    for (size_t i = 0; i < n; i++) {
      assert_true(links[i].quantity > 0 && c.end[links[i].to] > c.end[links[i].from]);
      renewed[links[i].from] += links[i].quantity;
      used[links[i].to] += links[i].quantity;
    }
    for (size_t i = 0; i < N; i++)
      assert_true(renewed[i] <= c.quantity[i] && used[i] <= c.quantity[i]);
    mem_free(links);
  }
}

/* Many days take another path than few: both must give the nearest pairs. 100 lines end on days 0, 3, 6 …; their
 * successors start two days later each (one day off the seam), so each finds its own, and none a neighbor's. */
static void many_days_pair_like_few(void **state)
{
  (void)state;
  enum { N = 200 };
  static uint32_t group[N], none[N], product[N], from_line[N];
  static int64_t id[N], quantity[N];
  static day_t start[N], end[N];
  static uint64_t no_key[N];
  static uint8_t flags[N];
  for (int i = 0; i < N; i++) {
    int pair = i / 2;
    group[i] = product[i] = 1;
    from_line[i] = LINK_NONE;
    id[i] = i + 1;
    quantity[i] = 1;
    start[i] = i % 2 ? pair * 3 + 2 : pair * 3 - 2000;
    end[i] = i % 2 ? pair * 3 + 2000 : pair * 3;
  }
  struct link_lines l = {N, group, id, start, end, quantity, no_key, no_key, none, product, none, none, from_line, none, flags};
  struct link *links = NULL;
  size_t n = 0;
  assert_int_equal(link_lines_match(&l, NULL, 0, &links, &n), OK);
  assert_int_equal(n, 100);
  for (size_t i = 0; i < n; i++) {
    assert_int_equal(links[i].from, 2 * i);
    assert_int_equal(links[i].to, 2 * i + 1);
  }
  mem_free(links);
}

/* Every allocation fails in turn: an error, no links, nothing lost. */
static void out_of_memory_is_an_error(void **state)
{
  (void)state;
  static struct columns c;
  struct row rows[] = {LINE(1, 0, 364, .serial = 7), LINE(2, 365, 729, .serial = 7)};
  struct link_lines l = fill(&c, rows, 2);
  struct link *links = NULL;
  size_t n = 0;
  uint64_t k = 1;
  for (;; k++) {
    mem_fail_at(k, 0);
    int r = link_lines_match(&l, NULL, 0, &links, &n);
    mem_fail_at(0, 0);
    if (r == OK)
      break;
    assert_int_equal(r, ERR_NOMEM);
    assert_null(links);
  }
  assert_true(k > 6);
  assert_int_equal(n, 1);
  mem_free(links);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing_in_common_links_nothing), cmocka_unit_test(serial_links_within_one_customer), cmocka_unit_test(window_has_sharp_edges),
    cmocka_unit_test(successor_ends_later), cmocka_unit_test(product_then_replacement_then_family), cmocka_unit_test(serial_beats_product_beats_family),
    cmocka_unit_test(named_line_and_contract), cmocka_unit_test(later_terms_of_one_item_chain), cmocka_unit_test(quantities_split),
    cmocka_unit_test(nearest_start_first), cmocka_unit_test(flags_bar_lines), cmocka_unit_test(a_person_ranks_first),
    cmocka_unit_test(order_of_rows_does_not_matter), cmocka_unit_test(quantities_are_conserved), cmocka_unit_test(many_days_pair_like_few),
    cmocka_unit_test(out_of_memory_is_an_error)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
