/* The team of the invented vendor, and what it is asked to reach. */
#include "app/demo_write.h"
#include "base/alloc.h"
#include "domain/terms.h"

enum { NAME_BYTES = 120 };
static const char *const regions[DEMO_REGIONS] = {"US", "Canada", "LATAM"};

static int region_of(int team) { return strcmp(demo_teams[team].region, "US") == 0 ? 0 : strcmp(demo_teams[team].region, "Canada") == 0 ? 1 : 2; }

static int add_person(struct demo_writer *w, struct str name, int role, int64_t team, int t, const char *password_hash, struct err *e) {
  struct str key = demo_key(w, name);
  struct strbuf email = STRBUF_INIT(NAME_BYTES * 2);
  for (size_t i = 0; i < key.n; i++) {
    strbuf_addc(&email, key.p[i] == ' ' ? '.' : key.p[i]);
  }
  strbuf_addz(&email, "@palisade.example");
  struct vendor_person p = {.id = ++w->people, .team_id = team, .email = strbuf_str(&email), .name = name, .name_key = key, .role = role,
                            .language = str_of(t >= 0 ? demo_teams[t].language : "en"), .locale = str_of(t >= 0 ? demo_teams[t].locale : "en-US"),
                            .time_zone = str_of(t >= 0 ? demo_teams[t].time_zone : "America/New_York"),
                            .password_hash = str_of(password_hash), .created_at = w->epoch};
  int rc = email.failed ? ERR_NOMEM : vendor_add_person(w->vendor, &p, e);
  strbuf_free(&email);
  return rc;
}

static int add_teams(struct demo_writer *w, struct err *e) {
  int rc = OK;
  for (int i = 0; i < DEMO_REGIONS && rc == OK; i++) {
    rc = vendor_add_region(w->vendor, &(struct vendor_region){i + 1, str_of(regions[i])}, e);
  }
  rc = rc == OK ? vendor_add_team(w->vendor, &(struct vendor_team){1, 0, 0, STR("Americas")}, e) : rc;
  for (int i = 0; i < DEMO_REGIONS && rc == OK; i++) {
    rc = vendor_add_team(w->vendor, &(struct vendor_team){2 + i, 1, i + 1, str_of(regions[i])}, e);
  }
  for (int t = 0; t < DEMO_TEAMS && rc == OK; t++) {
    int r = region_of(t);
    w->region[t] = r + 1;
    bool whole = strcmp(demo_teams[t].name, regions[r]) == 0; /* a region that is one team */
    struct str name = whole ? arena_fmt(w->row, "%s renewals", demo_teams[t].name) : str_of(demo_teams[t].name);
    rc = vendor_add_team(w->vendor, &(struct vendor_team){2 + DEMO_REGIONS + t, 2 + r, r + 1, name}, e);
  }
  return rc;
}

/* Field sales comes last, so that the ids of the reps stay: one who leads, and in each region half as many as there are reps. */
static int add_sales(struct demo_writer *w, const char *password_hash, struct err *e) {
  int rc = add_person(w, STR("Nadia Reyes"), ROLE_SALES, 1, -1, password_hash, e);
  w->sales_lead = w->people;
  for (int r = 0; r < DEMO_REGIONS && rc == OK; r++) {
    w->first_sales[r] = w->people + 1;
    for (int t = 0; t < DEMO_TEAMS && rc == OK; t++) {
      int n = region_of(t) == r ? (w->shape.reps[t] + 1) / 2 : 0;
      for (int i = 0; i < n && rc == OK; i++) {
        struct strbuf b = STRBUF_INIT(NAME_BYTES);
        demo_person_name(&b, t, w->shape.reps[t] + i);
        rc = add_person(w, arena_str(w->row, strbuf_str(&b)), ROLE_SALES, 2 + r, t, password_hash, e);
        strbuf_free(&b);
      }
    }
    w->sales[r] = w->people + 1 - w->first_sales[r];
  }
  return rc;
}

int demo_add_people(struct demo_writer *w, const char *password_hash, struct err *e) {
  static const struct { const char *name; int role; int64_t team; int t; } heads[] = {
      {"Marisol Andrade", ROLE_MANAGER, 1, -1}, {"Helen Brandt", ROLE_EXEC, 0, -1},        {"Ravi Menon", ROLE_OPS, 0, -1},
      {"Ada Lindgren", ROLE_ADMIN, 0, -1},      {"Kurt Ames", ROLE_MANAGER, 2, 0},        {"Geneviève Aubin", ROLE_MANAGER, 3, 2},
      {"Lucas Antunes", ROLE_MANAGER, 4, 3}};
  int rc = add_teams(w, e);
  w->manager = 1;
  for (size_t i = 0; i < sizeof heads / sizeof heads[0] && rc == OK; i++) {
    rc = add_person(w, str_of(heads[i].name), heads[i].role, heads[i].team, heads[i].t, password_hash, e);
  }
  for (int t = 0; t < DEMO_TEAMS && rc == OK; t++) {
    w->first_rep[t] = w->people + 1;
    for (int i = 0; i < w->shape.reps[t] && rc == OK; i++) {
      struct strbuf b = STRBUF_INIT(NAME_BYTES);
      demo_person_name(&b, t, i);
      rc = add_person(w, arena_str(w->row, strbuf_str(&b)), ROLE_REP, 2 + DEMO_REGIONS + t, t, password_hash, e);
      strbuf_free(&b);
    }
  }
  return rc == OK ? add_sales(w, password_hash, e) : rc;
}
