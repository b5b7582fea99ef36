/* serve: the web, until a signal ends it. */
#include "app/renewal_texts.h"
#include "app/book_cache.h"
#include "app/search.h"
#include "app/import_desk.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/nightly_watch.h"
#include "store/repo_config.h"
#include "web/server.h"

#include <signal.h>

static int serve_options(struct cli *c, struct web *w, const char **public_url, const char **files, bool *quiet) {
  const char *workers = NULL;
  int64_t n = 0;
  if (cli_option(c, "listen", &w->listen) != OK || cli_option(c, "public-url", public_url) != OK || cli_option(c, "workers", &workers) != OK ||
      cli_option(c, "files", files) != OK) return ERR_USAGE;
  *quiet = cli_flag(c, "quiet");
  if (cli_end(c) != OK) return ERR_USAGE;
  if (workers && (str_to_i64(str_of(workers), &n) < 0 || n < 1 || n > 64)) {
    cli_usage(c, "--workers %s: a number from 1 to 64", workers);
    return ERR_USAGE;
  }
  struct str url = str_of(*public_url);
  if (url.n && !str_starts(url, STR("https://")) && !str_starts(url, STR("http://"))) {
    cli_usage(c, "--public-url %s: write it like https://renewals.example.com", *public_url);
    return ERR_USAGE;
  }
  w->workers = (int)n;
  w->public_url = str_ends(url, STR("/")) ? str_sub(url, 0, url.n - 1) : url;
  return OK;
}

/* Signals are taken by sigwait in this thread; those that the server starts inherit the mask. */
static int run_until_signal(struct cli *c, struct web *w, struct err *e) {
  sigset_t ends;
  struct server *server = NULL;
  struct nightly_watch *nightly = NULL;
  int got = 0;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, NULL);
  signal(SIGPIPE, SIG_IGN);
  int rc = server_start(w, &server, e);
  if (rc == OK) rc = nightly_watch(w->db_url, w->books, w->public_url, &nightly, e);
  if (rc < 0) {
    server_stop(server);
    return rc;
  }
  struct str listen = str_of(w->listen);
  size_t colon = listen.n;
  while (colon && listen.p[colon - 1] != ':') colon--;
  fprintf(c->out, "Perennial serves on http://%.*s%d/\n", (int)colon, listen.p, server_port(server));
  if (w->public_url.n) fprintf(c->out, "People reach it at %.*s/\n", STR_FMT(w->public_url));
  fflush(c->out);
  struct org org;
  struct err quiet = {0}; /* what fails here fails again, with its sentence, for the first who searches */
  if (org_load(c->store, &org, &quiet) == OK) (void)search_warm(w->books, c->store, org_today(&org, c->now), &quiet);
  (void)renewal_texts_warm(w->books, c->store, &quiet);
  sigwait(&ends, &got);
  fprintf(c->out, "Stopping: running requests end first\n");
  fflush(c->out);
  server_stop(server);
  nightly_end(nightly);
  return OK;
}

/* The book's snapshot stands beside an SQLite file; PostgreSQL has none. */
static const char *snapshot_file(struct cli *c) {
  struct str url = str_of(c->db_url);
  if (str_starts(url, STR("postgres"))) return NULL;
  if (str_starts(url, STR("sqlite:"))) url = str_sub(url, 7, url.n);
  return arena_fmt(c->arena, "%.*s.book", STR_FMT(url)).p;
}

/* Uploads stand beside an SQLite file; PostgreSQL has none, so that --files must name a folder. */
static const char *uploads_folder(struct cli *c, const char *files) {
  struct str url = str_of(c->db_url);
  if (files) return arena_fmt(c->arena, "%s/imports", files).p;
  if (str_starts(url, STR("postgres"))) return NULL;
  if (str_starts(url, STR("sqlite:"))) url = str_sub(url, 7, url.n);
  return arena_fmt(c->arena, "%.*s-files/imports", STR_FMT(url)).p;
}

int serve_cmd(struct cli *c) {
  struct err e = {0};
  struct web w = {.db_url = c->db_url, .listen = "127.0.0.1:8080", .public_url = STR_NONE, .routes = web_routes, .cost = PASSWORD_COST, .today = DAY_NONE};
  const char *public_url = NULL, *files = NULL;
  bool quiet = false;
  struct org org;
  if (serve_options(c, &w, &public_url, &files, &quiet) != OK) return EXIT_USAGE;
  if (cli_store(c, true, &e) != OK || org_load(c->store, &org, &e) != OK) return cli_fail(c, &e);
  w.today = org.today;
  w.books = book_cache_new(snapshot_file(c));
  if (!w.books) return cli_fail(c, &(struct err){ERR_NOMEM, "out of memory"});
  if (import_desk_new(c->db_url, uploads_folder(c, files), &w.imports, &e) < 0) {
    book_cache_free(w.books);
    return cli_fail(c, &e);
  }
  log_set_level(quiet ? LOG_WARN : LOG_INFO);
  int rc = run_until_signal(c, &w, &e);
  import_desk_free(w.imports);
  book_cache_free(w.books);
  return rc < 0 ? cli_fail(c, &e) : EXIT_DONE;
}
