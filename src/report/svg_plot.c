#include "report/svg_plot.h"

#include "words/format.h"

enum { WIDTH = 860, HEIGHT = 250, LEFT = 60, TOP = 34, BOTTOM = 46, TICKS = 4, LABEL = 22 };

struct frame {
  const struct report *r;
  const struct report_plot *x;
  double low, most;
  double step; /* of a category */
};

static void text(struct strbuf *b, const struct report *r, struct str s) {
  s = report_clean(r->reader->arena, s);
  for (size_t i = 0; i < s.n; i++) {
    strbuf_addz(b, s.p[i] == '<' ? "&lt;" : s.p[i] == '&' ? "&amp;" : s.p[i] == '"' ? "&quot;" : (char[]){s.p[i], 0});
  }
}

/* A tick of the axis is a whole number of 1, 2 or 5 times a power of ten. */
static double round_up(double v) {
  double unit = 1;
  while (unit * 10 <= v) {
    unit *= 10;
  }
  return v <= unit ? unit : v <= 2 * unit ? 2 * unit : v <= 4 * unit ? 4 * unit : v <= 5 * unit ? 5 * unit : v <= 8 * unit ? 8 * unit : 10 * unit;
}

static double highest(const struct report_plot *x) {
  double most = 0;
  for (size_t i = 0; i < x->n; i++) {
    double sum = 0;
    for (size_t k = 0; k < x->n_series; k++) {
      const struct report_series *s = &x->series[k];
      double v = s->blank[i] ? 0 : (double)s->values[i];
      sum += s->line ? 0 : v;
      most = (x->kind != CHART_COLUMN_STACKED || s->line) && v > most ? v : most;
    }
    most = x->kind == CHART_COLUMN_STACKED && sum > most ? sum : most;
  }
  return most;
}

static double y_of(const struct frame *f, double v) {
  v = v < f->low ? f->low : v;
  return TOP + (HEIGHT - TOP - BOTTOM) * (1 - (v - f->low) / (f->most - f->low));
}

static struct str tick(const struct frame *f, double v) {
  struct report_cell c = f->x->unit == REPORT_RATE ? cell_rate((int64_t)v, RATE_ONE) : cell_money((int64_t)v);
  struct report_figure g = {.kind = f->x->unit};
  return f->x->unit == REPORT_RATE ? format_share(f->r->reader, c.number, c.den, 0) : report_figure_text(f->r, &g, &c);
}

static void axis(struct strbuf *b, const struct frame *f) {
  for (int i = 0; i <= TICKS; i++) {
    double v = f->low + (f->most - f->low) * i / TICKS, y = y_of(f, v);
    strbuf_fmt(b, "<path d=\"M%d %.1fH%d\" stroke=\"#d9dfdb\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">", LEFT, y, WIDTH, LEFT - 6, y + 4);
    text(b, f->r, tick(f, v));
    strbuf_addz(b, "</text>");
  }
  for (size_t i = 0; i < f->x->n; i++) {
    struct str name = f->x->categories[i];
    struct str line = name.n > LABEL ? str_sub(name, 0, LABEL) : name;
    while (line.n > 0 && line.n < name.n && ((unsigned char)name.p[line.n] & 0xC0) == 0x80) {
      line.n--;
    }
    double at = LEFT + f->step * ((double)i + 0.5);
    bool odd = f->x->n > 7 && i % 2 == 1; /* long names in two lines */
    strbuf_fmt(b, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">", at, HEIGHT - BOTTOM + (odd ? 28 : 15));
    text(b, f->r, line);
    strbuf_addz(b, line.n < name.n ? "\u2026</text>" : "</text>");
  }
}

static void columns(struct strbuf *b, const struct frame *f) {
  const struct report_plot *x = f->x;
  size_t side = 0;
  for (size_t k = 0; k < x->n_series; k++) {
    side += !x->series[k].line;
  }
  for (size_t i = 0; i < x->n; i++) {
    double base = 0, width = f->step * 0.56, place = 0;
    for (size_t k = 0; k < x->n_series; k++) {
      const struct report_series *s = &x->series[k];
      double v = s->blank[i] ? 0 : (double)s->values[i], own = x->kind == CHART_COLUMN_STACKED ? width : width / (double)side;
      double left = LEFT + f->step * ((double)i + 0.5) - width / 2 + (x->kind == CHART_COLUMN_STACKED ? 0 : place * own);
      if (s->line) {
        if (!s->blank[i]) {
          strbuf_fmt(b, "<path d=\"M%.1f %.1fh%.1f\" stroke=\"#%06x\" stroke-width=\"2\"/>", left - 4 - (x->kind == CHART_COLUMN_STACKED ? 0 : place * own), y_of(f,
              v), width + 8,
                     report_colors[s->color]);
        }
        continue;
      }
      if (v > 0 && s->color != COLOR_NONE) {
        strbuf_fmt(b, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#%06x\"/>", left, y_of(f, base + v), own, y_of(f, base) - y_of(f, base + v),
                   report_colors[s->color]);
      }
      base += x->kind == CHART_COLUMN_STACKED ? v : 0;
      place += 1;
    }
  }
}

static void legend(struct strbuf *b, const struct frame *f) {
  double at = LEFT;
  for (size_t k = 0; k < f->x->n_series; k++) {
    const struct report_series *s = &f->x->series[k];
    if (s->color == COLOR_NONE) {
      continue;
    }
    strbuf_fmt(b, "<rect x=\"%.1f\" y=\"8\" width=\"10\" height=\"10\" fill=\"#%06x\"/><text x=\"%.1f\" y=\"17\">", at, report_colors[s->color], at + 15);
    text(b, f->r, s->name);
    strbuf_addz(b, "</text>");
    at += 40 + 7.0 * (double)s->name.n;
  }
}

void svg_plot(struct strbuf *b, const struct report *r, const struct report_plot *x) {
  struct frame f = {.r = r, .x = x, .step = x->n > 0 ? (double)(WIDTH - LEFT) / (double)x->n : 0};
  double most = highest(x);
  if (x->n == 0 || most <= 0) {
    return;
  }
  f.low = (double)x->low;
  f.most = f.low + round_up(most - f.low);
  strbuf_fmt(b, "<figure style=\"margin:8px 0\"><svg viewBox=\"0 0 %d %d\" role=\"img\" font-size=\"12\" fill=\"#45524b\" aria-label=\"", WIDTH, HEIGHT);
  text(b, r, x->alt);
  strbuf_addz(b, "\">");
  axis(b, &f);
  columns(b, &f);
  if (x->n_series > 1) {
    legend(b, &f);
  }
  strbuf_addz(b, "</svg></figure>");
}
