/* A place in the tree of the organization, as addresses and options name it: "company", "region-3", "team-12", "rep-7".
 * Numbers are ids of the store, so that an address stays the same when names are added. */
#ifndef APP_NODE_H
#define APP_NODE_H
#include "app/scope.h"
#include "insight/forecast.h"

enum node_kind { NODE_COMPANY, NODE_REGION, NODE_TEAM, NODE_REP };
struct node {
  enum node_kind kind;
  int64_t id; /* of the region, team or person; 0 for the company */
};
#define NODE_TEXT_SIZE 32
/* "" is the company. OK, ERR_SYNTAX. */
int node_parse(struct str text, struct node *ret);
char *node_text(const struct node *n, char buf[NODE_TEXT_SIZE]); /* returns buf */
/* One byte per rep code of the book, 1 = stands in this node today: everybody in the company, by their team's region, in the team and the
 * teams below it. Whose rows may be seen is a question of its own: see node_check. NULL on no memory. */
uint8_t *node_reps(const struct node *n, struct arena *a, const struct book *b);
/* The node is there and the person sees rows of it. *ret_whole: all of its reps, so that a sum kept for the node may be
 * shown; false: only sums over the rows they see. OK, ERR_NOTFOUND, ERR_NOMEM. */
int node_check(const struct node *n, struct arena *a, const struct scope *who, const struct book *b, bool *ret_whole, struct err *e);
/* Its name in the book, "" for the company and what the book does not know. */
struct str node_name(const struct node *n, const struct book *b);
/* The node of a row of the forecast's tree. A row of what has no region, team or owner has id 0: no address names it. */
struct node node_of_forecast(const struct forecast_node *f, const struct book *b);
/* The region of a team: its own, else that of the nearest team above. Code; 0 = none. */
uint32_t node_team_region(const struct book *b, uint32_t team);
#endif
