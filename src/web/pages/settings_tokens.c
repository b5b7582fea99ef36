/* Everybody's API tokens, for administrators. */
#include "app/access_people.h"
#include "web/dispatch.h"
#include "web/pages/settings.h"
#include "web/views.h"

int settings_tokens_page(struct request *r, struct response *w) {
  struct view_cx cx = view_cx_of(r);
  struct tokens_view v = {0};
  struct api_token *rows = NULL;
  struct person_detail *people = NULL;
  size_t n_people = 0;
  int rc = access_token_list(r->store, r->arena, 0, &rows, &v.n_tokens, &r->err);
  if (rc == OK) rc = person_details(r->store, r->arena, &people, &n_people, &r->err);
  if (rc == OK) rc = settings_nav_fill(r, "/settings/tokens", &v.nav);
  if (rc < 0) return rc;
  v.tokens = arena_zalloc(r->arena, v.n_tokens + 1, sizeof *v.tokens);
  if (!v.tokens) return ERR_NOMEM;
  for (size_t i = 0; i < v.n_tokens; i++) {
    v.tokens[i] = (struct person_token_row){.id = rows[i].id, .name = rows[i].name, .scopes = rows[i].scopes & TOKEN_WRITE ? tr(r, "Read and write") : tr(r, "Read"),
                                            .expires = settings_moment(r, rows[i].expires_at), .last_used = settings_moment(r, rows[i].last_used_at),
                                            .over = rows[i].expires_at <= r->now};
    for (size_t k = 0; k < n_people; k++)
      if (people[k].id == rows[i].person_id) v.tokens[i].owner = people[k].name;
  }
  v.done = str_eq(pairs_get(&r->query, "done"), STR("token")) ? tr(r, "The token is revoked.") : STR_NONE;
  shell_begin(r, w, &(struct page){.title = tr(r, "API tokens"), .nav = "/settings", .sheet = "setup.css", .crumb = tr(r, "Settings"), .crumb_href = STR("/settings")});
  view_settings_tokens(&w->body, &cx, &v);
  return shell_end(r, w);
}
