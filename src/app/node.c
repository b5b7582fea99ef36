#include "app/node.h"

static const char *const names[] = {"company", "region", "team", "rep"};

int node_parse(struct str text, struct node *ret) {
  struct str head, rest;
  int64_t id = 0;
  if (text.n == 0 || str_eq(text, STR("company"))) {
    *ret = (struct node){NODE_COMPANY, 0};
    return OK;
  }
  str_cut(text, '-', &head, &rest);
  for (int k = NODE_REGION; k <= NODE_REP; k++) {
    bool digits = rest.n > 0 && rest.p[0] >= '1' && rest.p[0] <= '9'; /* one spelling of a node: no sign, no zero in front */
    if (str_eq(head, str_of(names[k])) && digits && str_to_i64(rest, &id) == OK) {
      *ret = (struct node){(enum node_kind)k, id};
      return OK;
    }
  }
  return ERR_SYNTAX;
}

char *node_text(const struct node *n, char buf[NODE_TEXT_SIZE]) {
  if (n->kind == NODE_COMPANY)
    snprintf(buf, NODE_TEXT_SIZE, "%s", names[NODE_COMPANY]);
  else
    snprintf(buf, NODE_TEXT_SIZE, "%s-%" PRId64, names[n->kind], n->id);
  return buf;
}

static uint32_t team_code(const struct book *b, int64_t id) {
  for (uint32_t i = 1; i < b->n_teams; i++)
    if (b->teams[i].id == id)
      return i;
  return 0;
}

/* Teams may stand in a circle by mistake: nobody walks further than there are teams. */
static bool below(const struct book *b, uint32_t team, uint32_t top) {
  for (uint32_t depth = 0; team && depth < b->n_teams; depth++, team = b->teams[team].parent)
    if (team == top)
      return true;
  return false;
}

uint32_t node_team_region(const struct book *b, uint32_t team) {
  for (uint32_t depth = 0; team && depth < b->n_teams; depth++, team = b->teams[team].parent)
    if (b->teams[team].region)
      return b->teams[team].region;
  return 0;
}

uint8_t *node_reps(const struct node *n, struct arena *a, const struct book *b) {
  uint8_t *in = arena_zalloc(a, b->reps.n ? b->reps.n : 1, 1);
  uint32_t code = n->kind == NODE_TEAM ? team_code(b, n->id) : n->kind == NODE_REGION ? book_code(&b->regions, n->id) : 0;
  for (uint32_t i = 0; in && i < b->reps.n; i++) {
    uint32_t team = b->rep_team ? b->rep_team[i] : 0;
    switch (n->kind) {
    case NODE_COMPANY: in[i] = 1; break;
    case NODE_REGION: in[i] = code && node_team_region(b, team) == code; break;
    case NODE_TEAM: in[i] = code && below(b, team, code); break;
    case NODE_REP: in[i] = i && b->reps.id[i] == n->id; break;
    }
  }
  return in;
}

static bool known(const struct node *n, const struct book *b) {
  switch (n->kind) {
  case NODE_REGION: return book_code(&b->regions, n->id) != 0;
  case NODE_TEAM: return team_code(b, n->id) != 0;
  case NODE_REP: return book_code(&b->reps, n->id) != 0;
  default: return true;
  }
}

int node_check(const struct node *n, struct arena *a, const struct scope *who, const struct book *b, bool *ret_whole, struct err *e) {
  const uint8_t *in = n->kind == NODE_REP ? NULL : node_reps(n, a, b);
  size_t seen = n->kind == NODE_REP && scope_sees_rep(who, n->id), hidden = n->kind == NODE_REP && !seen;
  if (!in && n->kind != NODE_REP)
    return err_set(e, ERR_NOMEM, "Out of memory");
  for (uint32_t i = 1; in && i < b->reps.n; i++)
    *(scope_sees_rep(who, b->reps.id[i]) ? &seen : &hidden) += in[i];
  if (!known(n, b) || (n->kind != NODE_COMPANY && !seen && !who->everything)) {
    char text[NODE_TEXT_SIZE];
    return err_set(e, ERR_NOTFOUND, "%s: there is no such part of the organization in your book", node_text(n, text));
  }
  *ret_whole = who->everything || !hidden;
  return OK;
}

struct str node_name(const struct node *n, const struct book *b) {
  switch (n->kind) {
  case NODE_REGION: return book_name(&b->regions, book_code(&b->regions, n->id));
  case NODE_TEAM: return b->n_teams ? b->teams[team_code(b, n->id)].name : STR_NONE;
  case NODE_REP: return book_name(&b->reps, book_code(&b->reps, n->id));
  default: return STR_NONE;
  }
}

struct node node_of_forecast(const struct forecast_node *f, const struct book *b) {
  switch (f->level) {
  case FORECAST_REGION: return (struct node){NODE_REGION, b->regions.id[f->code]};
  case FORECAST_TEAM: return (struct node){NODE_TEAM, b->n_teams ? b->teams[f->code].id : 0};
  case FORECAST_REP: return (struct node){NODE_REP, b->reps.id[f->code]};
  default: return (struct node){NODE_COMPANY, 0};
  }
}
