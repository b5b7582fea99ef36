/* Small charts as SVG text. No viewBox: horizontal places are percentages and type is in pixels, so bars
 * stretch and letters don't; color is by class, so dark mode and print come from the style sheet.
 * A chart without links is role="img" with one sentence; with links it is role="group" with that sentence,
 * and every mark is a link with its own. All text and addresses are escaped here. Nothing is written twice:
 * callers give amounts, these functions only measure. Failures are sticky in the strbuf. */
#ifndef WEB_SVG_H
#define WEB_SVG_H
#include "base/strbuf.h"

struct svg_part {
  const char *class_name; /* s-closed, s-commit, s-best, s-pipeline, s-risk, s-mid */
  int64_t value;          /* below zero counts as zero */
  struct str href;        /* "" = no link */
  struct str label;       /* the link's name; it holds the text shown */
};

/* Parts side by side, to scale, with an optional target mark. The scale is the larger of sum and target. */
struct svg_strip {
  const struct svg_part *parts;
  size_t n;
  int64_t target;          /* <= 0: none */
  struct str target_label; /* "Target $5,180K"; "" draws the mark alone */
  int64_t scale;           /* > 0: full width, shared by the strips of a table */
  int height;              /* of the bars, in px */
  struct str sentence;
};
void svg_strip(struct strbuf *b, const struct svg_strip *x);

/* Stacked columns side by side, parts from the bottom up, with a text under and the total over each. */
struct svg_column {
  const struct svg_part *parts;
  size_t n;
  struct str under, over, href; /* href: the whole column opens its rows */
  struct str label;
  bool divider;                 /* a dashed line before this column */
};
struct svg_bars {
  const struct svg_column *columns;
  size_t n;
  int height; /* of the plot, in px, without texts */
  struct str divider_label;
  struct str sentence;
  bool thin; /* texts under the columns are long ("16 de nov."): every second one stands */
};
void svg_bars(struct strbuf *b, const struct svg_bars *x);

/* Low..high with a dot and an optional mark, all on 0..scale. */
struct svg_interval {
  int64_t low, middle, high, mark, scale; /* mark <= 0: none */
  struct str sentence;
};
void svg_interval(struct strbuf *b, const struct svg_interval *x);

/* Lines over equal steps; INT64_MIN is a gap. bottom < top. */
struct svg_series {
  const char *class_name; /* l-commit, l-closed, l-mid */
  const int64_t *values;
  size_t n;
};
struct svg_line {
  const struct svg_series *series;
  size_t n;
  int64_t bottom, top;
  int height;
  struct str sentence;
};
void svg_line(struct strbuf *b, const struct svg_line *x);

/* A filled outline; the part right of `mark` (0..1000 along the width, < 0 none) takes the closed color. */
struct svg_curve {
  const int64_t *heights; /* any scale, at equal steps */
  size_t n;
  int mark, height;
  struct str sentence;
};
void svg_curve(struct strbuf *b, const struct svg_curve *x);

/* Small columns side by side on a common scale, without texts: a row's load by week. most: the highest there is in the table. */
void svg_columns(struct strbuf *b, const int64_t *values, size_t n, int64_t most, int height, struct str sentence);

/* One step of a bridge, a row of a table: a bar from one level to the next, with hairlines that lead in from the row above and on to the one
 * below. Decorative: the row says the numbers. */
struct svg_step {
  const char *class_name;
  int64_t from, to;        /* levels before and after */
  int64_t low, high;       /* of the axis */
  int height;              /* of the row, in px */
  bool first, last;        /* nothing leads in, on */
};
void svg_step(struct strbuf *b, const struct svg_step *x);

/* Bars along a row of time: first … last are days (or anything that counts), both inclusive; what lies outside is cut. Several lanes
 * when bars overlap. */
struct svg_bar {
  const char *class_name;
  int64_t from, to;        /* inclusive */
  int lane;                /* from 0; -1: behind all lanes */
};
struct svg_mark {
  const char *class_name;
  int64_t at;
};
struct svg_track {
  const struct svg_bar *bars;
  size_t n_bars;
  const struct svg_mark *marks;
  size_t n_marks;
  int64_t first, last;
  int lanes;
  struct str sentence;
};
void svg_track(struct strbuf *b, const struct svg_track *x);
/* The scale over such rows: a text at each tick; decorative, since every row says its days. */
struct svg_tick {
  int64_t at;
  struct str text;
};
void svg_scale(struct strbuf *b, const struct svg_tick *ticks, size_t n, int64_t first, int64_t last);
#endif
