/* demo: a vendor to try everything on. */
#include <sodium.h>
#include <unistd.h>

#include "app/access.h"
#include "app/bridge.h"
#include "app/demo.h"
#include "app/insight_run.h"
#include "base/parallel.h"
#include "cli/commands.h"

enum { DEFAULT_LINES = 20000, DEFAULT_SEED = 2026, WEEK_BEFORE_LINES = 100000 /* beyond, the model runs once: a second run takes as long again */ };

static void show_progress(void *ctx, const char *step, int64_t done, int64_t total) {
  (void)ctx;
  if (!isatty(STDERR_FILENO)) {
    return;
  }
  if (total > 0) {
    fprintf(stderr, "\r\033[K%s: %" PRId64 " of %" PRId64, step, done, total);
  } else {
    fprintf(stderr, "\r\033[K%s\n", step);
  }
}

/* One hash for all demo people; its salt follows from the seed, so that the same demo has the same bytes. */
static int demo_hash(uint64_t seed, char hash[crypto_pwhash_STRBYTES], struct err *e) {
  unsigned char salt[crypto_pwhash_SALTBYTES], key[32], digest[32];
  char salt64[25], key64[45]; /* base64 of 16 and 32 bytes */
  struct password_cost cost = PASSWORD_COST;
  if (sodium_init() < 0) {
    return err_set(e, ERR_FAIL, "the random source of this machine does not work");
  }
  crypto_generichash(digest, sizeof digest, (const unsigned char *)&seed, sizeof seed, NULL, 0);
  memcpy(salt, digest, sizeof salt);
  if (crypto_pwhash(key, sizeof key, DEMO_PASSWORD, strlen(DEMO_PASSWORD), salt, cost.passes, cost.bytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return err_set(e, ERR_NOMEM, "hashing the demo password needs %zu MiB of memory", cost.bytes >> 20);
  }
  sodium_bin2base64(salt64, sizeof salt64, salt, sizeof salt, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
  sodium_bin2base64(key64, sizeof key64, key, sizeof key, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
  (void)snprintf(hash, crypto_pwhash_STRBYTES, "$argon2id$v=19$m=%zu,t=%llu,p=1$%s$%s", cost.bytes / 1024, cost.passes, salt64, key64);
  return OK;
}

static int take_number(const char *name, const char *text, int64_t *ret) {
  if (text == NULL) {
    return OK;
  }
  if (str_to_i64(str_of(text), ret) != OK || *ret < 0) {
    fprintf(stderr, "perennial: --%s %s: not a whole number\n", name, text);
    return ERR_USAGE;
  }
  return OK;
}

/* What the model would have said on that day. */
static int judge(struct cli *c, day_t as_of, day_t today, int64_t now, struct err *e) {
  struct insight_job job = {.as_of = as_of, .today = today, .now = now, .threads = parallel_cores()};
  struct insight_run run;
  enum insight_made made;
  return insight_make(c->store, &job, c->arena, &run, &made, e);
}

int demo_cmd(struct cli *c) {
  const char *lines = NULL, *seed = NULL, *today = NULL;
  int64_t n = DEFAULT_LINES, seed_value = DEFAULT_SEED;
  day_t day = day_of_instant(c->now);
  char hash[crypto_pwhash_STRBYTES];
  struct err e = {0};
  struct demo_result made;
  if (cli_option(c, "lines", &lines) != OK || cli_option(c, "seed", &seed) != OK || cli_option(c, "today", &today) != OK || cli_end(c) != OK ||
      take_number("lines", lines, &n) != OK || take_number("seed", seed, &seed_value) != OK || (today != NULL && cli_day(c, today, &day) != OK)) {
    return EXIT_USAGE;
  }
  struct demo_options o = {.lines = n, .seed = (uint64_t)seed_value, .today = day, .now = (int64_t)day * SECONDS_PER_DAY + 7 * 3600, .progress = show_progress};
  if (cli_store(c, true, &e) != OK || demo_hash(o.seed, hash, &e) != OK) {
    return cli_fail(c, &e);
  }
  o.password_hash = hash;
  if (demo_make(c->store, &o, &made, &e) != OK) {
    return cli_fail(c, &e);
  }
  const struct calendar calendar = CALENDAR_DEFAULT;
  show_progress(NULL, "what will renew", 0, 0);
  if ((n <= WEEK_BEFORE_LINES && judge(c, bridge_usual_from(&calendar, day), day, o.now, &e) != OK) || judge(c, day, day, o.now, &e) != OK) {
    return cli_fail(c, &e);
  }
  char iso[DAY_ISO_SIZE];
  fprintf(c->out,
          "Palisade Networks, an invented vendor, on %s: %" PRId64 " contract lines, %" PRId64 " accounts, %" PRId64 " contracts, %" PRId64
          " renewals, %" PRId64 " people.\n\nSign in with the password %s as\n"
          "  marisol.andrade@palisade.example   manager, Americas\n"
          "  tom.okafor@palisade.example        rep, US East\n"
          "  ines.carvalho@palisade.example     rep, Brazil\n"
          "  helen.brandt@palisade.example      executive\n"
          "  nadia.reyes@palisade.example       field sales, leads the team\n"
          "  ravi.menon@palisade.example        sales operations\n"
          "  ada.lindgren@palisade.example      administrator\n",
          day_iso(day, iso), made.lines, made.accounts, made.contracts, made.renewals, made.people, DEMO_PASSWORD);
  return EXIT_DONE;
}
