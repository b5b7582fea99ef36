#include "app/report_parts.h"

int part_out_of_memory(struct err *e) { return err_set(e, ERR_NOMEM, "report: out of memory"); }

int part_section(struct pack *p, struct report_section *s, const char *id, struct str heading, size_t tables, size_t plots) {
  *s = (struct report_section){.id = id, .heading = heading, .n_tables = tables, .n_plots = plots};
  s->figures = arena_zalloc(p->a, SECTION_FIGURES + 1, sizeof *s->figures);
  s->lines = arena_zalloc(p->a, SECTION_LINES, sizeof *s->lines);
  s->tables = arena_zalloc(p->a, tables + 1, sizeof *s->tables);
  s->plots = arena_zalloc(p->a, plots + 1, sizeof *s->plots);
  return s->figures != NULL && s->lines != NULL && s->tables != NULL && s->plots != NULL ? OK : ERR_NOMEM;
}

struct report_figure *part_figure(struct pack *p, struct report_section *s, const char *id, enum report_kind kind, struct str label, struct report_cell value) {
  struct report_figure *f = &s->figures[s->n_figures];
  (void)p;
  *f = (struct report_figure){.id = id, .label = label, .kind = kind, .value = value, .target = CELL_NONE, .note = STR_NONE, .definition = STR_NONE};
  s->n_figures += s->n_figures < SECTION_FIGURES;
  return f;
}

void part_line(struct pack *p, struct report_section *s, struct str line) {
  (void)p;
  if (line.n > 0 && s->n_lines < SECTION_LINES) {
    ((struct str *)(uintptr_t)s->lines)[s->n_lines++] = line; /* the section's own */
  }
}

struct report_table part_table(const char *name, const char *title, const char *empty, const struct report_column *columns, size_t n) {
  return (struct report_table){.name = name, .title = title, .empty = empty, .columns = columns, .n_columns = n, .note = STR_NONE};
}

const struct report_column *part_columns(struct pack *p, const struct report_column *columns, size_t n) {
  struct report_column *said = arena_alloc(p->a, n * sizeof *said);
  for (size_t i = 0; said != NULL && i < n; i++) {
    said[i] = columns[i];
    said[i].title = tr(p->r, columns[i].title).p;
  }
  return said;
}

int part_plot(struct pack *p, struct report_plot *x, enum report_chart_kind kind, enum report_kind unit, size_t n, size_t n_series) {
  *x = (struct report_plot){.kind = kind, .unit = unit, .n = n, .n_series = n_series, .title = STR_NONE, .alt = STR_NONE};
  x->categories = arena_zalloc(p->a, n + 1, sizeof *x->categories);
  x->series = arena_zalloc(p->a, n_series + 1, sizeof *x->series);
  for (size_t i = 0; x->series != NULL && i < n_series; i++) {
    x->series[i].values = arena_zalloc(p->a, n + 1, sizeof *x->series[i].values);
    x->series[i].blank = arena_zalloc(p->a, n + 1, sizeof *x->series[i].blank);
    if (x->series[i].values == NULL || x->series[i].blank == NULL) {
      return ERR_NOMEM;
    }
  }
  return x->categories != NULL && x->series != NULL ? OK : ERR_NOMEM;
}

int part_sheet(struct pack *p, struct report_sheet *s, const char *name, struct str heading, size_t tables, size_t charts) {
  *s = (struct report_sheet){.name = name, .heading = heading, .n_tables = tables, .n_charts = charts};
  s->tables = arena_zalloc(p->a, tables + 1, sizeof *s->tables);
  s->charts = arena_zalloc(p->a, charts + 1, sizeof *s->charts);
  return s->tables != NULL && s->charts != NULL ? OK : ERR_NOMEM;
}
